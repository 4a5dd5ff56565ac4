#include "lab/in_process_client.h"

#include <gtest/gtest.h>

#include "base/seeded_executor.h"
#include "lab/fronts/graph/graph_front.h"

namespace mailsync::lab {
namespace {

using What = ScriptedFault::What;

class InProcess : public testing::Test {
 protected:
  InProcess() {
    tokens.put(
        "app",
        {.app_id = "a", .scopes = {"Contacts.ReadWrite"}, .expires = clock.now() + std::chrono::hours(100)});
    client.serve("https://graph.lab",
                 [this](net::ServerRequest request) { return host.serve(std::move(request)); });
  }
  net::HttpRequest request(std::string method) {
    net::HttpRequest out;
    out.method = std::move(method);
    out.url = "https://graph.lab/v1.0/users/" + ada.user.id + "/contacts";
    out.bearer = net::Bearer{.token = Secret("app"), .origin = *net::Origin::of(out.url)};
    if (out.method == "POST") out.body = R"({"givenName": "Ann"})";
    out.headers.add("Content-Type", "application/json");
    return out;
  }
  Result<net::HttpAnswer> send(std::string method) {
    auto task = net::fetch(client, request(std::move(method)));
    EXPECT_TRUE(executor.run(task));
    return task.take();
  }
  size_t contacts() { return ada.well_known("contacts")->items.size(); }

  SimulatedClock clock{*Instant::from_iso("2026-11-22T12:00:00Z")};
  SeededExecutor executor{clock, 3};
  World world{1};
  Mailbox& ada = world.add_user("ada@contoso.example", "Ada");
  TokenTable tokens;
  graph::GraphFront front{world, tokens};
  Host host{executor, {&front}, front, nullptr};
  InProcessClient client{executor};
};

TEST_F(InProcess, WhatWasNotSentHasNoEffect) {
  client.script({.what = What::NotSent});
  EXPECT_EQ(send("POST").error().kind, ErrorKind::Transient);
  EXPECT_EQ(contacts(), 0U);
  EXPECT_EQ(send("POST")->status, 201);
}

TEST_F(InProcess, ALostAnswerLeavesItsEffect) {
  client.script({.what = What::AnswerLost});
  EXPECT_EQ(send("POST").error().kind, ErrorKind::Ambiguous);
  EXPECT_EQ(contacts(), 1U);
  client.script({.what = What::AnswerLost});
  EXPECT_EQ(send("GET").error().kind, ErrorKind::Transient);
}

TEST_F(InProcess, ACutAnswerLeavesItsEffect) {
  client.script({.what = What::AnswerCut});
  EXPECT_EQ(send("POST").error().kind, ErrorKind::Ambiguous);
  EXPECT_EQ(contacts(), 1U);
}

TEST_F(InProcess, AStatusComesInsteadOfTheEffectOrAfterIt) {
  client.script({.what = What::Status, .status = 503, .retry_after = std::chrono::seconds(7)});
  auto refused = send("POST");
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->headers.find("Retry-After"), "7");
  EXPECT_EQ(contacts(), 0U);
  client.script({.what = What::LateStatus, .status = 504});
  EXPECT_EQ(send("POST")->status, 504);
  EXPECT_EQ(contacts(), 1U);
}

TEST_F(InProcess, TheNthCallFailsAndOnlyIt) {
  client.script({.what = What::NotSent, .call = 2});
  EXPECT_TRUE(send("GET"));
  EXPECT_FALSE(send("GET"));
  EXPECT_TRUE(send("GET"));
  EXPECT_EQ(client.calls(), 3U);
}

TEST_F(InProcess, RequestsThatGoTogetherAreConcurrent_F122) {
  host.latency = std::chrono::milliseconds(5);
  std::vector<int> statuses;
  for (int i = 0; i < 6; ++i)
    executor.spawn([](net::HttpClient& by, net::HttpRequest asked, std::vector<int>& out) -> Task<void> {
      auto answer = co_await net::fetch(by, std::move(asked));
      out.push_back(answer ? answer->status : 0);
    }(client, request("GET"), statuses));
  executor.run_until(clock.now() + std::chrono::seconds(1));
  ASSERT_EQ(statuses.size(), 6U);
  EXPECT_EQ(std::ranges::count(statuses, 200), 4);
  EXPECT_EQ(std::ranges::count(statuses, 429), 2);
  EXPECT_EQ(send("GET")->status, 200);
}

}  // namespace
}  // namespace mailsync::lab
