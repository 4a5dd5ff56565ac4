#include "store/run_store.h"

#include <charconv>

#include "store/codes.h"
#include "store/run_counts.h"

namespace mailsync::store {
namespace {

// Counts of runs that are forgotten are kept under this name, for the mailbox's totals.
constexpr std::string_view kForgotten;

db::Value list_of(std::span<const MailboxId> mailboxes) {
  std::vector<int64_t> numbers;
  for (const MailboxId id : mailboxes) numbers.push_back(id.value);
  return db::int_list(numbers);
}

Result<void> forget_old(db::SqlTransaction& tx, MailboxId mailbox, Instant before, size_t most) {
  TRY(const db::Rows beyond,
      tx.query(
          "SELECT started_at_us FROM run WHERE mailbox_id = $1 ORDER BY started_at_us DESC, id DESC LIMIT 1 "
          "OFFSET $2",
          {mailbox, most}));
  // Those that began with the first one too many go with it.
  if (!beyond.empty()) before = std::max(before, Instant{beyond[0][0].integer() + 1});
  TRY(const db::Rows rows,
      tx.query("SELECT id FROM run WHERE mailbox_id = $1 AND started_at_us < $2", {mailbox, before}));
  if (rows.empty()) return {};
  std::vector<std::string> ids;
  for (const db::Row& row : rows) ids.emplace_back(row[0].text());
  const db::Value list = db::text_list(ids);
  TRY_VOID(
      tx.query("INSERT INTO run_count (mailbox_id, run_id, kind, what, account_id, count) SELECT mailbox_id, "
               "$3, kind, what, account_id, sum(count) FROM run_count WHERE mailbox_id = $1 AND run_id IN "
               "{{texts $2}} GROUP BY mailbox_id, kind, what, account_id ON CONFLICT (mailbox_id, run_id, "
               "kind, what) DO UPDATE SET count = run_count.count + excluded.count",
               {mailbox, list, kForgotten}));
  TRY_VOID(
      tx.query("DELETE FROM run_count WHERE mailbox_id = $1 AND run_id IN {{texts $2}}", {mailbox, list}));
  TRY_VOID(tx.query("DELETE FROM run WHERE mailbox_id = $1 AND id IN {{texts $2}}", {mailbox, list}));
  return {};
}

Result<void> add_runs(db::Session& session, const db::Rows& rows, std::vector<sync::RunRow>& out) {
  for (const db::Row& row : rows) {
    sync::RunRow run{.id = {std::string(row[0].text())},
                     .mailbox = row[1].id<MailboxId>(),
                     .started_at = Instant{row[2].integer()},
                     .trigger = std::string(row[4].text()),
                     .requests = row[6].integer(),
                     .error = std::string(row[5].text())};
    if (!row[3].is_null()) run.ended_at = Instant{row[3].integer()};
    TRY(run.counts, counts_of_run(session, run.mailbox, run.id));
    out.push_back(std::move(run));
  }
  return {};
}

}  // namespace

Instant begun_at(const RunId& run) {
  const std::string& id = run.value;
  if (id.size() != 36 || id[8] != '-' || id[14] != '7') return {};
  const std::string hex = id.substr(0, 8) + id.substr(9, 4);
  int64_t ms = 0;
  const auto [end, problem] = std::from_chars(hex.data(), hex.data() + hex.size(), ms, 16);
  if (problem != std::errc() || end != hex.data() + hex.size()) return {};
  return Instant{ms * 1000};
}

Result<void> RunStore::save(const sync::RunRow& run, Duration keep, size_t most) {
  return database_.write(db::Durability::Normal, [&](db::SqlTransaction& tx) -> Result<void> {
    // Nothing for a mailbox that was removed meanwhile.
    TRY(const db::Rows mailbox, tx.query("SELECT account_id FROM mailbox WHERE id = $1", {run.mailbox}));
    if (mailbox.empty()) return {};
    TRY_VOID(tx.query(
        "INSERT INTO run (id, mailbox_id, account_id, started_at_us, ended_at_us, cause, error, "
        "requests) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (mailbox_id, id) DO UPDATE SET "
        "started_at_us = excluded.started_at_us, ended_at_us = excluded.ended_at_us, "
        "cause = excluded.cause, error = excluded.error, requests = excluded.requests",
        {run.id, run.mailbox, mailbox[0][0].integer(), run.started_at, run.ended_at, run.trigger, run.error,
         run.requests}));
    return forget_old(tx, run.mailbox, run.started_at - keep, most);
  });
}

Result<std::vector<sync::RunRow>> RunStore::runs(std::span<const MailboxId> mailboxes,
                                                 const std::optional<sync::RunPlace>& before, size_t limit) {
  std::vector<sync::RunRow> out;
  const Instant at = before ? before->started_at : Instant{std::numeric_limits<int64_t>::max()};
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(const db::Rows rows,
        session.query("SELECT id, mailbox_id, started_at_us, ended_at_us, cause, error, requests FROM run "
                      "WHERE mailbox_id "
                      "IN {{ints $1}} AND (started_at_us < $2 OR (started_at_us = $2 AND id < $3)) ORDER BY "
                      "started_at_us DESC, id DESC LIMIT $4",
                      {list_of(mailboxes), at, before ? before->id.value : std::string(), limit}));
    return add_runs(session, rows, out);
  }));
  return out;
}

Result<std::vector<sync::RunRow>> RunStore::named(MailboxId mailbox, std::span<const RunId> runs) {
  std::vector<sync::RunRow> out;
  if (runs.empty()) return out;
  std::vector<std::string> ids;
  for (const RunId& run : runs) ids.push_back(run.value);
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(const db::Rows rows,
        session.query(
            "SELECT id, mailbox_id, started_at_us, ended_at_us, cause, error, requests FROM run WHERE "
            "mailbox_id = $1 AND id IN {{texts $2}}",
            {mailbox, db::text_list(ids)}));
    return add_runs(session, rows, out);
  }));
  return out;
}

Result<int64_t> RunStore::count(std::span<const MailboxId> mailboxes) {
  int64_t out = 0;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(const db::Rows rows,
        session.query("SELECT count(*) FROM run WHERE mailbox_id IN {{ints $1}}", {list_of(mailboxes)}));
    out = rows[0][0].integer();
    return {};
  }));
  return out;
}

}  // namespace mailsync::store
