// Organizations: named groups of an account's users that share one email configuration; each user belongs to
// one, and may administer several.
#pragma once

#include <string>
#include <vector>

#include "auth/audit.h"
#include "base/ids.h"
#include "db/database.h"

namespace mailsync::auth {

struct Organization {
  OrganizationId id;
  AccountId account;
  std::string name;
  int64_t users = 0;  // that belong to it
};

// An account has at least one: makes it where there is none, and puts users into it who belong to none.
Result<void> ensure_organization(db::SqlTransaction& tx, AccountId account, Instant now);

// By name.
Result<std::vector<Organization>> organizations(db::Session& session, AccountId account);
// Gone when the account has none of this number.
Result<Organization> organization(db::Session& session, AccountId account, OrganizationId id);
// ItemInvalid when the name is empty, too long (200 bytes) or taken.
Result<OrganizationId> add_organization(db::SqlTransaction& tx, AccountId account, std::string_view name,
                                        const Actor& actor, Instant now);
Result<void> rename_organization(db::SqlTransaction& tx, AccountId account, OrganizationId id,
                                 std::string_view name, const Actor& actor, Instant now);
// ItemInvalid while anybody belongs to it, or when it is the account's last.
Result<void> remove_organization(db::SqlTransaction& tx, AccountId account, OrganizationId id,
                                 const Actor& actor, Instant now);

// Those he administers.
Result<std::vector<OrganizationId>> administered_by(db::Session& session, UserId user);
// Everybody who belongs to one of them.
Result<std::vector<UserId>> users_within(db::Session& session, AccountId account,
                                         const std::vector<OrganizationId>& organizations);

}  // namespace mailsync::auth
