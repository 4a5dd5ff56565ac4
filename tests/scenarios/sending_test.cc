// An email composed in the CRM leaves once, whatever happens on the way; a draft is nobody's email yet.
#include <algorithm>

#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

using Fault = lab::ScriptedFault::What;

int64_t left(const Stage& stage, const std::string& to = "out@side.example") {
  return std::ranges::count(stage.world.outbox(), to, &lab::SentMail::to);
}

constexpr const char* kSent = "SELECT count(*) FROM crm_outbox WHERE state = 'sent'";

// Every call of the pass that sends: not sent, its answer lost, an error after the effect, or the process
// dies there.
TEST(Sending, WhateverFailsOneMailLeaves_F13) {
  uint64_t calls = 0;
  {
    Stage stage;
    auto& ann = stage.connect("ann@ours.example", "Ann");
    stage.settle();
    stage.compose(ann, "the offer", "out@side.example");
    const uint64_t before = stage.http.calls();
    stage.good_pass(ann);
    calls = stage.http.calls() - before;
    ASSERT_EQ(left(stage), 1);
    ASSERT_EQ(stage.count(kSent), 1);
  }
  for (const Fault what : {Fault::NotSent, Fault::AnswerLost, Fault::AnswerCut, Fault::LateStatus})
    for (uint64_t n = 1; n <= calls; ++n) {
      SCOPED_TRACE("fault " + std::to_string(static_cast<int>(what)) + " at call " + std::to_string(n));
      Stage stage;
      auto& ann = stage.connect("ann@ours.example", "Ann");
      stage.settle();
      stage.compose(ann, "the offer", "out@side.example");
      stage.http.script({.what = what, .call = stage.http.calls() + n, .status = 504});
      (void)stage.pass(ann);
      stage.http.forget_faults();
      for (int again = 0; again < 4; ++again) {
        stage.advance(std::chrono::hours(1));
        stage.good_pass(ann);
      }
      ASSERT_EQ(left(stage), 1);
      ASSERT_EQ(stage.count(kSent), 1);
      ASSERT_EQ(stage.count("SELECT count(*) FROM issue"), 0);
    }
}

TEST(Sending, TheProcessDiesOnTheWayAndOneMailLeaves_F13) {
  for (uint64_t n = 1; n <= 6; ++n) {
    SCOPED_TRACE("dies after call " + std::to_string(n));
    Stage stage;
    auto& ann = stage.connect("ann@ours.example", "Ann");
    stage.settle();
    stage.compose(ann, "the offer", "out@side.example");
    const uint64_t at = stage.http.calls() + n;
    stage.http.on_answer = [&](const net::HttpRequest&, const net::ServerResponse&) {
      stage.crashed |= stage.http.calls() >= at;
    };
    (void)stage.pass(ann);
    stage.http.on_answer = nullptr;
    for (int again = 0; again < 4; ++again) {
      stage.advance(std::chrono::hours(1));
      stage.good_pass(ann);
    }
    ASSERT_EQ(left(stage), 1);
    ASSERT_EQ(stage.count(kSent), 1);
  }
}

// The server takes its time to file the copy in Sent Items: not there yet is not "it has not left".
TEST(Sending, ACopyThatIsSlowToAppearSendsNothingTwice_F13_F144) {
  Stage stage;
  stage.world.faults.sent_items_delay = std::chrono::minutes(5);
  auto& ann = stage.connect("ann@ours.example", "Ann");
  stage.settle();
  stage.compose(ann, "the offer", "out@side.example");
  stage.http.script({.what = Fault::AnswerLost, .match = "/send"});
  (void)stage.pass(ann);
  for (int again = 0; again < 6; ++again) {
    stage.advance(std::chrono::minutes(20));
    stage.good_pass(ann);
  }
  EXPECT_EQ(left(stage), 1);
  EXPECT_EQ(stage.count(kSent), 1);
}

// Autosave: the same draft over and over, marked even; then another, deleted; then one that is sent.
TEST(Drafts, AreNobodysEmailUntilTheyAreSent_F23_F121) {
  Stage stage;
  sync::Profile profile;
  profile.capture_emails = sync::Capture::AnyExternal;
  auto& ann = stage.connect("ann@ours.example", "Ann", profile);
  stage.settle();
  auto& draft = stage.add_email(ann, "half a thought", true, "drafts");
  draft.fields["isDraft"] = true;
  for (int save = 0; save < 5; ++save) {
    stage.edit(ann, draft, "body",
               json::object{{"contentType", "text"}, {"content", json::string(std::to_string(save))}});
    stage.settle();
    EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 0);
  }
  // A draft that lies in a folder that is followed is a draft all the same.
  stage.world.move(ann, draft, ann.well_known("inbox")->number, stage.clock.now());
  stage.settle();
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 0);
  draft.fields["isDraft"] = false;
  stage.world.move(ann, draft, ann.well_known("sentitems")->number, stage.clock.now());
  stage.settle();
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 1);
  EXPECT_EQ(stage.count("SELECT count(*) FROM link"), 1);
}

}  // namespace
}  // namespace mailsync::scenario
