// The account's users as the CRM knows them: name, address, role and rights. Passwords and sessions are
// auth's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crm/builtin/rights.h"

namespace mailsync::crm {

struct User {
  UserId id;  // 0: given by the database
  std::string login;
  std::string name;
  std::string address;  // "" when he has none
  Role role = Role::User;
  Reach sees = Reach::All;
  Reach writes = Reach::All;
  Reach deletes = Reach::Own;
  bool disabled = false;
};

// Makes the account's row when there is none yet.
Result<void> ensure_account(db::Session& session, AccountId account, std::string_view name);
// VersionStale "unique" when the login is taken.
Result<UserId> add_user(db::Session& session, AccountId account, const User& user);
Result<void> update_user(db::Session& session, AccountId account, const User& user);
// Gone when there is none.
Result<User> user(db::Session& session, AccountId account, UserId id);
Result<std::optional<User>> user_by_login(db::Session& session, AccountId account, std::string_view login);
// Ordered by name; `words` are starts of words of name or login; `after` is the last user of the page before.
Result<std::vector<User>> users(db::Session& session, AccountId account, std::string_view words, UserId after,
                                size_t limit);
Result<int64_t> count_users(db::Session& session, AccountId account, std::string_view words);
Result<std::vector<User>> users_by_id(db::Session& session, AccountId account, std::span<const int64_t> ids);

}  // namespace mailsync::crm
