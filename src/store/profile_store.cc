#include "store/profile_store.h"

#include <algorithm>
#include <boost/json.hpp>

#include "sync/profile_json.h"

namespace mailsync::store {
namespace {

std::unexpected<Error> wrong(std::string member, std::string words) {
  return fail(
      {.kind = ErrorKind::ItemInvalid, .message = std::move(words), .vendor_code = std::move(member)});
}

std::string key_of(std::string name) {
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

std::string forced_json(const std::set<std::string>& forced) {
  return boost::json::serialize(boost::json::array(forced.begin(), forced.end()));
}

Result<sync::NamedProfile> profile_from(const db::Row& row) {
  sync::NamedProfile out{.id = row[0].id<sync::ProfileId>(),
                         .account = row[1].id<AccountId>(),
                         .name = row[2].text(),
                         .version = row[5].integer(),
                         .changed_at = row[6].instant(),
                         .mailboxes = row[7].integer()};
  TRY(out.settings, sync::profile_from_json(row[3].text()));
  boost::system::error_code failed;
  const auto forced = boost::json::parse(row[4].text(), failed);
  if (failed || !forced.is_array()) return fail(ErrorKind::Corrupt, "what a profile forces cannot be read");
  for (const auto& each : forced.get_array())
    if (each.is_string()) out.forced.emplace(each.get_string());
  return out;
}

Result<std::vector<sync::NamedProfile>> profiles_in(db::Session& session, AccountId account,
                                                    sync::ProfileId only) {
  TRY(const db::Rows rows,
      session.query("SELECT p.id, p.account_id, p.name, p.settings, p.forced, p.version, p.changed_at_us, "
                    "(SELECT count(*) FROM mailbox_profile m WHERE m.account_id = p.account_id AND "
                    "m.profile_id = p.id) FROM sync_profile p WHERE p.account_id = $1 AND ($2 = 0 OR p.id = "
                    "$2) ORDER BY p.name_key",
                    {account, only}));
  std::vector<sync::NamedProfile> out;
  for (const db::Row& row : rows) {
    TRY(out.emplace_back(), profile_from(row));
  }
  TRY(const db::Rows organizations,
      session.query("SELECT organization_id, profile_id FROM organization_profile WHERE account_id = $1 "
                    "ORDER BY organization_id",
                    {account}));
  for (const db::Row& row : organizations)
    for (sync::NamedProfile& each : out)
      if (each.id == row[1].id<sync::ProfileId>()) each.organizations.push_back(row[0].id<OrganizationId>());
  return out;
}

}  // namespace

Result<std::vector<sync::NamedProfile>> ProfileStore::profiles(AccountId account) {
  std::vector<sync::NamedProfile> out;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(out, profiles_in(session, account, {}));
    return {};
  }));
  return out;
}

Result<sync::NamedProfile> ProfileStore::profile(AccountId account, sync::ProfileId id) {
  std::vector<sync::NamedProfile> out;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(out, profiles_in(session, account, id));
    return {};
  }));
  if (out.empty() || !id) return fail(ErrorKind::Gone, "there is no such profile");
  return std::move(out.front());
}

Result<std::map<MailboxId, sync::ProfileId>> ProfileStore::assigned(AccountId account) {
  std::map<MailboxId, sync::ProfileId> out;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(const db::Rows rows,
        session.query("SELECT mailbox_id, profile_id FROM mailbox_profile WHERE account_id = $1 AND "
                      "profile_id <> 0 ORDER BY mailbox_id",
                      {account}));
    for (const db::Row& row : rows)
      out.emplace_hint(out.end(), row[0].id<MailboxId>(), row[1].id<sync::ProfileId>());
    return {};
  }));
  return out;
}

