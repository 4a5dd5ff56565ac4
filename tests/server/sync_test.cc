// mailsync against the lab, both as programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "tests/server/installation.h"

namespace mailsync::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<std::string> kSmallTenant{"--mailboxes", "2",  "--people",   "20",
                                            "--tasks",     "10", "--meetings", "10"};

int64_t sum_of_writes(const json::object& counts) {
  int64_t sum = 0;
  for (const auto& [kind, of] : counts)
    for (const char* side : {"to_crm", "to_mailbox"})
      for (const auto& [action, number] : of.at(side).as_object()) sum += number.as_int64();
  return sum;
}

// One installation for all of them: each leaves it as good as it was.
class SyncOnce : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { place_ = std::make_unique<Connected>(kSmallTenant); }
  static void TearDownTestSuite() { place_.reset(); }
  void TearDown() override {
    here_.environment.clear();
    here_.write_settings(&lab_);
    EXPECT_EQ(here_.mailsync({"sync", "--once"}).code, 0);
  }
  // As when the service is off: its address answers nothing.
  void take_the_service_away() {
    const std::string nowhere = "https://127.0.0.1:" + std::to_string(free_port());
    here_.environment["MAILSYNC_GRAPH_URL"] = here_.environment["MAILSYNC_GRAPH_AUTHORITY"] = nowhere;
  }
  json::object mailbox(const std::string& address) {
    for (const auto& one : here_.json({"mailbox", "list"}).at("mailboxes").as_array())
      if (one.at("address").as_string() == address) return one.as_object();
    ADD_FAILURE() << "no mailbox " << address;
    return {};
  }
  static inline std::unique_ptr<Connected> place_;
  Installation& here_ = place_->here;
  LabProcess& lab_ = place_->lab;
};

TEST_F(SyncOnce, BringsTheMailboxesOverOnceAndThenIsQuiet) {
  const auto first = here_.json({"sync", "--once"});
  EXPECT_GT(sum_of_writes(first.at("counts").as_object()), 20);
  for (const auto& one : first.at("mailboxes").as_array())
    EXPECT_TRUE(one.at("error").is_null()) << json::serialize(one);
  const auto second = here_.json({"sync", "--once"});
  EXPECT_EQ(sum_of_writes(second.at("counts").as_object()), 0);
  const Ended words = here_.mailsync({"sync", "--once"});
  EXPECT_EQ(words.code, 0);
  EXPECT_THAT(words.out, HasSubstr("Nothing had changed."));
  EXPECT_THAT(words.err, HasSubstr("done in"));
}

// F134
TEST_F(SyncOnce, OneUnknownMailboxDoesNotStopTheOthers) {
  ASSERT_EQ(here_.mailsync({"mailbox", "add", "ghost@contoso.example", "--user", lab_.mailboxes()[0]}).code,
            0);
  const Ended ended = here_.mailsync({"sync", "--once"});
  EXPECT_EQ(ended.code, 3) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("ghost@contoso.example did not finish"));
  const auto ghost = mailbox("ghost@contoso.example");
  EXPECT_NE(ghost.at("state"), "active");
  EXPECT_FALSE(ghost.at("state_text").as_string().empty());
  EXPECT_EQ(ghost.at("issues").as_array().size(), 1u);
  EXPECT_EQ(mailbox(lab_.mailboxes()[0]).at("state"), "active");
  EXPECT_EQ(here_.mailsync({"mailbox", "remove", "ghost@contoso.example"}).code, 0);
}

