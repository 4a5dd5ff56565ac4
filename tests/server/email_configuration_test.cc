// An organization's Email Configuration in a running server against the lab: set up without a restart, tested
// step by step with each refusal's own words, consented to, and what its permission reaches.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "net/url.h"
#include "tests/server/browser.h"
#include "tests/server/installation.h"

namespace mailsync::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

// A server that was never told of Microsoft 365, and a tenant where nobody has consented.
struct Place {
  Place()
      : lab(here.dir(), {"--mailboxes", "3", "--people", "6", "--tasks", "2", "--meetings", "2",
                         "--no-consent", "--redirect-uri", "web:" + url + "/api/v1/oauth/callback"}) {
    here.write_settings(nullptr, "[network]\nca_file = \"" + lab.text("ca") +
                                     "\"\nallow_private = true\n[sync]\npoll_seconds = 5\n");
    here.environment = {{"MAILSYNC_SERVER_LISTEN", "127.0.0.1:" + port}, {"MAILSYNC_SERVER_PUBLIC_URL", url}};
    here.mailsync({"user", "add", "--admin", "root@contoso.example", "--password-stdin"},
                  "correct horse battery\n");
    here.connect({lab.mailboxes()[0], lab.mailboxes()[1]});
    server = std::make_unique<Running>(here);
    root = std::make_unique<Browser>(*server, "root@contoso.example");
    anna = std::make_unique<Browser>(*server, lab.mailboxes()[0]);
    organization = root->get("/api/v1/account/organizations").at("items").at(0).at("id").as_string();
  }
  const std::string port = std::to_string(free_port()), url = "http://127.0.0.1:" + port;
  Installation here;
  LabProcess lab;
  std::unique_ptr<Running> server;
  std::unique_ptr<Browser> root, anna;
  std::string organization;
};

// One place for all of them: each sets it up as it needs it.
class EmailConfiguration : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { place_ = std::make_unique<Place>(); }
  static void TearDownTestSuite() {
    const Ended ended = place_->server->stop();
    EXPECT_EQ(ended.code, 0) << ended.err;
    place_.reset();
  }
  void SetUp() override { lab_.control("PATCH", app(), {{"consent", true}}); }

  std::string app() const { return "/apps/" + lab_.text("client_id"); }
  std::string path(const std::string& below = "") const {
    return "/api/v1/account/organizations/" + place_->organization + "/email-configuration" + below;
  }
  // Changed to what is named, with the lab's application.
  json::object configure(json::object change) {
    change["version"] = root_.get(path()).at("version");
    const json::object usual{{"tenant", lab_.text("tenant_id")},
                             {"client_id", lab_.text("client_id")},
                             {"authority", lab_.text("url")},
                             {"graph_url", lab_.text("url")},
                             {"client_secret", lab_.text("client_secret")}};
    for (const auto& [name, value] : usual)
      if (!change.contains(name)) change[name] = value;
    const auto answer = root_.send("PATCH", path(), change);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.status == 200 ? json::parse(answer.body).as_object() : json::object();
  }
  // Test connection, from its begin to its end.
  json::object test() {
    EXPECT_TRUE(comes_true([&] { return root_.send("POST", path("/test"), {}).status == 202; }));
    json::object now;
    EXPECT_TRUE(comes_true([&] {
      now = root_.get(path("/test"));
      return now.at("state") != "running";
    }));
    return now;
  }
  static json::object step(const json::object& test, std::string_view what) {
    for (const auto& each : test.at("steps").as_array())
      if (each.at("what") == json::value(what)) return each.as_object();
    ADD_FAILURE() << "no step \"" << what << "\" in " << json::serialize(test);
    return {{"state", ""}, {"said", ""}, {"code", ""}, {"remedy", ""}};
  }
  // The first step that failed: its code and words.
  std::string refused(std::string_view what, std::string_view code) {
    const json::object ended = test();
    EXPECT_EQ(ended.at("state"), "failed") << json::serialize(ended);
    const json::object failed = step(ended, what);
    EXPECT_EQ(failed.at("state"), "failed") << json::serialize(ended);
    EXPECT_EQ(failed.at("code"), json::value(code)) << json::serialize(ended);
    return std::string(failed.at("said").as_string());
  }
  json::object mailbox(Browser& who) { return who.get("/api/v1/mailboxes").at("items").at(0).as_object(); }
  bool syncs() {
    const auto now = mailbox(anna_);
    return (now.at("state") == "idle" || now.at("state") == "syncing") && now.at("last_pass").is_object() &&
           now.at("last_pass").at("state") == "finished";
  }
  // Follows a redirect into the lab and back, as a browser does; where it ends here.
  std::string through_microsoft(const std::string& address, Browser& who,
                                const std::function<void(std::string&)>& on_the_way = {}) {
    const std::string there = location(who.send("GET", address, {}));
    net::AsioExecutor executor(1);
    net::CurlClient http(executor, {.ca_file = lab_.text("ca"), .addresses = {.allow_private = true}});
    const auto answer = executor.run_task(net::fetch(http, {.url = there}));
    EXPECT_TRUE(answer) << answer.error().message;
    std::string back = answer ? location(*answer) : "";
    EXPECT_THAT(back, testing::StartsWith(place_->url)) << there;
    if (on_the_way) on_the_way(back);
    return location(who.send("GET", back.substr(place_->url.size()), {}));
  }
  static std::string location(const net::HttpAnswer& answer) {
    return std::string(answer.headers.find("Location").value_or(""));
  }
  json::object outcome(const std::string& page, Browser& who) {
    return who.get("/api/v1/oauth/outcomes/" + page.substr(page.rfind('=') + 1));
  }

  static inline std::unique_ptr<Place> place_;
  LabProcess& lab_ = place_->lab;
  Browser& root_ = *place_->root;
  Browser& anna_ = *place_->anna;
};

