// What moves is not deleted, and what is deleted is deleted once: as change feeds tell it, not as they mean
// it.
#include <algorithm>
#include <cctype>

#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

constexpr const char* kActiveLinks = "SELECT count(*) FROM link WHERE state = 0";
constexpr const char* kEmails = "SELECT count(*) FROM crm_email";
constexpr const char* kHeld = "SELECT count(*) FROM issue WHERE key LIKE 'held:%'";

TEST(Moves, AFolderEmptiedIntoAnotherLosesNothing_F70_F74) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& archive = stage.world.add_container(ann, lab::ContainerKind::MailFolder, "Project",
                                            ann.well_known("inbox")->number);
  for (int i = 0; i < 60; ++i) stage.add_email(ann, "mail " + std::to_string(i), true);
  stage.settle();
  for (auto* mail : stage.items(ann, lab::IdKind::Message))
    stage.world.move(ann, *mail, archive.number, stage.clock.now());
  stage.settle();
  EXPECT_EQ(stage.count(kActiveLinks), 60);
  EXPECT_EQ(stage.count(kEmails), 60);
  EXPECT_EQ(stage.count(kHeld), 0);
}

// Contacts have no guard to hide behind when a deletion is believed: six at once are below no threshold.
TEST(Moves, ContactsMovedToAnotherFolderStayLinked_F70) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& folder = stage.world.add_container(ann, lab::ContainerKind::ContactFolder, "Clients");
  for (int i = 0; i < 3; ++i)
    stage.add_contact(ann, "Name" + std::to_string(i), "Family", "c" + std::to_string(i) + "@side.example");
  stage.settle();
  for (auto* card : stage.items(ann, lab::IdKind::Contact))
    stage.world.move(ann, *card, folder.number, stage.clock.now());
  stage.settle();
  EXPECT_EQ(stage.count(kActiveLinks), 3);
  stage.edit(ann, *stage.items(ann, lab::IdKind::Contact).front(), "jobTitle", "Moved and edited");
  stage.settle();
  EXPECT_EQ(stage.records(ann, sync::Kind::Contact).size(), 3U);
  EXPECT_EQ(stage.count("SELECT count(*) FROM link"), 3);
}

TEST(Moves, ThereAndBackBetweenTwoPassesIsNoDeletion_F69) {
  Stage stage;
  stage.world.faults.lose_there_and_back = true;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& folder = stage.world.add_container(ann, lab::ContainerKind::ContactFolder, "Clients");
  auto& mail = stage.add_email(ann, "there and back", true);
  auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  stage.settle();
  const uint64_t inbox = mail.container, contacts = card.container;
  stage.world.move(ann, mail, ann.well_known("sentitems")->number, stage.clock.now());
  stage.world.move(ann, mail, inbox, stage.clock.now());
  stage.world.move(ann, card, folder.number, stage.clock.now());
  stage.world.move(ann, card, contacts, stage.clock.now());
  stage.settle();
  EXPECT_EQ(stage.count(kActiveLinks), 2);
  stage.edit(ann, card, "jobTitle", "Still here");
  stage.settle();
  EXPECT_EQ(stage.records(ann, sync::Kind::Contact).front().fields.at("job_title"), R"("Still here")");
}

std::string folded(std::string id) {
  std::ranges::transform(id, id.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return id;
}

TEST(Moves, IdsThatDifferByCaseAloneAreTwoItems_F73) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  std::map<std::string, lab::Item*> by_folded;
  lab::Item *one = nullptr, *other = nullptr;
  for (int i = 0; i < 200 && !other; ++i) {
    auto& card = stage.add_contact(ann, "Name" + std::to_string(i), "Family",
                                   "c" + std::to_string(i) + "@side.example");
    const auto [at, fresh] = by_folded.emplace(folded(ann.id_of(card, true)), &card);
    if (!fresh) one = at->second, other = &card;
  }
  ASSERT_NE(other, nullptr) << "the lab made no two ids that differ by case alone";
  stage.settle();
  stage.edit(ann, *one, "companyName", "One");
  stage.edit(ann, *other, "companyName", "Other");
  stage.settle();
  EXPECT_EQ(stage.count("SELECT count(*) FROM link"), static_cast<int64_t>(by_folded.size()) + 1);
  std::multiset<std::string> companies;
  for (const auto& record : stage.records(ann, sync::Kind::Contact))
    if (const auto at = record.fields.find("company"); at != record.fields.end() && at->second != "null")
      companies.insert(record.fields.at("given_name") + at->second);
  EXPECT_EQ(companies, (std::multiset<std::string>{
                           "\"" + std::string(one->fields.at("givenName").as_string()) + "\"\"One\"",
                           "\"" + std::string(other->fields.at("givenName").as_string()) + "\"\"Other\""}));
}

