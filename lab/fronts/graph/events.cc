// events: create, read, change, remove, respond, cancel; one event, a series, or one occurrence of it.
#include <algorithm>

#include "lab/fronts/graph/call.h"
#include "lab/fronts/graph/odata.h"
#include "lab/fronts/graph/render.h"
#include "lab/fronts/graph/stored.h"
#include "lab/recurrence.h"

namespace mailsync::lab::graph {
namespace {

Answer shown(const Call& call, const Item& item, std::optional<uint32_t> day, int status = 200) {
  json::object row = render_event(call, item, day, parse_expand(call.query("$expand")));
  Selection select(call.query("$select"));
  json::object out{{"@odata.context", call.base + "/$metadata#events/$entity"}};
  for (auto& [name, value] : row)
    if (select.wants(name) || name == "id" || std::string_view(name).starts_with("@odata.") ||
        find_expansion(parse_expand(call.query("$expand")), name))
      out[name] = value;
  return json_answer(status, out);
}

Answer bad_event(const Call& call, std::string_view message, std::string_view code = "ErrorInvalidRequest") {
  return error_answer(call, 400, code, message);
}

// Times, all-day form, and the recurrence of the event as it would be.
std::optional<Answer> check_event(const Call& call, const json::object& fields) {
  auto *start = fields.if_contains("start"), *end = fields.if_contains("end");
  if (!start || !end || !instant_of(*start) || !instant_of(*end))
    return bad_event(call, "An event needs start and end with dateTime and timeZone.",
                     "ErrorPropertyValidationFailure");
  if (*instant_of(*end) < *instant_of(*start))
    return bad_event(call, "The end is before the start.", "ErrorPropertyValidationFailure");
  auto from = parse_local(text_of(start->as_object(), "dateTime")),
       to = parse_local(text_of(end->as_object(), "dateTime"));
  if (flag_of(fields, "isAllDay")) {
    auto midnight = [](LocalTime t) { return t == date::floor<date::days>(t); };
    if (!midnight(*from) || !midnight(*to) || *to - *from < date::days(1))
      return bad_event(
          call,
          "The Event.Start and Event.End of an all-day event must be midnight, and at least a day apart.",
          "ErrorPropertyValidationFailure");
  }
  auto* recurrence = object_of(fields, "recurrence");
  if (!recurrence) return std::nullopt;
  auto *pattern = object_of(*recurrence, "pattern"), *range = object_of(*recurrence, "range");
  if (!pattern || !range || !rrule_of(*recurrence))
    return bad_event(call, "The recurrence pattern is not valid.", "ErrorPropertyValidationFailure");
  auto type = text_of(*pattern, "type");
  auto* days = array_of(*pattern, "daysOfWeek");
  if ((type == "weekly" || type.starts_with("relative")) && (!days || days->empty()))
    return bad_event(call, "The pattern needs daysOfWeek.", "ErrorPropertyValidationFailure");
  if (!parse_day(text_of(*range, "startDate")))
    return bad_event(call, "The range needs a startDate.", "ErrorPropertyValidationFailure");
  auto range_type = text_of(*range, "type");
  if (range_type != "noEnd" && range_type != "endDate" && range_type != "numbered")
    return bad_event(call, "The range type is not valid.", "ErrorPropertyValidationFailure");
  if (range_type == "endDate" && !parse_day(text_of(*range, "endDate")))
    return bad_event(call, "The range needs an endDate.", "ErrorPropertyValidationFailure");
  auto first = date::floor<date::days>(*from);
  if (occurrence_days(*recurrence, *from, first, first + date::days(3660)).empty())
    return bad_event(call, "The series has no occurrence.", "ErrorOccurrenceTimeSpanTooBig");
  return std::nullopt;
}

// A series starts on its first occurrence, whatever day was given, and its zone is kept in the range.
void settle_series(json::object& fields) {
  auto* recurrence = object_of(fields, "recurrence");
  if (!recurrence) return;
  auto start = parse_local(text_of(fields.at("start").as_object(), "dateTime"));
  auto first = date::floor<date::days>(*start);
  auto days = occurrence_days(*recurrence, *start, first, first + date::days(3660));
  if (!days.empty() && days.front() != first) {
    for (const char* name : {"start", "end"}) {
      auto& value = fields.at(name).as_object();
      value["dateTime"] = format_local(*parse_local(text_of(value, "dateTime")) + (days.front() - first));
    }
  }
  auto& range = fields.at("recurrence").as_object().at("range").as_object();
  if (text_of(range, "recurrenceTimeZone").empty())
    range["recurrenceTimeZone"] = text_of(fields.at("start").as_object(), "timeZone");
  if (text_of(range, "type") != "endDate") range["endDate"] = "0001-01-01";
  if (text_of(range, "type") != "numbered") range["numberOfOccurrences"] = 0;
  auto& pattern = fields.at("recurrence").as_object().at("pattern").as_object();
  for (const auto& [name, value] : {std::pair<const char*, json::value>{"month", 0},
                                    {"dayOfMonth", 0},
                                    {"daysOfWeek", json::array()},
                                    {"firstDayOfWeek", "sunday"},
                                    {"index", "first"},
                                    {"interval", 1}})
    if (!pattern.contains(name)) pattern[name] = value;
}

Answer create(Call& call, Container& calendar) {
  auto body = body_object(call);
  if (!body) return std::move(body.error());
  if (auto refused = check_properties(call, Shape::Event, *body)) return std::move(*refused);
  if (auto refused = check_event(call, *body)) return std::move(*refused);
  std::string transaction(text_of(*body, "transactionId"));
  std::string key = call.mailbox->user.id + "/" + transaction;
  if (!transaction.empty())
    if (auto known = call.desk.events_by_transaction.find(key);
        known != call.desk.events_by_transaction.end())
      if (Item* item = call.mailbox->item(known->second)) return shown(call, *item, {}, 201);
  json::object fields = stored_form(call, Shape::Event, std::move(*body));
  fields["start"] = json::object{
      {"dateTime", format_local(*parse_local(text_of(fields.at("start").as_object(), "dateTime")))},
      {"timeZone", fields.at("start").as_object().at("timeZone")}};
  fields["end"] = json::object{
      {"dateTime", format_local(*parse_local(text_of(fields.at("end").as_object(), "dateTime")))},
      {"timeZone", fields.at("end").as_object().at("timeZone")}};
  settle_series(fields);
  fields["transactionId"] = transaction.empty() ? json::value() : json::value(transaction);
  Item& item = create_event(call.world, *call.mailbox, calendar.number, std::move(fields), call.now);
  if (!transaction.empty()) call.desk.events_by_transaction[key] = item.number;
  return shown(call, item, {}, 201);
}

Answer change(Call& call, Item& item, std::optional<uint32_t> day) {
  auto body = body_object(call);
  if (!body) return std::move(body.error());
  if (auto refused = check_properties(call, Shape::Event, *body)) return std::move(*refused);
  if (auto stale = precondition(call, item.version)) return std::move(*stale);
  json::object patch = stored_form(call, Shape::Event, std::move(*body));
  patch.erase("transactionId");
  if (day && patch.contains("recurrence"))
    return bad_event(call, "An occurrence has no recurrence of its own.");
  json::object would_be = day ? occurrence_fields(item, *day) : item.fields;
  for (auto& [name, value] : patch) would_be[name] = value;
  if (auto refused = check_event(call, would_be)) return std::move(*refused);
  if (!day && (patch.contains("recurrence") || patch.contains("start"))) {
    settle_series(would_be);
    for (const char* name : {"start", "end", "recurrence"})
      if (would_be.contains(name)) patch[name] = would_be.at(name);
  }
  patch_event(call.world, *call.mailbox, item, day, patch, call.now);
  return shown(call, item, day);
}

std::string comment_of(const Call& call) {
  boost::system::error_code failed;
  auto value = json::parse(call.request.body.empty() ? "{}" : call.request.body, failed);
  if (failed || !value.is_object()) return {};
  auto comment = text_of(value.get_object(), "comment");
  return std::string(comment.empty() ? text_of(value.get_object(), "Comment") : comment);
}

bool wants_response(const Call& call) {
  boost::system::error_code failed;
  auto value = json::parse(call.request.body.empty() ? "{}" : call.request.body, failed);
  if (failed || !value.is_object()) return true;
  return flag_of(value.get_object(), "sendResponse", true);
}

Answer act(Call& call, Item& item, std::optional<uint32_t> day, std::string_view action) {
  if (action == "cancel") {
    if (!is_organizer(*call.mailbox, item))
      return bad_event(call,
                       "Your request can't be completed. You need to be an organizer to cancel a meeting.");
    remove_event(call.world, *call.mailbox, item, day, comment_of(call), call.now);
    return empty_answer(202);
  }
  if (is_organizer(*call.mailbox, item))
    return bad_event(call,
                     "Your request can't be completed. You can't respond to this meeting because you're the "
                     "meeting organizer.");
  std::string_view response = action == "accept"    ? "accepted"
                              : action == "decline" ? "declined"
                                                    : "tentativelyAccepted";
  respond(call.world, *call.mailbox, item, day, response, wants_response(call), comment_of(call), call.now);
  return empty_answer(202);
}

Answer instances(Call& call, Item& item) {
  auto from = Instant::from_iso(call.query("startDateTime")),
       to = Instant::from_iso(call.query("endDateTime"));
  auto from_local = parse_local(call.query("startDateTime")),
       to_local_time = parse_local(call.query("endDateTime"));
  if (!from && from_local) from = to_instant(*from_local, *zone_of("UTC"));
  if (!to && to_local_time) to = to_instant(*to_local_time, *zone_of("UTC"));
  if (!from || !to)
    return bad_event(call,
                     "This request requires a time window specified by the query string parameters "
                     "StartDateTime and EndDateTime.",
                     "ErrorInvalidParameter");
  std::vector<json::object> rows;
  for (uint32_t day : occurrences_between(item, *from, *to))
    rows.push_back(render_event(call, item, day, {}));
  return list_answer(call, std::move(rows));
}

Answer list(Call& call, const Container& calendar) {
  std::vector<json::object> rows;
  auto expand = parse_expand(call.query("$expand"));
  for (uint64_t number : calendar.items) {
    const Item& item = *call.mailbox->item(number);
    json::object row = render_event(call, item, {}, expand);
    if (!call.query("$filter").empty())
      if (auto* value = item.fields.if_contains("singleValueExtendedProperties");
          value && !row.contains("singleValueExtendedProperties"))
        row["singleValueExtendedProperties"] = *value;
    rows.push_back(std::move(row));
  }
  return list_answer(call, std::move(rows));
}

}  // namespace

std::optional<Answer> serve_events(Call& call) {
  if (call.path.empty()) return std::nullopt;
  if (call.at({"calendars"}) || call.at({"calendar"})) {
    std::vector<json::object> rows;
    for (auto& [_, container] : call.mailbox->containers)
      if (container.kind == ContainerKind::Calendar) rows.push_back(render_container(call, container));
    if (call.at({"calendar"})) return json_answer(200, rows.at(0));
    return list_answer(call, std::move(rows));
  }
  Container* calendar = call.mailbox->well_known("calendar");
  if (call.path.size() >= 3 && same_address(call.path[0], "calendars") &&
      same_address(call.path[2], "events")) {
    auto found = find_container(call, call.path[1], ContainerKind::Calendar);
    if (!found) return std::move(found.error());
    calendar = *found;
    call.path.erase(call.path.begin(), call.path.begin() + 2);
  } else if (call.path.size() >= 2 && same_address(call.path[0], "calendar") &&
             same_address(call.path[1], "events")) {
    call.path.erase(call.path.begin());
  }
  if (!same_address(call.path[0], "events")) return std::nullopt;
  if (call.path.size() == 1) return call.post() ? create(call, *calendar) : list(call, *calendar);
  auto found = find_item(call, call.path[1], IdKind::Event);
  if (!found) return std::move(found.error());
  Item& item = *found->item;
  if (call.path.size() == 3) {
    std::string action = call.path[2];
    if (same_address(action, "instances")) return instances(call, item);
    if (call.post() &&
        (action == "accept" || action == "decline" || action == "tentativelyAccept" || action == "cancel"))
      return act(call, item, found->day, action);
    return std::nullopt;
  }
  if (call.path.size() != 2) return std::nullopt;
  if (call.get()) {
    if (auto every = call.world.faults.change_key_drift; every && ++call.desk.reads % every == 0)
      item.version = call.world.new_version();
    return shown(call, item, found->day);
  }
  if (call.patch()) return change(call, item, found->day);
  if (call.del()) {
    if (auto stale = precondition(call, item.version)) return stale;
    remove_event(call.world, *call.mailbox, item, found->day, {}, call.now);
    return empty_answer(204);
  }
  return error_answer(call, 405, "Request_BadRequest", "The HTTP method is not supported for this resource.");
}

}  // namespace mailsync::lab::graph
