#include "crm/builtin/users.h"

#include <utility>

#include "crm/builtin/fold.h"
#include "crm/builtin/ran.h"
#include "model/email.h"

namespace mailsync::crm {
namespace {

std::string_view name_of_reach(Reach reach) {
  switch (reach) {
    case Reach::None:
      return "none";
    case Reach::Own:
      return "own";
    case Reach::All:
      return "all";
  }
  std::unreachable();
}

Reach reach_named(std::string_view name) {
  if (name == "all") return Reach::All;
  return name == "own" ? Reach::Own : Reach::None;
}

User user_of(const db::Row& row) {
  User user{
      .id = row[0].id<UserId>(), .login = row[1].text(), .name = row[2].text(), .address = row[3].text()};
  for (Role role : {Role::SystemAdministrator, Role::OrganizationAdministrator, Role::User})
    if (name_of(role) == row[4].text()) user.role = role;
  user.sees = reach_named(row[5].text());
  user.writes = reach_named(row[6].text());
  user.deletes = reach_named(row[7].text());
  user.disabled = row[8].boolean();
  return user;
}

std::vector<User> users_of(const db::Rows& rows) {
  std::vector<User> out;
  for (const db::Row& row : rows) out.push_back(user_of(row));
  return out;
}

std::string domain_of(const std::string& address) {
  const size_t at = address.rfind('@');
  return at == std::string::npos ? "" : address.substr(at + 1);
}

db::Params params_of(AccountId account, const User& user) {
  const std::string address = model::clean_address(user.address);
  return {account,
          user.login,
          user.name,
          fold(user.name),
          address,
          domain_of(address),
          name_of(user.role),
          name_of_reach(user.sees),
          name_of_reach(user.writes),
          name_of_reach(user.deletes),
          user.disabled};
}

}  // namespace

Result<void> ensure_account(db::Session& session, AccountId account, std::string_view name) {
  TRY_VOID(
      ran(session.execute("INSERT INTO crm_account (account_id, name) VALUES ($1, $2) "
                          "ON CONFLICT (account_id) DO NOTHING",
                          {account, name})));
  return ran(session.execute(
      "INSERT INTO crm_feed (account_id) VALUES ($1) ON CONFLICT (account_id) DO NOTHING", {account}));
}

Result<UserId> add_user(db::Session& session, AccountId account, const User& user) {
  TRY_VOID(ensure_account(session, account, ""));
  db::Params params = params_of(account, user);
  if (user.id) {
    params.emplace_back(user.id);
    TRY_VOID(
        ran(session.execute("INSERT INTO crm_user (account_id, login, name, name_key, address, domain, role, "
                            "sees, writes, deletes, disabled, user_id) "
                            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                            params)));
    return user.id;
  }
  TRY(const db::Rows made,
      session.query(
          "INSERT INTO crm_user (account_id, login, name, name_key, address, domain, role, sees, writes, "
          "deletes, disabled) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING user_id",
          params));
  return made.front()[0].id<UserId>();
}

Result<void> update_user(db::Session& session, AccountId account, const User& user) {
  db::Params params = params_of(account, user);
  params.emplace_back(user.id);
  TRY(const int64_t changed,
      session.execute(
          "UPDATE crm_user SET login = $2, name = $3, name_key = $4, address = $5, domain = $6, role = $7, "
          "sees = $8, writes = $9, deletes = $10, disabled = $11 WHERE account_id = $1 AND user_id = $12",
          params));
  if (changed == 0) return fail(ErrorKind::Gone, "there is no such user");
  return {};
}

Result<User> user(db::Session& session, AccountId account, UserId id) {
  TRY(const db::Rows rows,
      session.query(
          "SELECT user_id, login, name, address, role, sees, writes, deletes, disabled FROM crm_user "
          "WHERE account_id = $1 AND user_id = $2",
          {account, id}));
  if (rows.empty()) return fail(ErrorKind::Gone, "there is no such user");
  return user_of(rows.front());
}

Result<std::optional<User>> user_by_login(db::Session& session, AccountId account, std::string_view login) {
  TRY(const db::Rows rows,
      session.query(
          "SELECT user_id, login, name, address, role, sees, writes, deletes, disabled FROM crm_user "
          "WHERE account_id = $1 AND login = $2",
          {account, login}));
  if (rows.empty()) return std::nullopt;
  return user_of(rows.front());
}

Result<std::vector<User>> users(db::Session& session, AccountId account, std::string_view words, UserId after,
                                size_t limit) {
  // Ten thousand users at most: a scan of one account's rows in the order of the index.
  std::string after_key;
  if (after) {
    TRY(const User last, user(session, account, after));
    after_key = fold(last.name);
  }
  TRY(const db::Rows rows,
      session.query(
          "SELECT user_id, login, name, address, role, sees, writes, deletes, disabled FROM crm_user "
          "WHERE account_id = $1 AND (name_key, user_id) > ($2, $3) AND "
          "($4 = '' OR (' ' || name_key || ' ' || login) LIKE ('% ' || $4 || '%')) "
          "ORDER BY name_key, user_id LIMIT $5",
          {account, after_key, after, fold(words), limit}));
  return users_of(rows);
}

Result<int64_t> count_users(db::Session& session, AccountId account, std::string_view words) {
  TRY(const db::Rows rows,
      session.query("SELECT COUNT(*) FROM crm_user WHERE account_id = $1 AND "
                    "($2 = '' OR (' ' || name_key || ' ' || login) LIKE ('% ' || $2 || '%'))",
                    {account, fold(words)}));
  return rows.front()[0].integer();
}

Result<std::vector<User>> users_by_id(db::Session& session, AccountId account, std::span<const int64_t> ids) {
  TRY(const db::Rows rows,
      session.query(
          "SELECT user_id, login, name, address, role, sees, writes, deletes, disabled FROM crm_user "
          "WHERE account_id = $1 AND user_id IN {{ints $2}}",
          {account, db::int_list(ids)}));
  return users_of(rows);
}

}  // namespace mailsync::crm
