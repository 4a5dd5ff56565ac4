// The token endpoint of the Microsoft identity platform v2: tokens for the application itself, for a user's
// code, and from a refresh token. RFC 6749, RFC 7636 (PKCE), RFC 7523 (certificate).
#pragma once

#include <string>
#include <vector>

#include "auth/app_registration.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "net/http.h"

namespace mailsync::auth {

// Who signed in: keyed by tenant and object id, never by address (S49).
struct Identity {
  std::string tenant_id;
  std::string object_id;
  std::string username;  // preferred_username: for showing only
  std::string name;
};

struct Tokens {
  Secret access_token;
  Instant issued;
  Instant expires;
  Secret refresh_token;             // empty for the application's own
  std::vector<std::string> scopes;  // as granted; may be fewer than asked (F133)
  std::string id_token;             // empty without openid; read it with read_id_token()
};

class OAuthClient {
 public:
  // All outlive the client.
  OAuthClient(net::HttpClient& http, const Clock& clock, Random& random)
      : http_(http), clock_(clock), random_(random) {}

  // Client credentials. `scope` is one "https://…/.default"; `claims` is a CAE challenge's JSON or empty.
  // LoginNeeded unless the tenant is a concrete one.
  Task<Result<Tokens>> app_token(AppRegistration app, std::string scope, std::string claims = {});
  // Code and verifier of a sign-in (code_flow.h).
  Task<Result<Tokens>> redeem_code(AppRegistration app, std::string code, Secret verifier,
                                   std::vector<std::string> scopes);
  // The answer holds a new refresh token mostly: store it before the access token is used.
  Task<Result<Tokens>> refresh(AppRegistration app, Secret refresh_token, std::vector<std::string> scopes,
                               std::string claims = {});

 private:
  struct Form;
  Task<Result<Tokens>> ask(AppRegistration app, Form form);

  net::HttpClient& http_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace mailsync::auth
