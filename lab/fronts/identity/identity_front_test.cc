#include "lab/fronts/identity/identity_front.h"

#include <gtest/gtest.h>

namespace mailsync::lab::identity {
namespace {

constexpr std::string_view kTenant = "11111111-1111-4111-8111-111111111111";
constexpr std::string_view kApp = "22222222-2222-4222-8222-222222222222";
constexpr std::string_view kRedirect = "https://sync.example/oauth/callback";
constexpr std::string_view kVerifier = "a-verifier-of-at-least-forty-three-characters-000";
const Instant kNow = *Instant::from_iso("2026-11-22T12:00:00Z");

// Making RSA keys is slow under the sanitizers, so all tests share two.
const CertificatePair& key_pair(int which) {
  static const CertificatePair pairs[2] = {*make_certificate("mailsync", "", kNow, std::chrono::hours(24)),
                                           *make_certificate("another", "", kNow, std::chrono::hours(24))};
  return pairs[which];
}

class IdentityFrontTest : public testing::Test {
 protected:
  IdentityFrontTest() {
    registry.add_tenant({.id = std::string(kTenant),
                         .name = "Contoso",
                         .domains = {"contoso.example"},
                         .users = {{.id = "aaaaaaaa-0000-4000-8000-000000000001",
                                    .address = "anna@contoso.example",
                                    .name = "Anna"}}});
    registry.add_app({.client_id = std::string(kApp),
                      .name = "Mail Sync",
                      .home_tenant = std::string(kTenant),
                      .secrets = {{Secret("right"), kNow + std::chrono::hours(10000)},
                                  {Secret("old"), kNow - std::chrono::hours(1)}},
                      .certificates = {*Certificate::from_pem(key_pair(0).certificate_pem)},
                      .redirect_uris = {{std::string(kRedirect), Platform::Web}},
                      .roles = {"Mail.ReadWrite", "Calendars.ReadWrite"},
                      .scopes = {"Mail.ReadWrite", "User.Read"}});
  }

  net::ServerResponse ask(std::string method, std::string path, Fields query, Fields form = {}) {
    net::ServerRequest request{.method = std::move(method),
                               .target = path,
                               .path = path,
                               .query = std::move(query),
                               .headers = {},
                               .body = format_form(form),
                               .peer = "127.0.0.1"};
    if (!form.empty()) request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    auto answer = front.serve(request, now);
    EXPECT_TRUE(answer.has_value()) << path;
    return answer ? std::move(*answer) : net::ServerResponse{};
  }

  boost::json::object post(Fields form, int status, std::string tenant = std::string(kTenant)) {
    const auto answer = ask("POST", "/" + tenant + "/oauth2/v2.0/token", {}, std::move(form));
    EXPECT_EQ(answer.status, status) << answer.body;
    return boost::json::parse(answer.body).as_object();
  }

  // Expects the refusal and gives its OAuth error.
  std::string refused(Fields form, int status, int number, std::string tenant = std::string(kTenant)) {
    const auto body = post(std::move(form), status, std::move(tenant));
    if (!body.contains("error_codes")) {
      ADD_FAILURE() << boost::json::serialize(body);
      return "";
    }
    EXPECT_EQ(body.at("error_codes").as_array().at(0).as_int64(), number)
        << body.at("error_description").as_string();
    EXPECT_TRUE(
        body.at("error_description").as_string().starts_with("AADSTS" + std::to_string(number) + ": "));
    for (const char* key : {"timestamp", "trace_id", "correlation_id"})
      EXPECT_TRUE(body.contains(key)) << key;
    return std::string(body.at("error").as_string());
  }

  Fields app_only(std::string secret) {
    return {{"grant_type", "client_credentials"},
            {"client_id", std::string(kApp)},
            {"client_secret", std::move(secret)},
            {"scope", "https://graph.microsoft.com/.default"}};
  }

