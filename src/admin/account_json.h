// Users of the account and organizations as openapi.yaml spells them.
#pragma once

#include <boost/json.hpp>
#include <map>

#include "admin/json.h"
#include "auth/user_admin.h"
#include "crm/builtin/rights.h"

namespace mailsync::admin {

std::string_view spelled(auth::Role role);  // "system_administrator", "organization_administrator", "user"
std::optional<auth::Role> role_spelled(std::string_view text);
crm::Role crm_role(auth::Role role);

using OrganizationNames = std::map<OrganizationId, std::string>;
Result<OrganizationNames> organization_names(db::Session& session, AccountId account);

boost::json::object account_user_json(const auth::UserRow& row, const OrganizationNames& names);
// With the token of a one-time link, which is shown this once.
boost::json::object link_json(const auth::UserRow& row, const OrganizationNames& names, const Secret& token,
                              Instant expires);

// account_users.cc: the user that the path names, when this administrator reaches him; to change an
// administrator takes a system administrator. Blocks.
struct Request;
struct Api;
std::expected<auth::UserRow, Problem> governed_user(Api& api, const Request& request);

}  // namespace mailsync::admin
