// The people who sign in to Mail Sync itself (table user_account).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/audit.h"
#include "base/executor.h"
#include "base/ids.h"
#include "base/secret.h"
#include "db/database.h"

namespace mailsync::auth {

enum class Role { SystemAdmin, OrgAdmin, User };
std::string_view name_of(Role role);  // "system_admin", "org_admin", "user"
std::optional<Role> role_of(std::string_view name);

struct User {
  UserId id;
  AccountId account;
  std::string login;  // an email address, lower case; unique over all accounts
  std::string display_name;
  Role role = Role::User;
  std::optional<Instant> disabled_at;
  OrganizationId organization;
  bool second_factor = false;  // he signs in with a code beside the password
};

struct NewUser {
  AccountId account;
  std::string login;
  std::string display_name;
  Role role = Role::User;
  Secret password;
};

// What the command line does with users; each deed is in the audit log as done there. The web API works in
// its own transactions: auth/user_admin.h.
class Users {
 public:
  // Both outlive it. The tables come from auth/migrations.h.
  Users(Executor& executor, db::Database& database) : executor_(executor), database_(database) {}

  // ItemInvalid: not an address, name taken, or a weak password.
  Task<Result<UserId>> add(NewUser user);
  // Gone when there is none.
  Task<Result<User>> get(UserId id);
  Task<Result<std::optional<User>>> find(std::string login);
  Task<Result<std::vector<User>>> list(AccountId account);
  Task<Result<int64_t>> count();
  // These end all sessions of the user (S45).
  Task<Result<void>> set_password(UserId id, Secret password);
  Task<Result<void>> set_disabled(UserId id, bool disabled);
  Task<Result<void>> set_role(UserId id, Role role);

 private:
  Task<Result<void>> change(UserId id, std::string action, std::string_view sql, db::Value value);

  Executor& executor_;
  db::Database& database_;
};

// What the files of this folder read: id, account_id, login, display_name, role, disabled_at_us,
// organization_id, second_factor, from column `first` on.
User user_from(const db::Row& row, size_t first = 0);
// Trimmed and in lower case; ItemInvalid when it is no address.
Result<std::string> canonical_login(std::string_view typed);
// Who did it, as the audit log names him.
Actor actor_of(const User& user, std::string peer);
// A deed done to a user, without details.
Deed deed_to(const User& user, Actor actor, std::string action);

}  // namespace mailsync::auth
