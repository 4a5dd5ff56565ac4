// The sign-in service of the emulated tenant (Microsoft identity platform v2): discovery, keys, sign-in page,
// consent, and the token endpoint with codes (PKCE), refresh tokens, client secrets and client certificates.
// What it answers follows https://learn.microsoft.com/entra/identity-platform/v2-protocols and RFC 6749,
// 7636, 7523. Access tokens are entered in the TokenTable, which the other fronts read; they are signed, too,
// and pass for JWTs.
#pragma once

#include <map>
#include <string>

#include "base/random.h"
#include "lab/front.h"
#include "lab/fronts/identity/aadsts.h"
#include "lab/fronts/identity/assertion.h"
#include "lab/fronts/identity/encoding.h"
#include "lab/fronts/identity/grants.h"
#include "lab/fronts/identity/registry.h"
#include "lab/fronts/identity/scopes.h"
#include "lab/fronts/identity/switches.h"
#include "lab/tokens.h"

namespace mailsync::lab::identity {

struct IdentityOptions {
  std::string base_url =
      "https://login.lab.test";  // origin under which clients reach this front, no slash at the end
};

class IdentityFront final : public Front {
 public:
  // All of them outlive the front.
  IdentityFront(IdentityOptions options, Registry& registry, TokenTable& tokens, Random& random)
      : options_(std::move(options)), registry_(registry), tokens_(tokens), random_(random) {}

  std::optional<net::ServerResponse> serve(const net::ServerRequest& request, Instant now) override;

  // Known only after the server listens.
  void set_base_url(std::string base_url) { options_.base_url = std::move(base_url); }
  const std::string& base_url() const { return options_.base_url; }
  IdentitySwitches& switches() { return switches_; }
  Registry& registry() { return registry_; }

  // Voids every grant and token given to this person before `now` (AADSTS50173). False: there is no such
  // person.
  bool change_password(std::string_view address, Instant now);

  // Token requests by grant type, and those refused by AADSTS number ("AADSTS50076").
  const std::map<std::string, uint64_t>& counters() const { return counters_; }

 private:
  // One request on its way through the front.
  struct Call {
    const net::ServerRequest& request;
    Instant now;
    std::string tenant_name;  // as in the path
    Fields fields;            // query, then form
    Trace trace;
    std::string get(std::string_view name) const { return value_of(fields, name); }
  };
  // A client that is who it says it is, in a tenant.
  struct Client {
    Tenant* tenant = nullptr;  // nullptr only for common and its like
    App* app = nullptr;
    bool authenticated = false;  // by secret or certificate
  };
  struct Issued {
    Tenant* tenant = nullptr;
    App* app = nullptr;
    User* user = nullptr;  // nullptr: the application itself
    AskedScopes scopes;
    std::string nonce;
    RefreshGrant refresh;  // what the next refresh token descends from
  };
  using Refusal = std::optional<AadError>;

  net::ServerResponse discovery(const Call& call);
  net::ServerResponse instance_discovery(const Call& call);
  net::ServerResponse keys() const;
  net::ServerResponse logout(const Call& call) const;

  // authorize.cc
  net::ServerResponse authorize(const Call& call);
  net::ServerResponse sign_in(const Call& call, Tenant& tenant, App& app);
  net::ServerResponse admin_consent(const Call& call);
  net::ServerResponse redirect(const Call& call, Fields fields) const;
  net::ServerResponse redirect_error(const Call& call, const AadError& error) const;
  net::ServerResponse error_page(const Call& call, const AadError& error) const;
  net::ServerResponse give_code(const Call& call, Tenant& tenant, App& app, User& user);

  // token_endpoint.cc
  net::ServerResponse token(const Call& call);
  Refusal find_client(const Call& call, Client& client);
  Refusal authenticate(const Call& call, Client& client, const Tenant* tenant);
  Refusal planned_refusal(const Call& call, const std::string& user_address);
  std::expected<net::ServerResponse, AadError> by_client_credentials(const Call& call, Client& client);
  std::expected<net::ServerResponse, AadError> by_code(const Call& call, Client& client);
  std::expected<net::ServerResponse, AadError> by_refresh_token(const Call& call, Client& client);
  Refusal check_person(const Call& call, const User* user, const App& app, Instant signed_in, bool mfa);
  net::ServerResponse grant_tokens(const Call& call, Issued issued);
  std::string access_token(const Issued& issued, const std::vector<std::string>& permissions, Instant now);
  std::string id_token(const Issued& issued, Instant now) const;

  std::string issuer_of(const Tenant& tenant) const { return options_.base_url + "/" + tenant.id + "/v2.0"; }
  std::string client_info(const Tenant& tenant, const User& user) const;
  static bool is_shared(std::string_view tenant_name);

  IdentityOptions options_;
  Registry& registry_;
  TokenTable& tokens_;
  Random& random_;
  IdentitySwitches switches_;
  Grants grants_;
  UsedAssertions used_assertions_;
  std::map<std::string, uint64_t> counters_;
};

// Shared by the front's files.
net::ServerResponse json_answer(int status, const boost::json::object& body);
net::ServerResponse html_answer(int status, std::string body);

}  // namespace mailsync::lab::identity
