// calendarView and its delta: events of a window of time. The window is baked into the delta token.
#include <algorithm>

#include "lab/fronts/graph/call.h"
#include "lab/fronts/graph/delta.h"
#include "lab/fronts/graph/odata.h"
#include "lab/fronts/graph/render.h"

namespace mailsync::lab::graph {
namespace {

struct Window {
  Instant from;
  Instant to;
};

std::optional<Instant> moment(std::string_view text) {
  if (auto instant = Instant::from_iso(text)) return instant;
  auto local = parse_local(text);
  return local ? std::optional(to_instant(*local, *zone_of("UTC"))) : std::nullopt;
}

std::expected<Window, Answer> window_of(const Call& call) {
  auto either = [&](std::string_view name, std::string_view other) {
    auto text = kept_option(call, name);
    return moment(text.empty() ? kept_option(call, other) : text);
  };
  auto from = either("startDateTime", "startdatetime"), to = either("endDateTime", "enddatetime");
  if (!from || !to)
    return std::unexpected(error_answer(call, 400, "ErrorInvalidParameter",
                                        "This request requires a time window specified by the query string "
                                        "parameters StartDateTime and EndDateTime."));
  if (*to <= *from)
    return std::unexpected(
        error_answer(call, 400, "ErrorInvalidParameter", "The window's end is not after its start."));
  // Exchange refuses a view longer than 1825 days.
  if (*to - *from > std::chrono::hours(24 * 1825))
    return std::unexpected(
        error_answer(call, 400, "ErrorInvalidParameter", "The window is longer than 1825 days."));
  return Window{*from, *to};
}

bool touches(const Span& span, const Window& window) {
  return span.start < window.to &&
         (span.end > window.from || (span.start == span.end && span.start >= window.from));
}

Answer view_list(Call& call, const Container& calendar) {
  auto window = window_of(call);
  if (!window) return std::move(window.error());
  std::multimap<Instant, json::object> found;
  auto expand = parse_expand(call.query("$expand"));
  for (uint64_t number : calendar.items) {
    const Item& item = *call.mailbox->item(number);
    if (object_of(item.fields, "recurrence")) {
      for (uint32_t day : occurrences_between(item, window->from, window->to))
        found.emplace(span_of(item, day)->start, render_event(call, item, day, expand));
    } else if (auto span = span_of(item); span && touches(*span, *window)) {
      found.emplace(span->start, render_event(call, item, {}, expand));
    }
  }
  std::vector<json::object> rows;
  for (auto& [_, row] : found) rows.push_back(std::move(row));
  return list_answer(call, std::move(rows));
}

json::object typed(json::object row) {
  row["@odata.type"] = "#microsoft.graph.event";
  return row;
}

// What one event amounts to in the view: itself, or the master with its occurrences. An event that changed
// and is not in the window is told as removed, though it exists.
std::vector<json::object> show_event(const Call& call, const Item& item, const Window& window,
                                     uint64_t since) {
  const Mailbox& mailbox = *call.mailbox;
  bool immutable = call.prefer.immutable_ids;
  auto removed = [&](std::string id) { return removed_object(id, "deleted", "#microsoft.graph.event"); };
  std::vector<json::object> rows;
  if (!object_of(item.fields, "recurrence")) {
    auto span = span_of(item);
    if (span && touches(*span, window))
      rows.push_back(typed(render_event(call, item, {}, {})));
    else if (since)
      rows.push_back(removed(mailbox.id_of(item, immutable)));
    return rows;
  }
  auto days = occurrences_between(item, window.from, window.to);
  if (days.empty()) {
    if (since) rows.push_back(removed(mailbox.id_of(item, immutable)));
    return rows;
  }
  rows.push_back(typed(render_event(call, item, {}, {})));
  auto changed_day = [&](uint32_t day) {
    auto it = item.day_seq.find(day);
    return it != item.day_seq.end() && it->second > since;
  };
  bool whole = !since || item.series_seq > since;
  for (uint32_t day : days) {
    if (!whole && !changed_day(day)) continue;
    if (item.exceptions.contains(day))
      rows.push_back(typed(render_event(call, item, day, {})));
    else
      rows.push_back(render_bare_occurrence(call, item, day));
  }
  if (since)
    for (uint32_t day : item.cancelled)
      if (whole || changed_day(day)) rows.push_back(removed(mailbox.occurrence_id(item, day, immutable)));
  return rows;
}

Answer view_delta(Call& call, Container& calendar) {
  for (std::string_view option : {"$select", "$filter", "$expand", "$orderby", "$search"})
    if (!call.query(option).empty())
      return error_answer(call, 400, "ErrorInvalidUrlQuery",
                          "The following parameters are not supported with change tracking over the "
                          "'CalendarView' resource: '$orderby, $filter, $select, $expand, $search'.");
  auto window = window_of(call);
  if (!window) return std::move(window.error());
  Mailbox& mailbox = *call.mailbox;
  DeltaView view{
      .log = calendar.log,
      .sequence = mailbox.sequence,
      .collection = "view@" + mailbox.id_of(calendar),
      .removed_type = "#microsoft.graph.event",
      .removed_id =
          ItemId{.mailbox = mailbox.number, .kind = IdKind::Event, .immutable = call.prefer.immutable_ids},
      .show = [&](const ChangeLog::Entry& entry, uint64_t since) -> std::vector<json::object> {
        Item* item = mailbox.item(entry.number);
        if (!item) return {};
        return show_event(call, *item, *window, since);
      },
      .kept_options = {"startDateTime", "endDateTime", "startdatetime", "enddatetime"}};
  return delta_answer(call, view);
}

}  // namespace

std::optional<Answer> serve_calendar_view(Call& call) {
  Container* calendar = call.mailbox->well_known("calendar");
  std::vector<std::string> path = call.path;
  if (path.size() >= 3 && same_address(path[0], "calendars")) {
    if (!same_address(path[2], "calendarView")) return std::nullopt;
    auto found = find_container(call, path[1], ContainerKind::Calendar);
    if (!found) return std::move(found.error());
    calendar = *found;
    path.erase(path.begin(), path.begin() + 2);
  } else if (path.size() >= 2 && same_address(path[0], "calendar")) {
    path.erase(path.begin());
  }
  if (path.empty() || !same_address(path[0], "calendarView")) return std::nullopt;
  if (path.size() == 1) return view_list(call, *calendar);
  if (path.size() == 2 && (path[1] == "delta" || path[1] == "delta()")) return view_delta(call, *calendar);
  return std::nullopt;
}

}  // namespace mailsync::lab::graph
