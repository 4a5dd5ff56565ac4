// What stands in the way of a mailbox is told apart, once, in words; and the issue closes itself when it is
// over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "tests/server/browser.h"
#include "tests/server/installation.h"

namespace mailsync::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

struct Place : Connected {
  Place() : Connected({"--mailboxes", "2", "--people", "8", "--tasks", "2", "--meetings", "2"}) {
    EXPECT_EQ(here.mailsync({"sync", "--once"}).code, 0);
  }
};

// One place for all of them: each leaves it as good as it was.
class Trouble : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { place_ = std::make_unique<Place>(); }
  static void TearDownTestSuite() { place_.reset(); }
  json::object mailbox(size_t number) {
    return here_.json({"mailbox", "list"}).at("mailboxes").as_array().at(number).as_object();
  }
  // One pass over both; the first mailbox must have exactly this issue, the second syncs on.
  json::object pass_and_expect(std::string_view key, std::string_view state) {
    here_.mailsync({"sync", "--once"});
    const auto first = mailbox(0), second = mailbox(1);
    EXPECT_EQ(first.at("state"), json::value(state));
    const auto& issues = first.at("issues").as_array();
    EXPECT_EQ(issues.size(), 1U) << json::serialize(issues);
    if (issues.size() != 1) return {};
    const json::object issue = issues.at(0).as_object();
    EXPECT_EQ(issue.at("key"), json::value(key));
    for (const char* part : {"title", "cause", "effect", "remedy"})
      EXPECT_GT(issue.at(part).as_string().size(), 10U) << part;
    EXPECT_TRUE(said_.insert(std::string(issue.at("title").as_string())).second) << "told before";
    return issue;
  }
  void expect_good_again() {
    EXPECT_EQ(here_.mailsync({"sync", "--once"}).code, 0);
    EXPECT_EQ(mailbox(0).at("state"), json::value("active"));
    EXPECT_EQ(mailbox(0).at("issues").as_array().size(), 0U);
  }
  void plan_fault(const json::object& fault) {
    lab_.control("PUT", "/switches", json::object{{"faults", json::object{{"planned", json::array{fault}}}}});
  }
  void no_faults() {
    lab_.control("PUT", "/switches", json::object{{"faults", json::object{{"planned", json::array{}}}}});
  }
  // Every request about this mailbox fails so.
  json::object always(int status, std::string_view code) {
    return {{"match", "/users/anna"}, {"status", status}, {"code", code}, {"times", 1000}};
  }

  static inline std::unique_ptr<Place> place_;
  Installation& here_ = place_->here;
  LabProcess& lab_ = place_->lab;
  const std::string owner_ = lab_.mailboxes()[0];
  std::set<std::string> said_;
};

// F131, F134: one cause, one issue, and nothing is taken as deleted.
TEST_F(Trouble, IsToldApartAndClosesItself) {
  const std::string app = "/apps/" + lab_.text("client_id"), user = "/users/" + owner_;

  lab_.control("PATCH", app, {{"consent", false}});
  pass_and_expect("mailbox:consent", "forbidden");
  lab_.control("PATCH", app, {{"consent", true}});
  expect_good_again();

  lab_.control("PATCH", user, {{"mailbox_enabled", false}});
  pass_and_expect("mailbox:disabled", "switched_off");
  EXPECT_EQ(mailbox(1).at("state"), json::value("active"));
  EXPECT_GT(mailbox(0).at("links").at("contact").as_int64(), 0);  // nothing was taken as deleted (F134)
  lab_.control("PATCH", user, {{"mailbox_enabled", true}});
  expect_good_again();

  lab_.control("PATCH", user, {{"refuses_apps", true}});
  pass_and_expect("mailbox:forbidden", "forbidden");
  lab_.control("PATCH", user, {{"refuses_apps", false}});
  expect_good_again();

  plan_fault(always(404, "OrganizationFromTenantGuidNotFound"));
  pass_and_expect("mailbox:no_licence", "switched_off");
  plan_fault(always(404, "MailboxNotSupportedForRESTAPI"));
  pass_and_expect("mailbox:moved", "switched_off");
  plan_fault(always(403, "ErrorAccountDisabled"));
  pass_and_expect("mailbox:account_disabled", "switched_off");
  plan_fault(always(404, "ErrorInvalidUser"));
  pass_and_expect("mailbox:unknown", "switched_off");
  json::object throttled = always(429, "ApplicationThrottled");
  throttled["retry_after"] = 1200;
  plan_fault(throttled);
  pass_and_expect("mailbox:throttled", "active");
  no_faults();
  expect_good_again();
}

TEST_F(Trouble, AnExpiredSecretIsTheAdministratorsToRenew) {
  std::ofstream(here_.dir() / "secret") << lab_.text("client_secret");
  std::ifstream file(here_.dir() / "mailsync.toml");
  std::string settings, line;
  while (std::getline(file, line))
    if (line.starts_with("certificate"))
      settings += "client_secret_file = \"secret\"\n";
    else if (!line.starts_with("key"))
      settings += line + "\n";
  std::ofstream(here_.dir() / "mailsync.toml") << settings;
  EXPECT_EQ(here_.mailsync({"sync", "--once"}).code, 0);
  lab_.control("PATCH", "/apps/" + lab_.text("client_id"),
               {{"expire_secrets", true}, {"revoke_tokens", true}});
  const auto issue = pass_and_expect("mailbox:credential", "needs_login");
  EXPECT_THAT(issue.at("cause").as_string(), HasSubstr("expired"));
  EXPECT_THAT(json::serialize(issue), Not(HasSubstr(lab_.text("client_secret"))));
  here_.write_settings(&lab_);
  expect_good_again();
}

TEST_F(Trouble, ARunningServerTellsItOnceAndTakesItBack) {
  Running server(here_);
  Browser browser(server, owner_);
  const auto issues = [&] { return browser.get("/api/v1/issues").at("items").as_array(); };
  const std::string mailbox_id(
      browser.get("/api/v1/mailboxes").at("items").as_array().at(0).at("id").as_string());
  lab_.control("PATCH", "/users/" + owner_, {{"mailbox_enabled", false}});
  ASSERT_TRUE(comes_true([&] { return !issues().empty(); }));
  ASSERT_EQ(issues().size(), 1U);
  EXPECT_EQ(issues().at(0).at("code"), "mailbox:disabled");
  EXPECT_EQ(issues().at(0).at("severity"), "warning");
  const auto whole = browser.get("/api/v1/issues");
  EXPECT_EQ(whole.at("users").at(0).at("open").as_int64(), 1);
  lab_.control("PATCH", "/users/" + owner_, {{"mailbox_enabled", true}});
  EXPECT_EQ(browser.send("POST", "/api/v1/mailboxes/" + mailbox_id + "/sync", {}).status, 202);
  EXPECT_TRUE(comes_true([&] { return issues().empty(); }));
  EXPECT_EQ(server.stop().code, 0);
}

}  // namespace
}  // namespace mailsync::test
