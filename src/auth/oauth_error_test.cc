#include "auth/oauth_error.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace mailsync::auth {
namespace {

using testing::HasSubstr;
using testing::Not;

const AboutSignIn kAbout{.client_id = "the-app", .tenant = "contoso.example"};

net::HttpAnswer refusal(int status, std::string_view name, int number,
                        std::string_view text = "Some words.") {
  const boost::json::object body{
      {"error", name},
      {"error_description", "AADSTS" + std::to_string(number) + ": " + std::string(text) +
                                " Trace ID: t Correlation ID: c Timestamp: 2026"},
      {"error_codes", {number}},
      {"correlation_id", "11111111-2222-3333-4444-555555555555"}};
  return {.status = status, .headers = {}, .body = boost::json::serialize(body)};
}

struct Told {
  int number;
  Trouble trouble;
};

// What the issue about the mailbox is called.
constexpr Told kTroubles[] = {
    {7000222, Trouble::Credential},
    {7000215, Trouble::Credential},
    {700027, Trouble::Credential},
    {700024, Trouble::Credential},
    {65001, Trouble::Consent},
    {65004, Trouble::Consent},
    {90094, Trouble::Consent},
    {700016, Trouble::Consent},
    {7000229, Trouble::Consent},
    {7000112, Trouble::Consent},
    {50173, Trouble::SignInEnded},
    {700082, Trouble::SignInEnded},
    {70008, Trouble::SignInEnded},
    {50055, Trouble::SignInEnded},
    {50126, Trouble::SignInEnded},
    {50076, Trouble::SignInEnded},
    {53003, Trouble::Policy},
    {50105, Trouble::Policy},
    {530035, Trouble::Policy},
    {50057, Trouble::AccountDisabled},
    {50053, Trouble::AccountDisabled},
    {50034, Trouble::MailboxUnknown},
    {500011, Trouble::NoLicence},
    {90002, Trouble::Configuration},
    {90033, Trouble::None},
    {90055, Trouble::None},
    {123456, Trouble::None},
};

struct Case {
  int status;
  const char* name;
  int number;
  ErrorKind kind;
  const char* words;
};

// What the service answers, what we make of it, and a word the person must read.
constexpr Case kCases[] = {
    {401, "invalid_client", 7000222, ErrorKind::LoginNeeded, "expired"},
    {401, "invalid_client", 7000215, ErrorKind::LoginNeeded, "secret's value"},
    {401, "invalid_client", 700027, ErrorKind::LoginNeeded, "certificate"},
    {401, "invalid_client", 700024, ErrorKind::LoginNeeded, "clock"},
    {400, "unauthorized_client", 700016, ErrorKind::LoginNeeded, "not known in the tenant contoso.example"},
    {400, "invalid_request", 90002, ErrorKind::LoginNeeded, "does not exist"},
    {400, "invalid_grant", 65001, ErrorKind::LoginNeeded, "consent"},
    {400, "invalid_grant", 50173, ErrorKind::LoginNeeded, "revoked"},
    {400, "invalid_grant", 700082, ErrorKind::LoginNeeded, "90 days"},
    {400, "invalid_grant", 70008, ErrorKind::LoginNeeded, "expired"},
    {400, "interaction_required", 50076, ErrorKind::LoginNeeded, "second factor"},
    {400, "interaction_required", 50079, ErrorKind::LoginNeeded, "second factor"},
    {400, "invalid_grant", 53003, ErrorKind::Forbidden, "conditional access"},
    {400, "invalid_grant", 50105, ErrorKind::Forbidden, "assigned"},
    {400, "invalid_grant", 50057, ErrorKind::SwitchedOff, "disabled"},
    {400, "invalid_grant", 50034, ErrorKind::LoginNeeded, "does not exist"},
    {503, "temporarily_unavailable", 90033, ErrorKind::Transient, "later"},
    {429, "temporarily_unavailable", 90055, ErrorKind::Throttled, "later"},
    // Numbers we have no words for: by the name of the error.
    {400, "invalid_grant", 123456, ErrorKind::LoginNeeded, "Some words."},
    {401, "invalid_client", 123456, ErrorKind::LoginNeeded, "Some words."},
    {503, "server_error", 123456, ErrorKind::Transient, "later"},
    {500, "odd", 123456, ErrorKind::Transient, "later"},
    {429, "odd", 123456, ErrorKind::Throttled, "later"},
};

// F131
TEST(OAuthError, EveryRefusalHasItsKindAndItsWords) {
  for (const auto& c : kCases) {
    const Error error = classify(refusal(c.status, c.name, c.number), kAbout, {});
    EXPECT_EQ(error.kind, c.kind) << c.number << " " << c.name;
    EXPECT_THAT(error.message, HasSubstr(c.words)) << c.number;
    EXPECT_EQ(error.vendor_code, "AADSTS" + std::to_string(c.number));
    EXPECT_EQ(error.request_id, "11111111-2222-3333-4444-555555555555");
    EXPECT_THAT(error.message, Not(HasSubstr("{")));
    EXPECT_THAT(error.message, Not(HasSubstr("Trace ID")));
  }
}

TEST(OAuthError, TheNumberIsReadFromTheDescriptionWhereTheCodesAreMissing) {
  const net::HttpAnswer answer{
      .status = 400,
      .headers = {},
      .body = R"({"error":"invalid_grant","error_description":"AADSTS50173: gone"})"};
  EXPECT_EQ(classify(answer, kAbout, {}).vendor_code, "AADSTS50173");
}

TEST(OAuthError, WhatIsNotTheServicesAnswerIsTransient) {
  for (const auto* body : {"", "<html>502</html>", "[]", "{}", "{\"message\":\"no\"}"}) {
    const Error error = classify({.status = 502, .headers = {}, .body = body}, kAbout, {});
    EXPECT_EQ(error.kind, ErrorKind::Transient) << body;
    EXPECT_THAT(error.message, HasSubstr("502"));
  }
}

TEST(OAuthError, PatienceIsPassedOn) {
  auto answer = refusal(429, "temporarily_unavailable", 90055);
  answer.headers.set("Retry-After", "17");
  EXPECT_EQ(classify(answer, kAbout, {}).retry_after, std::chrono::seconds(17));
}

TEST(OAuthError, ForeignWordsAreShortAndOneLine_S55) {
  const Error error =
      classify(refusal(400, "odd", 123456, std::string("a\x1b[31mb") + std::string(5000, 'x')), kAbout, {});
  EXPECT_LT(error.message.size(), 600U);
  EXPECT_THAT(error.message, Not(HasSubstr("\x1b")));
}

TEST(OAuthError, RedirectsAreReadByTheSameTable) {
  EXPECT_EQ(classify_redirect("access_denied", "AADSTS65004: User declined to consent.", kAbout).kind,
            ErrorKind::LoginNeeded);
  EXPECT_EQ(classify_redirect("access_denied", "", kAbout).kind, ErrorKind::Forbidden);
  EXPECT_EQ(classify_redirect("temporarily_unavailable", "", kAbout).kind, ErrorKind::Transient);
}

TEST(OAuthError, TroublesAreToldApart) {
  for (const Told& told : kTroubles)
    EXPECT_EQ(name_of(classify(refusal(400, "invalid_grant", told.number), kAbout, Instant{}).trouble),
              name_of(told.trouble))
        << told.number;
}

}  // namespace
}  // namespace mailsync::auth
