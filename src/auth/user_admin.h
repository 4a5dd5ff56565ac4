// What administrators do with the users of an account, in the caller's transaction and noted in the audit
// log. Who may do it is asked before (admin/router.h, Session::reaches).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/organizations.h"
#include "auth/users.h"

namespace mailsync::auth {

enum class UserState { Active, Invited, Disabled };  // invited: has chosen no password yet
std::string_view name_of(UserState state);           // "active", "invited", "disabled"

struct UserRow {
  User user;
  UserState state = UserState::Active;
  Instant created_at, signed_in_at;  // zero: never
  bool licensed = false;             // has a licence for Mail Sync
  std::vector<OrganizationId> administers;
};

struct UserFilter {
  AccountId account;
  std::optional<std::vector<OrganizationId>> within;  // who belong to one of these
  std::string words;                                  // in name or login; case counts not
  std::optional<UserState> state;
  std::optional<Role> role;
  OrganizationId organization;
  std::optional<bool> licensed;
  std::string after;  // the last login of the page before
};

// By login.
Result<std::vector<UserRow>> user_rows(db::Session& session, const UserFilter& filter, size_t limit);
Result<int64_t> count_users(db::Session& session, const UserFilter& filter);
// Gone when the account has none of this number.
Result<UserRow> user_row(db::Session& session, AccountId account, UserId id);
// Anybody at all, of any account: before that, a one-time link lets the first one in.
Result<bool> nobody_yet(db::Session& session);

struct Invitation {
  AccountId account;
  std::string login;
  std::string name;
  Role role = Role::User;
  OrganizationId organization;
  std::vector<OrganizationId> administers;  // of an organization administrator
  std::string password_hash;                // empty: he chooses a password with his link
};
// ItemInvalid with the member in vendor_code: login, name, organization_id, administers.
Result<UserRow> invite(db::SqlTransaction& tx, const Invitation& wanted, const Actor& actor, Instant now);

struct UserChange {
  std::optional<std::string> name;
  std::optional<Role> role;
  std::optional<OrganizationId> organization;
  std::optional<std::vector<OrganizationId>> administers;
  std::optional<bool> disabled;
};
// The row as it is then. Nothing is noted when nothing changes. A change of role, a disabling and an enabling
// end his sessions (S45). ItemInvalid when nobody would be left who is a system administrator.
Result<UserRow> change_user(db::SqlTransaction& tx, AccountId account, UserId id, const UserChange& change,
                            const Actor& actor, Instant now);

// The old password is good for nothing from now on, and all his sessions end.
Result<UserRow> take_password_away(db::SqlTransaction& tx, AccountId account, UserId id, const Actor& actor,
                                   Instant now);
// `hash` from hash_password(); ends his other sessions.
Result<void> choose_password(db::SqlTransaction& tx, const User& user, const std::string& hash,
                             std::string_view keep_csrf, const Actor& actor, Instant now);

}  // namespace mailsync::auth
