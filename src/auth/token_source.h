// Access tokens for the rest of the program: one per grant, resource and scopes (F132), fetched once however
// many ask (F130), renewed at 80 % of their life, renewed at once after a claims challenge. A refusal is
// remembered, so that a dead grant is not hammered (F131), and never deletes anything.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "auth/oauth.h"
#include "auth/vault.h"
#include "base/executor.h"
#include "net/http.h"

namespace mailsync::auth {

// On whose behalf. Without `refresh_token` the application asks for itself.
struct Grant {
  std::string id;  // names the cache entry: unique over accounts, e.g. "tenant:3" or "mailbox:17"
  AppRegistration app;
  std::optional<SecretName> refresh_token;
};

class TokenSource {
 public:
  // All outlive the source.
  TokenSource(Executor& executor, OAuthClient& oauth, Vault& vault);
  ~TokenSource();
  TokenSource(const TokenSource&) = delete;
  TokenSource& operator=(const TokenSource&) = delete;

  // `resource`: the only origin the token may be sent to (S24). `scopes`: for the application exactly one,
  // "…/.default".
  Task<Result<net::Bearer>> bearer(Grant grant, net::Origin resource, std::vector<std::string> scopes);

  // The server answered 401 to this token: it is not handed out again. `www_authenticate` is that header, or
  // empty; its claims (continuous access evaluation) go into the next request for a token.
  // https://learn.microsoft.com/entra/identity-platform/claims-challenge
  void reject(const Grant& grant, const net::Bearer& rejected, const std::vector<std::string>& scopes,
              std::string_view www_authenticate);
  // The owner signed in anew or disconnected: everything remembered about the grant is dropped.
  void forget(std::string_view grant_id);

 private:
  struct Entry;
  struct Wait;
  using Key = std::string;
  static Key key_of(const Grant& grant, const net::Origin& resource, const std::vector<std::string>& scopes);
  static Task<void> renew(TokenSource& self, std::shared_ptr<Entry> entry, Grant grant,
                          std::vector<std::string> scopes);
  Task<Result<Tokens>> ask(Grant grant, std::vector<std::string> scopes, std::string claims);
  Task<Result<Tokens>> refresh(Grant grant, std::vector<std::string> scopes, std::string claims);
  // False while a remembered refusal still stands.
  Task<bool> may_ask(std::shared_ptr<Entry> entry, Grant grant);

  Executor& executor_;
  OAuthClient& oauth_;
  Vault& vault_;
  std::map<Key, std::shared_ptr<Entry>> entries_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// The claims of a WWW-Authenticate challenge as JSON text; empty when there are none. Takes base64url and
// plain forms.
std::string claims_of_challenge(std::string_view www_authenticate);

}  // namespace mailsync::auth
