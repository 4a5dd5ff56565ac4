#include "store/plan_store.h"

#include <boost/json.hpp>

#include "store/codes.h"
#include "store/count_columns.h"

namespace mailsync::store {
namespace {

using sync::Counts;
using sync::PlanItem;
using sync::PlanReport;

static_assert(static_cast<int>(sync::PlanPurpose::DryRun) == 0 &&
              static_cast<int>(sync::PlanPurpose::Undo) == 1 &&
              static_cast<int>(sync::PlanPurpose::Held) == 2);
static_assert(static_cast<int>(sync::PlanState::Running) == 0 &&
              static_cast<int>(sync::PlanState::Ready) == 1 &&
              static_cast<int>(sync::PlanState::Waiting) == 2 &&
              static_cast<int>(sync::PlanState::Approved) == 3 &&
              static_cast<int>(sync::PlanState::Done) == 4 &&
              static_cast<int>(sync::PlanState::Rejected) == 5 &&
              static_cast<int>(sync::PlanState::Failed) == 6);
static_assert(static_cast<int>(sync::PlanAction::Create) == 0 &&
              static_cast<int>(sync::PlanAction::Change) == 1 &&
              static_cast<int>(sync::PlanAction::Merge) == 2 &&
              static_cast<int>(sync::PlanAction::Delete) == 3 &&
              static_cast<int>(sync::PlanAction::Park) == 4 &&
              static_cast<int>(sync::PlanAction::Mail) == 5 && static_cast<int>(sync::PlanAction::Keep) == 6);

#define PLAN_COLUMNS                                                                                       \
  "mailbox_id, purpose, state, guard, title, error, created_at_us, finished_at_us, counts, mails, items, " \
  "shortened, target_change, target_run, target_since_us, run_id"
#define ITEM_COLUMNS                                                                                       \
  "number, kind, side, action, title, remote_id, record_id, link_id, before_fields, after_fields, cause, " \
  "rule, note"

// {"task":{"parked":1,"skipped":{"not_marked":4}}}
std::string text_of(const std::map<model::Kind, Counts>& counts) {
  boost::json::object out;
  for (const auto& [kind, counted] : counts) {
    boost::json::object of_kind, skipped;
    for (const CountColumn& column : kCountColumns)
      if (counted.*column.count != 0) of_kind[column.what] = counted.*column.count;
    for (const auto& [reason, number] : counted.skipped) skipped[reason] = number;
    if (!skipped.empty()) of_kind["skipped"] = std::move(skipped);
    out[model::name_of(kind)] = std::move(of_kind);
  }
  return boost::json::serialize(out);
}

Result<int64_t> number_of(const boost::json::value& value) {
  boost::system::error_code failed;
  const auto number = value.to_number<int64_t>(failed);
  if (failed) return fail(ErrorKind::Corrupt, "the counts of a plan are not readable");
  return number;
}

Result<std::map<model::Kind, Counts>> counts_from(const std::string& text) {
  boost::system::error_code failed;
  const auto value = boost::json::parse(text, failed);
  if (failed || !value.is_object()) return fail(ErrorKind::Corrupt, "the counts of a plan are not readable");
  std::map<model::Kind, Counts> out;
  for (const auto& [name, of_kind] : value.get_object()) {
    const auto kind = model::kind_named(name);
    if (!kind || !of_kind.is_object())
      return fail(ErrorKind::Corrupt, "the counts of a plan are not readable");
    Counts& counts = out[*kind];
    for (const CountColumn& column : kCountColumns)
      if (const auto* number = of_kind.get_object().if_contains(column.what)) {
        TRY(counts.*column.count, number_of(*number));
      }
    const auto* skipped = of_kind.get_object().if_contains("skipped");
    if (!skipped || !skipped->is_object()) continue;
    for (const auto& [reason, number] : skipped->get_object()) {
      TRY(counts.skipped[std::string(reason)], number_of(number));
    }
  }
  return out;
}

db::Params params_of(const PlanReport& r) {
  return {r.mailbox,       code(r.purpose), code(r.state),     r.key,   r.title, r.error,
          r.created_at,    r.finished_at,   text_of(r.counts), r.mails, r.items, r.shortened ? 1 : 0,
          r.target.change, r.target.run,    r.target.since,    r.run};
}

Result<PlanReport> report_of(const db::Row& row) {
  PlanReport out{
      .id = row[0].id<sync::PlanId>(),
      .mailbox = row[1].id<MailboxId>(),
      .key = row[4].text(),
      .title = row[5].text(),
      .error = row[6].text(),
      .created_at = row[7].instant(),
      .finished_at = row[8].instant(),
      .mails = row[10].integer(),
      .items = row[11].integer(),
      .shortened = row[12].boolean(),
      .target = {.change = row[13].id<JournalId>(), .run = row[14].id<RunId>(), .since = row[15].instant()},
      .run = row[16].id<RunId>()};
  TRY(out.purpose, decoded(row[2], sync::PlanPurpose::Held));
  TRY(out.state, decoded(row[3], sync::PlanState::Failed));
  TRY(out.counts, counts_from(row[9].text()));
  return out;
}

Result<PlanItem> item_of(const db::Row& row) {
  PlanItem out{.number = row[0].integer(),
               .title = row[4].text(),
               .remote_id = row[5].id<RemoteId>(),
               .record = row[6].id<RecordId>(),
               .link = row[7].id<LinkId>(),
               .before = row[8].text(),
               .after = row[9].text(),
               .cause = row[10].text(),
               .rule = row[11].text(),
               .note = row[12].text()};
  TRY(out.kind, decoded(row[1], model::Kind::Meeting));
  TRY(out.side, decoded(row[2], sync::JournalEntry::Side::Crm));
  TRY(out.action, decoded(row[3], sync::PlanAction::Keep));
  return out;
}

constexpr int64_t kAny = -1;
template <typename E>
int64_t wanted(const std::optional<E>& value) {
  return value ? code(*value) : kAny;
}

}  // namespace

Result<db::Rows> PlanStore::query(std::string_view sql, std::initializer_list<db::Value> params) {
  db::Rows rows;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(rows, session.query(sql, params));
    return {};
  }));
  return rows;
}

