// The errors of Microsoft's sign-in service: number, OAuth error, HTTP status and wording.
// Numbers and meanings: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "base/instant.h"

namespace mailsync::lab::identity {

// What the wording of an error mentions; whatever does not apply stays empty.
struct AboutError {
  std::string app;     // client id
  std::string name;    // the application's display name
  std::string tenant;  // as asked for
  std::string scope;
  std::string detail;
  std::string issued;   // when the grant was given
  std::string revoked;  // since when older grants are void
};

struct AadError {
  int number = 0;
  int status = 400;            // of the token endpoint
  std::string error;           // RFC 6749 section 5.2
  std::string redirect_error;  // the same, told through a redirect (OpenID Connect core 3.1.2.6)
  std::string suberror;
  std::string message;  // without the "AADSTS…:" before it
  std::string claims;   // what conditional access asks for, JSON, often empty
};

// An unknown number becomes a plain invalid_request with that number.
AadError aad_error(int number, const AboutError& about = {});
std::vector<int> known_errors();

struct Trace {
  std::string trace_id;
  std::string correlation_id;
};
// "AADSTS50076: … Trace ID: … Correlation ID: … Timestamp: …"
std::string describe(const AadError& error, const Trace& trace, Instant now);
boost::json::object error_body(const AadError& error, const Trace& trace, Instant now);

// "2026-11-22 13:05:00Z"
std::string timestamp_of(Instant when);

}  // namespace mailsync::lab::identity
