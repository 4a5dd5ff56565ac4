#include "lab/fronts/identity/identity_front.h"

namespace mailsync::lab::identity {

namespace {

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  std::string segment;
  for (char c : path) {
    if (c == '/') {
      if (!segment.empty()) segments.push_back(std::move(segment));
      segment.clear();
    } else {
      segment += c;
    }
  }
  if (!segment.empty()) segments.push_back(std::move(segment));
  return segments;
}

std::string header_of(const net::ServerRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers.all())
    if (lower(key) == name) return value;
  return "";
}

bool ends_with(const std::vector<std::string>& segments, std::initializer_list<std::string_view> tail) {
  if (segments.size() != tail.size() + 1) return false;
  return std::equal(tail.begin(), tail.end(), segments.begin() + 1);
}

std::string host_of(const std::string& url) {
  const size_t start = url.find("://");
  return start == std::string::npos ? url : url.substr(start + 3);
}

}  // namespace

net::ServerResponse json_answer(int status, const boost::json::object& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json; charset=utf-8"},
                      {"Cache-Control", "no-store, no-cache"},
                      {"Pragma", "no-cache"},
                      {"Access-Control-Allow-Origin", "*"}},
          .body = boost::json::serialize(body)};
}

net::ServerResponse html_answer(int status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "text/html; charset=utf-8"},
                      {"Cache-Control", "no-store"},
                      {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"},
                      {"X-Frame-Options", "DENY"}},
          .body = std::move(body)};
}

bool IdentityFront::is_shared(std::string_view tenant_name) {
  return tenant_name == "common" || tenant_name == "organizations" || tenant_name == "consumers";
}

std::optional<net::ServerResponse> IdentityFront::serve(const net::ServerRequest& request, Instant now) {
  const std::vector<std::string> segments = segments_of(request.path);
  if (segments.size() < 2) return std::nullopt;
  Call call{
      .request = request,
      .now = now,
      .tenant_name = lower(segments[0]),
      .fields = request.query,
      .trace = {.trace_id = new_guid(random_), .correlation_id = header_of(request, "client-request-id")}};
  if (header_of(request, "content-type").starts_with("application/x-www-form-urlencoded"))
    for (auto& field : parse_form(request.body)) call.fields.push_back(std::move(field));
  if (call.trace.correlation_id.empty()) call.trace.correlation_id = call.get("client-request-id");
  if (call.trace.correlation_id.empty()) call.trace.correlation_id = new_guid(random_);

  std::optional<net::ServerResponse> answer;
  if (ends_with(segments, {"oauth2", "v2.0", "token"})) {
    answer = token(call);
  } else if (ends_with(segments, {"oauth2", "v2.0", "authorize"})) {
    answer = authorize(call);
  } else if (ends_with(segments, {"oauth2", "v2.0", "logout"})) {
    answer = logout(call);
  } else if (ends_with(segments, {"v2.0", "adminconsent"}) || ends_with(segments, {"adminconsent"})) {
    answer = admin_consent(call);
  } else if (ends_with(segments, {"v2.0", ".well-known", "openid-configuration"}) ||
             ends_with(segments, {".well-known", "openid-configuration"})) {
    answer = discovery(call);
  } else if (ends_with(segments, {"discovery", "v2.0", "keys"})) {
    answer = keys();
  } else if (ends_with(segments, {"discovery", "instance"})) {
    answer = instance_discovery(call);
  }
  if (answer) {
    answer->headers.add("x-ms-request-id", call.trace.trace_id);
    answer->headers.add("client-request-id", call.trace.correlation_id);
  }
  return answer;
}

net::ServerResponse IdentityFront::discovery(const Call& call) {
  const Tenant* tenant = registry_.find_tenant(call.tenant_name);
  if (!tenant && !is_shared(call.tenant_name))
    return json_answer(400, error_body(aad_error(90002, {.tenant = call.tenant_name}), call.trace, call.now));
  const std::string& base = options_.base_url;
  // The shared endpoints name no tenant: whoever validates a token puts its tid in the place of the braces.
  const std::string issuer = tenant ? issuer_of(*tenant) : base + "/{tenantid}/v2.0";
  const std::string root = base + "/" + (tenant ? tenant->id : call.tenant_name);
  return json_answer(
      200,
      {{"issuer", issuer},
       {"authorization_endpoint", root + "/oauth2/v2.0/authorize"},
       {"token_endpoint", root + "/oauth2/v2.0/token"},
       {"end_session_endpoint", root + "/oauth2/v2.0/logout"},
       {"jwks_uri", root + "/discovery/v2.0/keys"},
       {"token_endpoint_auth_methods_supported", {"client_secret_post", "private_key_jwt"}},
       {"response_modes_supported", {"query", "fragment", "form_post"}},
       {"response_types_supported", boost::json::array{"code"}},
       {"scopes_supported", {"openid", "profile", "email", "offline_access"}},
       {"subject_types_supported", boost::json::array{"pairwise"}},
       {"id_token_signing_alg_values_supported", boost::json::array{"RS256"}},
       {"code_challenge_methods_supported", boost::json::array{"S256"}},
       {"claims_supported", {"sub", "iss", "aud", "exp", "iat", "tid", "oid", "preferred_username", "name"}},
       {"cloud_instance_name", host_of(base)},
       {"msgraph_host", host_of(base)},
       {"tenant_region_scope", "EU"}});
}

net::ServerResponse IdentityFront::instance_discovery(const Call& call) {
  const std::string host = host_of(options_.base_url);
  (void)call;
  return json_answer(
      200,
      {{"tenant_discovery_endpoint", options_.base_url + "/common/v2.0/.well-known/openid-configuration"},
       {"api-version", "1.1"},
       {"metadata", boost::json::array{boost::json::object{{"preferred_network", host},
                                                           {"preferred_cache", host},
                                                           {"aliases", boost::json::array{host}}}}}});
}

net::ServerResponse IdentityFront::keys() const {
  boost::json::object key = TokenSigner::shared().jwk();
  return json_answer(200, {{"keys", boost::json::array{std::move(key)}}});
}

net::ServerResponse IdentityFront::logout(const Call& call) const {
  const std::string target = call.get("post_logout_redirect_uri");
  for (const App& app : registry_.apps())
    if (!target.empty() && find_redirect(app, target))
      return {.status = 302, .headers = {{"Location", target}}, .body = ""};
  return html_answer(
      200, "<!doctype html><html lang=\"en\"><title>Signed out</title><p>You are signed out.</p></html>");
}

bool IdentityFront::change_password(std::string_view address, Instant now) {
  Tenant* tenant = registry_.tenant_of_user(address);
  if (!tenant) return false;
  User* user = registry_.find_user(*tenant, address);
  user->tokens_valid_from = now;
  tokens_.revoke_user(user->id);
  return true;
}

}  // namespace mailsync::lab::identity