Result<std::optional<sync::NamedProfile>> ProfileStore::profile_in(Transaction& transaction,
                                                                   AccountId account,
                                                                   OrganizationId organization) {
  auto& tx = db::SqlTransaction::of(transaction);
  TRY(const db::Rows rows, tx.query("SELECT profile_id FROM organization_profile WHERE account_id = $1 AND "
                                    "organization_id = $2",
                                    {account, organization}));
  if (rows.empty()) return std::nullopt;
  TRY(auto found, profiles_in(tx, account, rows[0][0].id<sync::ProfileId>()));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<sync::NamedProfile> ProfileStore::profile_of_mailbox(Transaction& transaction, AccountId account,
                                                            MailboxId mailbox,
                                                            const sync::Profile& of_settings) {
  auto& tx = db::SqlTransaction::of(transaction);
  TRY(const db::Rows rows, tx.query("SELECT profile_id FROM mailbox_profile WHERE account_id = $1 AND "
                                    "mailbox_id = $2 AND profile_id <> 0",
                                    {account, mailbox}));
  if (!rows.empty()) {
    TRY(auto found, profiles_in(tx, account, rows[0][0].id<sync::ProfileId>()));
    if (!found.empty()) return std::move(found.front());
  }
  sync::NamedProfile out;
  out.account = account;
  out.settings = of_settings;
  return out;
}

Result<sync::ProfileId> ProfileStore::save(Transaction& transaction, const sync::NamedProfile& p) {
  auto& tx = db::SqlTransaction::of(transaction);
  TRY(const db::Rows taken,
      tx.query("SELECT id FROM sync_profile WHERE account_id = $1 AND name_key = $2 AND id <> $3",
               {p.account, key_of(p.name), p.id}));
  if (!taken.empty()) return wrong("name", "There is a profile of this name already: choose another name.");
  const std::string settings = sync::to_json(p.settings);
  if (!p.id) {
    TRY(const db::Rows made,
        tx.query("INSERT INTO sync_profile (account_id, name, name_key, settings, forced, version, "
                 "changed_at_us) VALUES ($1, $2, $3, $4, $5, 1, $6) RETURNING id",
                 {p.account, p.name, key_of(p.name), settings, forced_json(p.forced), p.changed_at}));
    return made[0][0].id<sync::ProfileId>();
  }
  TRY(const int64_t changed,
      tx.execute("UPDATE sync_profile SET name = $4, name_key = $5, settings = $6, forced = $7, version = "
                 "version + 1, changed_at_us = $8 WHERE account_id = $1 AND id = $2 AND version = $3",
                 {p.account, p.id, p.version, p.name, key_of(p.name), settings, forced_json(p.forced),
                  p.changed_at}));
  if (changed == 0)
    return fail(ErrorKind::VersionStale,
                "Somebody else changed the profile meanwhile: load the page again and change it once more.");
  return p.id;
}

Result<void> ProfileStore::remove(Transaction& transaction, AccountId account, sync::ProfileId id) {
  auto& tx = db::SqlTransaction::of(transaction);
  TRY(const auto found, profiles_in(tx, account, id));
  if (found.empty()) return fail(ErrorKind::Gone, "there is no such profile");
  if (found.front().mailboxes > 0)
    return wrong("", std::to_string(found.front().mailboxes) + " users have the profile " +
                         found.front().name + ": give them another one first, then delete it.");
  if (!found.front().organizations.empty())
    return wrong("", "New users of an organization get the profile " + found.front().name +
                         ": apply another one to that organization first, then delete it.");
  TRY_VOID(tx.execute("DELETE FROM sync_profile WHERE account_id = $1 AND id = $2", {account, id}));
  return {};
}

Result<void> ProfileStore::set_profile_of(Transaction& transaction, AccountId account,
                                          OrganizationId organization, sync::ProfileId id) {
  auto& tx = db::SqlTransaction::of(transaction);
  TRY_VOID(tx.execute("DELETE FROM organization_profile WHERE account_id = $1 AND organization_id = $2",
                      {account, organization}));
  if (id)
    TRY_VOID(tx.execute(
        "INSERT INTO organization_profile (organization_id, account_id, profile_id) VALUES ($1, $2, $3)",
        {organization, account, id}));
  return {};
}

Result<int64_t> ProfileStore::give(Transaction& transaction, AccountId account,
                                   std::span<const MailboxId> mailboxes, const sync::NamedProfile& profile,
                                   bool reset) {
  auto& tx = db::SqlTransaction::of(transaction);
  std::vector<int64_t> ids;
  for (const MailboxId id : mailboxes) ids.push_back(id.value);
  TRY(const db::Rows rows,
      tx.query("SELECT m.id, m.profile, p.own FROM mailbox m LEFT JOIN mailbox_profile p ON p.mailbox_id = "
               "m.id WHERE m.account_id = $1 AND m.id IN {{ints $2}}",
               {account, db::int_list(ids)}));
  std::vector<db::Params> changed, taken, given;
  const std::string plain = sync::to_json(profile.settings);
  for (const db::Row& row : rows) {
    const std::string own = reset || row[2].is_null() ? std::string("{}") : row[2].text();
    const std::string settings =
        own == "{}" ? plain : sync::to_json(sync::with_own(profile.settings, profile.forced, own));
    if (settings != row[1].text()) {
      changed.push_back({row[0], settings});
      taken.push_back({row[0]});
    }
    given.push_back({row[0], account, profile.id, own});
  }
  TRY_VOID(tx.execute_batch("UPDATE mailbox SET profile = $2 WHERE id = $1", changed));
  // A pass that runs read the old one: it ends at its next commit and writes nothing over this.
  TRY_VOID(
      tx.execute_batch("UPDATE mailbox_lease SET fencing_token = fencing_token + 1, until_us = 0, "
                       "due_at_us = 0 WHERE mailbox_id = $1",
                       taken));
  TRY_VOID(tx.execute_batch(
      "INSERT INTO mailbox_profile (mailbox_id, account_id, profile_id, own) VALUES ($1, $2, $3, $4) ON "
      "CONFLICT (mailbox_id) DO UPDATE SET profile_id = excluded.profile_id, own = excluded.own",
      given));
  return static_cast<int64_t>(changed.size());
}

Result<std::vector<MailboxId>> ProfileStore::holders(AccountId account, sync::ProfileId id, MailboxId after,
                                                     size_t limit) {
  std::vector<MailboxId> out;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(const db::Rows rows,
        session.query("SELECT mailbox_id FROM mailbox_profile WHERE account_id = $1 AND profile_id = $2 AND "
                      "mailbox_id > $3 ORDER BY mailbox_id LIMIT $4",
                      {account, id, after, limit}));
    for (const db::Row& row : rows) out.push_back(row[0].id<MailboxId>());
    return {};
  }));
  return out;
}

}  // namespace mailsync::store