// A mailbox whose tasks are all gone at once, by deletion or by a listing that came back empty, is a
// question.
TEST(Moves, AMailboxThatIsSuddenlyEmptyEmptiesNothing_F77_F21) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  for (int i = 0; i < 8; ++i)
    stage.create(ann, sync::Kind::Task,
                 {{"subject", "\"task " + std::to_string(i) + "\""}, {"status", R"("not_started")"}});
  stage.settle();
  ASSERT_EQ(stage.items(ann, lab::IdKind::Task).size(), 8U);
  for (auto* item : stage.items(ann, lab::IdKind::Task)) stage.remove(ann, *item);
  stage.front.forget_delta_tokens(stage.clock.now());
  stage.good_pass(ann);
  EXPECT_EQ(stage.records(ann, sync::Kind::Task).size(), 8U);
  EXPECT_EQ(stage.count(kHeld), 1);
  stage.advance(std::chrono::hours(1));
  stage.good_pass(ann);  // and it stays a question
  EXPECT_EQ(stage.records(ann, sync::Kind::Task).size(), 8U);
  EXPECT_EQ(stage.count(kHeld), 1);
}

// A single-task deletion that the guard lets through, for contrast: it is believed after a look by id.
TEST(Moves, WhatWasDeletedWhileTheCursorWasLostIsNoticed_F48_F75) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  for (int i = 0; i < 5; ++i)
    stage.create(ann, sync::Kind::Task,
                 {{"subject", "\"task " + std::to_string(i) + "\""}, {"status", R"("not_started")"}});
  stage.settle();
  stage.remove(ann, *stage.items(ann, lab::IdKind::Task).front());
  stage.front.forget_delta_tokens(stage.clock.now());
  stage.settle();
  EXPECT_EQ(stage.records(ann, sync::Kind::Task).size(), 4U);
  EXPECT_EQ(stage.items(ann, lab::IdKind::Task).size(), 4U);
}

TEST(Moves, WhatIsPutIntoAnExcludedFolderStaysInTheCrm_F79) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& mail = stage.add_email(ann, "into junk", true);
  auto& other = stage.add_email(ann, "into the bin", true);
  stage.settle();
  stage.world.move(ann, mail, ann.well_known("junkemail")->number, stage.clock.now());
  stage.world.move(ann, other, ann.well_known("deleteditems")->number, stage.clock.now());
  stage.settle();
  EXPECT_EQ(stage.count(kEmails), 2);
  stage.world.move(ann, mail, ann.well_known("inbox")->number, stage.clock.now());
  stage.settle();
  EXPECT_EQ(stage.count(kEmails), 2);
  EXPECT_EQ(stage.count("SELECT count(*) FROM link"), 2);
}

// A record that leaves the user's scope in the CRM leaves his mailbox, and nothing is deleted in the CRM.
TEST(Moves, ARecordThatLeavesTheScopeIsNoDeletedRecord_F79) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& bob = stage.connect("bob@ours.example", "Bob");
  const auto task =
      stage.create(ann, sync::Kind::Task, {{"subject", R"("hers")"}, {"status", R"("not_started")"}});
  stage.settle();
  stage.assign(ann, task, bob);
  stage.settle();
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_record WHERE type = 'task' AND deleted = 0"), 1);
  EXPECT_EQ(stage.items(ann, lab::IdKind::Task).size(), 0U);
  EXPECT_EQ(stage.items(bob, lab::IdKind::Task).size(), 1U);
}

}  // namespace
}  // namespace mailsync::scenario
