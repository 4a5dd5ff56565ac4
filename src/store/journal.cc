#include "db/params.h"
#include "store/codes.h"
#include "store/state_store.h"
#include "sync/undo_plan.h"

namespace mailsync::store {
namespace {

#define JOURNAL_COLUMNS                                                                                      \
  "mailbox_id, run_id, kind, link_id, remote_id, record_id, side, action, state, operation, before_fields, " \
  "after_fields, cause, rule, payload, outcome, at_us"

constexpr std::string_view kInsert =
    "INSERT INTO journal (account_id, " JOURNAL_COLUMNS
    ") VALUES ((SELECT account_id FROM mailbox WHERE id = $1), "
    "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING id";

// An entry with an id keeps who, what, why and when; what the write came to is added.
constexpr std::string_view kOutcome =
    "UPDATE journal SET link_id = $2, remote_id = $3, record_id = $4, state = $5, after_fields = $6, payload "
    "= $7, "
    "outcome = $8 WHERE id = $1";

using Entry = sync::JournalEntry;

db::Params inserted(const Entry& e) {
  return db::params(e.mailbox, e.run, code(e.kind), e.link, e.remote_id, e.record, code(e.side), e.action,
                    code(e.state), e.operation, e.before, e.after, e.cause, e.rule, e.payload, e.outcome,
                    e.at);
}

db::Params outcome_of(const Entry& e) {
  return {e.id, e.link, e.remote_id, e.record, code(e.state), e.after, e.payload, e.outcome};
}

Result<Entry> read_entry(const db::Row& row) {
  Entry entry{.id = row[0].id<JournalId>(),
              .mailbox = row[1].id<MailboxId>(),
              .run = row[2].id<RunId>(),
              .link = row[4].id<LinkId>(),
              .remote_id = row[5].id<RemoteId>(),
              .record = row[6].id<RecordId>(),
              .action = row[8].text(),
              .operation = row[10].id<OperationId>(),
              .before = row[11].text(),
              .after = row[12].text(),
              .cause = row[13].text(),
              .rule = row[14].text(),
              .payload = row[15].text(),
              .outcome = row[16].text(),
              .at = row[17].instant()};
  TRY(entry.kind, decoded(row[3], model::Kind::Meeting));
  TRY(entry.side, decoded(row[7], Entry::Side::Crm));
  TRY(entry.state, decoded(row[9], Entry::State::Failed));
  return entry;
}

Result<std::vector<Entry>> read_entries(const db::Rows& rows) {
  std::vector<Entry> entries;
  entries.reserve(rows.size());
  for (const db::Row& row : rows) {
    TRY(entries.emplace_back(), read_entry(row));
  }
  return entries;
}

}  // namespace

Result<std::vector<Entry>> StateStore::open_intentions(MailboxId mailbox) {
  TRY(db::Rows rows,
      query("SELECT id, " JOURNAL_COLUMNS " FROM journal WHERE mailbox_id = $1 AND state = 0 ORDER BY id",
            {mailbox}));
  return read_entries(rows);
}

Result<std::vector<Entry>> StateStore::journal(MailboxId mailbox, JournalId after, size_t limit) {
  TRY(db::Rows rows, query("SELECT id, " JOURNAL_COLUMNS
                           " FROM journal WHERE mailbox_id = $1 AND id > $2 ORDER BY id LIMIT $3",
                           {mailbox, after, limit}));
  return read_entries(rows);
}

Result<std::vector<Entry>> StateStore::changes(const sync::JournalFilter& f, size_t limit) {
  const int64_t before = f.before ? f.before.value : std::numeric_limits<int64_t>::max();
  TRY(db::Rows rows,
      query("SELECT id, " JOURNAL_COLUMNS
            " FROM journal WHERE mailbox_id = $1 AND id < $2 AND (CAST($3 AS {{int}}) = 0 OR id = $3) AND "
            "(CAST($4 AS TEXT) = '' OR run_id = $4) AND (CAST($5 AS {{int}}) = 0 OR record_id = $5) AND "
            "(CAST($6 AS TEXT) = '' OR remote_id = $6) AND at_us >= $7 ORDER BY id DESC LIMIT $8",
            {f.mailbox, before, f.id, f.run, f.record, f.remote_id, f.since, limit}));
  return read_entries(rows);
}

Result<int64_t> StateStore::deletions_since(MailboxId mailbox, model::Kind kind, Instant since) {
  // Intended ones count: they may already have happened.
  TRY(db::Rows rows,
      query("SELECT count(*) FROM journal WHERE action IN ('delete', 'dismiss') AND account_id = (SELECT "
            "account_id FROM mailbox WHERE id = $1) AND kind = $2 AND at_us >= $3 AND mailbox_id = $1 AND "
            "state "
            "IN (0, 1) AND cause <> $4",
            {mailbox, code(kind), since, sync::kUndoCause}));
  return rows.at(0).at(0).integer();
}

Result<std::pair<int64_t, int64_t>> StateStore::account_deletions(AccountId account, model::Kind kind,
                                                                  Instant since) {
  TRY(db::Rows links,
      query(
          "SELECT count(*) FROM link WHERE mailbox_id IN (SELECT id FROM mailbox WHERE account_id = $1) AND "
          "kind = $2 AND state = 0",
          {account, code(kind)}));
  TRY(db::Rows deleted,
      query(
          "SELECT count(*) FROM journal WHERE action IN ('delete', 'dismiss') AND account_id = $1 AND kind = "
          "$2 AND at_us >= $3 AND state IN (0, 1) AND cause <> $4",
          {account, code(kind), since, sync::kUndoCause}));
  return std::pair(links.at(0).at(0).integer(), deleted.at(0).at(0).integer());
}

Result<void> StateStore::save_journal(Transaction& transaction, std::span<Entry> entries) {
  auto& tx = db::SqlTransaction::of(transaction);
  std::vector<db::Params> inserts, outcomes;
  std::vector<Entry*> fresh;
  for (Entry& entry : entries) {
    if (entry.id) {
      outcomes.push_back(outcome_of(entry));
    } else {
      inserts.push_back(inserted(entry));
      fresh.push_back(&entry);
    }
  }
  TRY_VOID(tx.execute_batch(kOutcome, outcomes));
  TRY(db::Rows ids, tx.query_batch(kInsert, inserts));
  for (size_t i = 0; i < fresh.size(); ++i) fresh[i]->id = ids[i].at(0).id<JournalId>();
  return {};
}

}  // namespace mailsync::store