Result<PlanReport> PlanStore::plan(sync::PlanId id) {
  TRY(const db::Rows rows, query("SELECT id, " PLAN_COLUMNS " FROM plan_report WHERE id = $1", {id}));
  if (rows.empty()) return fail(ErrorKind::Gone, "there is no such plan any more");
  return report_of(rows.front());
}

Result<std::vector<PlanReport>> PlanStore::plans(const sync::PlanFilter& filter, size_t limit) {
  const int64_t before = filter.before ? filter.before.value : std::numeric_limits<int64_t>::max();
  TRY(const db::Rows rows,
      query("SELECT id, " PLAN_COLUMNS " FROM plan_report WHERE account_id = $1 AND (CAST($2 AS {{int}}) = 0 "
            "OR mailbox_id = $2) AND (CAST($3 AS {{int}}) = -1 OR purpose = "
            "$3) AND (CAST($4 AS {{int}}) = -1 OR state = $4) AND id < $5 ORDER BY id DESC LIMIT $6",
            {filter.account, filter.mailbox, wanted(filter.purpose), wanted(filter.state), before, limit}));
  std::vector<PlanReport> out;
  for (const db::Row& row : rows) {
    TRY(out.emplace_back(), report_of(row));
  }
  return out;
}

Result<std::vector<PlanItem>> PlanStore::plan_items(sync::PlanId id, const sync::PlanItemFilter& filter,
                                                    size_t limit) {
  TRY(const db::Rows rows,
      query("SELECT " ITEM_COLUMNS " FROM plan_item WHERE plan_id = $1 AND number > $2 AND (CAST($3 AS "
            "{{int}}) = -1 OR kind = $3) AND (CAST($4 AS {{int}}) = -1 OR "
            "side = $4) AND (CAST($5 AS {{int}}) = -1 OR action = $5) ORDER BY number LIMIT $6",
            {id, filter.after, wanted(filter.kind), wanted(filter.side), wanted(filter.action), limit}));
  std::vector<PlanItem> out;
  for (const db::Row& row : rows) {
    TRY(out.emplace_back(), item_of(row));
  }
  return out;
}

