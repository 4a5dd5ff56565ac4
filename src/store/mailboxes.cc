#include "store/codes.h"
#include "store/state_store.h"
#include "sync/profile_json.h"

namespace mailsync::store {
namespace {

Result<sync::Mailbox> read_mailbox(const db::Row& row) {
  sync::Mailbox mailbox{.id = row[0].id<MailboxId>(),
                        .account = row[1].id<AccountId>(),
                        .user = row[2].id<UserId>(),
                        .address = row[3].text(),
                        .remote_user = row[4].text(),
                        .access_method = row[5].text(),
                        .state_text = row[7].text(),
                        .last_pass_at = row[9].instant()};
  TRY(mailbox.state, decoded(row[6], sync::MailboxState::WaitsForStart));
  TRY(mailbox.profile, sync::profile_from_json(row[8].text()));
  return mailbox;
}

Result<std::vector<sync::Mailbox>> read_mailboxes(const db::Rows& rows) {
  std::vector<sync::Mailbox> mailboxes;
  for (const db::Row& row : rows) {
    TRY(mailboxes.emplace_back(), read_mailbox(row));
  }
  return mailboxes;
}

}  // namespace

Result<std::vector<sync::Mailbox>> StateStore::mailboxes(AccountId account) {
  TRY(db::Rows rows,
      query("SELECT id, account_id, user_id, address, remote_user, access_method, state, state_text, "
            "profile, last_pass_at_us FROM mailbox WHERE account_id = $1 OR $1 = 0 ORDER BY id",
            {account}));
  return read_mailboxes(rows);
}

Result<sync::Mailbox> StateStore::mailbox(MailboxId id) {
  TRY(db::Rows rows,
      query("SELECT id, account_id, user_id, address, remote_user, access_method, state, state_text, "
            "profile, last_pass_at_us FROM mailbox WHERE id = $1",
            {id}));
  if (rows.empty())
    return fail(ErrorKind::Gone, "there is no mailbox with number " + std::to_string(id.value));
  return read_mailbox(rows[0]);
}

Result<MailboxId> StateStore::save_mailbox(Transaction& transaction, const sync::Mailbox& m) {
  auto& tx = db::SqlTransaction::of(transaction);
  const std::string profile = sync::to_json(m.profile);
  const bool takeable = sync::is_runnable(m.state);
  if (m.id) {
    TRY(int64_t changed, tx.execute("UPDATE mailbox SET user_id = $2, address = $3, remote_user = $4, "
                                    "access_method = $5, state = $6, "
                                    "state_text = $7, profile = $8, last_pass_at_us = $9 WHERE id = $1",
                                    {m.id, m.user, m.address, m.remote_user, m.access_method, code(m.state),
                                     m.state_text, profile, m.last_pass_at}));
    if (changed == 0) return fail(ErrorKind::Gone, "the mailbox " + m.address + " was removed meanwhile");
    TRY_VOID(tx.execute("UPDATE mailbox_lease SET takeable = $2 WHERE mailbox_id = $1 AND takeable <> $2",
                        {m.id, takeable}));
    return m.id;
  }
  TRY(db::Rows rows,
      tx.query(
          "INSERT INTO mailbox (account_id, user_id, address, remote_user, access_method, state, state_text, "
          "profile, last_pass_at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
          {m.account, m.user, m.address, m.remote_user, m.access_method, code(m.state), m.state_text, profile,
           m.last_pass_at}));
  const auto id = rows.at(0).at(0).id<MailboxId>();
  TRY_VOID(tx.execute(
      "INSERT INTO mailbox_lease (mailbox_id, account_id, fencing_token, worker, until_us, due_at_us, "
      "takeable) VALUES ($1, $2, 0, '', 0, 0, $3)",
      {id, m.account, takeable}));
  return id;
}

Result<void> StateStore::remove_mailbox(MailboxId id) {
  return transact(sync::Durable::Yes, [&](Transaction& transaction) -> Result<void> {
    auto& tx = db::SqlTransaction::of(transaction);
    for (const std::string_view sql :
         {"DELETE FROM mailbox_lease WHERE mailbox_id = $1", "DELETE FROM sync_cursor WHERE mailbox_id = $1",
          "DELETE FROM removal_hint WHERE mailbox_id = $1", "DELETE FROM link WHERE mailbox_id = $1",
          "DELETE FROM journal WHERE mailbox_id = $1", "DELETE FROM issue WHERE mailbox_id = $1",
          "DELETE FROM plan_item WHERE plan_id IN (SELECT id FROM plan_report WHERE mailbox_id = $1)",
          "DELETE FROM plan_report WHERE mailbox_id = $1", "DELETE FROM run_count WHERE mailbox_id = $1",
          "DELETE FROM run WHERE mailbox_id = $1", "DELETE FROM mailbox_profile WHERE mailbox_id = $1",
          "DELETE FROM daily_items WHERE mailbox_id = $1", "DELETE FROM daily_outcome WHERE mailbox_id = $1",
          "DELETE FROM mailbox WHERE id = $1"}) {
      TRY_VOID(tx.execute(sql, {id}));
    }
    return {};
  });
}

}  // namespace mailsync::store
