// A profile as JSON: how it is stored, and how the web API shows it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "sync/profile.h"

namespace mailsync::sync {

// {"capture_emails":"known_people","category":"CRM","directions":{"contact":{"to_crm":true,…},…},"history_us":…,…}
std::string to_json(const Profile& profile);
// A member that is absent keeps its default, so that an older text stays readable. Corrupt names the member
// that does not hold what it should.
Result<Profile> profile_from_json(std::string_view json);

}  // namespace mailsync::sync
