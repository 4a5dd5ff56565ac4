// What passes did, as one row per run, kind and thing counted; zeros take no row, so that a quiet pass writes
// none.
#include "store/codes.h"
#include "store/count_columns.h"
#include "store/run_counts.h"
#include "store/run_store.h"
#include "store/state_store.h"
#include "sync/statistics.h"

namespace mailsync::store {
namespace {

using sync::Counts;

constexpr std::string_view kSkipped = "skipped:";

void add_to(Counts& counts, std::string_view what, int64_t number) {
  if (what.starts_with(kSkipped)) {
    counts.skipped[std::string(what.substr(kSkipped.size()))] += number;
    return;
  }
  for (const CountColumn& column : kCountColumns)
    if (column.what == what) counts.*column.count += number;
}

// For the statistics, by the day on which the run began.
Result<void> add_daily(db::SqlTransaction& tx, MailboxId mailbox, const RunId& run, model::Kind kind,
                       const Counts& counts) {
  const int64_t to_crm =
      counts.to_crm_created + counts.to_crm_updated + counts.to_crm_deleted + counts.to_crm_linked;
  const int64_t to_mailbox =
      counts.to_mailbox_created + counts.to_mailbox_updated + counts.to_mailbox_deleted;
  if (to_crm == 0 && to_mailbox == 0) return {};
  TRY_VOID(tx.execute(
      "INSERT INTO daily_items (account_id, day, mailbox_id, kind, to_crm, to_mailbox) SELECT account_id, "
      "$2, "
      "id, $3, $4, $5 FROM mailbox WHERE id = $1 ON CONFLICT (account_id, day, mailbox_id, kind) DO UPDATE "
      "SET to_crm = daily_items.to_crm + excluded.to_crm, to_mailbox = daily_items.to_mailbox + "
      "excluded.to_mailbox",
      {mailbox, sync::day_of(begun_at(run)), code(kind), to_crm, to_mailbox}));
  return {};
}

}  // namespace

Result<std::map<model::Kind, Counts>> StateStore::totals(MailboxId mailbox) {
  TRY(db::Rows rows,
      query("SELECT kind, what, sum(count) FROM run_count WHERE mailbox_id = $1 GROUP BY kind, what",
            {mailbox}));
  std::map<model::Kind, Counts> totals;
  for (const db::Row& row : rows) {
    TRY(auto kind, decoded(row[0], model::Kind::Meeting));
    add_to(totals[kind], row[1].text(), row[2].integer());
  }
  return totals;
}

Result<std::map<model::Kind, Counts>> counts_of_run(db::Session& session, MailboxId mailbox,
                                                    const RunId& run) {
  TRY(const db::Rows rows,
      session.query("SELECT kind, what, count FROM run_count WHERE mailbox_id = $1 AND run_id = $2",
                    {mailbox, run}));
  std::map<model::Kind, Counts> out;
  for (const db::Row& row : rows) {
    TRY(auto kind, decoded(row[0], model::Kind::Meeting));
    add_to(out[kind], row[1].text(), row[2].integer());
  }
  return out;
}

Result<void> StateStore::add_counts(Transaction& transaction, MailboxId mailbox, const RunId& run,
                                    model::Kind kind, const Counts& counts) {
  std::vector<db::Params> rows;
  auto put = [&](std::string what, int64_t number) {
    if (number != 0) rows.push_back({mailbox, run, code(kind), std::move(what), number});
  };
  for (const CountColumn& column : kCountColumns) put(std::string(column.what), counts.*column.count);
  for (const auto& [reason, number] : counts.skipped) put(std::string(kSkipped) + reason, number);
  if (rows.empty()) return {};
  db::SqlTransaction& tx = db::SqlTransaction::of(transaction);
  // So that it is listed also when it is broken off; its end completes the row (run_store.cc).
  TRY_VOID(
      tx.query("INSERT INTO run (id, mailbox_id, account_id, started_at_us, cause, error) VALUES ($1, $2, "
               "(SELECT account_id FROM mailbox WHERE id = $2), $3, '', '') ON CONFLICT (mailbox_id, id) DO "
               "NOTHING",
               {run, mailbox, begun_at(run)}));
  TRY_VOID(add_daily(tx, mailbox, run, kind, counts));
  return tx.execute_batch(
      "INSERT INTO run_count (mailbox_id, run_id, kind, what, account_id, count) VALUES "
      "($1, $2, $3, $4, (SELECT account_id FROM mailbox WHERE id = $1), $5) "
      "ON CONFLICT (mailbox_id, run_id, kind, what) DO UPDATE SET count = run_count.count + "
      "excluded.count",
      rows);
}

}  // namespace mailsync::store