TEST_F(EmailConfiguration, ARunningServerFollowsASetUpAndAChange) {
  ASSERT_TRUE(comes_true([&] { return mailbox(anna_).at("state") == "disabled"; }));
  EXPECT_THAT(mailbox(anna_).at("state_detail").as_string(), HasSubstr("Email Configuration"));
  EXPECT_EQ(root_.get(path()).at("source"), "none");
  EXPECT_EQ(root_.get(path()).at("redirect_uri"), json::value(place_->url + "/api/v1/oauth/callback"));

  configure({{"method", "graph_app_only"}});
  EXPECT_TRUE(comes_true([&] { return syncs(); })) << json::serialize(mailbox(anna_));
  // What this version cannot do parks, in words, and comes back.
  configure({{"method", "ews_app_only"}});
  EXPECT_EQ(mailbox(anna_).at("state"), "disabled");
  EXPECT_THAT(mailbox(anna_).at("state_detail").as_string(), HasSubstr("not yet available"));
  const json::object tested = test();
  EXPECT_THAT(json::serialize(tested), HasSubstr("not yet available"));
  // Each user signs in for himself then.
  configure({{"method", "graph_end_user"}});
  EXPECT_TRUE(comes_true([&] { return mailbox(anna_).at("state") == "needs_sign_in"; }));
  configure({{"method", "graph_app_only"}});
  EXPECT_TRUE(comes_true([&] { return syncs(); })) << json::serialize(mailbox(anna_));
}

TEST_F(EmailConfiguration, TheTestWalksFromTheNamesToTheMailboxes) {
  configure({{"method", "graph_app_only"}});
  const json::object ended = test();
  EXPECT_EQ(ended.at("state"), "passed") << json::serialize(ended);
  for (const std::string what :
       {"name of the sign-in service", "name of Microsoft Graph", "sign-in service", "Microsoft Graph",
        "access token", "permission Mail.ReadWrite", "permission Tasks.ReadWrite.All"})
    EXPECT_EQ(step(ended, what).at("state"), "ok") << what;
  for (size_t i : {0U, 1U}) EXPECT_EQ(step(ended, "mailbox " + lab_.mailboxes()[i]).at("state"), "ok");
  // Not a second one at once: it could be used to knock at other machines' doors (S62).
  const int first = root_.send("POST", path("/test"), {}).status,
            second = root_.send("POST", path("/test"), {}).status;
  EXPECT_TRUE(first == 429 || second == 429) << first << " " << second;
}

TEST_F(EmailConfiguration, WhatTheApplicationIsRefusedHasItsOwnWords) {
  std::set<std::string> words;
  configure({{"method", "graph_app_only"}, {"tenant", "99999999-9999-4999-8999-999999999999"}});
  words.insert(refused("sign-in service", "AADSTS90002"));
  configure({{"client_id", "99999999-9999-4999-8999-999999999999"}});
  words.insert(refused("access token", "AADSTS700016"));
  configure({{"client_secret", "not the right one"}});
  words.insert(refused("access token", "AADSTS7000215"));
  configure({});
  lab_.control("PATCH", app(), {{"consent", false}});
  const json::object withdrawn = test();
  EXPECT_EQ(withdrawn.at("state"), "failed");
  EXPECT_EQ(step(withdrawn, "consent").at("state"), "failed");
  EXPECT_EQ(step(withdrawn, "permission Mail.ReadWrite").at("state"), "failed");
  EXPECT_THAT(step(withdrawn, "consent").at("remedy").as_string(), HasSubstr("Grant admin consent"));
  words.insert(std::string(step(withdrawn, "consent").at("said").as_string()));
  lab_.control("PATCH", app(), {{"consent", true}});
  lab_.control("PATCH", "/users/" + lab_.mailboxes()[0], {{"refuses_apps", true}});
  words.insert(refused("mailbox " + lab_.mailboxes()[0], "ErrorAccessDenied"));
  lab_.control("PATCH", "/users/" + lab_.mailboxes()[0], {{"refuses_apps", false}});
  EXPECT_EQ(words.size(), 5U);
}

