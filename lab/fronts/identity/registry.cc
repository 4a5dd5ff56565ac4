#include "lab/fronts/identity/registry.h"

#include <algorithm>

#include "lab/fronts/identity/encoding.h"

namespace mailsync::lab::identity {

namespace {

// "http://localhost:41234/x" → "http://localhost/x"; everything else as it is.
std::string without_local_port(std::string_view uri) {
  for (std::string_view prefix : {"http://localhost:", "http://127.0.0.1:"}) {
    if (!uri.starts_with(prefix)) continue;
    const size_t slash = uri.find('/', prefix.size());
    const std::string path(slash == std::string_view::npos ? "" : uri.substr(slash));
    return std::string(prefix.substr(0, prefix.size() - 1)) + path;
  }
  return std::string(uri);
}

}  // namespace

const RedirectUri* find_redirect(const App& app, std::string_view uri) {
  for (const RedirectUri& known : app.redirect_uris)
    if (known.uri == uri || without_local_port(known.uri) == without_local_port(uri)) return &known;
  return nullptr;
}

Tenant& Registry::add_tenant(Tenant tenant) {
  return tenants_.emplace_back(std::move(tenant));
}

App& Registry::add_app(App app) {
  return apps_.emplace_back(std::move(app));
}

Tenant* Registry::find_tenant(std::string_view id_or_domain) {
  const std::string wanted = lower(id_or_domain);
  for (Tenant& tenant : tenants_) {
    if (lower(tenant.id) == wanted) return &tenant;
    for (const std::string& domain : tenant.domains)
      if (lower(domain) == wanted) return &tenant;
  }
  return nullptr;
}

Tenant* Registry::tenant_of_user(std::string_view address_or_id) {
  for (Tenant& tenant : tenants_)
    if (find_user(tenant, address_or_id)) return &tenant;
  return nullptr;
}

User* Registry::find_user(Tenant& tenant, std::string_view address_or_id) {
  const std::string wanted = lower(address_or_id);
  for (User& user : tenant.users)
    if (lower(user.address) == wanted || lower(user.id) == wanted) return &user;
  return nullptr;
}

App* Registry::find_app(std::string_view client_id) {
  const std::string wanted = lower(client_id);
  for (App& app : apps_)
    if (lower(app.client_id) == wanted) return &app;
  return nullptr;
}

void Registry::consent_as_admin(const std::string& tenant_id, const std::string& client_id) {
  admin_consents_.emplace(tenant_id, client_id);
}

void Registry::consent(const std::string& tenant_id, const std::string& client_id, const std::string& user_id,
                       const std::vector<std::string>& scopes) {
  consents_[{tenant_id, client_id, user_id}].insert(scopes.begin(), scopes.end());
}

void Registry::withdraw_consent(const std::string& tenant_id, const std::string& client_id) {
  admin_consents_.erase({tenant_id, client_id});
  std::erase_if(consents_, [&](const auto& entry) {
    return entry.first.tenant == tenant_id && entry.first.app == client_id;
  });
}

bool Registry::has_admin_consent(const std::string& tenant_id, const std::string& client_id) const {
  return admin_consents_.contains({tenant_id, client_id});
}

bool Registry::has_consent(const std::string& tenant_id, const App& app, const std::string& user_id,
                           const std::vector<std::string>& scopes) const {
  const auto given = consents_.find({tenant_id, app.client_id, user_id});
  const bool by_admin = has_admin_consent(tenant_id, app.client_id);
  return std::ranges::all_of(scopes, [&](const std::string& scope) {
    if (given != consents_.end() && given->second.contains(scope)) return true;
    return by_admin && std::ranges::find(app.scopes, scope) != app.scopes.end();
  });
}

}  // namespace mailsync::lab::identity
