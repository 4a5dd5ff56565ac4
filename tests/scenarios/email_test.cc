#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

// F1, F120
TEST(Emails, MarkedOnesReachTheCrmOnceAndTheNextPassIsQuiet) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  for (int i = 0; i < 30; ++i) stage.add_email(ann, "mail " + std::to_string(i), i % 2 == 0);
  const auto report = stage.good_pass(ann);
  EXPECT_EQ(report.counts.at(sync::Kind::Email).to_crm_created, 15);
  EXPECT_EQ(report.counts.at(sync::Kind::Email).skipped.at("not_marked"), 15);
  const int64_t rows = stage.rows_written();
  const auto second = stage.good_pass(ann);
  EXPECT_TRUE(second.empty());
  EXPECT_EQ(stage.rows_written(), rows);
  EXPECT_EQ(stage.world.counters.writes, 0U);
}

TEST(Emails, OneEmailInTwoMailboxesIsOneRecord_F17) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& bob = stage.connect("bob@ours.example", "Bob");
  stage.add_email(ann, "both", true);
  stage.add_email(bob, "both", true);
  stage.settle();
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 1);
  EXPECT_EQ(stage.count("SELECT count(*) FROM link"), 2);
}

TEST(Emails, MarkingLaterSharesAndUnmarkingFreezes) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& mail = stage.add_email(ann, "later", false);
  stage.settle();
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 0);
  stage.set_marked(ann, mail, true);
  stage.settle();
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 1);
  stage.set_marked(ann, mail, false);
  stage.settle();
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 1);
  stage.set_marked(ann, mail, true);
  stage.settle();
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 1);
}

TEST(Emails, AMoveIsNotADeletion_F70) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& mail = stage.add_email(ann, "moved", true);
  stage.settle();
  stage.world.move(ann, mail, ann.well_known("sentitems")->number, stage.clock.now());
  stage.settle();
  EXPECT_EQ(stage.count("SELECT count(*) FROM link WHERE state = 0"), 1);
}

// F8: what only the headers tell is judged when they are there; a mark outranks it.
TEST(Emails, PrivateAndAutomaticMailIsNotCapturedByItself) {
  Stage stage;
  sync::Profile profile;
  profile.capture_emails = sync::Capture::AnyExternal;
  auto& ann = stage.connect("ann@ours.example", "Ann", profile);
  const auto with = [&](const std::string& subject, const char* header, const char* words, bool marked) {
    auto& mail = stage.add_email(ann, subject, marked);
    mail.fields["internetMessageHeaders"] = json::array{json::object{{"name", header}, {"value", words}}};
  };
  with("plain", "X-Other", "1", false);
  with("secret", "Sensitivity", "Private", false);
  with("robot", "Auto-Submitted", "auto-generated", false);
  with("secret but marked", "Sensitivity", "Company-Confidential", true);
  const auto report = stage.good_pass(ann);
  EXPECT_EQ(report.counts.at(sync::Kind::Email).to_crm_created, 2);
  EXPECT_EQ(report.counts.at(sync::Kind::Email).skipped.at("private"), 1);
  EXPECT_EQ(report.counts.at(sync::Kind::Email).skipped.at("automatic"), 1);
}

TEST(Emails, ALostCursorListsAgainIntoTheLinks_F42) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  for (int i = 0; i < 25; ++i) stage.add_email(ann, "mail " + std::to_string(i), true);
  stage.settle();
  stage.front.forget_delta_tokens(stage.clock.now());
  stage.settle();
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 25);
  EXPECT_EQ(stage.count("SELECT count(*) FROM link"), 25);
}

}  // namespace
}  // namespace mailsync::scenario
