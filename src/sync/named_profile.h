// Profiles with a name, kept in the database: what administrators give to many mailboxes at once. The profile
// of the settings file is number 0 and has no row.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "sync/profile.h"

namespace mailsync::sync {

using ProfileId = NumberId<struct ProfileTag>;

struct NamedProfile {
  ProfileId id;
  AccountId account;
  std::string name;
  Profile settings;
  std::set<std::string> forced;  // members that a user may not change for himself; the others are allowed
  int64_t version = 1;
  Instant changed_at;
  int64_t mailboxes = 0;                      // that have it
  std::vector<OrganizationId> organizations;  // whose new users get it
};

// Members of a profile's JSON form, in the order in which people are shown them.
const std::vector<std::string_view>& profile_members();

// The profile with what a mailbox's user changed for himself, where it is allowed. `own`: the JSON object of
// these members; what is forced, unknown or not fitting in it counts for nothing.
Profile with_own(const Profile& profile, const std::set<std::string>& forced, std::string_view own);

}  // namespace mailsync::sync
