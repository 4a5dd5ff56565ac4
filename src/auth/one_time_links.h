// Links that let somebody in once: the first administrator of a fresh installation, who was invited, whose
// password an administrator has taken away. The database holds only a hash of the token (S8); in an address
// it stands behind '#', which browsers do not send (S46).
#pragma once

#include <optional>
#include <string>

#include "base/ids.h"
#include "base/instant.h"
#include "base/random.h"
#include "base/secret.h"
#include "db/database.h"

namespace mailsync::auth {

enum class LinkPurpose { FirstAdministrator, Invitation, PasswordReset };
std::string_view name_of(LinkPurpose purpose);  // "first_administrator", "invitation", "password_reset"

struct OneTimeLink {
  AccountId account;
  UserId user;  // 0 for the first administrator
  LinkPurpose purpose = LinkPurpose::Invitation;
  Instant expires;
};

inline constexpr Duration kInvitationLasts = std::chrono::hours(24 * 7);
inline constexpr Duration kResetLasts = std::chrono::hours(24);
inline constexpr Duration kFirstAdministratorLasts = std::chrono::hours(24);

// Ends every earlier link of the same user.
Result<Secret> make_link(db::SqlTransaction& tx, Random& random, const OneTimeLink& link);
// nullopt: unknown, used, or too old.
Result<std::optional<OneTimeLink>> find_link(db::Session& session, const Secret& token, Instant now);
Result<void> end_link(db::SqlTransaction& tx, const Secret& token);
Result<void> end_links_of(db::SqlTransaction& tx, AccountId account, UserId user);

}  // namespace mailsync::auth
