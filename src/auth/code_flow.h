// A person connects a mailbox: the authorization-code flow with PKCE, state, nonce and issuer (S2, S3, S12,
// S47; RFC 9700, RFC 9207). begin() → the browser goes to url → the service sends it back → finish() →
// OAuthClient::redeem_code → read_id_token().
#pragma once

#include <string>
#include <vector>

#include "auth/oauth.h"

namespace mailsync::auth {

// Kept on our side between leaving and coming back, for ten minutes, in the session that began it.
struct PendingSignIn {
  std::string state;
  std::string nonce;
  Secret verifier;
  std::string session;  // opaque name of the session that began it (S3)
  std::vector<std::string> scopes;
  Instant begun;
};

struct SignInStart {
  PendingSignIn pending;
  std::string url;
};

struct SignInWishes {
  std::string login_hint;  // address of the mailbox
  std::string prompt;      // "", "select_account" or "consent"
  std::string claims;      // of a challenge, or empty
};

SignInStart begin_sign_in(const AppRegistration& app, std::vector<std::string> scopes, std::string session,
                          Random& random, Instant now, const SignInWishes& wishes = {});

// The code. Forbidden when the answer belongs to another session, came too late or from another issuer; what
// the service refused is classified. `query`: of the redirect.
Result<std::string> finish_sign_in(const AppRegistration& app, const PendingSignIn& pending,
                                   const net::ServerRequest& callback, std::string_view session, Instant now);

// Checks audience, nonce, time, and that issuer and tid agree (and equal app.tenant when that is a GUID). The
// token came straight from the token endpoint over TLS, so its signature need not be checked (OpenID Connect
// core 3.1.3.7 point 6).
Result<Identity> read_id_token(const AppRegistration& app, const std::string& id_token,
                               std::string_view nonce, Instant now);

// Where an administrator consents for everybody. `state` comes back in the redirect.
std::string admin_consent_url(const AppRegistration& app, std::string_view state,
                              std::string_view scope = "https://graph.microsoft.com/.default");
// The tenant that consented, as the redirect claims it: believe it only after a token for it was issued
// (S12).
Result<std::string> finish_admin_consent(const AppRegistration& app, std::string_view expected_state,
                                         const net::ServerRequest& callback);

}  // namespace mailsync::auth
