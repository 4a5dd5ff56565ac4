// POST /{tenant}/oauth2/v2.0/token
#include <fmt/format.h>

#include <algorithm>

#include "lab/fronts/identity/identity_front.h"

namespace mailsync::lab::identity {

namespace {

AboutError about(const App& app, std::string tenant = "") {
  return {.app = app.client_id, .name = app.name, .tenant = std::move(tenant)};
}

int64_t unix_seconds(Instant when) {
  return when.us / 1'000'000;
}

boost::json::array array_of(const std::vector<std::string>& texts) {
  boost::json::array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

}  // namespace

net::ServerResponse IdentityFront::token(const Call& call) {
  if (call.request.method == "OPTIONS")
    return {.status = 204,
            .headers = {{"Access-Control-Allow-Origin", "*"},
                        {"Access-Control-Allow-Methods", "POST, OPTIONS"},
                        {"Access-Control-Allow-Headers", "*"}},
            .body = ""};
  const std::string grant_type = call.get("grant_type");
  ++counters_[grant_type.empty() ? "(none)" : grant_type];
  auto answer = [&]() -> std::expected<net::ServerResponse, AadError> {
    if (call.request.method != "POST")
      return std::unexpected(aad_error(900561, {.detail = call.request.method}));
    Client client;
    if (auto refusal = find_client(call, client)) return std::unexpected(*refusal);
    if (grant_type == "client_credentials") return by_client_credentials(call, client);
    if (grant_type == "authorization_code") return by_code(call, client);
    if (grant_type == "refresh_token") return by_refresh_token(call, client);
    if (grant_type.empty()) return std::unexpected(aad_error(900144, {.detail = "grant_type"}));
    return std::unexpected(aad_error(70003, {.detail = grant_type}));
  }();
  if (answer) return std::move(*answer);
  ++counters_[fmt::format("AADSTS{}", answer.error().number)];
  net::ServerResponse refused =
      json_answer(answer.error().status, error_body(answer.error(), call.trace, call.now));
  if (answer.error().status == 429 || answer.error().status == 503) refused.headers.add("Retry-After", "2");
  return refused;
}

// Tenant, application and, where the request brings any, the proof that the caller is that application.
IdentityFront::Refusal IdentityFront::find_client(const Call& call, Client& client) {
  if (!is_shared(call.tenant_name)) {
    client.tenant = registry_.find_tenant(call.tenant_name);
    if (!client.tenant) return aad_error(90002, {.tenant = call.tenant_name});
  }
  std::string client_id = call.get("client_id");
  if (client_id.empty()) client_id = subject_of_assertion(call.get("client_assertion")).value_or("");
  if (client_id.empty()) return aad_error(900144, {.detail = "client_id"});
  client.app = registry_.find_app(client_id);
  const std::string tenant_id = client.tenant ? client.tenant->id : "";
  if (!client.app) return aad_error(700016, {.app = client_id, .tenant = call.tenant_name});
  const bool at_home = tenant_id.empty() || client.app->home_tenant == tenant_id;
  if (!at_home && !client.app->multi_tenant)
    return aad_error(700016, {.app = client_id, .tenant = call.tenant_name});
  return authenticate(call, client, client.tenant);
}

IdentityFront::Refusal IdentityFront::authenticate(const Call& call, Client& client, const Tenant* tenant) {
  const App& app = *client.app;
  const std::string assertion = call.get("client_assertion");
  if (!assertion.empty()) {
    if (call.get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
      return aad_error(900144, {.detail = "client_assertion_type"});
    std::vector<std::string> audiences;
    std::vector<std::string> names{call.tenant_name};
    if (tenant) names.push_back(tenant->id);
    for (const std::string& name : names)
      for (const char* tail : {"/oauth2/v2.0/token", "/v2.0"})
        audiences.push_back(options_.base_url + "/" + name + tail);
    if (auto refusal = check_assertion(assertion, app, audiences,
                                       switches_.assertions_once ? &used_assertions_ : nullptr, call.now))
      return refusal;
    client.authenticated = true;
    return std::nullopt;
  }
  const std::string secret = call.get("client_secret");
  if (secret.empty()) return std::nullopt;
  for (const ClientSecret& known : app.secrets) {
    if (!known.value.equals(secret)) continue;
    if (known.expires <= call.now) return aad_error(7000222, about(app));
    client.authenticated = true;
    return std::nullopt;
  }
  return aad_error(7000215, about(app));
}

IdentityFront::Refusal IdentityFront::planned_refusal(const Call& call, const std::string& user_address) {
  const App* app = registry_.find_app(call.get("client_id"));
  for (auto it = switches_.planned.begin(); it != switches_.planned.end(); ++it) {
    if (!it->grant_type.empty() && it->grant_type != call.get("grant_type")) continue;
    if (!it->client_id.empty() && (!app || app->client_id != it->client_id)) continue;
    if (!it->user.empty() && lower(it->user) != lower(user_address)) continue;
    AboutError told = app ? about(*app, call.tenant_name) : AboutError{.tenant = call.tenant_name};
    told.scope = call.get("scope");
    told.issued = told.revoked = timestamp_of(call.now);
    told.detail = "Planned by a switch of the lab.";
    AadError refusal = aad_error(it->number, told);
    if (it->times > 0 && --it->times == 0) switches_.planned.erase(it);
    return refusal;
  }
  return std::nullopt;
}

std::expected<net::ServerResponse, AadError> IdentityFront::by_client_credentials(const Call& call,
                                                                                  Client& client) {
  if (!client.tenant) return std::unexpected(aad_error(50059));
  App& app = *client.app;
  if (auto refusal = planned_refusal(call, "")) return std::unexpected(*refusal);
  if (!client.authenticated) return std::unexpected(aad_error(7000218));
  const std::string scope = call.get("scope");
  if (scope.empty()) return std::unexpected(aad_error(900144, {.detail = "scope"}));
  const AskedScopes asked = read_scopes(scope, app, options_.base_url);
  if (!asked.bad.empty()) return std::unexpected(aad_error(70011, {.scope = scope}));
  if (!asked.default_of_resource || !asked.permissions.empty())
    return std::unexpected(aad_error(1002012, {.scope = scope}));
  const bool consented = registry_.has_admin_consent(client.tenant->id, app.client_id);
  // A foreign tenant knows the application only after its administrator agreed. At home it gets a token
  // without roles.
  if (!consented && app.home_tenant != client.tenant->id)
    return std::unexpected(aad_error(7000229, about(app, client.tenant->id)));
  Issued issued{.tenant = client.tenant, .app = &app};
  const int64_t life = std::chrono::duration_cast<std::chrono::seconds>(switches_.access_token_life).count();
  const std::string token =
      access_token(issued, consented ? app.roles : std::vector<std::string>{}, call.now);
  return json_answer(200, {{"token_type", "Bearer"},
                           {"expires_in", life - 1},
                           {"ext_expires_in", life - 1},
                           {"access_token", token}});
}

IdentityFront::Refusal IdentityFront::check_person(const Call& call, const User* user, const App& app,
                                                   Instant signed_in, bool mfa) {
  if (!user) return aad_error(50034, {.tenant = call.tenant_name, .detail = "of this grant"});
  if (auto refusal = planned_refusal(call, user->address)) return refusal;
  if (!user->enabled) return aad_error(50057);
  if (signed_in < user->tokens_valid_from)
    return aad_error(50173, {.app = app.client_id,
                             .issued = timestamp_of(signed_in),
                             .revoked = timestamp_of(user->tokens_valid_from)});
  if (user->access_blocked) return aad_error(53003);
  if (user->mfa_required && !mfa) return aad_error(50076);
  return std::nullopt;
}

std::expected<net::ServerResponse, AadError> IdentityFront::by_code(const Call& call, Client& client) {
  App& app = *client.app;
  for (const char* needed : {"code", "redirect_uri"})
    if (call.get(needed).empty()) return std::unexpected(aad_error(900144, {.detail = needed}));
  CodeGrant* grant = grants_.find_code(call.get("code"));
  if (!grant || grant->client_id != app.client_id) {
    AadError malformed = aad_error(9002313);
    malformed.error = "invalid_grant";
    return std::unexpected(malformed);
  }
  const RedirectUri* redirect = find_redirect(app, grant->redirect_uri);
  if (!redirect || grant->redirect_uri != call.get("redirect_uri"))
    return std::unexpected(aad_error(50011, {.app = app.client_id, .detail = call.get("redirect_uri")}));
  if (redirect->platform == Platform::Web && !client.authenticated)
    return std::unexpected(aad_error(7000218));
  Tenant* tenant = registry_.find_tenant(grant->tenant_id);
  if (!tenant || (client.tenant && client.tenant->id != tenant->id))
    return std::unexpected(aad_error(9002313, {.detail = "The code was issued by another tenant."}));
  if (call.get("code_verifier").empty())
    return std::unexpected(aad_error(9002325, {.detail = "The code_verifier is missing."}));
  if (base64url(sha256(call.get("code_verifier"))) != grant->challenge)
    return std::unexpected(aad_error(501481));
  if (grant->redeemed) return std::unexpected(aad_error(54005));
  if (grant->issued + switches_.code_life <= call.now) return std::unexpected(aad_error(70008));
  User* user = registry_.find_user(*tenant, grant->user_id);
  if (auto refusal = check_person(call, user, app, grant->issued, grant->mfa))
    return std::unexpected(*refusal);
  grant->redeemed = true;
  return grant_tokens(call, {.tenant = tenant,
                             .app = &app,
                             .user = user,
                             .scopes = read_scopes(grant->scope, app, options_.base_url),
                             .nonce = grant->nonce,
                             .refresh = {.client_id = app.client_id,
                                         .tenant_id = tenant->id,
                                         .user_id = user->id,
                                         .scope = grant->scope,
                                         .signed_in = grant->issued,
                                         .mfa = grant->mfa,
                                         .confidential = client.authenticated}});
}

std::expected<net::ServerResponse, AadError> IdentityFront::by_refresh_token(const Call& call,
                                                                             Client& client) {
  App& app = *client.app;
  if (call.get("refresh_token").empty())
    return std::unexpected(aad_error(900144, {.detail = "refresh_token"}));
  RefreshGrant* grant = grants_.find_refresh(call.get("refresh_token"));
  if (!grant || grant->client_id != app.client_id) {
    AadError malformed = aad_error(9002313);
    malformed.error = "invalid_grant";
    return std::unexpected(malformed);
  }
  if (grant->confidential && !client.authenticated) return std::unexpected(aad_error(7000218));
  Tenant* tenant = registry_.find_tenant(grant->tenant_id);
  User* user = tenant ? registry_.find_user(*tenant, grant->user_id) : nullptr;
  if (grant->issued + switches_.refresh_inactivity <= call.now)
    return std::unexpected(aad_error(700082, {.issued = timestamp_of(grant->issued)}));
  if (auto refusal = check_person(call, user, app, grant->signed_in, grant->mfa))
    return std::unexpected(*refusal);
  const std::string wanted = call.get("scope").empty() ? grant->scope : call.get("scope");
  const AskedScopes asked = read_scopes(wanted, app, options_.base_url);
  if (!asked.bad.empty()) return std::unexpected(aad_error(70011, {.scope = wanted}));
  const auto& permissions = asked.default_of_resource ? app.scopes : asked.permissions;
  if (!registry_.has_consent(tenant->id, app, user->id, permissions))
    return std::unexpected(aad_error(65001, about(app, tenant->id)));
  if (grant->revoked || !grants_.use_refresh(*grant, switches_))
    return std::unexpected(aad_error(
        70000, {.detail = "The refresh token was replaced, and its successor is in use: sign in again."}));
  RefreshGrant next = *grant;
  next.parent = grant->number;
  next.used = false;
  return grant_tokens(call, {.tenant = tenant, .app = &app, .user = user, .scopes = asked, .refresh = next});
}

net::ServerResponse IdentityFront::grant_tokens(const Call& call, Issued issued) {
  const std::vector<std::string> permissions =
      issued.scopes.default_of_resource ? issued.app->scopes : issued.scopes.permissions;
  const int64_t life = std::chrono::duration_cast<std::chrono::seconds>(switches_.access_token_life).count();
  std::vector<std::string> told = permissions;
  if (issued.scopes.openid) told.insert(told.end(), {"openid"});
  if (issued.scopes.profile) told.insert(told.end(), {"profile"});
  if (issued.scopes.email) told.insert(told.end(), {"email"});
  boost::json::object body{{"token_type", "Bearer"},
                           {"scope", joined(told)},
                           {"expires_in", life - 1},
                           {"ext_expires_in", life - 1},
                           {"access_token", access_token(issued, permissions, call.now)}};
  // MSAL asks for offline_access by itself; a refresh keeps what the sign-in was given.
  const bool lasting = issued.refresh.parent != 0 || issued.scopes.offline_access;
  if (lasting) {
    issued.refresh.issued = call.now;
    std::string token = "1." + random_.token(48);
    grants_.put_refresh(token, issued.refresh);
    body["refresh_token"] = token;
  }
  if (issued.scopes.openid || issued.scopes.profile) body["id_token"] = id_token(issued, call.now);
  if (call.get("client_info") == "1") body["client_info"] = client_info(*issued.tenant, *issued.user);
  return json_answer(200, body);
}

std::string IdentityFront::access_token(const Issued& issued, const std::vector<std::string>& permissions,
                                        Instant now) {
  const Instant expires = now + switches_.access_token_life;
  boost::json::object claims{
      {"aud", issued.scopes.own_api ? issued.app->client_id : "https://graph.microsoft.com"},
      {"iss",
       issued.scopes.own_api ? issuer_of(*issued.tenant) : options_.base_url + "/" + issued.tenant->id + "/"},
      {"iat", unix_seconds(now)},
      {"nbf", unix_seconds(now)},
      {"exp", unix_seconds(expires)},
      {"app_displayname", issued.app->name},
      {"tid", issued.tenant->id},
      {"uti", random_.token(16)},
      {"ver", issued.scopes.own_api ? "2.0" : "1.0"}};
  claims[issued.scopes.own_api ? "azp" : "appid"] = issued.app->client_id;
  if (issued.user) {
    claims["idtyp"] = "user";
    claims["oid"] = issued.user->id;
    claims["sub"] = base64url(sha256(issued.user->id + issued.app->client_id));
    claims["name"] = issued.user->name;
    claims[issued.scopes.own_api ? "preferred_username" : "upn"] = issued.user->address;
    claims["scp"] = joined(permissions);
  } else {
    claims["idtyp"] = "app";
    claims["oid"] = claims["sub"] = issued.app->client_id;
    if (!permissions.empty()) claims["roles"] = array_of(permissions);
  }
  std::string token = TokenSigner::shared().sign_jwt(claims);
  // A token for the application's own API opens nothing in Graph.
  if (!issued.scopes.own_api)
    tokens_.put(token, Grant{.app_id = issued.app->client_id,
                             .tenant_id = issued.tenant->id,
                             .user_id = issued.user ? issued.user->id : "",
                             .scopes = permissions,
                             .expires = expires});
  return token;
}

std::string IdentityFront::id_token(const Issued& issued, Instant now) const {
  boost::json::object claims{{"aud", issued.app->client_id},
                             {"iss", issuer_of(*issued.tenant)},
                             {"iat", unix_seconds(now)},
                             {"nbf", unix_seconds(now)},
                             {"exp", unix_seconds(now + switches_.access_token_life)},
                             {"sub", base64url(sha256(issued.user->id + issued.app->client_id))},
                             {"oid", issued.user->id},
                             {"tid", issued.tenant->id},
                             {"preferred_username", issued.user->address},
                             {"name", issued.user->name},
                             {"ver", "2.0"}};
  if (issued.scopes.email) claims["email"] = issued.user->address;
  if (!issued.nonce.empty()) claims["nonce"] = issued.nonce;
  return TokenSigner::shared().sign_jwt(claims);
}

std::string IdentityFront::client_info(const Tenant& tenant, const User& user) const {
  return base64url(boost::json::serialize(boost::json::object{{"uid", user.id}, {"utid", tenant.id}}));
}

}  // namespace mailsync::lab::identity
