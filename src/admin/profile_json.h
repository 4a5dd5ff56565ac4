// Profiles as openapi.yaml spells them: history in days, attachments in MB, what is forced by member.
#pragma once

#include <boost/json.hpp>
#include <expected>
#include <set>
#include <string>

#include "admin/problem.h"
#include "sync/named_profile.h"

namespace mailsync::admin {

// The profile of the settings file has no number: this is its id here, and its name.
inline constexpr std::string_view kSettingsProfileId = "settings";
inline constexpr std::string_view kSettingsProfile = "Default";

boost::json::object profile_ref(sync::ProfileId id, std::string_view name);
boost::json::object settings_json(const sync::Profile& profile);
// {"member":"allow"|"force"} of every member.
boost::json::object modes_json(const std::set<std::string>& forced);

// What is absent stays as it is in `before`. 422 names the member that does not hold what it should.
std::expected<sync::Profile, Problem> settings_in(const boost::json::object& body,
                                                  const sync::Profile& before);
std::expected<std::set<std::string>, Problem> modes_in(const boost::json::object& body,
                                                       std::set<std::string> before);

}  // namespace mailsync::admin
