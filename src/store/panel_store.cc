#include "store/panel_store.h"

#include "store/codes.h"
#include "store/run_store.h"
#include "sync/sweep.h"

namespace mailsync::store {
namespace {

template <typename Id>
db::Value list_of(std::span<const Id> ids) {
  std::vector<int64_t> numbers;
  for (const Id id : ids) numbers.push_back(id.value);
  return db::int_list(numbers);
}

Result<std::vector<sync::RosterRow>> rows_from(const db::Rows& rows) {
  std::vector<sync::RosterRow> out;
  out.reserve(rows.size());
  for (const db::Row& row : rows) {
    sync::RosterRow& each = out.emplace_back(sync::RosterRow{.mailbox = row[0].id<MailboxId>(),
                                                             .user = row[1].id<UserId>(),
                                                             .address = row[2].text(),
                                                             .access_method = row[3].text(),
                                                             .state_text = row[5].text(),
                                                             .last_pass_at = row[6].instant(),
                                                             .open_issues = row[7].integer()});
    TRY(each.state, decoded(row[4], sync::MailboxState::WaitsForStart));
  }
  return out;
}

using Details = std::map<MailboxId, sync::RosterDetails>;

Result<void> add_last_synced(db::Session& session, const db::Value& mailboxes, Details& out) {
  constexpr std::string_view kNewest =
      "SELECT id, (SELECT max(run_id) FROM run_count WHERE mailbox_id = mailbox.id AND kind = 0), (SELECT "
      "max(run_id) FROM run_count WHERE mailbox_id = mailbox.id AND kind = 1), (SELECT max(run_id) FROM "
      "run_count WHERE mailbox_id = mailbox.id AND kind = 2), (SELECT max(run_id) FROM run_count WHERE "
      "mailbox_id = mailbox.id AND kind = 3) FROM mailbox WHERE id IN {{ints $1}}";
  TRY(const db::Rows rows, session.query(kNewest, {mailboxes}));
  for (const db::Row& row : rows)
    for (const model::Kind kind : model::kKinds) {
      const db::Value& run = row[1 + static_cast<size_t>(kind)];
      if (run.is_null()) continue;
      const Instant at = begun_at(run.id<RunId>());
      if (at != Instant{}) out[row[0].id<MailboxId>()].last_synced[kind] = at;
    }
  return {};
}

// How much of a mailbox has been read once: what it follows is in its place "settings" (sync/sweep.h).
Result<void> add_progress(db::Session& session, const db::Value& mailboxes, Details& out) {
  TRY(const db::Rows read,
      session.query("SELECT mailbox_id, count(*) FROM sync_cursor WHERE mailbox_id IN {{ints $1}} AND "
                    "enumerated = 1 AND (substr(collection, 1, 6) = 'email:' OR substr(collection, 1, 8) = "
                    "'contact:' OR substr(collection, 1, 5) = 'task:' OR substr(collection, 1, 8) = "
                    "'meeting:') GROUP BY mailbox_id",
                    {mailboxes}));
  for (const db::Row& row : read) out[row[0].id<MailboxId>()].listed = static_cast<int>(row[1].integer());
  TRY(const db::Rows settings,
      session.query("SELECT mailbox_id, cursor FROM sync_cursor WHERE mailbox_id IN {{ints $1}} AND "
                    "collection = $2",
                    {mailboxes, sync::kSettingsPlace}));
  for (const db::Row& row : settings) {
    TRY(const sync::Applied applied, sync::applied_from_json(row[1].text()));
    for (const auto& [kind, ids] : applied.followed)
      out[row[0].id<MailboxId>()].collections += static_cast<int>(ids.size());
  }
  return {};
}

}  // namespace

Result<std::vector<sync::ConnectedDatabase>> PanelStore::databases(AccountId account) {
  std::vector<sync::ConnectedDatabase> out;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(const db::Rows rows,
        session.query("SELECT id, account_id, connector, name, connected_at_us, connected_by FROM "
                      "connected_database WHERE account_id = $1 ORDER BY id",
                      {account}));
    for (const db::Row& row : rows)
      out.push_back({.id = row[0].integer(),
                     .account = row[1].id<AccountId>(),
                     .connector = row[2].text(),
                     .name = row[3].text(),
                     .connected_at = row[4].instant(),
                     .connected_by = row[5].text()});
    return {};
  }));
  return out;
}

Result<void> PanelStore::connect_database(Transaction& tx, const sync::ConnectedDatabase& d) {
  TRY_VOID(db::SqlTransaction::of(tx).execute(
      "INSERT INTO connected_database (account_id, connector, name, connected_at_us, connected_by) VALUES "
      "($1, $2, $3, $4, $5) ON CONFLICT (account_id, connector, name) DO NOTHING",
      {d.account, d.connector, d.name, d.connected_at, d.connected_by}));
  return {};
}

Result<OrganizationId> PanelStore::default_organization(AccountId account) {
  OrganizationId out;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(const db::Rows rows,
        session.query("SELECT organization_id FROM default_organization WHERE account_id = $1", {account}));
    if (!rows.empty()) out = rows[0][0].id<OrganizationId>();
    return {};
  }));
  return out;
}

