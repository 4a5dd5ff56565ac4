#include "mailbox/graph/classify.h"

#include <gtest/gtest.h>

#include <set>

namespace mailsync::graph {
namespace {

using enum ErrorKind;

struct Row {
  int status;
  std::string_view code;
  std::string_view method;
  ErrorKind kind;
};

// Answers seen from the real service, by status, code and method.
constexpr Row kRows[] = {
    {401, "InvalidAuthenticationToken", "GET", LoginNeeded},
    {401, "", "GET", LoginNeeded},
    {403, "ErrorAccessDenied", "GET", Forbidden},
    {403, "ErrorAccessDenied", "PATCH", Forbidden},
    {403, "Authorization_RequestDenied", "GET", Forbidden},
    {403, "ErrorSendAsDenied", "POST", Forbidden},
    {404, "MailboxNotEnabledForRESTAPI", "GET", SwitchedOff},
    {404, "MailboxNotFound", "GET", SwitchedOff},
    {404, "ErrorInvalidUser", "GET", SwitchedOff},
    {404, "Request_ResourceNotFound", "GET", SwitchedOff},
    {404, "ErrorItemNotFound", "GET", Gone},
    {404, "ErrorItemNotFound", "DELETE", Gone},
    {404, "ResourceNotFound", "GET", Gone},
    {404, "", "GET", Gone},
    {400, "ErrorInvalidIdMalformed", "GET", Gone},
    {400, "", "GET", Transient},
    {400, "ErrorPropertyValidationFailure", "PATCH", ItemInvalid},
    {400, "ErrorInvalidPropertySet", "POST", ItemInvalid},
    {400, "RequestBodyRead", "POST", ItemInvalid},
    {400, "BadRequest", "POST", ItemInvalid},
    {400, "syncStateNotFound", "GET", CursorLost},
    {400, "SyncStateInvalid", "GET", CursorLost},
    {410, "SyncStateNotFound", "GET", CursorLost},
    {410, "resyncRequired", "GET", CursorLost},
    {410, "Gone", "GET", CursorLost},
    {410, "", "GET", CursorLost},
    {409, "ErrorIrresolvableConflict", "PATCH", VersionStale},
    {412, "ErrorIrresolvableConflict", "PATCH", VersionStale},
    {412, "", "PATCH", VersionStale},
    {413, "ErrorMessageSizeExceeded", "POST", ItemInvalid},
    {424, "", "GET", Transient},
    {429, "ApplicationThrottled", "GET", Throttled},
    {429, "TooManyRequests", "POST", Throttled},
    {429, "ErrorExceededMessageLimit", "POST", Throttled},
    {429, "", "POST", Throttled},
    {500, "ErrorInternalServerError", "GET", Transient},
    {500, "ErrorInternalServerError", "POST", Ambiguous},
    {500, "generalException", "PATCH", Ambiguous},
    {502, "", "GET", Transient},
    {503, "serviceNotAvailable", "GET", Transient},
    {503, "ErrorMailboxMoveInProgress", "GET", Transient},
    {503, "ErrorMailboxStoreUnavailable", "POST", Ambiguous},
    {503, "ErrorServerBusy", "POST", Throttled},
    {504, "UnknownError", "GET", Transient},
    {504, "UnknownError", "POST", Ambiguous},
    {501, "NotImplemented", "GET", Unsupported},
    {405, "", "PATCH", Unsupported},
    {400, "ErrorCalendarIsOrganizerForAccept", "POST", Unsupported},
    {400, "ErrorOccurrenceCrossingBoundary", "PATCH", ItemInvalid},
    {507, "ErrorQuotaExceeded", "POST", ItemInvalid},
    {409, "ErrorDuplicateTransactionId", "POST", Ambiguous},
    {418, "", "GET", ItemInvalid},
};

struct Told {
  int status;
  std::string_view code;
  ErrorKind kind;
  Trouble trouble;
};

// What is wrong with a mailbox as a whole, told apart.
constexpr Told kTroubles[] = {
    {404, "MailboxNotEnabledForRESTAPI", SwitchedOff, Trouble::MailboxDisabled},
    {404, "ErrorNonExistentMailbox", SwitchedOff, Trouble::MailboxDisabled},
    {404, "MailboxNotSupportedForRESTAPI", SwitchedOff, Trouble::MailboxMoved},
    {503, "ErrorMailboxMoveInProgress", Transient, Trouble::MailboxMoving},
    {503, "MailboxInfoStale", Transient, Trouble::MailboxMoving},
    {404, "ErrorInvalidUser", SwitchedOff, Trouble::MailboxUnknown},
    {404, "Request_ResourceNotFound", SwitchedOff, Trouble::MailboxUnknown},
    {404, "OrganizationFromTenantGuidNotFound", SwitchedOff, Trouble::NoLicence},
    {400, "ErrorMissingEmailAddress", SwitchedOff, Trouble::NoLicence},
    {403, "ErrorAccountDisabled", SwitchedOff, Trouble::AccountDisabled},
    {403, "Authorization_IdentityNotFound", Forbidden, Trouble::Consent},
    {403, "ErrorAccessDenied", Forbidden, Trouble::None},
    {401, "InvalidAuthenticationToken", LoginNeeded, Trouble::None},
    {401, "MailboxNotEnabledForRESTAPI", LoginNeeded, Trouble::None},
    {429, "ApplicationThrottled", Throttled, Trouble::None},
    {503, "serviceNotAvailable", Transient, Trouble::None},
};

TEST(Classify, TroublesOfAMailboxAreToldApart) {
  for (const Told& told : kTroubles) {
    const Error error = classify(Refusal{.status = told.status,
                                         .code = std::string(told.code),
                                         .inner_code = "",
                                         .message = "",
                                         .request_id = "",
                                         .retry_after = {}},
                                 Asked{"GET", "reading the inbox"});
    EXPECT_EQ(name_of(error.kind), name_of(told.kind)) << told.code;
    EXPECT_EQ(name_of(error.trouble), name_of(told.trouble)) << told.code;
  }
}

// F14, F42, F43, F89, F126, F134, F145
TEST(Classify, EveryKnownAnswerHasItsKindAndWords) {
  for (const Row& row : kRows) {
    const Error error = classify(Refusal{.status = row.status,
                                         .code = std::string(row.code),
                                         .inner_code = "",
                                         .message = "",
                                         .request_id = "r-1",
                                         .retry_after = {}},
                                 Asked{row.method, "reading the inbox"});
    EXPECT_EQ(name_of(error.kind), name_of(row.kind)) << row.status << " " << row.code << " " << row.method;
    EXPECT_TRUE(error.message.starts_with("reading the inbox: ")) << error.message;
    EXPECT_GT(error.message.size(), 40u) << error.message;
    EXPECT_EQ(error.request_id, "r-1");
  }
}

TEST(Classify, TheInnerCodeDecidesWhereTheOuterOneSaysNothing) {
  const Error error = classify(Refusal{.status = 400,
                                       .code = "UnknownError",
                                       .inner_code = "ErrorItemNotFound",
                                       .message = "",
                                       .request_id = "",
                                       .retry_after = {}},
                               Asked{"GET", "x"});
  EXPECT_EQ(error.kind, Gone);
}

TEST(Classify, ReadsTheBodyTheRequestIdAndRetryAfter) {
  const Instant now = *Instant::from_iso("2026-11-22T13:00:00Z");
  const Refusal refusal = refusal_of(
      429, {{"Retry-After", "17"}},
      R"({"error":{"code":"ApplicationThrottled","message":"Application is over its MailboxConcurrency limit.",
          "innerError":{"date":"2026-11-22T13:00:00","request-id":"abc","client-request-id":"def"}}})",
      now);
  EXPECT_EQ(refusal.code, "ApplicationThrottled");
  EXPECT_EQ(refusal.request_id, "abc");
  EXPECT_EQ(refusal.retry_after, std::chrono::seconds(17));
  EXPECT_EQ(retry_after_of({{"retry-after", "Sun, 22 Nov 2026 13:01:00 GMT"}}, now),
            std::chrono::seconds(60));
  EXPECT_EQ(retry_after_of({{"Retry-After", "soon"}}, now), std::nullopt);
}

TEST(Classify, NeverRepeatsWhatTheServerSaid) {
  const Refusal refusal = refusal_of(
      400, {}, R"({"error":{"code":"ErrorInvalidRecipients","message":"secret@x.example is not valid"}})",
      Instant{});
  EXPECT_EQ(classify(refusal, {"POST", "sending"}).message.find("secret"), std::string::npos);
}

TEST(Classify, ABodyThatIsNoJsonIsJudgedByItsStatus) {
  const Refusal refusal = refusal_of(502, {}, "<html>Bad gateway</html>", Instant{});
  EXPECT_EQ(classify(refusal, {"GET", "x"}).kind, Transient);
  EXPECT_EQ(classify(refusal, {"GET", "x"}).vendor_code, "HTTP 502");
}

}  // namespace
}  // namespace mailsync::graph
