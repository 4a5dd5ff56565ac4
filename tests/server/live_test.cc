// A running server between a user's browser and his mailbox: what is changed on one side shows on the other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/server/browser.h"
#include "tests/server/installation.h"

namespace mailsync::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

// One server and one lab for all of them; each has a session of its own.
class Live : public ::testing::Test {
 protected:
  struct Place : Connected {
    Place() : Connected({"--mailboxes", "1", "--people", "20", "--tasks", "4", "--meetings", "4"}) {}
    std::unique_ptr<Running> server = std::make_unique<Running>(here);
  };
  static void SetUpTestSuite() { place_ = std::make_unique<Place>(); }
  static void TearDownTestSuite() {
    const Ended ended = place_->server->stop();
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(ended.err.find("correct horse"), std::string::npos);
    place_.reset();
  }
  void SetUp() override {
    wait_for([this] { return !people_in_mailbox_and_crm().empty(); });
  }
  // Asks until it is so; bounded, not timed.
  static void wait_for(const std::function<bool()>& is_so) {
    for (int tries = 0; tries < 3000; ++tries)
      if (is_so()) return;
    ADD_FAILURE() << "it never came";
  }
  std::vector<json::object> people_in_mailbox_and_crm() {
    std::vector<json::object> mine;
    for (const auto& person : browser_->get("/api/v1/people?limit=200").at("items").as_array())
      if (person.at("owner").is_object() && person.at("owner").at("email").as_string() == owner_)
        mine.push_back(person.as_object());
    return mine;
  }
  std::string mailbox_contacts() {
    return run({program("mailsync-lab"), "dump", "--url", lab_.text("control"), "--mailbox", owner_, "--kind",
                "contact"})
        .out;
  }

  static inline std::unique_ptr<Place> place_;
  Installation& here_ = place_->here;
  LabProcess& lab_ = place_->lab;
  Running* server_ = place_->server.get();
  const std::string owner_ = lab_.mailboxes()[0];
  std::unique_ptr<Browser> browser_ = std::make_unique<Browser>(*server_, owner_);
};

TEST_F(Live, AChangeInTheCrmReachesTheMailbox) {
  const json::object person = people_in_mailbox_and_crm().front();
  const auto changed = browser_->send("PATCH", "/api/v1/people/" + std::string(person.at("id").as_string()),
                                      {{"version", person.at("version")}, {"job_title", "Chief Tester"}});
  EXPECT_EQ(changed.status, 200) << changed.body;
  wait_for([this] { return mailbox_contacts().find("Chief Tester") != std::string::npos; });
}

TEST_F(Live, AChangeInTheMailboxReachesTheCrm) {
  const auto listed =
      json::parse(run({program("mailsync-lab"), "list", "--url", lab_.text("control"), "--mailbox", owner_,
                       "--kind", "contact", "--category", "CRM", "--limit", "1", "--json"})
                      .out);
  const std::string id(listed.at("items").as_array().at(0).at("id").as_string());
  const Ended edited =
      run({program("mailsync-lab"), "edit", "--url", lab_.text("control"), id, "jobTitle=Bell Ringer"});
  ASSERT_EQ(edited.code, 0) << edited.err;
  wait_for([this] {
    for (const auto& person : people_in_mailbox_and_crm())
      if (person.at("job_title").is_string() && person.at("job_title").as_string() == "Bell Ringer")
        return true;
    return false;
  });
}

TEST_F(Live, TheStateOfAMailboxIsShownAndItsOwnerMayPauseIt) {
  const auto mailbox = browser_->get("/api/v1/mailboxes").at("items").as_array().at(0).as_object();
  EXPECT_EQ(mailbox.at("address").as_string(), owner_);
  const std::string path = "/api/v1/mailboxes/" + std::string(mailbox.at("id").as_string());
  EXPECT_EQ(browser_->send("POST", path + "/pause", {}).status, 200);
  EXPECT_EQ(here_.json({"mailbox", "list"}).at("mailboxes").as_array().at(0).at("state").as_string(),
            "paused");
  EXPECT_EQ(browser_->send("POST", path + "/resume", {}).status, 200);
  EXPECT_EQ(browser_->send("POST", path + "/sync", {}).status, 202);
  EXPECT_EQ(browser_->send("POST", path + "/sync", {}).status, 429);
}

TEST_F(Live, WithoutASessionOrItsTokenNothingIsTold) {
  EXPECT_EQ(server_->get("/api/v1/mailboxes").status, 401);
  browser_->forget_csrf();
  EXPECT_EQ(browser_->send("POST", "/api/v1/people", {{"family_name", "X"}}).status, 403);
}

TEST_F(Live, NoticesOfStrangersAreDroppedWithoutAWord) {
  net::HttpRequest notice{.method = "POST", .url = "/notifications/graph"};
  notice.body =
      R"({"value":[{"subscriptionId":"x","clientState":"y","changeType":"updated","resource":"z"}]})";
  // Without a public address there is no such place.
  EXPECT_EQ(server_->send(std::move(notice)).status, 404);
}

}  // namespace
}  // namespace mailsync::test
