// An organization's Email Configuration as openapi.yaml spells it, and what an administrator typed.
#pragma once

#include <boost/json.hpp>
#include <expected>

#include "admin/api.h"
#include "auth/organizations.h"

namespace mailsync::admin {

// The organization that the path names, when this administrator reaches it; any other is not there.
std::expected<auth::Organization, Problem> organization_in(db::Session& session, const Request& request);

struct ShownConfiguration {
  auth::Organization organization;
  std::optional<auth::EmailConfiguration> own;  // nullopt: the settings file counts
  auth::SecretMarks marks;
};

// Never a secret: of each only who set it and when.
boost::json::object email_configuration_json(const Api& api, const ShownConfiguration& shown);

struct TypedConfiguration {
  auth::EmailConfiguration configuration;
  auth::TypedSecrets secrets;
};
// What stands in `body` over what was stored; a problem for members that are unknown or of another type.
std::expected<TypedConfiguration, Problem> typed_configuration(const boost::json::object& body,
                                                               auth::EmailConfiguration stored);

}  // namespace mailsync::admin
