// What the sign-in service's refusals mean: one table for every AADSTS number that calls for its own words.
// Numbers: https://learn.microsoft.com/entra/identity-platform/reference-error-codes; error names: RFC 6749
// sections 4.1.2.1 and 5.2, OpenID Connect core 3.1.2.6.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "net/http.h"

namespace mailsync::auth {

// What the words for people name.
struct AboutSignIn {
  std::string client_id;
  std::string tenant;
};

// The error of a token endpoint's answer that is not 200. LoginNeeded: a person must act (sign in, consent,
// renew a secret). Forbidden: a policy of the tenant. SwitchedOff: the user is disabled there. Throttled,
// Transient: later.
Error classify(const net::HttpAnswer& answer, const AboutSignIn& about, Instant now);

// The same for what an authorize redirect carries: ?error=…&error_description=….
Error classify_redirect(std::string_view error, std::string_view description, const AboutSignIn& about);

}  // namespace mailsync::auth
