#include "crm/builtin/scope.h"

#include <algorithm>

#include "crm/builtin/content.h"
#include "crm/builtin/fold.h"
#include "model/when.h"

namespace mailsync::crm {
namespace {

constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;

std::vector<int64_t> ids_of(const db::Rows& rows) {
  std::vector<int64_t> out;
  out.reserve(rows.size());
  for (const db::Row& row : rows) out.push_back(row[0].integer());
  return out;
}

// "SELECT r.id … WHERE …" of the records of one type that a view holds; $1 is the account, $2 the user, $3
// the type.
Result<std::string> view_sql(const ScopeQuery& query, const ViewDefinition& view, db::Params& params,
                             bool by_id = false) {
  params = {query.viewer.account, query.viewer.user, name_of(query.type)};
  std::string sql = "SELECT r.id FROM crm_record r JOIN " + std::string(type_table(query.type)) +
                    " t ON t.id = r.id WHERE " + (by_id ? "+" : "") +
                    "r.account_id = $1 AND r.type = $3 AND r.deleted = 0 AND "
                    "r.type <> 'email' AND $2 <> 0";
  for (const Filter& filter : view.filters) {
    TRY(const std::string part,
        condition(query.type, filter, {.me = query.viewer.user, .now = query.now}, params));
    sql += part;
  }
  if (view.words.empty()) return sql;
  params.push_back(db::search_words(search_scope(query.viewer.account, query.type) + " " + fold(view.words)));
  return sql + " AND r.id IN (SELECT rowid FROM crm_text WHERE {{text_match crm_text $" +
         std::to_string(params.size()) + "}})";
}

std::string next_placeholder(db::Params& params, db::Value value) {
  params.push_back(std::move(value));
  return "$" + std::to_string(params.size());
}

}  // namespace

WindowBounds bounds_of(const ScopeWindow& window, RecordType type, Instant now) {
  const int64_t today_us = now.us - ((now.us % kDayUs) + kDayUs) % kDayUs;
  if (type == RecordType::Task) return {today_us - window.completed_task_days * kDayUs, kAlways};
  if (type != RecordType::Meeting) return {0, kAlways};
  const auto today = model::wall_time_at(now, "UTC");
  model::Date ahead = today ? today->date : model::Date{};
  const int month = static_cast<int>(ahead.month) - 1 + window.meeting_months_ahead;
  ahead.year += month / 12;
  ahead.month = static_cast<unsigned>(month % 12) + 1;
  ahead.day = std::min(ahead.day, 28U);
  return {today_us - window.meeting_days_back * kDayUs, ahead.days_since_epoch() * kDayUs};
}

bool within(const WindowBounds& bounds, const Record& record) {
  return record.ends_us >= bounds.earliest_end_us && record.starts_us <= bounds.latest_start_us;
}

Result<std::vector<int64_t>> ids_in_scope(db::Session& session, const ScopeQuery& query,
                                          const std::optional<ViewDefinition>& view, RecordId after,
                                          size_t limit) {
  db::Params params{query.viewer.account, query.viewer.user, name_of(query.type)};
  std::string in_view;
  if (view) {
    TRY(in_view, view_sql(query, *view, params));
  }
  const std::string from = next_placeholder(params, after), most = next_placeholder(params, limit);
  const std::string window = " AND r.ends_us >= " + next_placeholder(params, query.bounds.earliest_end_us) +
                             " AND r.starts_us <= " + next_placeholder(params, query.bounds.latest_start_us) +
                             " AND r.id > " + from + " ORDER BY r.id LIMIT " + most + ")";
  std::string sql =
      "SELECT id FROM (SELECT id FROM (SELECT r.id AS id FROM crm_record r WHERE r.account_id = $1 AND "
      "r.type = $3 AND "
      "r.owner_id = $2 AND r.deleted = 0 AND r.type <> 'email'" +
      window +
      " owned UNION SELECT id FROM (SELECT r.id AS id "
      "FROM crm_watcher w JOIN crm_record r ON r.id = w.record_id WHERE w.account_id = $1 AND w.user_id = $2 "
      "AND "
      "r.type = $3 AND r.deleted = 0" +
      window + " watched";
  if (view) sql += " UNION SELECT id FROM (" + in_view + window + " viewed";
  sql += ") every_way ORDER BY id LIMIT " + most;
  TRY(const db::Rows rows, session.query(sql, params));
  return ids_of(rows);
}

Result<std::vector<int64_t>> ids_in_view(db::Session& session, const ScopeQuery& query,
                                         const ViewDefinition& view, RecordId after, size_t limit) {
  db::Params params;
  TRY(std::string sql, view_sql(query, view, params));
  sql += " AND r.id > " + next_placeholder(params, after);
  sql += " ORDER BY r.id LIMIT " + next_placeholder(params, limit);
  TRY(const db::Rows rows, session.query(sql, params));
  return ids_of(rows);
}

Result<std::set<int64_t>> held_by_view(db::Session& session, const ScopeQuery& query,
                                       const ViewDefinition& view, std::span<const int64_t> ids) {
  db::Params params;
  TRY(std::string sql, view_sql(query, view, params, true));
  sql += " AND r.id IN {{ints " + next_placeholder(params, db::int_list(ids)) + "}}";
  TRY(const db::Rows rows, session.query(sql, params));
  const std::vector<int64_t> held = ids_of(rows);
  return std::set<int64_t>(held.begin(), held.end());
}

}  // namespace mailsync::crm
