// Sending and change notices of a Microsoft 365 mailbox: our client against the lab.
#include <gmock/gmock.h>

#include "mailbox/graph/push.h"
#include "mailbox/graph/sender.h"
#include "mailbox/graph/webhook.h"
#include "tests/contract/graph_fixture.h"

namespace mailsync::tests {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class GraphSending : public GraphFixture {
 protected:
  static sync::OutgoingEmail mail(std::string operation) {
    sync::OutgoingEmail email;
    email.to = {{"ben@contoso.example", "Ben"}};
    email.cc = {{"out@side.example", ""}};
    email.subject = "The offer";
    email.html = "<p>See below</p>";
    email.operation = OperationId{std::move(operation)};
    return email;
  }
  size_t mails_to(std::string_view address) {
    return static_cast<size_t>(std::ranges::count(world.outbox(), address, &lab::SentMail::to));
  }
  size_t in(std::string_view folder) { return ada.well_known(folder)->items.size(); }
  std::string send_url() { return "/send"; }
  graph::Sender sender{new_client()};
};

// F15, F118
TEST_F(GraphSending, OneMailLeavesAndIsInSentItems) {
  auto email = mail("op-1");
  email.attachments = {{"small.txt", "text/plain", "some bytes"},
                       {"large.bin", "application/octet-stream", std::string(7'000'000, 'x')}};
  const auto sent = run(sender.send(email));
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_FALSE(sent->message_id.empty());
  EXPECT_EQ(mails_to("out@side.example"), 1u);
  EXPECT_EQ(in("sentitems"), 1u);
  EXPECT_EQ(in("drafts"), 0u);
  const auto emails = run(replica().fetch_emails({sent->id}));
  ASSERT_TRUE(emails.at(0)) << emails[0].error().message;
  EXPECT_THAT(emails[0]->attachments, SizeIs(2));
  EXPECT_EQ(emails[0]->attachments[1].size, 7'000'000);
  const auto found = run(sender.find(OperationId{"op-1"}));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->id, sent->id);
  // Asked to send the same once more, nothing leaves.
  EXPECT_EQ(run(sender.send(mail("op-1"))).value().id, sent->id);
  EXPECT_EQ(mails_to("out@side.example"), 1u);
}

// F13
TEST_F(GraphSending, AnUnknownOutcomeIsSaidSoAndCanBeLookedUp) {
  http.script({.what = lab::ScriptedFault::What::AnswerLost, .match = "/send"});
  const auto lost = run(sender.send(mail("op-2")));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, ErrorKind::Ambiguous);
  EXPECT_TRUE(run(sender.find(OperationId{"op-2"})).value().has_value());
  http.script({.what = lab::ScriptedFault::What::LateStatus, .match = "/send", .status = 504});
  EXPECT_EQ(run(sender.send(mail("op-3"))).error().kind, ErrorKind::Ambiguous);
  EXPECT_TRUE(run(sender.find(OperationId{"op-3"})).value().has_value());
  EXPECT_EQ(mails_to("out@side.example"), 2u);
}

TEST_F(GraphSending, WhatFailedBeforeSendingHasSurelyNotLeft) {
  http.script({.what = lab::ScriptedFault::What::AnswerLost, .match = "/attachments"});
  auto email = mail("op-4");
  email.attachments = {{"a.txt", "text/plain", "x"}};
  const auto failed = run(sender.send(email));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::Transient);
  EXPECT_FALSE(run(sender.find(OperationId{"op-4"})).value().has_value());
  EXPECT_EQ(in("drafts"), 1u);
  ASSERT_TRUE(run(sender.send(email)));
  EXPECT_EQ(in("drafts"), 0u);
  EXPECT_EQ(mails_to("out@side.example"), 1u);
  EXPECT_FALSE(run(sender.find(OperationId{"never"})).value().has_value());
}

