// Who may sign in to what: tenants with their people, application registrations, and the consent given to
// them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "base/secret.h"
#include "lab/fronts/identity/keys.h"

namespace mailsync::lab::identity {

struct User {
  std::string id;       // object id
  std::string address;  // user principal name
  std::string name;
  bool administrator = false;
  bool enabled = true;
  bool mfa_required = false;    // every token for this user is refused with AADSTS50076
  bool access_blocked = false;  // by conditional access: AADSTS53003
  Instant tokens_valid_from{};  // older grants are void: AADSTS50173
};

struct Tenant {
  std::string id;
  std::string name;
  std::vector<std::string> domains;  // each also names the tenant in URLs
  std::vector<User> users;
};

struct ClientSecret {
  Secret value;
  Instant expires;
};

// Where a sign-in may lead. A web application proves itself when it redeems a code; the others cannot keep a
// secret.
enum class Platform { Web, SinglePage, Native };
struct RedirectUri {
  std::string uri;
  Platform platform = Platform::Web;
};

struct App {
  std::string client_id;
  std::string name;
  std::string home_tenant;  // tenant id
  bool multi_tenant = false;
  std::vector<ClientSecret> secrets;
  std::vector<Certificate> certificates;
  std::vector<RedirectUri> redirect_uris;
  std::vector<std::string> roles;   // application permissions asked for in the registration
  std::vector<std::string> scopes;  // delegated ones
};

// A redirect URI is compared exactly, but for the port of http://localhost (RFC 8252 section 7.3).
const RedirectUri* find_redirect(const App& app, std::string_view uri);

class Registry {
 public:
  Tenant& add_tenant(Tenant tenant);
  App& add_app(App app);

  // By id or by one of its domains, without case.
  Tenant* find_tenant(std::string_view id_or_domain);
  // The tenant of an address, for "common" and "organizations".
  Tenant* tenant_of_user(std::string_view address_or_id);
  User* find_user(Tenant& tenant, std::string_view address_or_id);
  App* find_app(std::string_view client_id);
  std::vector<Tenant>& tenants() { return tenants_; }
  std::vector<App>& apps() { return apps_; }

  // An administrator's consent holds for everybody in the tenant and for the application itself.
  void consent_as_admin(const std::string& tenant_id, const std::string& client_id);
  void consent(const std::string& tenant_id, const std::string& client_id, const std::string& user_id,
               const std::vector<std::string>& scopes);
  void withdraw_consent(const std::string& tenant_id, const std::string& client_id);
  bool has_admin_consent(const std::string& tenant_id, const std::string& client_id) const;
  bool has_consent(const std::string& tenant_id, const App& app, const std::string& user_id,
                   const std::vector<std::string>& scopes) const;

 private:
  struct ConsentKey {
    std::string tenant, app, user;
    auto operator<=>(const ConsentKey&) const = default;
  };
  std::vector<Tenant> tenants_;
  std::vector<App> apps_;
  std::map<ConsentKey, std::set<std::string>> consents_;
  std::set<std::pair<std::string, std::string>> admin_consents_;  // tenant, app
};

}  // namespace mailsync::lab::identity