TEST_F(EmailConfiguration, WhatAUserIsRefusedHasItsOwnWords) {
  configure({{"method", "graph_end_user"}});
  const std::string owner = lab_.mailboxes()[0], user = "/users/" + owner, what = "mailbox " + owner;
  const std::string start = "/api/v1/oauth/start?mailbox=" + std::string(mailbox(anna_).at("id").as_string());
  EXPECT_EQ(outcome(through_microsoft(start, anna_), anna_).at("reason"), "connected");
  EXPECT_TRUE(comes_true([&] { return syncs(); })) << json::serialize(mailbox(anna_));
  EXPECT_EQ(step(test(), what).at("state"), "ok");

  std::set<std::string> words;
  const auto while_switched = [&](const char* name, std::string_view code) {
    lab_.control("PATCH", user, {{name, true}});
    words.insert(refused(what, code));
    lab_.control("PATCH", user, {{name, false}});
  };
  while_switched("mfa_required", "AADSTS50076");
  while_switched("access_blocked", "AADSTS53003");
  lab_.control("PATCH", user, {{"enabled", false}});
  words.insert(refused(what, "AADSTS50057"));
  lab_.control("PATCH", user, {{"enabled", true}});
  lab_.control("PATCH", app(), {{"consent", false}});
  words.insert(refused(what, "AADSTS65001"));
  lab_.control("PATCH", app(), {{"consent", true}});
  lab_.control("PATCH", user, {{"change_password", true}});
  words.insert(refused(what, "AADSTS50173"));
  EXPECT_EQ(words.size(), 5U);
  for (const std::string& each : words) EXPECT_GT(each.size(), 20U);
  // Signed in again, all is well.
  EXPECT_EQ(outcome(through_microsoft(start, anna_), anna_).at("reason"), "connected");
  EXPECT_EQ(step(test(), what).at("state"), "ok");
}

// S12: what the redirect says about the tenant is believed only when a token says the same.
TEST_F(EmailConfiguration, AnAdministratorsConsentEnablesTheUsersAgain) {
  configure({{"method", "graph_app_only"}});
  lab_.control("PATCH", app(), {{"consent", false}});
  EXPECT_TRUE(comes_true([&] { return mailbox(anna_).at("state") == "needs_sign_in" || !syncs(); }));
  const std::string start = "/api/v1/oauth/consent?organization=" + place_->organization;
  // Not by whom it does not concern, nor with another's answer.
  EXPECT_EQ(outcome(location(anna_.send("GET", start, {})), anna_).at("reason"), "not_set_up");
  const std::string elsewhere = through_microsoft(start, root_, [&](std::string& back) {
    const size_t at = back.find(lab_.text("tenant_id"));
    ASSERT_NE(at, std::string::npos) << back;
    back.replace(at, 36, "99999999-9999-4999-8999-999999999999");
  });
  EXPECT_EQ(outcome(elsewhere, root_).at("code"), "tenant_mismatch");
  EXPECT_THAT(outcome(elsewhere, root_).at("detail").as_string(), HasSubstr("another tenant"));

  const std::string page = through_microsoft(start, root_);
  EXPECT_THAT(page, testing::StartsWith("/configuration/mail-sync/organizations/" + place_->organization));
  EXPECT_EQ(outcome(page, root_).at("reason"), "connected");
  EXPECT_TRUE(comes_true([&] { return syncs(); })) << json::serialize(mailbox(anna_));
  const auto log = root_.get("/api/v1/audit-log?action=email_configuration.consented");
  EXPECT_EQ(log.at("items").as_array().size(), 1U);
}

// S9: the permission opens the third mailbox as well, which nobody syncs.
TEST_F(EmailConfiguration, WhatThePermissionReachesBeyondTheLicensedIsTold) {
  configure({{"method", "graph_app_only"}});
  const auto look = [&] {
    EXPECT_EQ(root_.send("POST", path("/reach"), {}).status, 202);
    json::object now;
    EXPECT_TRUE(comes_true([&] {
      now = root_.get(path("/reach"));
      return now.at("running") == json::value(false);
    }));
    return now;
  };
  const std::string third = lab_.mailboxes()[2];
  const json::object open = look();
  EXPECT_EQ(open.at("reached").as_int64(), 1) << json::serialize(open);
  EXPECT_EQ(open.at("some"), (json::array{json::value(third)}));
  lab_.control("PATCH", "/users/" + third, {{"refuses_apps", true}});
  const json::object narrowed = look();
  EXPECT_EQ(narrowed.at("reached").as_int64(), 0);
  EXPECT_EQ(narrowed.at("looked_at").as_int64(), 1);
  lab_.control("PATCH", "/users/" + third, {{"refuses_apps", false}});
}

// Last: the lab's secret does not come back.
TEST_F(EmailConfiguration, ZZAnExpiredSecretIsSaidSo) {
  configure({{"method", "graph_app_only"}});
  lab_.control("PATCH", app(), {{"expire_secrets", true}, {"revoke_tokens", true}});
  EXPECT_THAT(refused("access token", "AADSTS7000222"), HasSubstr("expired"));
}

}  // namespace
}  // namespace mailsync::test
