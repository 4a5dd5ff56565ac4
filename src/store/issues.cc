#include "store/codes.h"
#include "store/state_store.h"

namespace mailsync::store {

namespace {

constexpr std::string_view kColumns =
    "SELECT id, mailbox_id, key, kind, remote_id, record_id, severity, title, remedy, opened_at_us, "
    "attempts, "
    "retry_at_us, cause, effect FROM issue ";

Result<std::vector<sync::Issue>> issues_in(const db::Rows& rows) {
  std::vector<sync::Issue> issues;
  for (const db::Row& row : rows) {
    sync::Issue issue{.id = row[0].id<IssueId>(),
                      .mailbox = row[1].id<MailboxId>(),
                      .key = row[2].text(),
                      .remote_id = row[4].id<RemoteId>(),
                      .record = row[5].id<RecordId>(),
                      .severity = row[6].text(),
                      .title = row[7].text(),
                      .cause = row[12].text(),
                      .effect = row[13].text(),
                      .remedy = row[8].text(),
                      .opened_at = row[9].instant(),
                      .attempts = static_cast<int>(row[10].integer()),
                      .retry_at = row[11].instant()};
    if (!row[3].is_null()) {
      TRY(issue.kind, decoded(row[3], model::Kind::Meeting));
    }
    issues.push_back(std::move(issue));
  }
  return issues;
}

}  // namespace

Result<std::vector<sync::Issue>> StateStore::open_issues(MailboxId mailbox) {
  TRY(const db::Rows rows, query(std::string(kColumns) + "WHERE mailbox_id = $1 ORDER BY id", {mailbox}));
  return issues_in(rows);
}

Result<std::vector<sync::Issue>> StateStore::open_issues_about(AccountId account,
                                                               std::span<const RecordId> records) {
  std::vector<int64_t> ids;
  for (const RecordId id : records) ids.push_back(id.value);
  TRY(const db::Rows rows,
      query(std::string(kColumns) + "WHERE account_id = $1 AND record_id IN {{ints $2}} ORDER BY id",
            {account, db::int_list(ids)}));
  return issues_in(rows);
}

Result<void> StateStore::open_issue(Transaction& transaction, const sync::Issue& i) {
  std::optional<int64_t> kind;
  if (i.kind) kind = code(*i.kind);
  TRY_VOID(
      db::SqlTransaction::of(transaction)
          .execute(
              "INSERT INTO issue (account_id, mailbox_id, key, kind, remote_id, record_id, severity, title, "
              "remedy, opened_at_us, attempts, retry_at_us, cause, effect) VALUES ((SELECT account_id FROM "
              "mailbox WHERE id = $1), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) "
              "ON CONFLICT (mailbox_id, key) DO UPDATE SET kind = excluded.kind, "
              "remote_id = excluded.remote_id, record_id = excluded.record_id, severity = excluded.severity, "
              "title = excluded.title, cause = excluded.cause, effect = excluded.effect, "
              "remedy = excluded.remedy, "
              "attempts = issue.attempts + excluded.attempts, retry_at_us = excluded.retry_at_us",
              {i.mailbox, i.key, kind, i.remote_id, i.record, i.severity, i.title, i.remedy, i.opened_at,
               i.attempts, i.retry_at, i.cause, i.effect}));
  return {};
}

Result<void> StateStore::close_issue(Transaction& transaction, MailboxId mailbox, std::string_view key) {
  TRY_VOID(db::SqlTransaction::of(transaction)
               .execute("DELETE FROM issue WHERE mailbox_id = $1 AND key = $2", {mailbox, key}));
  return {};
}

}  // namespace mailsync::store
