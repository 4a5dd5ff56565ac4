// The calendar feed: a window of days that rolls on, with occurrences folded into their series.
#include <algorithm>

#include "mailbox/graph/replica.h"

namespace mailsync::graph {

using model::Kind;
using sync::RemoteItem;

namespace {

model::Date plus_months(model::Date date, int months) {
  const int all = date.year * 12 + static_cast<int>(date.month) - 1 + months;
  return {all / 12, static_cast<unsigned>(all % 12) + 1, 1};
}

bool in_series(const WireEvent& event) {
  return event.type == "seriesMaster" || !event.series_master_id.empty();
}

sync::Change removed(std::string id) {
  sync::Change change;
  change.presence = sync::Presence::Removed;
  change.item.kind = Kind::Meeting;
  change.item.id = RemoteId{std::move(id)};
  change.item.container = kPrimaryCalendar;
  return change;
}

}  // namespace

std::string start_of_day(model::Date date) {
  return date.to_text() + "T00:00:00Z";
}

RemoteItem Replica::meeting_item(const WireEvent& event) const {
  RemoteItem item = item_of(event, options_.profile.category);
  item.container = kPrimaryCalendar;
  return item;
}

// From so many days back to the end of the month so many months ahead: the far end moves once a month.
Window Replica::window_now() const {
  const auto wall = model::wall_time_at(client_->executor().clock().now(), "UTC");
  const model::Date today = wall ? wall->date : model::Date{};
  return {today.plus_days(-options_.profile.meeting_days_back),
          plus_months(today, options_.profile.meeting_months_ahead + 1)};
}

// A series is in it as long as its feed reports an occurrence; only a single meeting can be judged by itself.
// The window that the feed follows lags behind by some days.
bool Replica::is_outside_window(const model::Fields& fields) const {
  const auto meeting = model::meeting_from(fields);
  if (!meeting || meeting->recurrence.is_set() || !meeting->start.is_set()) return false;
  const auto starts = model::instant_of(meeting->start.value(), "UTC");
  const auto ends = model::instant_of(meeting->end.value_or(meeting->start.value()), "UTC");
  if (!starts || !ends) return false;
  constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;
  const Window window = window_now();
  const int64_t from = window.from.plus_days(-options_.window_step_days).days_since_epoch() * kDayUs;
  return ends->us <= from || starts->us >= window.to.days_since_epoch() * kDayUs;
}

Task<Result<sync::ChangePage>> Replica::meeting_changes(sync::Collection, FeedCursor cursor) {
  using Phase = FeedCursor::Phase;
  const std::string asked = write_cursor(cursor).value;
  if (!cursor.window) cursor.window = window_now();
  const Window window = window_now();
  const bool moved =
      window.from.days_since_epoch() - cursor.window->from.days_since_epoch() >= options_.window_step_days ||
      window.from < cursor.window->from || window.to < cursor.window->to;
  // The window has moved on: the new one is listed, and the old feed is kept until it is caught up with, so
  // that no deletion falls between them. What leaves the window is not reported at all: it was not removed
  // (F22, F79).
  if (cursor.phase == Phase::Following && moved)
    cursor = {.phase = Phase::Moving, .link = {}, .window = window, .kept = cursor.link};
  const bool begins = cursor.link.empty();
  CO_TRY(auto page, co_await client_->calendar_view_delta(start_of_day(cursor.window->from),
                                                          start_of_day(cursor.window->to), cursor.link));
  const std::string next_link = page.next_link, delta_link = page.delta_link;
  CO_TRY(sync::ChangePage out, co_await fold_series(std::move(page), asked, begins));
  if (!next_link.empty()) {
    cursor.link = next_link;
    out.more = true;
  } else if (delta_link.empty()) {
    co_return fail(ErrorKind::Transient,
                   "Microsoft 365 sent a page of changes that leads nowhere; it is asked for again later.");
  } else if (cursor.phase == Phase::Moving) {
    cursor = {.phase = Phase::Catching, .link = cursor.kept, .window = cursor.window, .kept = delta_link};
    out.more = true;
  } else if (cursor.phase == Phase::Catching) {
    cursor = {.phase = Phase::Following, .link = cursor.kept, .window = cursor.window, .kept = {}};
  } else {
    out.complete_listing = cursor.phase == Phase::Listing;
    cursor.phase = Phase::Following;
    cursor.link = delta_link;
  }
  out.next = write_cursor(cursor);
  round_.next_cursor = out.more ? out.next.value : std::string();
  // The round is over. Its last page may be where the next pass goes on, because a cursor that brought
  // nothing is not always kept: what is told there then is news.
  if (!out.more) round_.series.clear();
  co_return out;
}

// One change per series: for every master, occurrence or exception on the page, the master is read with its
// exceptions and cancelled occurrences. A bare occurrence says nothing that was not read with its series
// earlier in the round; a master or an exception may have changed since, so its series is read once per page.
Task<Result<sync::ChangePage>> Replica::fold_series(WirePage<WireEvent> page, std::string cursor,
                                                    bool begins) {
  // A page asked for again reports again what it reported before; a leap forgets everything.
  if (begins || (cursor != round_.next_cursor && cursor != round_.last_cursor)) round_.series.clear();
  round_.last_cursor = cursor;
  sync::ChangePage out;
  std::vector<std::string> masters;
  for (const WireEvent& event : last_of_each(std::move(page.items))) {
    if (event.removed) {
      out.changes.push_back(removed(event.id));
    } else if (!in_series(event)) {
      sync::Change change;
      change.item = meeting_item(event);
      out.changes.push_back(std::move(change));
    } else {
      const std::string& id = event.type == "seriesMaster" ? event.id : event.series_master_id;
      const auto [known, is_new] = round_.series.emplace(id, cursor);
      if (is_new || known->second == cursor || event.type != "occurrence") masters.push_back(id);
    }
  }
  std::ranges::sort(masters);
  masters.erase(std::ranges::unique(masters).begin(), masters.end());
  std::vector<RemoteId> ids;
  for (const std::string& id : masters) ids.push_back(RemoteId{id});
  const auto items = co_await fetch(Kind::Meeting, ids);
  for (size_t i = 0; i < ids.size(); ++i) {
    if (items[i]) {
      sync::Change change;
      change.item = *items[i];
      out.changes.push_back(std::move(change));
    } else if (items[i].error().kind == ErrorKind::Gone) {
      out.changes.push_back(removed(ids[i].value));
    } else if (items[i].error().kind == ErrorKind::ItemInvalid) {
      sync::Change change = removed(ids[i].value);
      change.presence = sync::Presence::Unknown;
      change.error = items[i].error();
      out.changes.push_back(std::move(change));
    } else {
      // The page is asked for again: nothing of it may count as reported.
      for (const std::string& id : masters) round_.series.erase(id);
      co_return fail(items[i].error());
    }
  }
  co_return out;
}

Task<Result<std::optional<RemoteItem>>> Replica::find_meeting(OperationId operation) {
  CO_TRY(const auto page, co_await client_->find_events(operation.value));
  for (const WireEvent& found : page.items) {
    CO_TRY(const WireEvent whole, co_await client_->event(found.id));
    RemoteItem item = meeting_item(whole);
    item.made_by = operation;
    co_return item;
  }
  co_return std::nullopt;
}

}  // namespace mailsync::graph
