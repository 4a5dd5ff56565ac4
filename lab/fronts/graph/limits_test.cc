// Batches, throttling, planned failures and counters.
#include <gmock/gmock.h>

#include <set>

#include "lab/fronts/graph/graph_lab.h"

namespace mailsync::lab::graph {
namespace {

class Limits : public GraphLab {
 protected:
  json::object part(std::string id, std::string method, std::string url) {
    return {{"id", id}, {"method", method}, {"url", url}};
  }
  std::map<std::string, json::object> batch(json::array requests) {
    Reply reply = post("/$batch", json::object{{"requests", std::move(requests)}});
    EXPECT_EQ(reply.status, 200) << reply.bytes;
    std::map<std::string, json::object> out;
    if (reply.status == 200)
      for (auto& response : reply.body.at("responses").as_array())
        out[std::string(text_of(response.as_object(), "id"))] = response.as_object();
    return out;
  }
  static int64_t status(const json::object& response) { return response.at("status").to_number<int64_t>(); }
};

TEST_F(Limits, ABatchAnswersEachRequestForItself) {
  Item& item = add_message(ada, "inbox", "x");
  auto create = part("2", "POST", of(ada) + "/contacts");
  create["headers"] = json::object{{"Content-Type", "application/json"}};
  create["body"] = json::object{{"givenName", "Ann"}};
  auto raw = part("4", "GET", of(ada) + "/messages/" + ada.id_of(item, true) + "/$value");
  auto responses =
      batch({part("1", "GET", of(ada) + "/messages/" + ada.id_of(item, true) + "?$select=subject"), create,
             part("3", "GET", of(ada) + "/messages/bad"), raw});
  EXPECT_EQ(text_of(*object_of(responses["1"], "body"), "subject"), "x");
  EXPECT_EQ(status(responses["2"]), 201);
  EXPECT_EQ(status(responses["3"]), 400);
  EXPECT_TRUE(responses["4"].at("body").is_string());
  EXPECT_EQ(world.counters.requests, 1U);
  EXPECT_EQ(world.counters.sub_requests, 4U);
  EXPECT_EQ(world.counters.writes, 1U);
}

TEST_F(Limits, AFailedDependencyIs424) {
  auto second = part("2", "GET", of(ada) + "/messages"), third = part("3", "GET", of(ada) + "/messages");
  second["dependsOn"] = json::array{"1"};
  third["dependsOn"] = json::array{"2"};
  auto responses = batch({third, second, part("1", "GET", of(ada) + "/messages/bad")});
  EXPECT_EQ(status(responses["2"]), 424);
  EXPECT_EQ(status(responses["3"]), 424);
}

TEST_F(Limits, ABatchHoldsTwentyAndNoBatch) {
  json::array many;
  for (int i = 0; i < 21; ++i) many.push_back(part(std::to_string(i), "GET", of(ada) + "/messages"));
  EXPECT_EQ(post("/$batch", json::object{{"requests", many}}).status, 400);
  EXPECT_EQ(post("/$batch", json::object{{"requests", json::array{part("1", "POST", "/$batch")}}}).status,
            400);
  auto body = part("1", "POST", of(ada) + "/contacts");
  body["body"] = json::object{{"givenName", "x"}};
  EXPECT_EQ(status(batch({body})["1"]), 400);  // no Content-Type
}

TEST_F(Limits, PartOfABatchMayBeThrottled_F123) {
  world.faults.batch_concurrency = 4;
  json::array requests;
  for (int i = 0; i < 10; ++i) requests.push_back(part(std::to_string(i), "GET", of(ada) + "/messages"));
  auto responses = batch(requests);
  int throttled = 0;
  for (auto& [_, response] : responses)
    if (status(response) == 429) {
      ++throttled;
      EXPECT_EQ(text_of(*object_of(response, "headers"), "Retry-After"), "2");
    }
  EXPECT_EQ(throttled, 6);
}

TEST_F(Limits, FourRequestsAtOnceAndNotFive_F122) {
  std::vector<net::ServerRequest> requests(6);
  for (auto& request : requests) {
    request.method = "GET";
    set_target(request, "/v1.0" + of(ada) + "/messages");
    request.headers.add("Authorization", "Bearer app");
  }
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(front.enter(requests[static_cast<size_t>(i)], now));
  auto fifth = front.enter(requests[4], now);
  ASSERT_TRUE(fifth);
  EXPECT_EQ(fifth->status, 429);
  EXPECT_TRUE(fifth->headers.find("Retry-After"));
  set_target(requests[5], "/v1.0" + of(ben) + "/messages");
  EXPECT_FALSE(front.enter(requests[5], now));
  front.leave(requests[0]);
  EXPECT_FALSE(front.enter(requests[4], now));
}

TEST_F(Limits, TenThousandRequestsInTenMinutes) {
  world.faults.max_requests_per_10_min = 5;
  world.faults.retry_after = false;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(get(of(ada) + "/mailboxSettings").status, 200);
  Reply refused = get(of(ada) + "/mailboxSettings");
  EXPECT_EQ(refused.status, 429);
  EXPECT_FALSE(refused.headers.find("Retry-After"));
  EXPECT_EQ(get(of(ben) + "/mailboxSettings").status, 200);
  pass(std::chrono::minutes(10));
  EXPECT_EQ(get(of(ada) + "/mailboxSettings").status, 200);
}

TEST_F(Limits, AFailureMayComeBeforeOrAfterTheEffect_F14) {
  world.faults.planned = {{.match = "POST", .times = 1},
                          {.match = "POST", .status = 504, .times = 1, .after_effect = true}};
  auto create = [&] { return post(of(ada) + "/contacts", json::object{{"givenName", "x"}}).status; };
  EXPECT_EQ(create(), 503);
  EXPECT_TRUE(ada.well_known("contacts")->items.empty());
  EXPECT_EQ(create(), 504);
  EXPECT_EQ(ada.well_known("contacts")->items.size(), 1U);
  EXPECT_EQ(create(), 201);
}

TEST_F(Limits, ErrorsHaveTheirFullForm) {
  Reply reply = get(of(ada) + "/messages/bad", {{"client-request-id", "mine"}});
  auto* inner = object_of(*object_of(reply.body, "error"), "innerError");
  ASSERT_TRUE(inner);
  EXPECT_EQ(text_of(*inner, "client-request-id"), "mine");
  EXPECT_EQ(text_of(*inner, "date"), "2026-11-22T12:00:00");
  EXPECT_FALSE(text_of(*inner, "request-id").empty());
}

}  // namespace
}  // namespace mailsync::lab::graph