  std::string assertion(boost::json::object changes = {}, std::string alg = "PS256", int key = 0,
                        bool name_sha1 = false) {
    const auto certificate = *Certificate::from_pem(key_pair(key).certificate_pem);
    boost::json::object header{{"alg", alg}, {"typ", "JWT"}};
    if (name_sha1) {
      header["x5t"] = base64url(certificate.sha1);
    } else {
      header["x5t#S256"] = base64url(certificate.sha256);
    }
    boost::json::object claims{
        {"aud", "https://login.lab.test/" + std::string(kTenant) + "/oauth2/v2.0/token"},
        {"iss", kApp},
        {"sub", kApp},
        {"jti", "jti-" + std::to_string(++jti)},
        {"nbf", now.us / 1'000'000},
        {"exp", now.us / 1'000'000 + 600}};
    for (const auto& [name, value] : changes) claims[name] = value;
    const std::string text =
        base64url(boost::json::serialize(header)) + "." + base64url(boost::json::serialize(claims));
    return text + "." +
           base64url(sign(*private_key_from_pem(key_pair(key).key_pem),
                          *scheme_of(alg == "none" ? "RS256" : alg), text));
  }

  Fields by_certificate(std::string text) {
    return {{"grant_type", "client_credentials"},
            {"client_id", std::string(kApp)},
            {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
            {"client_assertion", std::move(text)},
            {"scope", "https://graph.microsoft.com/.default"}};
  }

  Fields authorize_query(Fields changes = {}) {
    Fields query = std::move(changes);
    for (const auto& [name, value] : Fields{{"client_id", std::string(kApp)},
                                            {"response_type", "code"},
                                            {"redirect_uri", std::string(kRedirect)},
                                            {"scope", "openid offline_access Mail.ReadWrite"},
                                            {"state", "some state&more"},
                                            {"code_challenge", base64url(sha256(kVerifier))},
                                            {"code_challenge_method", "S256"},
                                            {"login_hint", "anna@contoso.example"}})
      query.emplace_back(name, value);  // the first of a name counts
    return query;
  }

  // The fields that came to the redirect URI.
  Fields redirected(const Fields& query) {
    const auto answer = ask("GET", "/contoso.example/oauth2/v2.0/authorize", query);
    EXPECT_EQ(answer.status, 302) << answer.body;
    const std::string location(location_of(answer));
    EXPECT_TRUE(location.starts_with(kRedirect)) << location;
    const size_t mark = location.find_first_of("?#");
    return parse_form(std::string_view(location).substr(std::min(mark + 1, location.size())));
  }

  static std::string location_of(const net::ServerResponse& answer) {
    for (const auto& [name, value] : answer.headers.all())
      if (name == "Location") return value;
    return "";
  }

  Fields redeem(const std::string& code, std::string verifier = std::string(kVerifier)) {
    return {{"grant_type", "authorization_code"},
            {"client_id", std::string(kApp)},
            {"client_secret", "right"},
            {"code", code},
            {"redirect_uri", std::string(kRedirect)},
            {"code_verifier", std::move(verifier)}};
  }
  Fields refresh(const boost::json::value& token) {
    return {{"grant_type", "refresh_token"},
            {"client_id", std::string(kApp)},
            {"client_secret", "right"},
            {"refresh_token", std::string(token.as_string())}};
  }
  boost::json::object sign_in() { return post(redeem(value_of(redirected(authorize_query()), "code")), 200); }

  Instant now = kNow;
  int jti = 0;
  Registry registry;
  TokenTable tokens;
  SeededRandom random{1};
  IdentityFront front{{}, registry, tokens, random};
};

TEST_F(IdentityFrontTest, AnApplicationGetsATokenWithTheRolesThatAnAdministratorAgreedTo) {
  const auto before = post(app_only("right"), 200);
  EXPECT_TRUE(tokens.find(before.at("access_token").as_string(), now)->scopes.empty());
  const auto consent =
      ask("GET", "/contoso.example/v2.0/adminconsent",
          {{"client_id", std::string(kApp)}, {"redirect_uri", std::string(kRedirect)}, {"state", "x"}});
  EXPECT_TRUE(location_of(consent).contains("admin_consent=True&tenant=" + std::string(kTenant)));
  EXPECT_TRUE(location_of(consent).contains("state=x"));
  const auto answer = post(app_only("right"), 200);
  EXPECT_EQ(answer.at("token_type").as_string(), "Bearer");
  const std::string token(answer.at("access_token").as_string());
  EXPECT_TRUE(TokenSigner::shared().verifies(token));
  const auto grant = tokens.find(token, now);
  ASSERT_TRUE(grant);
  EXPECT_TRUE(grant->app_only());
  EXPECT_TRUE(grant->has("Calendars.ReadWrite"));
  EXPECT_FALSE(tokens.find(token, now + std::chrono::seconds(3600)));
}

TEST_F(IdentityFrontTest, RefusesClientsAsTheRealServiceDoes) {
  EXPECT_EQ(refused(app_only("wrong"), 401, 7000215), "invalid_client");
  EXPECT_EQ(refused(app_only("old"), 401, 7000222), "invalid_client");
  EXPECT_EQ(refused(app_only("right"), 400, 90002, "nowhere.example"), "invalid_request");
  EXPECT_EQ(refused(app_only("right"), 400, 50059, "common"), "invalid_request");
  Fields unknown = app_only("right");
  unknown[1].second = "99999999-2222-4222-8222-222222222222";
  EXPECT_EQ(refused(unknown, 400, 700016), "unauthorized_client");
  Fields scope = app_only("right");
  scope[3].second = "Mail.Nonsense";
  EXPECT_EQ(refused(scope, 400, 70011), "invalid_scope");
  scope[3].second = "https://graph.microsoft.com/Mail.Read";
  EXPECT_EQ(refused(scope, 400, 1002012), "invalid_scope");
  EXPECT_EQ(refused({{"client_id", std::string(kApp)}, {"grant_type", "password"}}, 400, 70003),
            "unsupported_grant_type");
  EXPECT_EQ(refused({{"client_id", std::string(kApp)}}, 400, 900144), "invalid_request");
  EXPECT_EQ(refused({{"client_id", std::string(kApp)}, {"grant_type", "client_credentials"}}, 401, 7000218),
            "invalid_client");
}

TEST_F(IdentityFrontTest, TakesBothAlgorithmsAndBothThumbprints) {
  for (const char* alg : {"PS256", "RS256"})
    for (bool sha1 : {false, true}) post(by_certificate(assertion({}, alg, 0, sha1)), 200);
}

TEST_F(IdentityFrontTest, RefusesBadAssertions) {
  const std::string used = assertion();
  post(by_certificate(used), 200);
  post(by_certificate(used), 200);
  front.switches().assertions_once = true;
  post(by_certificate(used), 200);
  EXPECT_EQ(refused(by_certificate(used), 401, 700027), "invalid_client");
  refused(by_certificate(assertion({}, "PS256", 1)), 401, 700027);
  refused(by_certificate("not a JWT"), 401, 700027);
  refused(by_certificate(assertion({}, "none")), 401, 700027);
  refused(by_certificate(assertion({{"aud", "https://elsewhere.example"}})), 401, 700023);
  refused(by_certificate(assertion({{"iss", "somebody"}})), 401, 700021);
  refused(by_certificate(assertion({{"sub", "somebody"}})), 401, 700021);
  refused(by_certificate(assertion({{"exp", now.us / 1'000'000 - 400}})), 401, 700024);
  refused(by_certificate(assertion({{"nbf", now.us / 1'000'000 + 400}})), 401, 700024);
  refused(by_certificate(assertion({{"jti", ""}})), 401, 700027);
  // A signature over other claims.
  const std::string good = assertion();
  const std::string other = assertion();
  refused(by_certificate(good.substr(0, good.rfind('.')) + other.substr(other.rfind('.'))), 401, 700027);
  now = now + std::chrono::hours(25);
  refused(by_certificate(assertion()), 401, 700027);
}

TEST_F(IdentityFrontTest, ACodeIsGoodOnceForItsVerifierAndItsTime) {
  const Fields back = redirected(authorize_query());
  EXPECT_EQ(value_of(back, "state"), "some state&more");
  const std::string code = value_of(back, "code");
  EXPECT_EQ(refused(redeem(code, "another-verifier"), 400, 501481), "invalid_grant");
  Fields elsewhere = redeem(code);
  elsewhere[4].second = "https://elsewhere.example/";
  refused(elsewhere, 400, 50011);
  Fields anonymous = redeem(code);
  std::erase_if(anonymous, [](const auto& field) { return field.first == "client_secret"; });
  refused(anonymous, 401, 7000218);
  const auto answer = post(redeem(code), 200);
  EXPECT_EQ(answer.at("scope").as_string(), "Mail.ReadWrite openid");
  EXPECT_TRUE(answer.contains("id_token"));
  EXPECT_EQ(tokens.find(answer.at("access_token").as_string(), now)->user_id,
            "aaaaaaaa-0000-4000-8000-000000000001");
  EXPECT_EQ(refused(redeem(code), 400, 54005), "invalid_grant");
  EXPECT_EQ(refused(redeem("garbage"), 400, 9002313), "invalid_grant");
  const std::string late = value_of(redirected(authorize_query()), "code");
  now = now + std::chrono::minutes(11);
  EXPECT_EQ(refused(redeem(late), 400, 70008), "invalid_grant");
}

TEST_F(IdentityFrontTest, RequestsForACodeThatAreWrongAreToldToTheApplication) {
  EXPECT_TRUE(value_of(redirected(authorize_query({{"code_challenge", ""}})), "error_description")
                  .starts_with("AADSTS9002325"));
  EXPECT_TRUE(value_of(redirected(authorize_query({{"code_challenge_method", "plain"}})), "error_description")
                  .starts_with("AADSTS9002325"));
  EXPECT_EQ(value_of(redirected(authorize_query({{"scope", "Mail.Nonsense"}})), "error"), "invalid_scope");
  EXPECT_EQ(value_of(redirected(authorize_query({{"prompt", "none"}})), "error"), "consent_required");
  EXPECT_EQ(value_of(redirected(authorize_query({{"decision", "cancel"}})), "error"), "access_denied");
  // Nothing goes to an address that the application does not own.
  const auto page = ask("GET", "/contoso.example/oauth2/v2.0/authorize",
                        authorize_query({{"redirect_uri", "https://evil.example/"}}));
  EXPECT_EQ(page.status, 400);
  EXPECT_TRUE(page.body.contains("AADSTS50011"));
}

TEST_F(IdentityFrontTest, ThePageOffersThePeopleAndPostsTheChoice) {
  Fields query = authorize_query();
  std::erase_if(query, [](const auto& field) { return field.first == "login_hint"; });
  const auto page = ask("GET", "/organizations/oauth2/v2.0/authorize", query);
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(page.body.contains("value=\"anna@contoso.example\""));
  EXPECT_TRUE(page.body.contains("value=\"some state&amp;more\""));
  Fields form = query;
  form.emplace_back("account", "anna@contoso.example");
  const auto answer = ask("POST", "/organizations/oauth2/v2.0/authorize", {}, form);
  EXPECT_EQ(answer.status, 302);
  EXPECT_TRUE(location_of(answer).contains("code="));
}

TEST_F(IdentityFrontTest, RefreshTokensRotateAndTheirReuseEndsTheFamily) {
  const auto first = sign_in();
  const auto second = post(refresh(first.at("refresh_token")), 200);
  EXPECT_NE(first.at("refresh_token"), second.at("refresh_token"));
  Fields anonymous = refresh(second.at("refresh_token"));
  std::erase_if(anonymous, [](const auto& field) { return field.first == "client_secret"; });
  refused(anonymous, 401, 7000218);
  // The answer may have been lost: until the successor is used, the one before works.
  const auto again = post(refresh(first.at("refresh_token")), 200);
  const auto third = post(refresh(second.at("refresh_token")), 200);
  EXPECT_EQ(refused(refresh(first.at("refresh_token")), 400, 70000), "invalid_grant");
  refused(refresh(third.at("refresh_token")), 400, 70000);
  refused(refresh(again.at("refresh_token")), 400, 70000);
}

TEST_F(IdentityFrontTest, GrantsEndByPasswordInactivityConsentAndPolicy) {
  const auto answer = sign_in();
  now = now + std::chrono::hours(1);
  registry.withdraw_consent(std::string(kTenant), std::string(kApp));
  EXPECT_EQ(refused(refresh(answer.at("refresh_token")), 400, 65001), "invalid_grant");
  auto& user = registry.find_tenant(kTenant)->users[0];
  user.mfa_required = true;
  EXPECT_EQ(refused(refresh(answer.at("refresh_token")), 400, 50076), "invalid_grant");
  user.mfa_required = false;
  user.access_blocked = true;
  refused(refresh(answer.at("refresh_token")), 400, 53003);
  user.access_blocked = false;
  const auto fresh = sign_in();
  ASSERT_TRUE(front.change_password("anna@contoso.example", now + std::chrono::seconds(1)));
  EXPECT_FALSE(tokens.find(fresh.at("access_token").as_string(), now));
  EXPECT_EQ(refused(refresh(fresh.at("refresh_token")), 400, 50173), "invalid_grant");
  now = now + std::chrono::seconds(2);
  const auto last = sign_in();
  now = now + std::chrono::hours(24 * 91);
  EXPECT_EQ(refused(refresh(last.at("refresh_token")), 400, 700082), "invalid_grant");
}

TEST_F(IdentityFrontTest, SigningInAgainSatisfiesTheSecondFactor) {
  registry.find_tenant(kTenant)->users[0].mfa_required = true;
  const auto answer = sign_in();
  post(refresh(answer.at("refresh_token")), 200);
}

TEST_F(IdentityFrontTest, EveryErrorCanBeProvokedByASwitch) {
  for (int number : known_errors()) {
    ASSERT_TRUE(
        change(front.switches(),
               {{"planned", boost::json::array{boost::json::object{{"number", number}, {"times", 1}}}}}));
    const auto answer = ask("POST", "/" + std::string(kTenant) + "/oauth2/v2.0/token", {}, app_only("right"));
    EXPECT_GE(answer.status, 400);
    EXPECT_TRUE(answer.body.contains("AADSTS" + std::to_string(number) + ":"));
    post(app_only("right"), 200);
  }
  EXPECT_FALSE(change(front.switches(), {{"nonsense", 1}}));
  EXPECT_FALSE(change(front.switches(), {{"code_seconds", "many"}}));
}

TEST_F(IdentityFrontTest, TellsWhereItsEndpointsAre) {
  const auto answer = ask("GET", "/contoso.example/v2.0/.well-known/openid-configuration", {});
  const auto body = boost::json::parse(answer.body).as_object();
  EXPECT_EQ(body.at("issuer").as_string(), "https://login.lab.test/" + std::string(kTenant) + "/v2.0");
  const auto keys = boost::json::parse(ask("GET", "/common/discovery/v2.0/keys", {}).body).as_object();
  EXPECT_EQ(keys.at("keys").as_array().at(0).at("kty").as_string(), "RSA");
  EXPECT_EQ(ask("GET", "/nowhere.example/v2.0/.well-known/openid-configuration", {}).status, 400);
  EXPECT_FALSE(front.serve({.method = "GET", .path = "/v1.0/me/messages"}, now));
}

}  // namespace
}  // namespace mailsync::lab::identity
