#include "crm/builtin/timeline.h"

#include <algorithm>
#include <limits>

#include "crm/builtin/lists.h"

namespace mailsync::crm {
namespace {

constexpr int64_t kLast = std::numeric_limits<int64_t>::max();

// Where the page before ended. At one moment records come first (rank 1), then changes (rank 0), each by id
// descending.
struct Place {
  int64_t at_us = kLast, rank = 1, id = kLast;
};

// The records, newest first, that the viewer may see.
std::string related_sql(const Rights& rights, const TimelineQuery& query) {
  std::string sql =
      " FROM crm_relation x JOIN crm_record r ON r.id = x.source_id LEFT JOIN crm_email t ON t.id = r.id "
      "WHERE x.account_id = $1 AND $2 <> 0 AND r.deleted = 0 AND ";
  sql +=
      query.type == RecordType::Organisation
          ? "(x.target_id = $3 OR x.target_id IN (SELECT p.id FROM crm_contact p WHERE p.account_id = $1 AND "
            "p.organisation_id = $3 AND p.organisation_id <> 0))"
          : "x.target_id = $3";
  sql += " AND ($4 = '' OR r.type = $4)";
  const std::string own_copy =
      "EXISTS (SELECT 1 FROM crm_email_copy c WHERE c.email_id = r.id AND c.user_id = $2)";
  if (rights.sees == Reach::All)
    return sql + " AND (r.type <> 'email' OR t.shown <> 'owner' OR " + own_copy + ")";
  return sql +
         " AND (r.owner_id = $2 OR EXISTS (SELECT 1 FROM crm_watcher w WHERE w.record_id = r.id AND "
         "w.user_id = $2) "
         "OR " +
         own_copy + ")";
}

Result<void> add_related(db::Session& session, AccountId account, const Rights& rights,
                         const TimelineQuery& query, const Place& place, std::vector<TimelineEntry>& out) {
  const std::string sql =
      "SELECT DISTINCT x.at_us, x.source_id" + related_sql(rights, query) +
      " AND (x.at_us, x.source_id) < ($5, $6) ORDER BY x.at_us DESC, x.source_id DESC LIMIT $7";
  TRY(const db::Rows rows, session.query(sql, {account, rights.user, query.record, query.kind, place.at_us,
                                               place.rank == 1 ? place.id : int64_t{-1}, query.limit + 1}));
  for (const db::Row& row : rows) out.push_back({.at = row[0].instant(), .source = row[1].id<RecordId>()});
  return {};
}

Result<void> add_changes(db::Session& session, AccountId account, const TimelineQuery& query,
                         const Place& place, std::vector<TimelineEntry>& out) {
  TRY(const db::Rows rows,
      session.query(
          "SELECT at_us, version, by_user, via, before_fields, after_fields FROM crm_history "
          "WHERE record_id = $1 AND account_id = $2 AND (at_us, version) < ($3, $4) "
          "ORDER BY at_us DESC, version DESC LIMIT $5",
          {query.record, account, place.at_us, place.rank == 0 ? place.id : kLast, query.limit + 1}));
  for (const db::Row& row : rows) {
    TimelineEntry entry{.at = row[0].instant(),
                        .version = row[1].integer(),
                        .by = {row[0].instant(), row[2].id<UserId>(), Via::System},
                        .before = row[4].text(),
                        .after = row[5].text()};
    for (Via via : {Via::User, Via::MailSync})
      if (name_of(via) == row[3].text()) entry.by.via = via;
    out.push_back(std::move(entry));
  }
  return {};
}

Result<int64_t> total_of(db::Session& session, AccountId account, const Rights& rights,
                         const TimelineQuery& query) {
  int64_t total = 0;
  if (query.kind != "change") {
    const std::string sql = "SELECT COUNT(DISTINCT x.source_id)" + related_sql(rights, query);
    TRY(const db::Rows rows, session.query(sql, {account, rights.user, query.record, query.kind}));
    total += rows.front()[0].integer();
  }
  if (query.kind.empty() || query.kind == "change") {
    TRY(const db::Rows rows,
        session.query("SELECT COUNT(*) FROM crm_history WHERE record_id = $1 AND account_id = $2",
                      {query.record, account}));
    total += rows.front()[0].integer();
  }
  return total;
}

int64_t rank_of(const TimelineEntry& entry) {
  return entry.source ? 1 : 0;
}
int64_t id_of(const TimelineEntry& entry) {
  return entry.source ? entry.source.value : entry.version;
}

}  // namespace

Result<TimelinePage> timeline(db::Session& session, AccountId account, const Rights& rights,
                              const TimelineQuery& query) {
  const std::string binding = "timeline " + std::to_string(query.record.value) + " " + query.kind;
  TimelinePage page;
  Place place;
  if (query.cursor.empty()) {
    TRY(page.total, total_of(session, account, rights, query));
  } else {
    const auto values = decode_cursor(binding, query.cursor);
    const bool numbers = std::ranges::all_of(
        values, [](const db::Value& v) { return std::holds_alternative<int64_t>(v.variant()); });
    if (values.size() != 4 || !numbers)
      return fail(Error{.kind = ErrorKind::ItemInvalid,
                        .message = "the page's cursor belongs to another list; start again at the first page",
                        .vendor_code = "cursor_invalid"});
    page.total = values[0].integer();
    place = {values[1].integer(), values[2].integer(), values[3].integer()};
  }
  std::vector<TimelineEntry> found;
  if (query.kind != "change") TRY_VOID(add_related(session, account, rights, query, place, found));
  if (query.kind.empty() || query.kind == "change")
    TRY_VOID(add_changes(session, account, query, place, found));
  std::ranges::sort(found, [](const TimelineEntry& a, const TimelineEntry& b) {
    return std::tuple(a.at, rank_of(a), id_of(a)) > std::tuple(b.at, rank_of(b), id_of(b));
  });
  if (found.size() > query.limit) {
    found.resize(query.limit);
    const TimelineEntry& last = found.back();
    page.next_cursor = encode_cursor(binding, {page.total, last.at.us, rank_of(last), id_of(last)});
  }
  page.entries = std::move(found);
  return page;
}

}  // namespace mailsync::crm
