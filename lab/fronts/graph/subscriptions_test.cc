#include "lab/fronts/graph/subscriptions.h"

#include <gmock/gmock.h>

#include "base/seeded_executor.h"
#include "lab/fronts/graph/graph_lab.h"
#include "lab/in_process_client.h"

namespace mailsync::lab::graph {
namespace {

// A subscriber that is reached through a client of its own, as in a simulation.
class Subscriptions : public GraphLab {
 protected:
  Subscriptions() {
    outgoing.serve("https://hook.example",
                   [this](net::ServerRequest request) { return answer_hook(this, std::move(request)); });
  }
  static Task<net::ServerResponse> answer_hook(Subscriptions* self, net::ServerRequest request) {
    net::ServerResponse answer;
    if (auto token = request.query_value("validationToken")) {
      answer.headers.add("Content-Type", "text/plain");
      answer.body = self->echo ? std::string(*token) : "no";
    } else {
      answer.status = self->hook_status;
      self->received.push_back(json::parse(request.body).as_object());
      self->paths.push_back(request.path);
    }
    co_return answer;
  }
  Reply ask(std::string method, std::string target, json::value body) {
    net::ServerRequest request;
    request.method = std::move(method);
    set_target(request, "/v1.0" + target);
    request.headers = {{"Host", "graph.lab"},
                       {"Authorization", "Bearer app"},
                       {"Content-Type", "application/json"},
                       {"Prefer", "IdType=\"ImmutableId\""}};
    request.body = json::serialize(body);
    auto task = host.serve(std::move(request));
    EXPECT_TRUE(executor.run(task));
    auto answer = task.take();
    return read(answer);
  }
  json::object wish(std::string resource, Duration life = std::chrono::hours(48)) {
    return {{"changeType", "created,updated,deleted"},
            {"notificationUrl", "https://hook.example/n"},
            {"lifecycleNotificationUrl", "https://hook.example/l"},
            {"resource", resource},
            {"expirationDateTime", (clock.now() + life).to_iso()},
            {"clientState", "s3cret"}};
  }
  void deliver(Duration later = std::chrono::seconds(2)) {
    clock.advance(later);
    auto task = host.deliver_notifications();
    EXPECT_TRUE(executor.run(task));
  }

  SimulatedClock clock{now};
  SeededExecutor executor{clock, 1};
  InProcessClient outgoing{executor};
  Host host{executor, {&front}, front, &outgoing};
  bool echo = true;
  int hook_status = 202;
  std::vector<json::object> received;
  std::vector<std::string> paths;
};

TEST_F(Subscriptions, AHandshakeComesFirst) {
  echo = false;
  EXPECT_EQ(ask("POST", "/subscriptions", wish("users/" + ada.user.id + "/messages")).status, 400);
  EXPECT_EQ(front.subscription_count(), 0U);
  echo = true;
  Reply made = ask("POST", "/subscriptions", wish("users/" + ada.user.id + "/messages"));
  EXPECT_EQ(made.status, 201) << made.bytes;
  EXPECT_EQ(ask("POST", "/subscriptions", wish("users/" + ada.user.id + "/messages")).status, 409);
  EXPECT_EQ(get("/subscriptions").value().size(), 1U);
}

TEST_F(Subscriptions, AChangeIsToldWithImmutableIdAndClientState) {
  ask("POST", "/subscriptions", wish("users/" + ada.user.id + "/mailFolders('inbox')/messages"));
  Item& item = add_message(ada, "inbox", "x");
  add_message(ada, "archive", "elsewhere");
  add_message(ben, "inbox", "other");
  deliver();
  ASSERT_EQ(received.size(), 1U);
  auto& notice = received[0].at("value").as_array()[0].as_object();
  EXPECT_EQ(text_of(notice, "changeType"), "created");
  EXPECT_EQ(text_of(notice, "clientState"), "s3cret");
  EXPECT_EQ(text_of(*object_of(notice, "resourceData"), "id"), ada.id_of(item, true));
  EXPECT_EQ(paths[0], "/n");
}

TEST_F(Subscriptions, WhatIsNotTakenComesAgainForFourHours_F139) {
  ask("POST", "/subscriptions", wish("users/" + ada.user.id + "/contacts"));
  hook_status = 500;
  world.add(ada, IdKind::Contact, ada.well_known("contacts")->number, {}, clock.now());
  deliver();
  deliver(std::chrono::seconds(31));
  EXPECT_EQ(received.size(), 2U);
  deliver(std::chrono::hours(4));
  deliver(std::chrono::hours(4));
  EXPECT_EQ(received.size(), 3U);
}

TEST_F(Subscriptions, TheyExpireAndAreRenewed_F141) {
  Reply made =
      ask("POST", "/subscriptions", wish("users/" + ada.user.id + "/events", std::chrono::hours(30)));
  deliver(std::chrono::hours(7));
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(text_of(received[0].at("value").as_array()[0].as_object(), "lifecycleEvent"),
            "reauthorizationRequired");
  EXPECT_EQ(paths[0], "/l");
  std::string path = "/subscriptions/" + made.text("id");
  EXPECT_EQ(ask("PATCH", path,
                json::object{{"expirationDateTime", (clock.now() + std::chrono::hours(40)).to_iso()}})
                .status,
            200);
  deliver(std::chrono::hours(39));
  EXPECT_EQ(front.subscription_count(), 1U);
  deliver(std::chrono::hours(2));
  EXPECT_EQ(front.subscription_count(), 0U);
  EXPECT_EQ(
      ask("PATCH", path, json::object{{"expirationDateTime", (clock.now() + std::chrono::hours(1)).to_iso()}})
          .status,
      404);
}

TEST_F(Subscriptions, TheLimitsAreTheVendors_F142) {
  EXPECT_EQ(
      ask("POST", "/subscriptions", wish("users/" + ada.user.id + "/messages", std::chrono::minutes(10'081)))
          .status,
      400);
  EXPECT_EQ(ask("POST", "/subscriptions",
                wish("users/" + ada.user.id + "/todo/lists/" + ada.id_of(*ada.well_known("defaultList")) +
                     "/tasks"))
                .status,
            403);
  EXPECT_EQ(ask("POST", "/subscriptions", wish("users/nobody@x.example/messages")).status, 404);
  auto long_state = wish("users/" + ada.user.id + "/messages");
  long_state["clientState"] = std::string(129, 'x');
  EXPECT_EQ(ask("POST", "/subscriptions", long_state).status, 400);
}

TEST_F(Subscriptions, LifecycleNoticesBySwitch) {
  ask("POST", "/subscriptions", wish("users/" + ada.user.id + "/messages"));
  front.send_lifecycle("missed", "", clock.now());
  front.send_lifecycle("subscriptionRemoved", "ada@contoso.example", clock.now());
  deliver();
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(received[0].at("value").as_array().size(), 2U);
  EXPECT_EQ(front.subscription_count(), 0U);
  world.faults.drop_notifications = true;
  ask("POST", "/subscriptions", wish("users/" + ada.user.id + "/messages"));
  add_message(ada, "inbox", "x");
  deliver();
  EXPECT_EQ(received.size(), 1U);
}

}  // namespace
}  // namespace mailsync::lab::graph
