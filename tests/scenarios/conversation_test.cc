// Sharing one message shares the conversation, past and future.
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

sync::Profile whole_conversations() {
  sync::Profile profile;
  profile.share_whole_conversation = true;
  return profile;
}

lab::Item& say(Stage& stage, lab::Mailbox& mailbox, const std::string& subject,
               const std::string& conversation, const std::string& folder = "inbox") {
  lab::Item& mail = stage.add_email(mailbox, subject, false, folder);
  mail.fields["conversationId"] = conversation;
  stage.world.changed(mailbox, mail, stage.clock.now());
  return mail;
}

int64_t shared(Stage& stage) {
  return stage.count("SELECT count(*) FROM crm_email");
}

TEST(Conversations, ThePastIsSharedFromEveryFolderThatIsFollowed) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann", whole_conversations());
  say(stage, ann, "first", "talk");
  say(stage, ann, "my answer", "talk", "sentitems");
  say(stage, ann, "thrown away", "talk", "deleteditems");
  say(stage, ann, "another talk", "other");
  auto& last = say(stage, ann, "last", "talk");
  stage.settle();
  EXPECT_EQ(shared(stage), 0);
  stage.set_marked(ann, last, true);
  const uint64_t before = stage.world.counters.requests;
  stage.good_pass(ann);
  const uint64_t asked = stage.world.counters.requests - before;
  EXPECT_EQ(shared(stage), 3);
  stage.settle();
  const uint64_t quiet_before = stage.world.counters.requests;
  stage.good_pass(ann);
  const uint64_t quiet = stage.world.counters.requests - quiet_before;
  EXPECT_LE(asked, quiet + 3);  // the marked one's body, the conversation, its other bodies
  say(stage, ann, "and the future", "talk");
  stage.settle();
  EXPECT_EQ(shared(stage), 4);
  EXPECT_EQ(stage.count("SELECT count(*) FROM sync_cursor WHERE collection LIKE 'conversation:%'"), 0);
}

TEST(Conversations, WhatIsPrivateStaysOut) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann", whole_conversations());
  auto& secret = say(stage, ann, "secret", "talk");
  secret.fields["internetMessageHeaders"] =
      json::array{json::object{{"name", "Sensitivity"}, {"value", "Private"}}};
  auto& last = say(stage, ann, "last", "talk");
  stage.settle();
  stage.set_marked(ann, last, true);
  stage.settle();
  EXPECT_EQ(shared(stage), 1);
}

// Asking for each would cost more than reading the folders once more.
TEST(Conversations, ManyAtOnceAreOneSweepOfTheFolders) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann", whole_conversations());
  std::vector<lab::Item*> last;
  for (int i = 0; i < 150; ++i) say(stage, ann, "first " + std::to_string(i), "talk " + std::to_string(i));
  stage.settle();
  for (int i = 0; i < 150; ++i) {
    auto& mail = say(stage, ann, "last " + std::to_string(i), "talk " + std::to_string(i));
    stage.set_marked(ann, mail, true);
  }
  const uint64_t before = stage.world.counters.requests;
  stage.settle();
  EXPECT_EQ(shared(stage), 300);
  EXPECT_LE(stage.world.counters.requests - before, 15U /* batches of bodies */ + 60U /* feeds and sweep */);
}

TEST(Conversations, ACrashForgetsNone) {
  for (int64_t commit = 1; commit <= 6; ++commit)
    for (const bool lands : {false, true}) {
      Stage stage;
      auto& ann = stage.connect("ann@ours.example", "Ann", whole_conversations());
      say(stage, ann, "first", "talk");
      auto& last = say(stage, ann, "last", "talk");
      stage.settle();
      stage.set_marked(ann, last, true);
      stage.die_at_commit(commit, lands);
      (void)stage.pass(ann);
      stage.disk.armed.clear();
      stage.advance(std::chrono::minutes(11));
      stage.settle();
      EXPECT_EQ(shared(stage), 2) << "died at commit " << commit << (lands ? ", after it" : ", before it");
    }
}

}  // namespace
}  // namespace mailsync::scenario
