#include "crm/builtin/changes.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "crm/builtin/feed.h"

namespace mailsync::crm {
namespace {

constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;

enum class Sweep : int64_t { None, Listing, View, Horizon };

// Numbers separated by dots, in the order of the members.
struct Place {
  int64_t seq = 0, id = 0;  // the feed: after this
  int64_t epoch = 0;        // of the view that has been swept
  int64_t horizon_us = 0;   // meetings that start up to here have been offered
  Sweep sweep = Sweep::None;
  int64_t after = 0;     // of the sweep: id, or start of a meeting
  int64_t after_id = 0;  // Horizon: and id
  int64_t target = 0;    // View: epoch, Horizon: instant that is swept to
};

std::string text_of(const Place& place) {
  std::string out = "1";
  for (int64_t number : {place.seq, place.id, place.epoch, place.horizon_us,
                         static_cast<int64_t>(place.sweep), place.after, place.after_id, place.target})
    (out += '.') += std::to_string(number);
  return out;
}

std::optional<Place> place_from(std::string_view text) {
  std::vector<int64_t> numbers;
  const char *at = text.data(), *end = text.data() + text.size();
  while (at < end) {
    int64_t number = 0;
    const auto [next, failed] = std::from_chars(at, end, number);
    if (failed != std::errc() || (next < end && *next != '.')) return std::nullopt;
    numbers.push_back(number);
    at = next + (next < end ? 1 : 0);
  }
  if (numbers.size() != 9 || numbers[0] != 1 || numbers[5] < 0 || numbers[5] > 3) return std::nullopt;
  return Place{numbers[1], numbers[2], numbers[3], numbers[4], static_cast<Sweep>(numbers[5]),
               numbers[6], numbers[7], numbers[8]};
}

struct Feed {
  db::Session& session;
  const ScopeQuery& query;
  std::optional<ViewDefinition> view;
  Place place;
  std::vector<int64_t> ids;  // of this page
  size_t limit;
  size_t left() const { return limit - ids.size(); }
};

Result<void> sweep_listing(Feed& feed) {
  TRY(const auto ids,
      ids_in_scope(feed.session, feed.query, feed.view, RecordId{feed.place.after}, feed.left()));
  const bool finished = ids.size() < feed.left();
  feed.ids.insert(feed.ids.end(), ids.begin(), ids.end());
  if (finished) {
    feed.place.sweep = Sweep::None;
    feed.place.after = 0;
  } else {
    feed.place.after = ids.back();
  }
  return {};
}

// What the view held at the epoch that was swept last, and what it holds at the one swept to.
Result<void> sweep_view(Feed& feed) {
  std::set<int64_t> found;
  for (int64_t epoch : {feed.place.epoch, feed.place.target}) {
    TRY(const auto definition, sync_view_at(feed.session, feed.query.viewer, feed.query.type, epoch));
    if (!definition) continue;
    TRY(const auto ids,
        ids_in_view(feed.session, feed.query, *definition, RecordId{feed.place.after}, feed.left()));
    found.insert(ids.begin(), ids.end());
  }
  const bool finished = found.size() < feed.left();
  for (int64_t id : found)
    if (feed.left() > 0) feed.ids.push_back(id);
  if (finished) {
    feed.place.epoch = feed.place.target;
    feed.place.sweep = Sweep::None;
    feed.place.after = feed.place.target = 0;
  } else {
    feed.place.after = feed.ids.back();
  }
  return {};
}

Result<void> sweep_horizon(Feed& feed) {
  TRY(const db::Rows rows,
      feed.session.query(
          "SELECT id, starts_us FROM crm_record WHERE account_id = $1 AND type = $2 AND deleted = 0 AND "
          "type = 'meeting' AND (starts_us, id) > ($3, $4) AND starts_us <= $5 "
          "ORDER BY starts_us, id LIMIT $6",
          {feed.query.viewer.account, name_of(feed.query.type), feed.place.after, feed.place.after_id,
           feed.place.target, feed.left()}));
  const bool finished = rows.size() < feed.left();
  for (const db::Row& row : rows) feed.ids.push_back(row[0].integer());
  if (finished) {
    feed.place.horizon_us = feed.place.target;
    feed.place.sweep = Sweep::None;
    feed.place.after = feed.place.after_id = feed.place.target = 0;
  } else {
    feed.place.after = rows.back()[1].integer();
    feed.place.after_id = rows.back()[0].integer();
  }
  return {};
}

// Starts the sweep that is due, if one is.
Result<bool> start_sweep(Feed& feed) {
  if (feed.place.sweep != Sweep::None) return true;
  TRY(const int64_t epoch, sync_view_epoch(feed.session, feed.query.viewer, feed.query.type));
  if (epoch != feed.place.epoch) {
    feed.place.sweep = Sweep::View;
    feed.place.after = 0;
    feed.place.target = epoch;
    return true;
  }
  const int64_t horizon_us = feed.query.bounds.latest_start_us;
  if (feed.query.type == RecordType::Meeting && horizon_us - feed.place.horizon_us >= kDayUs) {
    feed.place.sweep = Sweep::Horizon;
    feed.place.after = feed.place.horizon_us;
    feed.place.after_id = std::numeric_limits<int64_t>::max();
    feed.place.target = horizon_us;
    return true;
  }
  return false;
}

Result<void> one_sweep(Feed& feed) {
  switch (feed.place.sweep) {
    case Sweep::None:
      return {};
    case Sweep::Listing:
      return sweep_listing(feed);
    case Sweep::View:
      return sweep_view(feed);
    case Sweep::Horizon:
      return sweep_horizon(feed);
  }
  std::unreachable();
}

// True when the page is full and more may be waiting.
Result<bool> read_feed(Feed& feed) {
  TRY(const db::Rows rows,
      feed.session.query(
          "SELECT id, seq FROM crm_record WHERE account_id = $1 AND type = $2 AND (seq, id) > ($3, $4) "
          "ORDER BY seq, id LIMIT $5",
          {feed.query.viewer.account, name_of(feed.query.type), feed.place.seq, feed.place.id, feed.left()}));
  const bool full = rows.size() == feed.left();
  for (const db::Row& row : rows)
    if (std::ranges::find(feed.ids, row[0].integer()) == feed.ids.end()) feed.ids.push_back(row[0].integer());
  if (!rows.empty()) {
    feed.place.id = rows.back()[0].integer();
    feed.place.seq = rows.back()[1].integer();
  }
  return full;
}

Result<bool> fill(Feed& feed) {
  while (true) {
    TRY(const bool sweeping, start_sweep(feed));
    if (!sweeping) return read_feed(feed);
    TRY_VOID(one_sweep(feed));
    if (feed.left() == 0) return true;
  }
}

Result<Place> beginning(db::Session& session, const ScopeQuery& query) {
  Place place{.horizon_us = query.bounds.latest_start_us, .sweep = Sweep::Listing};
  TRY(place.epoch, sync_view_epoch(session, query.viewer, query.type));
  TRY(const db::Rows newest,
      session.query(
          "SELECT seq, id FROM crm_record WHERE account_id = $1 AND type = $2 ORDER BY seq DESC, id DESC "
          "LIMIT 1",
          {query.viewer.account, name_of(query.type)}));
  if (!newest.empty()) {
    place.seq = newest.front()[0].integer();
    place.id = newest.front()[1].integer();
  }
  return place;
}

}  // namespace

sync::CrmRecord crm_record_of(const Record& record, const Rights& rights, bool in_scope) {
  const model::Kind kind = kind_of(record.type).value_or(model::Kind::Contact);
  sync::CrmRecord out{.kind = kind,
                      .id = record.id,
                      .version = record.version,
                      .changed_at = record.changed.at,
                      .changed_by = record.changed.by,
                      .deleted = record.deleted,
                      .may_write = false};
  if (!rights.may_see(record.owner, record.watched)) return out;
  out.fields = model::restricted(record.fields, model::all_fields(kind));
  out.in_scope = in_scope && !record.deleted;
  out.series_key = record.series_key;
  out.may_write = rights.may_write(record.owner, record.watched) && !record.deleted;
  out.may_delete = rights.may_delete(record.owner) && !record.deleted;
  out.may_restore = rights.may_write(record.owner, record.watched) && record.deleted;
  out.send_requested = record.send_version != 0 && record.send_version == record.version;
  return out;
}

Result<std::vector<sync::CrmRecord>> crm_records_of(db::Session& session, const ScopeQuery& query,
                                                    const Rights& rights,
                                                    const std::optional<ViewDefinition>& view,
                                                    std::span<const Record> records) {
  std::vector<int64_t> to_ask;
  for (const Record& record : records)
    if (record.owner != query.viewer.user && !record.watched) to_ask.push_back(record.id.value);
  std::set<int64_t> held;
  if (view && !to_ask.empty()) {
    TRY(held, held_by_view(session, query, *view, to_ask));
  }
  std::vector<sync::CrmRecord> out;
  for (const Record& record : records) {
    const bool wanted = record.owner == query.viewer.user || record.watched || held.contains(record.id.value);
    out.push_back(crm_record_of(record, rights, wanted && within(query.bounds, record)));
  }
  return out;
}

Result<sync::CrmChangePage> changes(db::Session& session, sync::Viewer viewer, model::Kind kind,
                                    const ScopeWindow& window, const Cursor& cursor, size_t limit,
                                    Instant now) {
  TRY(const Rights rights, rights_of(session, viewer));
  const RecordType type = type_of(kind);
  const ScopeQuery query{viewer, type, bounds_of(window, type, now), now};
  Feed feed{session, query, {}, {}, {}, std::max<size_t>(limit, 1)};
  if (cursor.value.empty()) {
    TRY(feed.place, beginning(session, query));
  } else {
    const auto place = place_from(cursor.value);
    if (!place)
      return fail(ErrorKind::CursorLost, "the place in the CRM's changes is not readable; list again");
    feed.place = *place;
  }
  TRY(const int64_t epoch, sync_view_epoch(session, viewer, type));
  TRY(feed.view, sync_view_at(session, viewer, type, epoch));
  sync::CrmChangePage page;
  TRY(page.more, fill(feed));
  page.next = Cursor{text_of(feed.place)};

  TRY(const auto found, load_records(session, viewer.account, viewer.user, feed.ids));
  std::map<int64_t, const Record*> by_id;
  for (const Record& record : found) by_id[record.id.value] = &record;
  std::vector<Record> in_order;
  for (int64_t id : feed.ids)
    if (const auto at = by_id.find(id); at != by_id.end()) in_order.push_back(*at->second);
  TRY(page.records, crm_records_of(session, query, rights, feed.view, in_order));
  return page;
}

}  // namespace mailsync::crm