// F13
TEST_F(GraphSending, EveryCallMayFailOnceAndOneMailLeaves) {
  for (uint64_t call = 1; call <= 12; ++call) {
    for (const auto what : {lab::ScriptedFault::What::NotSent, lab::ScriptedFault::What::AnswerLost,
                            lab::ScriptedFault::What::LateStatus}) {
      const std::string operation =
          "op-" + std::to_string(call) + "-" + std::to_string(static_cast<int>(what));
      const size_t before = mails_to("out@side.example");
      http.script({.what = what, .call = http.calls() + call});
      auto sent = run(sender.send(mail(operation)));
      http.forget_faults();
      if (!sent && sent.error().kind == ErrorKind::Ambiguous) {
        auto found = run(sender.find(OperationId{operation}));
        ASSERT_TRUE(found);
        if (*found) sent = **found;
      }
      if (!sent) sent = run(sender.send(mail(operation)));
      EXPECT_TRUE(sent) << operation;
      EXPECT_EQ(mails_to("out@side.example") - before, 1u) << operation;
    }
  }
}

class GraphPush : public GraphFixture {
 protected:
  GraphPush() {
    http.serve("https://us.example",
               [this](net::ServerRequest request) { return receive(std::move(request)); });
  }
  Task<net::ServerResponse> receive(net::ServerRequest request) {
    if (auto answer = graph::answer_validation(request)) co_return std::move(*answer);
    bodies.push_back(request.body);
    net::ServerResponse out;
    out.status = 202;
    co_return out;
  }
  graph::Push push() {
    return graph::Push(new_client(), {.mailbox = {5},
                                      .notification_url = "https://us.example/notices",
                                      .lifecycle_url = "https://us.example/lifecycle"});
  }
  static Task<bool> deliver_from(lab::Host& lab) {
    co_await lab.deliver_notifications();
    co_return true;
  }
  void deliver() { run(deliver_from(host)); }
  std::vector<std::string> bodies;
};

TEST_F(GraphPush, SubscriptionsAreMadeOnceRenewedAndReconciled) {
  auto one = push();
  auto alive = run(one.reconcile({}));
  ASSERT_TRUE(alive) << alive.error().message;
  ASSERT_THAT(*alive, SizeIs(3));
  EXPECT_EQ(front.subscription_count(), 3u);
  const Instant expires = (*alive)[0].expires;
  clock.advance(std::chrono::hours(24));
  alive = run(one.reconcile(*alive));
  EXPECT_EQ((*alive)[0].expires, expires);
  clock.advance(std::chrono::hours(24 * 3));
  alive = run(one.reconcile(*alive));
  EXPECT_GT((*alive)[0].expires, expires);
  // F146: a restart that lost what it knew leaves no orphans.
  auto other = push();
  const auto fresh = run(other.reconcile({}));
  ASSERT_THAT(*fresh, SizeIs(3));
  EXPECT_EQ(front.subscription_count(), 3u);
  // F141: lost on the server's side, made anew.
  clock.advance(std::chrono::hours(24 * 30));
  deliver();  // the lab clears away what has expired
  const auto again = run(other.reconcile(*fresh));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_THAT(*again, SizeIs(3));
  EXPECT_EQ(front.subscription_count(), 3u);
}

TEST_F(GraphPush, ANoticeWakesItsMailbox) {
  auto one = push();
  const auto alive = run(one.reconcile({}));
  ASSERT_TRUE(alive);
  add_message("inbox", "new");
  clock.advance(std::chrono::seconds(30));
  deliver();
  ASSERT_FALSE(bodies.empty());
  EXPECT_THAT(graph::accept_notice(bodies[0], *alive).value(), testing::ElementsAre(MailboxId{5}));
  EXPECT_THAT(graph::accept_notice(bodies[0], {}).value(), IsEmpty());
}

// F142
TEST_F(GraphPush, AShorterLifeIsTakenWhereTheLongOneIsRefused) {
  world.faults.longest_subscription = std::chrono::minutes(4'230);
  auto one = push();
  const auto alive = run(one.reconcile({}));
  ASSERT_TRUE(alive) << alive.error().message;
  EXPECT_THAT(*alive, SizeIs(3));
}

TEST_F(GraphPush, WithoutAPublicAddressThereIsNone) {
  graph::Push none(new_client(), {.mailbox = {5}, .notification_url = "", .lifecycle_url = ""});
  EXPECT_THAT(run(none.reconcile({})).value(), IsEmpty());
  EXPECT_EQ(front.subscription_count(), 0u);
}

}  // namespace
}  // namespace mailsync::tests
