// How sign-ins and consents at the mail service ended, kept for some minutes for the page that tells it. Each
// under a name that cannot be guessed, and for nobody but who made it.
#pragma once

#include <map>
#include <string>

#include "admin/sign_in_outcome.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"

namespace mailsync::server {

class SignInOutcomes {
 public:
  // Both outlive it.
  SignInOutcomes(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

  // The name under which it is told.
  std::string keep(admin::SignInOutcome outcome, UserId user);
  std::optional<admin::SignInOutcome> find(std::string_view name, UserId user) const;

 private:
  struct Ended {
    admin::SignInOutcome outcome;
    UserId user;
    Instant at;
  };
  const Clock& clock_;
  Random& random_;
  std::map<std::string, Ended, std::less<>> ended_;  // by name
};

// What a page says in big letters about a failure (openapi.yaml, SignInOutcome.reason); the error's own words
// are below it.
std::string reason_of(const Error& error);
// The error's words, code and request id, for the page.
void tell(admin::SignInOutcome& about, std::string reason, Error error);

}  // namespace mailsync::server
