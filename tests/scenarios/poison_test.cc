// One bad item parks itself as an issue and never holds up the rest (F62); it is tried again by itself, and
// its issue closes.
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

// F62
TEST(Poison, AnEmailThatCannotBeReadIsParkedAndComesInLater) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  for (int i = 0; i < 3; ++i) stage.add_email(ann, "mail " + std::to_string(i), true);
  const std::string poisoned = ann.id_of(*stage.items(ann, lab::IdKind::Message).front(), true);
  stage.world.faults.planned.push_back(
      {.match = "messages/" + poisoned, .status = 400, .code = "ErrorInvalidRequest", .times = 1});
  stage.good_pass(ann);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 2);
  EXPECT_EQ(stage.count("SELECT count(*) FROM issue WHERE key LIKE 'item:%'"), 1);
  stage.advance(std::chrono::minutes(11));
  stage.good_pass(ann);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 3);
  EXPECT_EQ(stage.count("SELECT count(*) FROM issue WHERE key LIKE 'item:%'"), 0);
}

// F62
TEST(Poison, AContactTheServerRefusesIsParkedAndTheOthersGoDown) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  model::Contact contact;
  for (const char* name : {"Ada", "Bea", "Cid"}) {
    contact.given_name = name;
    stage.create(ann, sync::Kind::Contact, model::fields_of(contact));
  }
  stage.world.faults.planned.push_back(
      {.match = "/contacts", .status = 400, .code = "ErrorInvalidProperty", .times = 1});
  stage.world.faults.planned.back().match = "POST /v1.0/users/" + ann.user.id + "/contactFolders/";
  stage.good_pass(ann);
  stage.advance(std::chrono::minutes(11));
  stage.settle();
  EXPECT_EQ(stage.items(ann, lab::IdKind::Contact).size(), 3U);
  EXPECT_EQ(stage.count("SELECT count(*) FROM issue"), 0);
}

// Its part of a batch comes back without a body, today and tomorrow: the others do not wait for it.
TEST(Poison, AnEmailWhoseBodyNeverComesIsParkedAlone_F62_F129) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& bad = stage.add_email(ann, "bad", true);
  bad.fields["subject"] =
      json::string("half \xED\xA0\xBD of it");  // the lab cannot put it into a batch's answer
  for (int i = 0; i < 3; ++i) stage.add_email(ann, "good " + std::to_string(i), true);
  stage.good_pass(ann);
  stage.add_email(ann, "later", true);
  stage.good_pass(ann);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 4);
  EXPECT_EQ(stage.count("SELECT count(*) FROM issue WHERE key LIKE 'item:%'"), 1);
  bad.fields["subject"] = "whole again";
  stage.advance(std::chrono::minutes(11));
  stage.good_pass(ann);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 5);
  EXPECT_EQ(stage.count("SELECT count(*) FROM issue WHERE key LIKE 'item:%'"), 0);
}

// Refuses this email's body from now on, and parks it.
std::string park_one(Stage& stage, lab::Mailbox& ann) {
  for (int i = 0; i < 3; ++i) stage.add_email(ann, "mail " + std::to_string(i), true);
  const std::string poisoned = ann.id_of(*stage.items(ann, lab::IdKind::Message).front(), true);
  stage.world.faults.planned.push_back(
      {.match = "messages/" + poisoned, .status = 400, .code = "ErrorInvalidRequest", .times = 1000});
  stage.good_pass(ann);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 2);
  EXPECT_EQ(stage.count("SELECT count(*) FROM issue WHERE cause <> '' AND effect <> '' AND remedy <> ''"), 1);
  return poisoned;
}

// F62.
TEST(Poison, AnIssueIsSolvedWhenItsUserPutsTheItemRight) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  park_one(stage, ann);
  stage.world.faults.planned.clear();
  // He touches it; the change feed brings it again, long before its own time.
  stage.edit(ann, *stage.items(ann, lab::IdKind::Message).front(), "isRead", false);
  stage.good_pass(ann);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 3);
  EXPECT_EQ(stage.count("SELECT count(*) FROM issue"), 0);
}

TEST(Poison, AnIssueIsSolvedWhenTheItemIsDeletedOrNotWantedAnyMore) {
  for (const bool deleted : {true, false}) {
    Stage stage;
    auto& ann = stage.connect("ann@ours.example", "Ann");
    park_one(stage, ann);
    stage.good_pass(ann);
    EXPECT_EQ(stage.count("SELECT count(*) FROM issue"), 1);
    auto& item = *stage.items(ann, lab::IdKind::Message).front();
    if (deleted)
      stage.remove(ann, item);
    else
      stage.set_marked(ann, item, false);
    stage.world.faults.planned.clear();
    stage.good_pass(ann);
    EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 2);
    EXPECT_EQ(stage.count("SELECT count(*) FROM issue"), 0) << deleted;
  }
}

}  // namespace
}  // namespace mailsync::scenario
