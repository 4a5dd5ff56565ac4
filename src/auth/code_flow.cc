#include "auth/code_flow.h"

#include <algorithm>
#include <boost/json.hpp>

#include "auth/encoding.h"
#include "net/url.h"

namespace mailsync::auth {
namespace {

constexpr Duration kPatience = std::chrono::minutes(10);
constexpr Duration kClockDifference = std::chrono::minutes(5);

bool is_guid(std::string_view text) {
  return text.size() == 36 && std::ranges::all_of(text, [](char c) {
           return std::isxdigit(static_cast<unsigned char>(c)) || c == '-';
         });
}

std::unexpected<Error> foreign(std::string_view why) {
  return fail(ErrorKind::Forbidden, "this sign-in was not accepted (" + std::string(why) +
                                        "): begin again from the page where you connect the mailbox");
}

std::string text_at(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

int64_t number_at(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_int64() ? value->as_int64() : 0;
}

}  // namespace

SignInStart begin_sign_in(const AppRegistration& app, std::vector<std::string> scopes, std::string session,
                          Random& random, Instant now, const SignInWishes& wishes) {
  for (const auto* needed : {"openid", "profile", "offline_access"})
    if (std::ranges::find(scopes, needed) == scopes.end()) scopes.emplace_back(needed);
  SignInStart start;
  auto& pending = start.pending;
  pending.state = random.token();
  pending.nonce = random.token();
  pending.verifier = Secret(random.token(48));  // 64 characters; RFC 7636 section 4.1 asks for 43 to 128
  pending.session = std::move(session);
  pending.begun = now;
  std::string scope;
  for (const auto& one : scopes) scope += (scope.empty() ? "" : " ") + one;
  pending.scopes = std::move(scopes);
  net::Pairs query{{"client_id", app.client_id},
                   {"response_type", "code"},
                   {"redirect_uri", app.redirect_uri},
                   {"response_mode", "query"},
                   {"scope", scope},
                   {"state", pending.state},
                   {"nonce", pending.nonce},
                   {"code_challenge", base64url(sha256(pending.verifier.reveal()))},
                   {"code_challenge_method", "S256"}};
  if (!wishes.login_hint.empty()) query.emplace_back("login_hint", wishes.login_hint);
  if (!wishes.prompt.empty()) query.emplace_back("prompt", wishes.prompt);
  if (!wishes.claims.empty()) query.emplace_back("claims", wishes.claims);
  start.url = net::with_query(app.endpoint("authorize"), query);
  return start;
}

Result<std::string> finish_sign_in(const AppRegistration& app, const PendingSignIn& pending,
                                   const net::ServerRequest& callback, std::string_view session,
                                   Instant now) {
  const auto state = callback.query_value("state");
  if (!state || !same_secret(*state, pending.state)) return foreign("it is not the one that was begun here");
  if (!same_secret(session, pending.session)) return foreign("another session began it");
  if (now - pending.begun > kPatience) return foreign("it took longer than ten minutes");
  if (const auto issuer = callback.query_value("iss"); issuer && !issuer->starts_with(app.authority + "/"))
    return foreign("another service answered");
  if (const auto error = callback.query_value("error"))
    return fail(
        classify_redirect(*error, callback.query_value("error_description").value_or(""), app.about()));
  const auto code = callback.query_value("code");
  if (!code || code->empty()) return foreign("it carries no code");
  return std::string(*code);
}

Result<Identity> read_id_token(const AppRegistration& app, const std::string& id_token,
                               std::string_view nonce, Instant now) {
  const auto first = id_token.find('.');
  const auto second = id_token.find('.', first + 1);
  if (first == std::string::npos || second == std::string::npos) return foreign("it names nobody");
  const auto bytes = from_base64url(std::string_view(id_token).substr(first + 1, second - first - 1));
  boost::system::error_code broken;
  const auto parsed = boost::json::parse(bytes.value_or(""), broken);
  if (broken || !parsed.is_object()) return foreign("it names nobody");
  const auto& claims = parsed.as_object();
  const auto at = Instant{number_at(claims, "exp") * 1'000'000};
  Identity who{.tenant_id = text_at(claims, "tid"),
               .object_id = text_at(claims, "oid"),
               .username = text_at(claims, "preferred_username"),
               .name = text_at(claims, "name")};
  if (text_at(claims, "aud") != app.client_id) return foreign("it is meant for another application");
  if (!same_secret(text_at(claims, "nonce"), nonce)) return foreign("it answers another request");
  if (at + kClockDifference < now) return foreign("it has expired; check the clock of this machine");
  if (who.tenant_id.empty() || who.object_id.empty()) return foreign("it names nobody");
  if (text_at(claims, "iss") != app.authority + "/" + who.tenant_id + "/v2.0")
    return foreign("its issuer is another one");
  if (is_guid(app.tenant) && !std::ranges::equal(app.tenant, who.tenant_id, {}, ::tolower, ::tolower))
    return foreign("the user belongs to another tenant than " + app.tenant);
  return who;
}

std::string admin_consent_url(const AppRegistration& app, std::string_view state, std::string_view scope) {
  return net::with_query(app.authority + "/" + app.tenant + "/v2.0/adminconsent",
                         {{"client_id", app.client_id},
                          {"redirect_uri", app.redirect_uri},
                          {"state", std::string(state)},
                          {"scope", std::string(scope)}});
}

Result<std::string> finish_admin_consent(const AppRegistration& app, std::string_view expected_state,
                                         const net::ServerRequest& callback) {
  const auto state = callback.query_value("state");
  if (!state || !same_secret(*state, expected_state)) return foreign("it is not the one that was begun here");
  if (const auto error = callback.query_value("error"))
    return fail(
        classify_redirect(*error, callback.query_value("error_description").value_or(""), app.about()));
  const auto tenant = callback.query_value("tenant");
  if (!tenant || !is_guid(*tenant)) return foreign("it names no tenant");
  return std::string(*tenant);
}

}  // namespace mailsync::auth
