// GET and POST /{tenant}/oauth2/v2.0/authorize and /{tenant}/v2.0/adminconsent: the pages a person sees.
#include <algorithm>

#include "lab/fronts/identity/identity_front.h"

namespace mailsync::lab::identity {

namespace {

constexpr std::string_view kStyle =
    "<style>body{font:16px system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}"
    "button{font:inherit;display:block;width:100%;margin:.4rem "
    "0;padding:.7rem;text-align:left;cursor:pointer}"
    "li{margin:.2rem 0}</style>";

std::string page(std::string_view title, const std::string& body) {
  return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + html_escape(title) +
         "</title>" + std::string(kStyle) + "</head><body><main><h1>" + html_escape(title) + "</h1>" + body +
         "</main></body></html>";
}

std::string hidden_fields(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields)
    if (name != "account" && name != "decision")
      out +=
          "<input type=\"hidden\" name=\"" + html_escape(name) + "\" value=\"" + html_escape(value) + "\">";
  return out;
}

std::string choice(std::string_view name, std::string_view value, const std::string& label) {
  return "<button name=\"" + std::string(name) + "\" value=\"" + html_escape(value) + "\">" +
         html_escape(label) + "</button>";
}

}  // namespace

net::ServerResponse IdentityFront::error_page(const Call& call, const AadError& error) const {
  return html_answer(
      error.status == 401 ? 400 : error.status,
      page("Sign in", "<p>Sorry, but we’re having trouble signing you in.</p><p id=\"error\">" +
                          html_escape(describe(error, call.trace, call.now)) + "</p>"));
}

// To the redirect URI of the request, which the caller has checked.
net::ServerResponse IdentityFront::redirect(const Call& call, Fields fields) const {
  const std::string target = call.get("redirect_uri");
  const std::string mode = call.get("response_mode");
  if (!call.get("state").empty()) fields.emplace_back("state", call.get("state"));
  if (mode == "form_post") {
    return {
        .status = 200,
        .headers = {{"Content-Type", "text/html; charset=utf-8"},
                    {"Cache-Control", "no-store"},
                    {"Content-Security-Policy", "default-src 'none'; script-src 'unsafe-inline'"}},
        .body = "<!doctype html><html lang=\"en\"><title>Working…</title><form method=\"post\" action=\"" +
                html_escape(target) + "\">" + hidden_fields(fields) +
                "<button>Continue</button></form><script>document.forms[0].submit()</script></html>"};
  }
  const std::string location =
      mode == "fragment" ? target + "#" + format_form(fields) : with_query(target, fields);
  return {.status = 302, .headers = {{"Location", location}, {"Cache-Control", "no-store"}}, .body = ""};
}

net::ServerResponse IdentityFront::redirect_error(const Call& call, const AadError& error) const {
  Fields fields{{"error", error.redirect_error},
                {"error_description", describe(error, call.trace, call.now)}};
  if (error.number == 65004) fields.emplace_back("error_subcode", "cancel");
  return redirect(call, std::move(fields));
}

net::ServerResponse IdentityFront::authorize(const Call& call) {
  Tenant* tenant = registry_.find_tenant(call.tenant_name);
  if (!tenant && !is_shared(call.tenant_name))
    return error_page(call, aad_error(90002, {.tenant = call.tenant_name}));
  App* app = registry_.find_app(call.get("client_id"));
  if (!app || (tenant && tenant->id != app->home_tenant && !app->multi_tenant))
    return error_page(call, aad_error(700016, {.app = call.get("client_id"), .tenant = call.tenant_name}));
  if (!find_redirect(*app, call.get("redirect_uri")))
    return error_page(call, aad_error(50011, {.app = app->client_id, .detail = call.get("redirect_uri")}));
  // From here on the application is told through its redirect URI.
  if (call.get("response_type") != "code")
    return redirect_error(call, aad_error(9002313, {.detail = "response_type must be code."}));
  if (call.get("code_challenge").empty())
    return redirect_error(call, aad_error(9002325, {.detail = "The code_challenge is missing."}));
  if (call.get("code_challenge_method") != "S256")
    return redirect_error(call,
                          aad_error(9002325, {.detail = "Only S256 is taken as code_challenge_method."}));
  if (call.get("scope").empty()) return redirect_error(call, aad_error(900144, {.detail = "scope"}));
  const AskedScopes asked = read_scopes(call.get("scope"), *app, options_.base_url);
  if (!asked.bad.empty()) return redirect_error(call, aad_error(70011, {.scope = call.get("scope")}));
  if (call.get("decision") == "cancel") return redirect_error(call, aad_error(65004));
  if (!tenant) {
    // The shared endpoints find the tenant through the person; a page shows the application's own people.
    const std::string who = call.get("account").empty() ? call.get("login_hint") : call.get("account");
    tenant = registry_.tenant_of_user(who);
    if (!tenant) tenant = registry_.find_tenant(app->home_tenant);
    if (!tenant) return error_page(call, aad_error(90002, {.tenant = app->home_tenant}));
  }
  return sign_in(call, *tenant, *app);
}