Result<void> PlanStore::save_plan(Transaction& transaction, PlanReport& report) {
  auto& tx = db::SqlTransaction::of(transaction);
  if (report.id) {
    TRY(const int64_t changed,
        tx.execute(
            "UPDATE plan_report SET state = $2, guard = $3, title = $4, error = $5, finished_at_us = $6, "
            "counts = $7, mails = $8, items = $9, shortened = $10, run_id = $11 WHERE id = $1",
            {report.id, code(report.state), report.key, report.title, report.error, report.finished_at,
             text_of(report.counts), report.mails, report.items, report.shortened ? 1 : 0, report.run}));
    if (changed == 0) return fail(ErrorKind::Gone, "there is no such plan any more");
    return {};
  }
  TRY(const db::Rows made,
      tx.query(
          "INSERT INTO plan_report (account_id, " PLAN_COLUMNS
          ") VALUES ((SELECT account_id FROM mailbox WHERE id = $1), $1, $2, $3, $4, $5, $6, $7, $8, $9, "
          "$10, $11, $12, $13, $14, $15, $16) RETURNING id",
          params_of(report)));
  report.id = made.at(0).at(0).id<sync::PlanId>();
  return {};
}

Result<void> PlanStore::save_plan_items(Transaction& transaction, sync::PlanId id,
                                        std::span<const PlanItem> items) {
  std::vector<db::Params> rows;
  for (const PlanItem& item : items)
    rows.push_back({id, item.number, code(item.kind), code(item.side), code(item.action), item.title,
                    item.remote_id, item.record, item.link, item.before, item.after, item.cause, item.rule,
                    item.note});
  return db::SqlTransaction::of(transaction)
      .execute_batch("INSERT INTO plan_item (plan_id, " ITEM_COLUMNS
                     ", account_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
                     "(SELECT account_id FROM plan_report WHERE id = $1))",
                     rows);
}

Result<void> PlanStore::clear_plan_items(Transaction& transaction, sync::PlanId id) {
  TRY_VOID(db::SqlTransaction::of(transaction).execute("DELETE FROM plan_item WHERE plan_id = $1", {id}));
  return {};
}

Result<void> PlanStore::forget_plans(Transaction& transaction, MailboxId mailbox, sync::PlanPurpose purpose,
                                     size_t keep, Instant before) {
  auto& tx = db::SqlTransaction::of(transaction);
  TRY(const db::Rows rows,
      tx.query("SELECT id, state, created_at_us FROM plan_report WHERE mailbox_id = $1 AND purpose = $2 "
               "ORDER BY id DESC",
               {mailbox, code(purpose)}));
  std::vector<int64_t> old;
  for (size_t i = 0; i < rows.size(); ++i) {
    TRY(const auto state, decoded(rows[i][1], sync::PlanState::Failed));
    const bool needed = state == sync::PlanState::Running || state == sync::PlanState::Waiting ||
                        state == sync::PlanState::Approved;
    if (!needed && (i >= keep || rows[i][2].instant() < before)) old.push_back(rows[i][0].integer());
  }
  if (old.empty()) return {};
  TRY_VOID(tx.execute("DELETE FROM plan_item WHERE plan_id IN {{ints $1}}", {db::int_list(old)}));
  TRY_VOID(tx.execute("DELETE FROM plan_report WHERE id IN {{ints $1}}", {db::int_list(old)}));
  return {};
}

Result<void> PlanStore::fail_running(Transaction& transaction, std::string_view words, Instant now) {
  TRY_VOID(db::SqlTransaction::of(transaction)
               .execute("UPDATE plan_report SET state = $1, error = $2, finished_at_us = $3 WHERE state = $4",
                        {code(sync::PlanState::Failed), words, now, code(sync::PlanState::Running)}));
  return {};
}

}  // namespace mailsync::store
