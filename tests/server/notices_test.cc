// Change notices between real programs: the service proves our address, tells what changed, and nothing waits
// for a poll.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <fstream>

#include "net/certificates.h"
#include "tests/server/browser.h"
#include "tests/server/installation.h"

namespace mailsync::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

std::string write_file(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text;
  return file.string();
}

// One server and one service for all of them: each change has a word of its own.
class Notices : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { place_ = std::make_unique<Place>(); }
  static void TearDownTestSuite() { place_.reset(); }

  struct Place {
    Place() {
      const auto authority = net::PrivateAuthority::create("Ours");
      const auto mine = authority->issue({.common_name = "127.0.0.1", .names = {"127.0.0.1"}});
      ca = write_file(here.dir() / "ours.crt", authority->certificate_pem());
      lab = std::make_unique<LabProcess>(
          here.dir(), std::vector<std::string>{"--mailboxes", "1", "--people", "10", "--tasks", "2",
                                               "--meetings", "2", "--trust", ca});
      owner = lab->mailboxes()[0];
      here.write_settings(lab.get());
      here.connect({owner});
      const std::string port = std::to_string(free_port());
      here.environment = {
          {"MAILSYNC_SERVER_LISTEN", "127.0.0.1:" + port},
          {"MAILSYNC_SERVER_PUBLIC_URL", "https://127.0.0.1:" + port},
          {"MAILSYNC_SERVER_TLS_CERTIFICATE", write_file(here.dir() / "mine.crt", mine->certificate_pem)},
          {"MAILSYNC_SERVER_TLS_KEY", write_file(here.dir() / "mine.key", mine->key_pem)},
          {"MAILSYNC_SYNC_POLL_SECONDS", "86400"}};
      lab->control("PUT", "/switches", {{"faults", {{"notification_delay", 0}}}});
      server = std::make_unique<Running>(here, ca);
      browser = std::make_unique<Browser>(*server, owner);
    }
    Installation here;
    std::string ca, owner;
    std::unique_ptr<LabProcess> lab;
    std::unique_ptr<Running> server;
    std::unique_ptr<Browser> browser;
  };

  void SetUp() override {
    ASSERT_TRUE(comes_true([this] { return push() == "active"; }));
    // The first pass, and the one that catches up with what changed before anybody watched.
    ASSERT_TRUE(comes_true([this] { return count("passes_total{result=\"done\"}") >= 2; }));
  }
  std::string push() {
    return std::string(
        browser_->get("/api/v1/mailboxes").at("items").as_array().at(0).at("push").as_string());
  }
  int64_t count(const std::string& metric) {
    const std::string text = server_->get("/metrics").body, name = "\nmailsync_" + metric + " ";
    const size_t at = text.find(name);
    int64_t number = 0;
    if (at != std::string::npos)
      std::from_chars(text.data() + at + name.size(), text.data() + text.size(), number);
    return number;
  }
  json::value lab_counters() { return lab_->control("GET", "/counters"); }
  int64_t lab_count(const std::string& route) {
    const auto counters = lab_counters();
    const auto* number = counters.at("by_route").as_object().if_contains(route);
    return number ? number->to_number<int64_t>() : 0;
  }
  void change_in_mailbox(const std::string& job_title) {
    const auto listed = lab_->control("GET", "/items?kind=contact&category=CRM&limit=1&mailbox=" + owner_);
    lab_->control("PATCH", "/items/" + std::string(listed.at("items").at(0).at("id").as_string()),
                  {{"jobTitle", job_title}});
  }
  bool in_crm(const std::string& job_title) {
    for (const auto& person : browser_->get("/api/v1/people?limit=200").at("items").as_array())
      if (person.at("job_title").is_string() && person.at("job_title").as_string() == job_title) return true;
    return false;
  }
  void expect_arrives(const std::string& job_title) {
    change_in_mailbox(job_title);
    EXPECT_TRUE(comes_true([&] { return in_crm(job_title); })) << job_title;
  }
  // As whoever knows our address might.
  int post_notice(const json::object& notice) {
    net::HttpRequest request{.method = "POST", .url = "/notifications/graph"};
    request.headers.add("Content-Type", "application/json");
    request.body = json::serialize(json::object{{"value", json::array{notice}}});
    return server_->send(std::move(request)).status;
  }
  // What the service has, asked as the application may.
  json::array subscriptions() {
    net::HttpRequest ask{.method = "POST", .url = lab_->text("authority") + "/oauth2/v2.0/token"};
    ask.headers.add("Content-Type", "application/x-www-form-urlencoded");
    ask.body = "grant_type=client_credentials&client_id=" + lab_->text("client_id") +
               "&client_secret=" + lab_->text("client_secret") +
               "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
    const auto token = json::parse(outside(std::move(ask)));
    net::HttpRequest list{.url = lab_->text("graph") + "/subscriptions"};
    list.bearer = net::Bearer{.token = Secret(std::string(token.at("access_token").as_string())),
                              .origin = *net::Origin::of(lab_->text("url"))};
    return json::parse(outside(std::move(list))).at("value").as_array();
  }
  std::string outside(net::HttpRequest request) {
    net::AsioExecutor executor(1);
    net::CurlClient http(executor, {.ca_file = lab_->text("ca"), .addresses = {.allow_private = true}});
    const auto answer = executor.run_task(net::fetch(http, std::move(request)));
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? answer->body : "null";
  }

  static inline std::unique_ptr<Place> place_;
  const std::string& owner_ = place_->owner;
  LabProcess* lab_ = place_->lab.get();
  Running* server_ = place_->server.get();
  Browser* browser_ = place_->browser.get();
};

