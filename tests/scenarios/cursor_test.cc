// Where a mailbox was read up to: lost, refused, or over pages that hold nothing of interest.
#include <gmock/gmock.h>

#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

constexpr const char* kEmails = "SELECT count(*) FROM crm_email";

uint64_t requests_of_a_pass(Stage& stage, const lab::Mailbox& mailbox) {
  const uint64_t before = stage.world.counters.requests;
  stage.good_pass(mailbox);
  return stage.world.counters.requests - before;
}

// Hundreds of emails that nobody wants: judged once, not fetched, and not looked at again.
TEST(Cursors, WhatWasPassedOverIsNotReadAgain_F61) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  stage.settle();
  const uint64_t quiet = requests_of_a_pass(stage, ann);
  for (int i = 0; i < 150; ++i) stage.add_email(ann, "mail " + std::to_string(i), false);
  const auto report = stage.good_pass(ann);
  EXPECT_EQ(report.counts.at(sync::Kind::Email).skipped.at("not_marked"), 150);
  for (int pass = 0; pass < 3; ++pass) EXPECT_EQ(requests_of_a_pass(stage, ann), quiet);
  EXPECT_EQ(stage.count(kEmails), 0);
}

// Everything that can happen while a cursor is lost: new, marked late, edited, deleted. Nothing of it is
// skipped.
TEST(Cursors, WhatHappenedWhileTheCursorWasLostComesIn_F42_F46_F47) {
  for (const auto gone :
       {lab::TokenGone::Bare410, lab::TokenGone::Gone410Location, lab::TokenGone::BadRequest400}) {
    SCOPED_TRACE(static_cast<int>(gone));
    Stage stage;
    stage.world.faults.token_gone = gone;
    auto& ann = stage.connect("ann@ours.example", "Ann");
    for (int i = 0; i < 30; ++i) stage.add_email(ann, "old " + std::to_string(i), true);
    auto& late = stage.add_email(ann, "marked late", false);
    auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
    stage.settle();
    stage.front.forget_delta_tokens(stage.clock.now());
    for (int i = 0; i < 30; ++i) stage.add_email(ann, "in the gap " + std::to_string(i), true);
    stage.set_marked(ann, late, true);
    stage.edit(ann, card, "jobTitle", "Promoted in the gap");
    stage.settle();
    EXPECT_EQ(stage.count(kEmails), 61);
    EXPECT_EQ(stage.records(ann, sync::Kind::Contact).front().fields.at("job_title"),
              R"("Promoted in the gap")");
    EXPECT_EQ(stage.count("SELECT count(*) FROM link"), 62);
  }
}

// A server that never honours a cursor: every pass lists once, ends, writes nothing, and people are told.
TEST(Cursors, AServerThatRefusesEveryCursorIsListedOnceAPass_F49) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  for (int i = 0; i < 30; ++i) stage.add_email(ann, "mail " + std::to_string(i), true);
  stage.settle();
  const int64_t rows = stage.rows_written();
  std::vector<uint64_t> costs;
  for (int pass = 0; pass < 5; ++pass) {
    stage.front.forget_delta_tokens(stage.clock.now());
    costs.push_back(requests_of_a_pass(stage, ann));
    stage.advance(std::chrono::minutes(5));
  }
  EXPECT_THAT(costs, testing::Each(testing::Le(costs.front() + 1)));
  EXPECT_EQ(stage.rows_written(), rows);
  EXPECT_EQ(stage.count(kEmails), 30);
}

TEST(Cursors, EmptyPagesAndRepeatedEntitiesAreLegal_F50) {
  Stage stage;
  stage.world.faults.empty_first_page = true;
  stage.world.faults.repeat_entities = true;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  for (int i = 0; i < 250; ++i) stage.add_email(ann, "mail " + std::to_string(i), true);
  stage.settle();
  EXPECT_EQ(stage.count(kEmails), 250);
  EXPECT_EQ(stage.count("SELECT count(*) FROM link"), 250);
}

// The clocks of server and program are hours apart, and dates lie in the future: cursors are the server's own
// words.
TEST(Cursors, AClockThatIsWrongLosesNothing_F56_F57) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& future = stage.add_email(ann, "from the future", true);
  future.fields["receivedDateTime"] = "2031-01-01T00:00:00Z";
  stage.settle();
  for (int i = 0; i < 5; ++i) {
    auto& mail = stage.add_email(ann, "mail " + std::to_string(i), true);
    mail.fields["receivedDateTime"] = "2025-06-01T00:00:00Z";
    stage.settle();
  }
  EXPECT_EQ(stage.count(kEmails), 6);
}

// Named by the feed, gone before it is fetched.
TEST(Cursors, AnItemThatIsNoMoreWhenItIsFetchedHoldsUpNothing_F54_F103) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& gone = stage.add_email(ann, "gone in a moment", true);
  for (int i = 0; i < 3; ++i) stage.add_email(ann, "mail " + std::to_string(i), true);
  bool removed = false;
  stage.http.on_request = [&](const net::HttpRequest& request) {
    if (removed || request.url.find("$batch") == std::string::npos) return;
    removed = true;
    stage.remove(ann, gone);
  };
  stage.good_pass(ann);
  stage.http.on_request = nullptr;
  ASSERT_TRUE(removed);
  stage.settle();
  EXPECT_EQ(stage.count(kEmails), 3);
  EXPECT_EQ(stage.count("SELECT count(*) FROM issue"), 0);
}

// The process dies between any two commits of a listing of many pages: what was not taken in is read again.
TEST(Cursors, ACursorIsNeverAheadOfItsPages_F51_F60) {
  for (int64_t commit = 1; commit <= 6; ++commit)
    for (const bool lands : {false, true}) {
      SCOPED_TRACE("commit " + std::to_string(commit) + (lands ? ", after it" : ", before it"));
      Stage stage;
      stage.world.faults.page_max = 20;
      auto& ann = stage.connect("ann@ours.example", "Ann");
      for (int i = 0; i < 70; ++i) stage.add_email(ann, "mail " + std::to_string(i), true);
      stage.die_at_commit(commit, lands);
      (void)stage.pass(ann);
      stage.disk.armed.clear();
      stage.advance(std::chrono::minutes(20));
      stage.settle();
      ASSERT_EQ(stage.count(kEmails), 70);
      ASSERT_EQ(stage.count("SELECT count(*) FROM link"), 70);
    }
}

}  // namespace
}  // namespace mailsync::scenario
