#include "auth/licences.h"

#include <algorithm>
#include <boost/json.hpp>

#include "auth/user_admin.h"

namespace mailsync::auth {
namespace {

constexpr std::string_view kModule = "mail_sync";
constexpr std::string_view kModuleOff =
    "The Mail Sync module is switched off: an administrator switches it on under Start > Configuration > "
    "Account "
    "Settings > Licenses & Modules. Nothing was deleted; sync goes on where it stopped.";
constexpr std::string_view kNoLicence =
    "The mailbox's user has no Mail Sync licence: an administrator gives one under Start > Configuration > "
    "Account "
    "Settings > Licenses & Modules. Nothing was deleted; sync goes on where it stopped.";

Deed deed_of(AccountId account, const Actor& actor, std::string action, std::string from, std::string to,
             std::string_view member) {
  Deed deed{.account = account,
            .actor = actor,
            .action = std::move(action),
            .subject = "account",
            .subject_name = "Mail Sync",
            .organization = {}};
  deed.details = boost::json::serialize(boost::json::object{{member, {{"from", from}, {"to", to}}}});
  return deed;
}

std::vector<Person> people_from(const db::Rows& rows) {
  std::vector<Person> out;
  out.reserve(rows.size());
  for (const db::Row& row : rows)
    out.push_back({.id = row[0].id<UserId>(),
                   .login = row[1].text(),
                   .name = row[2].text(),
                   .organization = row[3].id<OrganizationId>(),
                   .disabled = row[4].integer() != 0,
                   .licensed = !row[5].is_null()});
  return out;
}

Result<bool> has_licence(db::Session& session, UserId user) {
  TRY(const db::Rows rows, session.query("SELECT user_id FROM licence WHERE user_id = $1", {user}));
  return !rows.empty();
}

}  // namespace

Result<Licences> licences(db::Session& session, AccountId account) {
  Licences out{.bought = kFirstLicences};
  TRY(const db::Rows module,
      session.query("SELECT enabled FROM account_module WHERE account_id = $1 AND module = $2",
                    {account, kModule}));
  out.module_decided = !module.empty();
  out.module_on = !module.empty() && module[0][0].boolean();
  TRY(const db::Rows pool, session.query("SELECT bought FROM licence_pool WHERE account_id = $1", {account}));
  if (!pool.empty()) out.bought = pool[0][0].integer();
  TRY(const db::Rows given, session.query("SELECT count(*) FROM licence WHERE account_id = $1", {account}));
  out.given = given[0][0].integer();
  return out;
}

Result<void> ensure_licences(db::SqlTransaction& tx, AccountId account, std::span<const UserId> owners,
                             Instant now) {
  TRY(const db::Rows pool, tx.query("SELECT bought FROM licence_pool WHERE account_id = $1", {account}));
  if (!pool.empty()) return {};
  const auto needed = static_cast<int64_t>(owners.size());
  TRY_VOID(tx.execute("INSERT INTO licence_pool (account_id, bought) VALUES ($1, $2)",
                      {account, std::max(kFirstLicences, needed)}));
  if (owners.empty()) return {};
  TRY(const bool changed, set_module(tx, account, true, Actor::system(), now));
  static_cast<void>(changed);
  return give_licences(tx, account, owners, Actor::system(), now);
}

Result<bool> set_module(db::SqlTransaction& tx, AccountId account, bool on, const Actor& actor, Instant now) {
  TRY(const Licences before, licences(tx, account));
  if (before.module_decided && before.module_on == on) return false;
  TRY_VOID(
      tx.execute("INSERT INTO account_module (account_id, module, enabled) VALUES ($1, $2, $3) ON CONFLICT "
                 "(account_id, module) DO UPDATE SET enabled = excluded.enabled",
                 {account, kModule, on}));
  TRY_VOID(note(tx, now,
                deed_of(account, actor, on ? "module.switched_on" : "module.switched_off",
                        before.module_on ? "on" : "off", on ? "on" : "off", "module")));
  return true;
}

Result<void> set_bought(db::SqlTransaction& tx, AccountId account, int64_t bought, const Actor& actor,
                        Instant now) {
  TRY(const Licences before, licences(tx, account));
  const auto wrong = [](std::string words) {
    return fail({.kind = ErrorKind::ItemInvalid, .message = std::move(words), .vendor_code = "bought"});
  };
  if (bought < 0 || bought > kMostLicences) return wrong("Enter a whole number from 0 to 1,000,000.");
  if (bought < before.given)
    return wrong(std::to_string(before.given) + " licences are given to users: take some back first.");
  if (bought == before.bought) return {};
  TRY_VOID(
      tx.execute("INSERT INTO licence_pool (account_id, bought) VALUES ($1, $2) ON CONFLICT (account_id) DO "
                 "UPDATE SET bought = excluded.bought",
                 {account, bought}));
  return note(tx, now,
              deed_of(account, actor, "licence.bought_set", std::to_string(before.bought),
                      std::to_string(bought), "licences"));
}

Result<void> give_licences(db::SqlTransaction& tx, AccountId account, std::span<const UserId> users,
                           const Actor& actor, Instant now) {
  TRY(const Licences before, licences(tx, account));
  int64_t left = before.left();
  int64_t wanted = 0;
  for (const UserId user : users) {
    TRY(const UserRow row, user_row(tx, account, user));
    TRY(const bool has, has_licence(tx, user));
    if (has) continue;
    ++wanted;
    if (left-- <= 0) continue;
    TRY_VOID(tx.execute("INSERT INTO licence (user_id, account_id, given_at_us) VALUES ($1, $2, $3)",
                        {user, account, now}));
    TRY_VOID(note(tx, now, deed_to(row.user, actor, "licence.given")));
  }
  if (left < 0)
    return fail(
        ErrorKind::ItemInvalid,
        "There are not enough licences: " + std::to_string(wanted) + " are needed, and " +
            std::to_string(before.left()) + " of " + std::to_string(before.bought) +
            " are left. Take some back, or buy more and enter their number under Licenses & Modules.");
  return {};
}

Result<void> take_licences(db::SqlTransaction& tx, AccountId account, std::span<const UserId> users,
                           const Actor& actor, Instant now) {
  for (const UserId user : users) {
    TRY(const UserRow row, user_row(tx, account, user));
    TRY(const int64_t taken,
        tx.execute("DELETE FROM licence WHERE user_id = $1 AND account_id = $2", {user, account}));
    if (taken > 0) TRY_VOID(note(tx, now, deed_to(row.user, actor, "licence.taken")));
  }
  return {};
}

Result<std::vector<UserId>> licensed_users(db::Session& session, AccountId account) {
  TRY(const db::Rows rows,
      session.query("SELECT user_id FROM licence WHERE account_id = $1 ORDER BY user_id", {account}));
  std::vector<UserId> out;
  for (const db::Row& row : rows) out.push_back(row[0].id<UserId>());
  return out;
}

Result<std::vector<Person>> licensed_people(db::Session& session, AccountId account) {
  TRY(const db::Rows rows,
      session.query("SELECT u.id, u.login, u.display_name, u.organization_id, u.disabled_at_us, l.user_id "
                    "FROM licence l JOIN user_account u ON u.id = l.user_id WHERE l.account_id = $1",
                    {account}));
  return people_from(rows);
}

Result<std::vector<Person>> people(db::Session& session, AccountId account, std::span<const UserId> ids) {
  std::vector<int64_t> numbers;
  for (const UserId id : ids) numbers.push_back(id.value);
  TRY(const db::Rows rows,
      session.query("SELECT u.id, u.login, u.display_name, u.organization_id, u.disabled_at_us, l.user_id "
                    "FROM user_account u LEFT JOIN licence l ON l.user_id = u.id WHERE u.id IN {{ints $2}} "
                    "AND u.account_id = $1",
                    {account, db::int_list(numbers)}));
  return people_from(rows);
}

Result<std::vector<Person>> unlicensed_people(db::Session& session, AccountId account) {
  TRY(const db::Rows rows,
      session.query("SELECT u.id, u.login, u.display_name, u.organization_id, u.disabled_at_us, l.user_id "
                    "FROM user_account u LEFT JOIN licence l ON l.user_id = u.id WHERE u.account_id = $1 AND "
                    "u.disabled_at_us = 0 AND l.user_id IS NULL",
                    {account}));
  return people_from(rows);
}

std::string_view why_not(const Licences& licences, bool has_licence) {
  if (!licences.module_on) return kModuleOff;
  return has_licence ? std::string_view() : kNoLicence;
}

bool is_ours(std::string_view state_text) {
  return state_text == kModuleOff || state_text == kNoLicence;
}

Result<std::optional<std::string>> why_not_licensed(db::Session& session, AccountId account, UserId user) {
  TRY(const Licences now, licences(session, account));
  TRY(const bool has, has_licence(session, user));
  const std::string_view why = why_not(now, has);
  if (why.empty()) return std::optional<std::string>();
  return std::optional<std::string>(why);
}

}  // namespace mailsync::auth