TEST_F(Notices, BringAChangeLongBeforeAnyPoll) {
  EXPECT_EQ(lab_counters().at("subscriptions").to_number<int64_t>(), 3);
  EXPECT_GE(count("change_notices_total{result=\"validation\"}"), 3);
  expect_arrives("Bell Ringer");
  EXPECT_GE(count("change_notices_total{result=\"accepted\"}"), 1);
}

TEST_F(Notices, WithoutTheSecretWakeNobody) {
  const auto known = subscriptions();
  ASSERT_EQ(known.size(), 3U);
  const std::string id(known.at(0).at("id").as_string());
  const int64_t unknown = count("change_notices_total{result=\"unknown\"}");
  const int64_t accepted = count("change_notices_total{result=\"accepted\"}");
  for (const json::value& state : {json::value("guessed"), json::value(""), json::value(nullptr)})
    EXPECT_EQ(
        post_notice(
            {{"subscriptionId", id}, {"clientState", state}, {"changeType", "updated"}, {"resource", "x"}}),
        202);
  EXPECT_EQ(post_notice({{"subscriptionId", "unknown"}, {"clientState", "x"}}), 202);
  EXPECT_EQ(count("change_notices_total{result=\"unknown\"}"), unknown + 4);
  EXPECT_EQ(count("change_notices_total{result=\"accepted\"}"), accepted);
  // A validation nobody asked for is not answered with what it says.
  net::HttpRequest probe{.method = "POST", .url = "/notifications/graph?validationToken=%3Cscript%3E"};
  const auto answer = server_->send(std::move(probe));
  EXPECT_EQ(answer.body.find("script"), std::string::npos);
  expect_arrives("Lamplighter");  // a true one does
}

// F140.
TEST_F(Notices, WhatWasMissedIsCaughtUpWith) {
  lab_->control("PUT", "/switches", {{"faults", {{"drop_notifications", true}}}});
  change_in_mailbox("Night Porter");
  lab_->control("PUT", "/switches", {{"faults", {{"drop_notifications", false}}}});
  lab_->control("POST", "/lifecycle", {{"event", "missed"}});
  EXPECT_TRUE(comes_true([&] { return in_crm("Night Porter"); }));
}

// F141.
TEST_F(Notices, ASubscriptionThatIsEndingIsRenewedAndALostOneMadeAnew) {
  lab_->control("POST", "/lifecycle", {{"event", "reauthorizationRequired"}});
  EXPECT_TRUE(comes_true([&] { return lab_count("PATCH subscriptions/{id}") >= 3; }))
      << json::serialize(lab_counters().at("by_route"));
  lab_->control("POST", "/lifecycle", {{"event", "subscriptionRemoved"}});
  EXPECT_EQ(lab_counters().at("subscriptions").to_number<int64_t>(), 0);
  EXPECT_TRUE(comes_true([&] { return lab_counters().at("subscriptions").to_number<int64_t>() == 3; }));
  EXPECT_TRUE(comes_true([&] { return push() == "active"; }));
  expect_arrives("Town Crier");
}

}  // namespace
}  // namespace mailsync::test
