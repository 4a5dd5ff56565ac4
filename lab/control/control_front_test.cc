#include "lab/control/control_front.h"

#include <gtest/gtest.h>

#include "lab/control/fault_switches.h"
#include "lab/fronts/graph/graph_front.h"

namespace mailsync::lab {
namespace {

const Instant kNow = *Instant::from_iso("2026-11-22T12:00:00Z");

class ControlFrontTest : public testing::Test {
 protected:
  ControlFrontTest() {
    anna = &world.add_user("anna@contoso.example", "Anna Berg");
    ben = &world.add_user("ben@contoso.example", "Ben Osei");
    registry.add_tenant({.id = world.tenant_id(),
                         .name = "Contoso",
                         .domains = {"contoso.example"},
                         .users = {{.id = anna->user.id, .address = anna->user.mail, .name = "Anna"}}});
    registry.add_app({.client_id = "app-1", .name = "Mail Sync", .home_tenant = world.tenant_id()});
  }

  net::ServerResponse ask(std::string method, std::string path, identity::Fields query = {},
                          json::value body = nullptr, std::string peer = "127.0.0.1",
                          net::Headers headers = {}) {
    auto answer = front.serve({.method = std::move(method),
                               .target = path,
                               .path = path,
                               .query = std::move(query),
                               .headers = std::move(headers),
                               .body = body.is_null() ? "" : json::serialize(body),
                               .peer = std::move(peer)},
                              kNow);
    EXPECT_TRUE(answer) << path;
    return answer ? std::move(*answer) : net::ServerResponse{};
  }
  json::object fine(std::string method, std::string path, identity::Fields query = {},
                    json::value body = nullptr) {
    const auto answer = ask(std::move(method), path, std::move(query), std::move(body));
    EXPECT_EQ(answer.status, 200) << path << ": " << answer.body;
    return json::parse(answer.body).as_object();
  }
  std::string create(std::string kind, json::object fields) {
    return std::string(fine("POST", "/lab/items",
                            {{"kind", std::move(kind)}, {"mailbox", "anna@contoso.example"}},
                            std::move(fields))
                           .at("id")
                           .as_string());
  }

