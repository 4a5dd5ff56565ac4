#include "auth/users.h"

#include <algorithm>
#include <boost/json.hpp>

#include "auth/organizations.h"
#include "auth/password.h"
#include "auth/transactions.h"

namespace mailsync::auth {
namespace {

constexpr std::string_view kById =
    "SELECT id, account_id, login, display_name, role, disabled_at_us, organization_id, second_factor "
    "FROM user_account WHERE id = $1";
constexpr std::string_view kByLogin =
    "SELECT id, account_id, login, display_name, role, disabled_at_us, organization_id, second_factor "
    "FROM user_account WHERE login = $1";
constexpr std::string_view kByAccount =
    "SELECT id, account_id, login, display_name, role, disabled_at_us, organization_id, second_factor "
    "FROM user_account WHERE account_id = $1 ORDER BY login";

}  // namespace

std::string_view name_of(Role role) {
  switch (role) {
    case Role::SystemAdmin:
      return "system_admin";
    case Role::OrgAdmin:
      return "org_admin";
    case Role::User:
      return "user";
  }
  return "user";
}

std::optional<Role> role_of(std::string_view name) {
  for (const auto role : {Role::SystemAdmin, Role::OrgAdmin, Role::User})
    if (name_of(role) == name) return role;
  return std::nullopt;
}

User user_from(const db::Row& row, size_t first) {
  User user;
  user.id = row[first].id<UserId>();
  user.account = row[first + 1].id<AccountId>();
  user.login = row[first + 2].text();
  user.display_name = row[first + 3].text();
  user.role = role_of(row[first + 4].text())
                  .value_or(Role::User);  // a word from a newer program gives the least rights
  if (const int64_t at = row[first + 5].integer(); at != 0) user.disabled_at = Instant{at};
  user.organization = row[first + 6].id<OrganizationId>();
  user.second_factor = row[first + 7].boolean();
  return user;
}

Actor actor_of(const User& user, std::string peer) {
  return {.user = user.id, .name = user.login, .via = "web", .peer = std::move(peer)};
}

Deed deed_to(const User& user, Actor actor, std::string action) {
  return {.account = user.account,
          .actor = std::move(actor),
          .action = std::move(action),
          .subject = "user:" + std::to_string(user.id.value),
          .subject_name = user.login,
          .organization = user.organization};
}

Result<std::string> canonical_login(std::string_view typed) {
  const auto first = typed.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos)
    typed = typed.substr(first, typed.find_last_not_of(" \t\r\n") - first + 1);
  std::string login(typed);
  for (char& c : login) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto at = login.find('@');
  const bool plain =
      std::ranges::all_of(login, [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7f; });
  if (!plain || login.size() > 254 || at == std::string::npos || at == 0 || at + 1 == login.size() ||
      login.rfind('@') != at)
    return fail(ErrorKind::ItemInvalid, "the name to sign in with must be an email address");
  return login;
}

Task<Result<UserId>> Users::add(NewUser wanted) {
  const Instant now = executor_.clock().now();
  co_return co_await executor_.blocking([this, now, user = std::move(wanted)]() -> Result<UserId> {
    TRY(const std::string login, canonical_login(user.login));
    TRY_VOID(check_new_password(user.password, login));
    TRY(const std::string hash, hash_password(user.password));
    UserId id;
    TRY_VOID(write_again(database_, db::Durability::Durable, [&](db::SqlTransaction& tx) -> Result<void> {
      TRY(const auto rows,
          tx.query("INSERT INTO user_account (account_id, login, display_name, password_hash, role, "
                   "created_at_us, disabled_at_us) "
                   "VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT (login) DO NOTHING RETURNING id",
                   {user.account, login, user.display_name, hash, name_of(user.role), now}));
      if (rows.empty())
        return fail(ErrorKind::ItemInvalid,
                    "there is already a user named " + login + ": choose another name");
      id = rows[0][0].id<UserId>();
      TRY_VOID(ensure_organization(tx, user.account, now));
      TRY(const db::Rows made, tx.query(kById, {id}));
      Deed deed = deed_to(user_from(made[0]), Actor::command_line(), "user.added");
      deed.details = boost::json::serialize(boost::json::object{{"role", name_of(user.role)}});
      return note(tx, now, deed);
    }));
    return id;
  });
}

namespace {

Result<std::vector<User>> select(db::Database& database, std::string_view sql, const db::Value& value) {
  std::vector<User> users;
  TRY_VOID(database.read([&](db::Session& session) -> Result<void> {
    TRY(const auto rows, session.query(sql, {value}));
    for (const auto& row : rows) users.push_back(user_from(row));
    return {};
  }));
  return users;
}

}  // namespace

Task<Result<User>> Users::get(UserId id) {
  CO_TRY(auto users, co_await executor_.blocking([this, id] { return select(database_, kById, id); }));
  if (users.empty()) co_return fail(ErrorKind::Gone, "this user does not exist any more");
  co_return std::move(users.front());
}

Task<Result<std::optional<User>>> Users::find(std::string login) {
  const auto canonical = canonical_login(login);
  if (!canonical) co_return std::optional<User>();
  CO_TRY(auto users, co_await executor_.blocking(
                         [this, name = *canonical] { return select(database_, kByLogin, name); }));
  if (users.empty()) co_return std::optional<User>();
  co_return std::optional(std::move(users.front()));
}

Task<Result<std::vector<User>>> Users::list(AccountId account) {
  co_return co_await executor_.blocking([this, account] { return select(database_, kByAccount, account); });
}

Task<Result<int64_t>> Users::count() {
  co_return co_await executor_.blocking([this]() -> Result<int64_t> {
    int64_t count = 0;
    TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
      TRY(const auto rows, session.query("SELECT count(*) FROM user_account"));
      count = rows[0][0].integer();
      return {};
    }));
    return count;
  });
}

Task<Result<void>> Users::change(UserId id, std::string action, std::string_view sql, db::Value value) {
  const Instant now = executor_.clock().now();
  co_return co_await executor_.blocking([this, id, action, sql, now, value = std::move(value)] {
    return write_again(database_, db::Durability::Durable, [&](db::SqlTransaction& tx) -> Result<void> {
      TRY(const int64_t changed, tx.execute(sql, {id, value}));
      if (changed == 0) return fail(ErrorKind::Gone, "this user does not exist any more");
      TRY_VOID(tx.execute("DELETE FROM web_session WHERE user_id = $1", {id}));
      TRY(const db::Rows rows, tx.query(kById, {id}));
      return note(tx, now, deed_to(user_from(rows[0]), Actor::command_line(), action));
    });
  });
}

Task<Result<void>> Users::set_password(UserId id, Secret password) {
  CO_TRY(const User user, co_await get(id));
  CO_TRY_VOID(check_new_password(password, user.login));
  CO_TRY(std::string hash, co_await executor_.blocking([password] { return hash_password(password); }));
  co_return co_await change(id, "user.password_set",
                            "UPDATE user_account SET password_hash = $2 WHERE id = $1", std::move(hash));
}

Task<Result<void>> Users::set_disabled(UserId id, bool disabled) {
  co_return co_await change(id, disabled ? "user.disabled" : "user.enabled",
                            "UPDATE user_account SET disabled_at_us = $2 WHERE id = $1",
                            disabled ? executor_.clock().now() : Instant{0});
}

Task<Result<void>> Users::set_role(UserId id, Role role) {
  co_return co_await change(id, "user.role_set", "UPDATE user_account SET role = $2 WHERE id = $1",
                            name_of(role));
}

}  // namespace mailsync::auth
