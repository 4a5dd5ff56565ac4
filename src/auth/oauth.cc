#include "auth/oauth.h"

#include <sodium.h>

#include <boost/json.hpp>

#include "auth/client_assertion.h"
#include "net/url.h"

namespace mailsync::auth {
namespace {

constexpr size_t kMaxAnswer = 256 << 10;

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    if (!word.empty()) out.emplace_back(word);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return out;
}

void wipe(std::string& text) {
  if (!text.empty()) sodium_memzero(text.data(), text.size());
  text.clear();
}

std::string take_text(boost::json::object& object, std::string_view name) {
  auto* value = object.if_contains(name);
  if (!value || !value->is_string()) return {};
  auto& text = value->as_string();
  std::string out(text);
  sodium_memzero(text.data(), text.size());
  return out;
}

Result<Tokens> read_tokens(std::string& body, Instant now) {
  boost::system::error_code broken;
  auto parsed = boost::json::parse(body, broken);
  wipe(body);
  const auto unusable = [] {
    return fail(ErrorKind::Transient,
                "the sign-in service answered without a token: it is tried again later; check the authority "
                "address if this lasts");
  };
  if (broken || !parsed.is_object()) return unusable();
  auto& object = parsed.as_object();
  Tokens out;
  out.access_token = Secret(take_text(object, "access_token"));
  out.refresh_token = Secret(take_text(object, "refresh_token"));
  out.id_token = take_text(object, "id_token");
  out.scopes = split(take_text(object, "scope"));
  std::string type = take_text(object, "token_type");
  for (char& c : type) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  int64_t life = 0;
  if (const auto* value = object.if_contains("expires_in"))
    life = value->is_int64()    ? value->as_int64()
           : value->is_string() ? std::atoll(value->as_string().c_str())
                                : 0;
  if (out.access_token.empty() || type != "bearer" || life <= 0 || life > 7 * 86'400) return unusable();
  out.issued = now;
  out.expires = now + std::chrono::seconds(life);
  return out;
}

}  // namespace

struct OAuthClient::Form {
  net::Pairs fields;
};

Task<Result<Tokens>> OAuthClient::ask(AppRegistration app, Form form) {
  form.fields.emplace_back("client_id", app.client_id);
  if (app.certificate) {
    CO_TRY(const Secret assertion, client_assertion(app, random_, clock_.now()));
    form.fields.emplace_back("client_assertion_type",
                             "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    form.fields.emplace_back("client_assertion", assertion.reveal());
  } else if (!app.client_secret.empty()) {
    form.fields.emplace_back("client_secret", app.client_secret.reveal());
  }
  net::HttpRequest request;
  request.method = "POST";
  request.url = app.endpoint("token");
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.headers.set("Accept", "application/json");
  request.body = net::form_encode(form.fields);
  request.max_body_bytes = kMaxAnswer;
  request.deadline = std::chrono::seconds(30);
  for (auto& [name, value] : form.fields) wipe(value);
  const Instant asked =
      clock_.now();  // before the answer, so that a slow one does not lengthen the token's life
  auto answer = co_await net::fetch(http_, std::move(request));
  if (!answer) {
    // A token that was issued and lost does no harm, and the old refresh token stays good for a while: safe
    // to repeat.
    Error error = std::move(answer).error();
    if (error.kind == ErrorKind::Ambiguous) error.kind = ErrorKind::Transient;
    co_return fail(std::move(error).within("asking " + app.authority + " for a token"));
  }
  if (answer->status != 200) co_return fail(classify(*answer, app.about(), clock_.now()));
  co_return read_tokens(answer->body, asked);
}

Task<Result<Tokens>> OAuthClient::app_token(AppRegistration app, std::string scope, std::string claims) {
  for (const auto* shared : {"", "common", "organizations", "consumers"})
    if (app.tenant == shared)
      co_return fail(
          ErrorKind::LoginNeeded,
          "the application " + app.client_id +
              " needs the id of one tenant to sign in by itself: set the tenant id in the settings");
  Form form{.fields = {{"grant_type", "client_credentials"}, {"scope", std::move(scope)}}};
  if (!claims.empty()) form.fields.emplace_back("claims", std::move(claims));
  co_return co_await ask(std::move(app), std::move(form));
}

Task<Result<Tokens>> OAuthClient::redeem_code(AppRegistration app, std::string code, Secret verifier,
                                              std::vector<std::string> scopes) {
  Form form{.fields = {{"grant_type", "authorization_code"},
                       {"code", std::move(code)},
                       {"redirect_uri", app.redirect_uri},
                       {"code_verifier", verifier.reveal()},
                       {"scope", joined(scopes)}}};
  co_return co_await ask(std::move(app), std::move(form));
}

Task<Result<Tokens>> OAuthClient::refresh(AppRegistration app, Secret refresh_token,
                                          std::vector<std::string> scopes, std::string claims) {
  Form form{.fields = {{"grant_type", "refresh_token"},
                       {"refresh_token", refresh_token.reveal()},
                       {"scope", joined(scopes)}}};
  if (!claims.empty()) form.fields.emplace_back("claims", std::move(claims));
  co_return co_await ask(std::move(app), std::move(form));
}

}  // namespace mailsync::auth