  World world{1};
  TokenTable tokens;
  SeededRandom random{1};
  identity::Registry registry;
  identity::IdentityFront identity{{}, registry, tokens, random};
  graph::GraphFront graph{world, tokens};
  Duration shift{0};
  ControlFront front{world, tokens, identity, graph, {.shift_clock = [this](Duration by) { shift += by; }}};
  Mailbox* anna = nullptr;
  Mailbox* ben = nullptr;
};

TEST_F(ControlFrontTest, AnswersOnlyThisMachineAndNoWebPage) {
  EXPECT_EQ(ask("GET", "/lab/counters", {}, nullptr, "192.0.2.7").status, 403);
  EXPECT_EQ(
      ask("GET", "/lab/counters", {}, nullptr, "127.0.0.1", {{"origin", "https://evil.example"}}).status,
      403);
  EXPECT_EQ(ask("GET", "/lab/counters", {}, nullptr, "::1").status, 200);
  EXPECT_EQ(ask("GET", "/lab/nonsense").status, 404);
  EXPECT_FALSE(front.serve({.method = "GET", .path = "/v1.0/users", .peer = "127.0.0.1"}, kNow));
}

TEST_F(ControlFrontTest, OwnersActAndNothingIsCounted) {
  const std::string email = create("email", {{"subject", "Hello"}});
  const std::string contact = create("contact", {{"givenName", "Pavel"}, {"surname", "Bansky"}});
  const std::string task = create("task", {{"title", "Call back"}});
  const std::string meeting = create(
      "meeting", {{"subject", "Lunch"},
                  {"start", {{"dateTime", "2026-12-01T12:00:00"}, {"timeZone", "UTC"}}},
                  {"end", {{"dateTime", "2026-12-01T13:00:00"}, {"timeZone", "UTC"}}},
                  {"attendees", json::array{json::object{{"emailAddress", {{"address", "x@outside.example"}}},
                                                         {"type", "required"}}}}});
  fine("PUT", "/lab/items/" + email + "/category", {}, {{"category", "CRM"}});
  const auto shown = fine("GET", "/lab/items/" + email);
  EXPECT_EQ(shown.at("categories"), json::array({"CRM"}));
  EXPECT_EQ(shown.at("container").at("well_known").as_string(), "inbox");
  fine("PUT", "/lab/items/" + email + "/category", {}, {{"category", "crm"}, {"set", false}});
  EXPECT_TRUE(fine("GET", "/lab/items/" + email).at("categories").as_array().empty());
  fine("PATCH", "/lab/items/" + contact, {}, {{"mobilePhone", "+44 20 7946 0000"}});
  EXPECT_EQ(fine("GET", "/lab/items/" + contact).at("mobilePhone").as_string(), "+44 20 7946 0000");
  fine("PATCH", "/lab/items/" + task, {}, {{"status", "completed"}});
  EXPECT_EQ(fine("GET", "/lab/items/" + task).at("status").as_string(), "completed");
  fine("PATCH", "/lab/items/" + meeting, {}, {{"subject", "Late lunch"}});
  fine("POST", "/lab/items/" + email + "/move", {}, {{"container", "archive"}});
  EXPECT_EQ(fine("GET", "/lab/items/" + email).at("container").at("well_known").as_string(), "archive");
  fine("DELETE", "/lab/items/" + contact);
  EXPECT_EQ(ask("GET", "/lab/items/" + contact).status, 404);

  const auto counters = fine("GET", "/lab/counters");
  EXPECT_EQ(counters.at("requests").to_number<int>(), 0);
  EXPECT_EQ(counters.at("writes").to_number<int>(), 0);
  // The owner's own meeting did reach its outside guest.
  EXPECT_GE(counters.at("outside_mails").to_number<int>(), 1);
  EXPECT_EQ(fine("GET", "/lab/outbox", {{"outside", "true"}}).at("mails").at(0).at("to").as_string(),
            "x@outside.example");
}

TEST_F(ControlFrontTest, ListsByKindMailboxCategoryAndText) {
  for (int i = 0; i < 5; ++i) create("email", {{"subject", "Number " + std::to_string(i)}});
  create("contact", {{"displayName", "Number 9"}});
  EXPECT_EQ(fine("GET", "/lab/items").at("total").to_number<int>(), 6);
  EXPECT_EQ(fine("GET", "/lab/items", {{"kind", "email"}}).at("total").to_number<int>(), 5);
  EXPECT_EQ(fine("GET", "/lab/items", {{"mailbox", "ben@contoso.example"}}).at("total").to_number<int>(), 0);
  const auto found = fine("GET", "/lab/items", {{"text", "number 3"}, {"limit", "1"}});
  ASSERT_EQ(found.at("items").as_array().size(), 1);
  const std::string id(found.at("items").at(0).at("id").as_string());
  fine("PUT", "/lab/items/" + id + "/category", {}, {{"category", "CRM"}});
  EXPECT_EQ(fine("GET", "/lab/items", {{"category", "crm"}}).at("total").to_number<int>(), 1);
  EXPECT_EQ(ask("GET", "/lab/items", {{"kind", "letter"}}).status, 400);
}

TEST_F(ControlFrontTest, TheDumpIsWholeAndSorted) {
  create("email", {{"subject", "b"}, {"body", {{"contentType", "text"}, {"content", "Text"}}}});
  const auto dump = fine("GET", "/lab/dump", {{"mailbox", "anna@contoso.example"}, {"kind", "email"}});
  ASSERT_EQ(dump.at("items").as_array().size(), 1);
  const auto& item = dump.at("items").at(0).as_object();
  EXPECT_TRUE(std::string_view(item.at("body").at("content").as_string()).contains("Text"));
  std::vector<std::string> names;
  for (const auto& [name, value] : item) names.emplace_back(name);
  EXPECT_TRUE(std::ranges::is_sorted(names));
  EXPECT_EQ(ask("GET", "/lab/dump", {{"mailbox", "nobody@contoso.example"}, {"kind", "email"}}).status, 404);
}

TEST_F(ControlFrontTest, SwitchesAreReadAndSetByName) {
  const auto before = fine("GET", "/lab/switches");
  EXPECT_EQ(before.at("faults").at("page_default").to_number<int>(), 10);
  const auto after =
      fine("PUT", "/lab/switches", {},
           {{"faults",
             {{"ignore_if_match", true},
              {"token_gone", "Gone410Location"},
              {"notification_delay", 2.5},
              {"planned",
               json::array{json::object{{"match", "/contacts"}, {"status", 429}, {"retry_after", 3}}}}}},
            {"identity", {{"access_token_seconds", 60}}}});
  EXPECT_TRUE(world.faults.ignore_if_match);
  EXPECT_EQ(world.faults.token_gone, TokenGone::Gone410Location);
  EXPECT_EQ(world.faults.notification_delay, std::chrono::milliseconds(2500));
  ASSERT_EQ(world.faults.planned.size(), 1);
  EXPECT_EQ(world.faults.planned[0].retry_after, std::chrono::seconds(3));
  EXPECT_EQ(after.at("identity").at("access_token_seconds").to_number<int>(), 60);
  EXPECT_EQ(ask("PUT", "/lab/switches", {}, {{"faults", {{"nonsense", 1}}}}).status, 400);
  EXPECT_EQ(ask("PUT", "/lab/switches", {}, {{"faults", {{"page_max", "many"}}}}).status, 400);
  EXPECT_EQ(ask("PUT", "/lab/switches", {}, {{"nonsense", 1}}).status, 400);
  // Everything that is shown can be set again as shown.
  EXPECT_EQ(to_json(world.faults), after.at("faults"));
  EXPECT_TRUE(change(world.faults, after.at("faults").as_object()));
}

TEST_F(ControlFrontTest, PeopleApplicationsAndTimeAreSwitched) {
  fine("PATCH", "/lab/users/anna@contoso.example", {}, {{"mailbox_enabled", false}, {"mfa_required", true}});
  EXPECT_FALSE(anna->user.mailbox_enabled);
  EXPECT_TRUE(registry.find_tenant("contoso.example")->users[0].mfa_required);
  EXPECT_EQ(ask("PATCH", "/lab/users/nobody@contoso.example", {}, json::object{}).status, 404);
  fine("PATCH", "/lab/apps/app-1", {}, {{"consent", true}});
  EXPECT_TRUE(registry.has_admin_consent(world.tenant_id(), "app-1"));
  fine("POST", "/lab/clock", {}, {{"shift_seconds", 3600}});
  EXPECT_EQ(shift, std::chrono::hours(1));
  EXPECT_EQ(ask("POST", "/lab/forget-delta-tokens").status, 501);
}

}  // namespace
}  // namespace mailsync::lab