// F131
TEST_F(SyncOnce, AWrongSecretIsTold) {
  std::ofstream(here_.dir() / "secret") << "not-the-secret";
  std::ofstream(here_.dir() / "mailsync.toml")
      << "[server]\nlisten = \"127.0.0.1:0\"\ndata_dir = \"data\"\n[vault]\nmaster_key_file = "
         "\"master.key\"\n[graph]\n"
      << "tenant = \"" << lab_.text("tenant_id") << "\"\nclient_id = \"" << lab_.text("client_id")
      << "\"\nclient_secret_file = \"secret\"\nauthority = \"" << lab_.text("url") << "\"\nurl = \""
      << lab_.text("url") << "\"\n[network]\nca_file = \"" << lab_.text("ca") << "\"\nallow_private = true\n";
  const Ended refused = here_.mailsync({"sync", "--once"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.out, HasSubstr("secret"));
  EXPECT_THAT(refused.out + refused.err, Not(HasSubstr("not-the-secret")));
  EXPECT_EQ(mailbox(lab_.mailboxes()[0]).at("state"), "needs_login");
}

// F126
TEST_F(SyncOnce, AnOutageDisconnectsNobody) {
  take_the_service_away();
  const Ended outage = here_.mailsync({"sync", "--once"});
  EXPECT_EQ(outage.code, 1);
  EXPECT_THAT(outage.out, HasSubstr("did not finish"));
  EXPECT_EQ(mailbox(lab_.mailboxes()[0]).at("state"), "active");  // unlike after a wrong secret
}

TEST_F(SyncOnce, APausedMailboxIsLeftAlone) {
  const std::string address = "third@contoso.example";
  ASSERT_EQ(here_.mailsync({"mailbox", "add", address, "--user", lab_.mailboxes()[0]}).code, 0);
  ASSERT_EQ(here_.mailsync({"mailbox", "pause", address}).code, 0);
  EXPECT_EQ(here_.mailsync({"sync", "--once"}).code, 3);
  EXPECT_TRUE(mailbox(address).at("last_pass_at").is_null());
  ASSERT_EQ(here_.mailsync({"mailbox", "resume", address}).code, 0);
  here_.mailsync({"sync", "--once"});
  EXPECT_EQ(mailbox(address).at("state"), "switched_off") << "it was looked for";
  ASSERT_EQ(here_.mailsync({"mailbox", "remove", address}).code, 0);
  EXPECT_EQ(here_.json({"mailbox", "list"}).at("mailboxes").as_array().size(), 2u);
}

TEST_F(SyncOnce, DoctorFindsNothingWrongAndThenWhatIs) {
  const Ended well = here_.mailsync({"doctor"});
  EXPECT_EQ(well.code, 0) << well.out;
  EXPECT_THAT(well.out, HasSubstr("permission Mail.ReadWrite: granted"));
  EXPECT_THAT(well.out, HasSubstr("mailbox " + lab_.mailboxes()[1]));
  here_.environment["MAILSYNC_VAULT_MASTER_KEY_FILE"] = (here_.dir() / "no.key").string();
  take_the_service_away();
  const auto told = here_.json({"doctor"});
  EXPECT_EQ(told.at("ok"), false);
  EXPECT_THAT(json::serialize(told), HasSubstr("mailsync master-key"));
}

TEST_F(SyncOnce, ARunningServerSyncsByItselfAndHoldsItsMailboxes) {
  Running server(here_);
  // Progress shows in the metrics; the second pass of each mailbox has nothing to do.
  std::string metrics;
  for (int i = 0; i < 4000 && metrics.find("mailsync_passes_total{result=\"done\"}") == std::string::npos;
       ++i)
    metrics = server.get("/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("mailsync_passes_total{result=\"done\"}"));
  const Ended beside = here_.mailsync({"sync", "--once"});
  EXPECT_EQ(beside.code, 1);
  EXPECT_THAT(beside.out, HasSubstr("another worker"));
  const Ended ended = server.stop();
  EXPECT_EQ(ended.code, 0) << ended.err;
  // Leases are free again at once.
  const auto after = here_.json({"sync", "--once"});
  for (const auto& one : after.at("mailboxes").as_array())
    EXPECT_TRUE(one.at("error").is_null()) << json::serialize(one);
}

}  // namespace
}  // namespace mailsync::test