net::ServerResponse IdentityFront::sign_in(const Call& call, Tenant& tenant, App& app) {
  const bool silent = call.get("prompt") == "none";
  std::string account = call.request.method == "POST" ? call.get("account") : "";
  if (account.empty() && (switches_.auto_sign_in || silent)) account = call.get("login_hint");
  const AskedScopes asked = read_scopes(call.get("scope"), app, options_.base_url);
  const auto& permissions = asked.default_of_resource ? app.scopes : asked.permissions;
  if (account.empty()) {
    if (silent) return redirect_error(call, aad_error(50058));
    std::string body = "<p>" + html_escape(app.name) + " wants to:</p><ul>";
    for (const std::string& permission : permissions) body += "<li>" + html_escape(permission) + "</li>";
    body += "</ul><p>Choose an account; that is also your consent.</p><form method=\"post\">" +
            hidden_fields(call.fields);
    for (const User& user : tenant.users)
      body += choice("account", user.address, user.name + " – " + user.address);
    body += choice("decision", "cancel", "Cancel") + "</form>";
    return html_answer(200, page("Sign in to " + tenant.name, body));
  }
  User* user = registry_.find_user(tenant, account);
  if (!user) return error_page(call, aad_error(50034, {.tenant = tenant.name, .detail = account}));
  if (!user->enabled) return error_page(call, aad_error(50057));
  if (user->access_blocked) {
    const AadError blocked = aad_error(53003);
    return silent ? redirect_error(call, blocked) : error_page(call, blocked);
  }
  if (silent && user->mfa_required) return redirect_error(call, aad_error(50076));
  const bool agreed = registry_.has_consent(tenant.id, app, user->id, permissions);
  if (silent && !agreed)
    return redirect_error(call,
                          aad_error(65001, {.app = app.client_id, .name = app.name, .tenant = tenant.id}));
  if (!agreed) registry_.consent(tenant.id, app.client_id, user->id, permissions);
  return give_code(call, tenant, app, *user);
}

net::ServerResponse IdentityFront::give_code(const Call& call, Tenant& tenant, App& app, User& user) {
  const std::string code = "1." + random_.token(48);
  grants_.put_code(code, {.client_id = app.client_id,
                          .tenant_id = tenant.id,
                          .user_id = user.id,
                          .redirect_uri = call.get("redirect_uri"),
                          .challenge = call.get("code_challenge"),
                          .scope = call.get("scope"),
                          .nonce = call.get("nonce"),
                          .issued = call.now,
                          // Whoever gets through this page has given what the tenant asks for.
                          .mfa = user.mfa_required});
  Fields fields{{"code", code}};
  if (call.get("client_info") == "1") fields.emplace_back("client_info", client_info(tenant, user));
  fields.emplace_back("session_state", new_guid(random_));
  return redirect(call, std::move(fields));
}

net::ServerResponse IdentityFront::admin_consent(const Call& call) {
  Tenant* tenant = registry_.find_tenant(call.tenant_name);
  App* app = registry_.find_app(call.get("client_id"));
  if (!app)
    return error_page(call, aad_error(700016, {.app = call.get("client_id"), .tenant = call.tenant_name}));
  if (!tenant && is_shared(call.tenant_name)) tenant = registry_.find_tenant(app->home_tenant);
  if (!tenant) return error_page(call, aad_error(90002, {.tenant = call.tenant_name}));
  if (tenant->id != app->home_tenant && !app->multi_tenant)
    return error_page(call, aad_error(700016, {.app = app->client_id, .tenant = tenant->id}));
  if (!find_redirect(*app, call.get("redirect_uri")))
    return error_page(call, aad_error(50011, {.app = app->client_id, .detail = call.get("redirect_uri")}));
  const std::string decision = call.get("decision");
  if (decision == "cancel") {
    AadError declined = aad_error(65004);
    declined.redirect_error = "access_denied";
    Call told = call;
    told.fields.emplace_back("response_mode", "query");
    return redirect_error(told, declined);
  }
  if (decision != "accept" && !switches_.auto_consent) {
    std::string body = "<p>" + html_escape(app->name) + " wants, for everybody in " +
                       html_escape(tenant->name) + ":</p><ul>";
    for (const auto* list : {&app->roles, &app->scopes})
      for (const std::string& permission : *list) body += "<li>" + html_escape(permission) + "</li>";
    body += "</ul><form method=\"post\">" + hidden_fields(call.fields) +
            choice("decision", "accept", "Accept") + choice("decision", "cancel", "Cancel") + "</form>";
    return html_answer(200, page("Permissions requested", body));
  }
  registry_.consent_as_admin(tenant->id, app->client_id);
  return redirect(call, {{"admin_consent", "True"}, {"tenant", tenant->id}, {"scope", call.get("scope")}});
}

}  // namespace mailsync::lab::identity
