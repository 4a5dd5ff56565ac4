#include "auth/code_flow.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "auth/encoding.h"
#include "net/url.h"

namespace mailsync::auth {
namespace {

using testing::HasSubstr;

const Instant kNow = *Instant::from_iso("2026-11-22T12:00:00Z");
constexpr const char* kTenant = "11111111-1111-4111-8111-111111111111";

AppRegistration app() {
  AppRegistration out;
  out.authority = "https://login.example";
  out.tenant = "organizations";
  out.client_id = "the-app";
  out.redirect_uri = "https://sync.example/oauth/callback";
  return out;
}

struct CodeFlow : testing::Test {
  SeededRandom random{1};
  SignInStart start =
      begin_sign_in(app(), {"https://graph.microsoft.com/Mail.ReadWrite"}, "session-1", random, kNow);

  static net::ServerRequest callback(net::Pairs query) {
    net::ServerRequest request;
    request.query = std::move(query);
    return request;
  }
  Error refused(net::Pairs query, std::string_view session = "session-1", Duration later = Duration(0)) {
    const auto code = finish_sign_in(app(), start.pending, callback(std::move(query)), session, kNow + later);
    EXPECT_FALSE(code);
    return code ? Error{} : code.error();
  }
  static std::string id_token(const boost::json::object& changes) {
    boost::json::object claims{{"aud", "the-app"},
                               {"iss", std::string("https://login.example/") + kTenant + "/v2.0"},
                               {"tid", kTenant},
                               {"oid", "o-1"},
                               {"nonce", "n-1"},
                               {"exp", kNow.us / 1'000'000 + 60},
                               {"preferred_username", "anna@contoso.example"},
                               {"name", "Anna"}};
    for (const auto& [name, value] : changes) claims[name] = value;
    return "e30." + base64url(boost::json::serialize(claims)) + ".c2ln";
  }
};

TEST_F(CodeFlow, TheAddressCarriesPkceStateAndNonce_S2) {
  const auto query = net::form_decode(start.url.substr(start.url.find('?') + 1)).value();
  net::ServerRequest read;
  read.query = query;
  EXPECT_TRUE(start.url.starts_with("https://login.example/organizations/oauth2/v2.0/authorize?"));
  EXPECT_EQ(read.query_value("code_challenge_method"), "S256");
  EXPECT_EQ(read.query_value("code_challenge"), base64url(sha256(start.pending.verifier.reveal())));
  EXPECT_EQ(read.query_value("state"), start.pending.state);
  EXPECT_EQ(read.query_value("nonce"), start.pending.nonce);
  EXPECT_THAT(std::string(*read.query_value("scope")), HasSubstr("offline_access"));
  EXPECT_GE(start.pending.verifier.reveal().size(), 43U);
  EXPECT_EQ(start.url.find(start.pending.verifier.reveal()), std::string::npos);
}

TEST_F(CodeFlow, TheAnswerGivesTheCode) {
  EXPECT_EQ(finish_sign_in(app(), start.pending, callback({{"code", "c-1"}, {"state", start.pending.state}}),
                           "session-1", kNow)
                .value(),
            "c-1");
}

TEST_F(CodeFlow, AnswersOfOthersAreRefused_S3) {
  const std::string state = start.pending.state;
  EXPECT_EQ(refused({{"code", "c"}}).kind, ErrorKind::Forbidden);
  EXPECT_EQ(refused({{"code", "c"}, {"state", "wrong"}}).kind, ErrorKind::Forbidden);
  EXPECT_EQ(refused({{"code", "c"}, {"state", state}}, "session-2").kind, ErrorKind::Forbidden);
  EXPECT_EQ(refused({{"code", "c"}, {"state", state}}, "session-1", std::chrono::minutes(11)).kind,
            ErrorKind::Forbidden);
  EXPECT_EQ(refused({{"code", "c"}, {"state", state}, {"iss", "https://evil.example/x/v2.0"}}).kind,
            ErrorKind::Forbidden);
  EXPECT_EQ(refused({{"state", state}}).kind, ErrorKind::Forbidden);
  EXPECT_EQ(refused({{"state", state}, {"error", "access_denied"}, {"error_description", "AADSTS65004: no"}})
                .vendor_code,
            "AADSTS65004");
}

TEST_F(CodeFlow, TheIdTokenNamesTheUserByTenantAndObject_S49) {
  const auto who = read_id_token(app(), id_token({}), "n-1", kNow).value();
  EXPECT_EQ(who.tenant_id, kTenant);
  EXPECT_EQ(who.object_id, "o-1");
  EXPECT_EQ(who.username, "anna@contoso.example");
}

TEST_F(CodeFlow, IdTokensForOthersAreRefused_S12) {
  for (const boost::json::object& change :
       {boost::json::object{{"aud", "other-app"}}, boost::json::object{{"nonce", "n-2"}},
        boost::json::object{{"exp", kNow.us / 1'000'000 - 3600}}, boost::json::object{{"oid", ""}},
        boost::json::object{{"iss", "https://evil.example/x/v2.0"}}, boost::json::object{{"tid", "other"}}})
    EXPECT_EQ(read_id_token(app(), id_token(change), "n-1", kNow).error().kind, ErrorKind::Forbidden)
        << boost::json::serialize(change);
  auto single = app();
  single.tenant = "99999999-1111-4111-8111-111111111111";
  EXPECT_FALSE(read_id_token(single, id_token({}), "n-1", kNow));
  for (const auto* broken : {"", "a.b", "a.!!.c", "a.e30.c", "..", "a..b"})
    EXPECT_FALSE(read_id_token(app(), broken, "n-1", kNow)) << broken;
}

TEST_F(CodeFlow, AdminConsentIsBoundToItsState) {
  EXPECT_EQ(finish_admin_consent(app(), "s", callback({{"state", "s"}, {"tenant", kTenant}})).value(),
            kTenant);
  EXPECT_FALSE(finish_admin_consent(app(), "s", callback({{"state", "t"}, {"tenant", kTenant}})));
  EXPECT_FALSE(finish_admin_consent(app(), "s", callback({{"state", "s"}, {"tenant", "../x"}})));
}

}  // namespace
}  // namespace mailsync::auth
