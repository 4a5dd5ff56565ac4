// Signed in to Mail Sync itself: sessions kept on the server (S45), known to the browser by a cookie. The
// database holds only a hash of the cookie's value, so a dump signs nobody in (S8).
#pragma once

#include <set>
#include <string>

#include "auth/second_factors.h"
#include "auth/users.h"
#include "base/random.h"
#include "net/http.h"

namespace mailsync::auth {

struct SessionLimits {
  Duration idle = std::chrono::hours(8);
  Duration absolute = std::chrono::hours(24 * 7);
  // After so many failures for one name, or from one address, further tries have to wait: twice as long each
  // time, up to `longest_wait` (S62).
  int failures_per_login = 5;
  int failures_per_peer = 30;
  Duration longest_wait = std::chrono::minutes(15);
  Duration failures_forgotten = std::chrono::hours(1);
};

struct SignIn {
  std::string login;
  Secret password;
  std::string code;     // of the second factor; empty when none was asked for yet
  std::string peer;     // numeric address
  Secret former_token;  // of the cookie that came along, if any: that session ends
};

struct SignedIn {
  Secret token;      // for session_cookie()
  std::string csrf;  // for the page, which sends it back in X-CSRF-Token
  User user;
};

struct Session {
  User user;
  std::string csrf;
  Instant begun;
  // An organization administrator's; filled for him alone.
  std::vector<OrganizationId> administers;
  std::set<UserId> people;  // who belong to those

  // Whose mailboxes, settings and mistakes are his business: a system administrator's everybody's of the
  // account, an organization administrator's those of his organizations, and everybody's his own.
  bool reaches(UserId other) const;
  bool reaches(OrganizationId organization) const;
};

class Sessions {
 public:
  // All outlive it.
  Sessions(Executor& executor, db::Database& database, Random& random, SessionLimits limits = {},
           SecondFactors* second_factors = nullptr)
      : executor_(executor),
        database_(database),
        random_(random),
        limits_(limits),
        second_factors_(second_factors) {}

  // LoginNeeded: wrong name or password, or a disabled user (the same words for all); with vendor_code
  // "second_factor_needed" when the password is right and a code must come with it, "second_factor_failed"
  // when the code is wrong. Throttled: too many failures.
  Task<Result<SignedIn>> sign_in(SignIn request);
  // For first use and the command line: a session without a password.
  Task<Result<SignedIn>> begin(UserId user);
  // LoginNeeded when the session is unknown, over, or its user is disabled.
  Task<Result<Session>> check(Secret token);
  Task<Result<void>> sign_out(Secret token);
  // Rows of sessions and failures that are over; call it now and then.
  Task<Result<void>> clean_up();

 private:
  struct Candidate;
  Result<Candidate> check_password(const SignIn& request, Instant now);
  Result<SignedIn> let_in(const SignIn& request, const Candidate& candidate, Instant now,
                          const std::optional<SecondFactors::Proof>& proof);
  Result<void> check_failures(db::Session& session, const SignIn& request, Instant now);
  Result<void> note_failure(const SignIn& request, const std::optional<User>& user, Instant now);
  Result<SignedIn> begin_now(db::SqlTransaction& tx, User user, Instant now);

  Executor& executor_;
  db::Database& database_;
  Random& random_;
  const SessionLimits limits_;
  SecondFactors* const second_factors_;
};

// Set-Cookie: "__Host-mailsync=…" over https, "mailsync=…" over plain http (this machine only); HttpOnly,
// SameSite=Lax.
std::string session_cookie(const Secret& token, bool https);
std::string ended_session_cookie(bool https);
// The token in the request's cookies; empty when there is none.
Secret session_token(const net::Headers& headers, bool https);
// For every unsafe method: the header X-CSRF-Token equals the session's, compared in constant time.
bool csrf_matches(const Session& session, const net::Headers& headers);

}  // namespace mailsync::auth
