// Which mailboxes an organization's app-only permission opens although nobody syncs them here (S9): what the
// newest look at it has found.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "db/database.h"

namespace mailsync::auth {

inline constexpr size_t kReachedTold = 50;

struct EmailReach {
  Instant checked_at;
  int64_t looked_at = 0;          // mailboxes of the tenant that are not synced here
  int64_t reached = 0;            // of those
  std::vector<std::string> some;  // addresses of the first of them; at most kReachedTold
  bool whole = true;              // every mailbox of the tenant was looked at
  std::string error;              // why nothing is known, in words; empty
};

Result<std::optional<EmailReach>> email_reach(db::Session& session, AccountId account,
                                              OrganizationId organization);
Result<void> save_email_reach(db::SqlTransaction& tx, AccountId account, OrganizationId organization,
                              const EmailReach& reach);

}  // namespace mailsync::auth