Result<void> PanelStore::set_default_organization(Transaction& tx, AccountId account, OrganizationId id) {
  TRY_VOID(db::SqlTransaction::of(tx).execute(
      "INSERT INTO default_organization (account_id, organization_id) VALUES ($1, $2) ON CONFLICT "
      "(account_id) DO UPDATE SET organization_id = excluded.organization_id",
      {account, id}));
  return {};
}

Result<std::vector<sync::RosterRow>> PanelStore::roster(AccountId account) {
  db::Rows rows;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(rows, session.query("SELECT m.id, m.user_id, m.address, m.access_method, m.state, m.state_text, "
                            "m.last_pass_at_us, coalesce(i.open, 0) FROM mailbox m LEFT JOIN (SELECT "
                            "mailbox_id, count(*) AS open FROM issue WHERE account_id = $1 GROUP BY "
                            "mailbox_id) i ON i.mailbox_id = m.id WHERE m.account_id = $1 ORDER BY m.id",
                            {account}));
    return {};
  }));
  return rows_from(rows);
}

Result<Details> PanelStore::details(std::span<const MailboxId> mailboxes) {
  Details out;
  if (mailboxes.empty()) return out;
  const db::Value list = list_of(mailboxes);
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY_VOID(add_last_synced(session, list, out));
    TRY_VOID(add_progress(session, list, out));
    TRY(const db::Rows issues,
        session.query("SELECT mailbox_id, title, cause, remedy FROM issue WHERE mailbox_id IN {{ints $1}} "
                      "AND substr(key, 1, 8) = 'mailbox:' ORDER BY id",
                      {list}));
    for (const db::Row& row : issues) {
      sync::RosterDetails& each = out[row[0].id<MailboxId>()];
      each.trouble = row[2].text().empty() ? row[1].text() : row[1].text() + ": " + row[2].text();
      each.remedy = row[3].text();
    }
    return {};
  }));
  return out;
}

Result<std::vector<sync::RosterRow>> PanelStore::roster_of(Transaction& tx, AccountId account,
                                                           std::span<const UserId> users) {
  TRY(const db::Rows rows, db::SqlTransaction::of(tx).query(
                               "SELECT id, user_id, address, access_method, state, state_text, "
                               "last_pass_at_us, (SELECT count(*) FROM issue WHERE issue.mailbox_id = "
                               "mailbox.id) FROM mailbox WHERE account_id = $1 AND user_id IN "
                               "{{ints $2}} ORDER BY id",
                               {account, list_of(users)}));
  return rows_from(rows);
}

Result<std::vector<std::string>> PanelStore::taken(Transaction& tx, AccountId account,
                                                   std::span<const std::string> addresses) {
  TRY(const db::Rows rows,
      db::SqlTransaction::of(tx).query(
          "SELECT address FROM mailbox WHERE account_id = $1 AND address IN {{texts $2}}",
          {account, db::text_list(addresses)}));
  std::vector<std::string> out;
  for (const db::Row& row : rows) out.push_back(row[0].text());
  return out;
}

Result<void> PanelStore::set_state(Transaction& transaction, MailboxId mailbox, sync::MailboxState state,
                                   std::string_view words) {
  auto& tx = db::SqlTransaction::of(transaction);
  TRY_VOID(tx.execute("UPDATE mailbox SET state = $2, state_text = $3 WHERE id = $1",
                      {mailbox, code(state), words}));
  // A pass that runs ends at its next commit: its lease is not the newest any more.
  TRY_VOID(
      tx.execute("UPDATE mailbox_lease SET takeable = $2, fencing_token = fencing_token + 1, until_us = "
                 "0, due_at_us = 0 WHERE mailbox_id = $1",
                 {mailbox, sync::is_runnable(state)}));
  return {};
}

Result<void> PanelStore::list_again(Transaction& transaction, MailboxId mailbox) {
  auto& tx = db::SqlTransaction::of(transaction);
  // What a turn makes of a lost cursor (sync/item_turn.cc): listed once, and no place to go on from. A feed
  // that was not yet read to its end begins anew in any case.
  TRY_VOID(
      tx.execute("UPDATE sync_cursor SET cursor = '' WHERE mailbox_id = $1 AND (substr(collection, 1, 6) = "
                 "'email:' OR substr(collection, 1, 8) = 'contact:' OR substr(collection, 1, 5) = 'task:' OR "
                 "substr(collection, 1, 8) = 'meeting:')",
                 {mailbox}));
  TRY_VOID(tx.execute("DELETE FROM sync_cursor WHERE mailbox_id = $1 AND substr(collection, 1, 4) = 'crm:'",
                      {mailbox}));
  // The cursor of a pass that runs is not written over this: its lease is not the newest any more.
  TRY_VOID(
      tx.execute("UPDATE mailbox_lease SET fencing_token = fencing_token + 1, until_us = 0, due_at_us = "
                 "0 WHERE mailbox_id = $1",
                 {mailbox}));
  return {};
}

}  // namespace mailsync::store
