// Proof of identity by certificate: a JWT signed with the application's key (RFC 7523 section 2.2).
// https://learn.microsoft.com/entra/identity-platform/certificate-credentials
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/fronts/identity/aadsts.h"
#include "lab/fronts/identity/registry.h"

namespace mailsync::lab::identity {

// Assertions that were used, until they expire.
class UsedAssertions {
 public:
  // False when this application has used that jti before.
  bool use(const std::string& client_id, const std::string& jti, Instant expires, Instant now);

 private:
  std::map<std::pair<std::string, std::string>, Instant> used_;
};

// The client id that an assertion speaks for, not yet verified; nullopt when it cannot be read.
std::optional<std::string> subject_of_assertion(std::string_view assertion);

// nullopt: the assertion proves that the caller is this application.
// `used` is null when an assertion may come again.
// `audiences`: the token endpoint and the issuer, in every spelling that the tenant has.
std::optional<AadError> check_assertion(std::string_view assertion, const App& app,
                                        const std::vector<std::string>& audiences, UsedAssertions* used,
                                        Instant now);

}  // namespace mailsync::lab::identity
