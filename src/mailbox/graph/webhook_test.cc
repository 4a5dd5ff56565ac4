#include "mailbox/graph/webhook.h"

#include <gmock/gmock.h>

namespace mailsync::graph {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<sync::Subscription> kKnown = {
    {.id = "s1",
     .mailbox = {1},
     .resource = "users/a/messages",
     .expires = {},
     .client_state = Secret("secret-1")},
    {.id = "s2",
     .mailbox = {2},
     .resource = "users/b/messages",
     .expires = {},
     .client_state = Secret("secret-2")},
    {.id = "s3", .mailbox = {3}, .resource = "users/c/messages", .expires = {}, .client_state = Secret()}};

// S16, S18
// F103, F143, F144
TEST(Webhook, WakesWhatIsKnownAndDropsTheRestWithoutAWord) {
  const auto notices = read_notices(R"({"value":[
      {"subscriptionId":"s1","clientState":"secret-1","changeType":"created","resource":"x"},
      {"subscriptionId":"s1","clientState":"secret-1"},
      {"subscriptionId":"s2","clientState":"secret-1"},
      {"subscriptionId":"s3","clientState":""},
      {"subscriptionId":"unknown","clientState":"secret-1"},
      {"subscriptionId":"s2","clientState":"secret-2","lifecycleEvent":"subscriptionRemoved"}, 5]})",
                                    kKnown);
  ASSERT_TRUE(notices);
  EXPECT_THAT(notices->wake, ElementsAre(MailboxId{1}, MailboxId{2}));
  EXPECT_THAT(notices->reconcile, ElementsAre(MailboxId{2}));
  EXPECT_EQ(notices->dropped, 3u);
  EXPECT_THAT(accept_notice(R"({"value":[]})", kKnown).value(), IsEmpty());
}

TEST(Webhook, WhatIsNoNoticeIsRefused) {
  EXPECT_EQ(accept_notice("", kKnown).error().kind, ErrorKind::ItemInvalid);
  EXPECT_EQ(accept_notice("[]", kKnown).error().kind, ErrorKind::ItemInvalid);
  EXPECT_EQ(accept_notice(R"({"value":{}})", kKnown).error().kind, ErrorKind::ItemInvalid);
  EXPECT_EQ(accept_notice(std::string(kMaxNoticeBytes + 1, ' '), kKnown).error().kind,
            ErrorKind::ItemInvalid);
}

// S15
TEST(Webhook, TheValidationTokenIsEchoedAsPlainText) {
  net::ServerRequest request{.method = "POST",
                             .target = "/",
                             .path = "/notices",
                             .query = {{"validationToken", "<b>Validation: 1</b>"}},
                             .headers = {},
                             .body = {},
                             .peer = {}};
  const auto answer = answer_validation(request);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "<b>Validation: 1</b>");
  EXPECT_THAT(std::string(*answer->headers.find("Content-Type")), testing::StartsWith("text/plain"));
  EXPECT_EQ(answer->headers.find("X-Content-Type-Options"), "nosniff");
  request.query[0].second = std::string(5000, 'x');
  EXPECT_EQ(answer_validation(request)->status, 400);
  request.query.clear();
  EXPECT_FALSE(answer_validation(request));
}

}  // namespace
}  // namespace mailsync::graph
