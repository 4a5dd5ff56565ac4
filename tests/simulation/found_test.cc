// What the simulation found once, as small stories of their own.
#include <gtest/gtest.h>

#include "lab/meetings.h"
#include "tests/simulation/acts.h"
#include "tests/simulation/checks.h"

namespace mailsync::sim {
namespace {

json::object at(const char* local) {
  return {{"dateTime", local}, {"timeZone", "Europe/London"}};
}

void expect_settled(Rig& rig) {
  settle(rig);
  for (const std::string& violation : rig.violations) ADD_FAILURE() << violation;
}

TEST(Found, AServerThatLosesEveryCursorDoesNotKeepAPassGoing) {
  Rig rig(1);
  for (int i = 0; i < 5; ++i)
    rig.world.add(*rig.seats[0].lab, lab::IdKind::Contact, rig.seats[0].lab->well_known("contacts")->number,
                  {{"surname", "S" + std::to_string(i)}}, rig.now());
  ASSERT_TRUE(rig.pass(rig.seats[0]));
  rig.front.forget_delta_tokens(rig.now() + std::chrono::hours(1));
  rig.world.faults.page_max = 1;
  const uint64_t before = rig.wire.calls;
  const auto report = rig.pass(rig.seats[0]);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::Transient) << report.error().message;
  EXPECT_LT(rig.wire.calls - before, 100U);
  expect_settled(rig);
}

TEST(Found, ACopyMarkedAfterTheOrganizerMovedTheMeetingIsTheSameMeeting) {
  Rig rig(1);
  Seat &ann = rig.seats[0], &bob = rig.seats[1];
  const Thing& thing = rig.ledger.add(model::Kind::Meeting, 0, false);
  json::object fields{{"subject", thing.tag()},
                      {"start", at("2026-12-25T12:00:00")},
                      {"end", at("2026-12-25T13:00:00")},
                      {"categories", json::array{"CRM"}},
                      {"attendees", json::array{json::object{
                                        {"type", "required"},
                                        {"emailAddress", {{"name", "B"}, {"address", bob.row.address}}}}}}};
  auto& item = lab::create_event(rig.world, *ann.lab, ann.lab->well_known("calendar")->number,
                                 std::move(fields), rig.now());
  ASSERT_TRUE(rig.pass(ann));
  lab::patch_event(rig.world, *ann.lab, item, {},
                   {{"start", at("2026-12-26T15:00:00")}, {"end", at("2026-12-26T16:00:00")}}, rig.now());
  set_marked(rig, bob, *item_of(bob, thing), true);
  for (size_t i = 0; i < rig.world.outbox().size(); ++i) rig.ledger.users_mail.insert(i);
  ASSERT_TRUE(rig.pass(bob));
  expect_settled(rig);
  EXPECT_EQ(rig.records(crm::RecordType::Meeting).size(), 1U);
}

// While its pages are still being read, one of its occurrences changes.
TEST(Found, ASeriesThatChangesWhileItIsReadIsReadAgain) {
  for (uint64_t call = 2; call < 24; ++call) {
    SCOPED_TRACE("call " + std::to_string(call));
    Rig rig(1);
    Seat& ann = rig.seats[0];
    ASSERT_TRUE(rig.pass(ann));
    rig.world.faults.page_max = 2;
    const Thing& thing = rig.ledger.add(model::Kind::Meeting, 0, false);
    json::object fields{{"subject", thing.tag()},
                        {"start", at("2026-12-01T09:00:00")},
                        {"end", at("2026-12-01T10:00:00")},
                        {"categories", json::array{"CRM"}}};
    fields["recurrence"] = {{"pattern", {{"type", "daily"}, {"interval", 1}}},
                            {"range",
                             {{"type", "numbered"},
                              {"startDate", "2026-12-01"},
                              {"numberOfOccurrences", 9},
                              {"recurrenceTimeZone", "Europe/London"}}}};
    auto& item = lab::create_event(rig.world, *ann.lab, ann.lab->well_known("calendar")->number,
                                   std::move(fields), rig.now());
    rig.wire.arm({.name = "", .what = Trouble::What::Act, .after = call, .act = [&] {
                    const auto days =
                        lab::occurrences_between(item, rig.now(), rig.now() + std::chrono::hours(24 * 60));
                    lab::patch_event(rig.world, *ann.lab, item, days.back(),
                                     {{"subject", thing.tag() + " bent"}}, rig.now());
                  }});
    ASSERT_TRUE(rig.pass(ann));
    expect_settled(rig);
  }
}

TEST(Found, WhatTheCrmChangedBeforeTheMarkWentComesWithTheMark) {
  Rig rig(1);
  Seat& ann = rig.seats[0];
  const Thing& thing = rig.ledger.add(model::Kind::Contact, 0, false);
  auto& item = rig.world.add(*ann.lab, lab::IdKind::Contact, ann.lab->well_known("contacts")->number,
                             {{"surname", thing.tag()}, {"categories", json::array{"CRM"}}}, rig.now());
  ASSERT_TRUE(rig.pass(ann));
  ASSERT_EQ(rig.records(crm::RecordType::Person).size(), 1U);
  ASSERT_TRUE(
      change(rig, ann, rig.records(crm::RecordType::Person).front(), {{"job_title", quoted("Clerk")}}));
  set_marked(rig, ann, item, false);
  ASSERT_TRUE(rig.pass(ann));
  EXPECT_EQ(text_in(item, "jobTitle"), "");
  set_marked(rig, ann, item, true);
  expect_settled(rig);
  EXPECT_EQ(text_in(item, "jobTitle"), "Clerk");
}

TEST(Found, AParkedRecordThatWasChangedMeanwhileGetsOneItem) {
  Rig rig(1);
  Seat& ann = rig.seats[0];
  const auto person_named = [&](const Thing& thing) {
    return create(rig, ann, crm::RecordType::Person, {{"family_name", quoted(thing.tag())}});
  };
  ASSERT_TRUE(person_named(rig.ledger.add(model::Kind::Contact, 0, true)));
  ASSERT_TRUE(rig.pass(ann));  // its folder and category are there
  const auto person = person_named(rig.ledger.add(model::Kind::Contact, 0, true));
  ASSERT_TRUE(person);
  rig.wire.arm(
      {.name = "", .on = On::Writes, .fault = {.what = lab::ScriptedFault::What::Status, .status = 409}});
  ASSERT_TRUE(rig.pass(ann));
  EXPECT_EQ(rig.number("SELECT count(*) FROM issue"), 1);
  ASSERT_TRUE(change(rig, ann, *rig.record(person->id), {{"job_title", quoted("Clerk")}}));
  expect_settled(rig);
}

json::object task_fields(const Thing& thing, const char* title) {
  return {{"title", thing.tag() + " " + title},
          {"status", "notStarted"},
          {"importance", "normal"},
          {"isReminderOn", false},
          {"body", {{"content", "b"}, {"contentType", "text"}}},
          {"linkedResources", json::array{}},
          {"checklistItems", json::array{}},
          {"extensions", json::array{}},
          {"categories", json::array{"CRM"}}};
}

// A task of Cat's that was given to Bob: both have it.
struct SharedTask {
  explicit SharedTask(Rig& rig)
      : bob(rig.seats[1]), cat(rig.seats[2]), thing(rig.ledger.add(model::Kind::Task, 2, false)) {
    rig.world.add(*cat.lab, lab::IdKind::Task, cat.lab->well_known("defaultList")->number,
                  task_fields(thing, "shared"), rig.now());
    EXPECT_TRUE(rig.pass(cat));
    thing.unsettled = true;
    EXPECT_TRUE(change(rig, cat, rig.records(crm::RecordType::Task).at(0), {}, bob.row.user));
    EXPECT_TRUE(rig.pass(bob));
    EXPECT_TRUE(item_of(bob, thing));
  }
  void erase_record(Rig& rig) {
    const auto records = rig.records(crm::RecordType::Task);
    EXPECT_TRUE(rig.write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(crm::delete_record(tx, rig.actor(cat), records.at(0)));
      return {};
    }));
    thing.crm_deleted = true;
  }
  Seat &bob, &cat;
  Thing& thing;
};

TEST(Found, ATaskDeletedInTheCrmAndEditedInTwoMailboxesComesBackOnce) {
  Rig rig(1);
  SharedTask task(rig);
  const RecordId was = rig.records(crm::RecordType::Task).at(0).id;
  task.erase_record(rig);
  set_text(rig, task.bob, *item_of(task.bob, task.thing), "importance", "high");
  set_text(rig, task.cat, *item_of(task.cat, task.thing), "title", task.thing.tag() + " again");
  expect_settled(rig);
  const auto records = rig.records(crm::RecordType::Task);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].id, was);
  EXPECT_EQ(plain(records[0].fields, "importance"), "high");
  EXPECT_EQ(plain(records[0].fields, "subject"), task.thing.tag() + " again");
}

TEST(Found, ATaskMarkedAgainAfterItCameBackElsewhereIsTheSameTask) {
  Rig rig(1);
  SharedTask task(rig);
  set_marked(rig, task.cat, *item_of(task.cat, task.thing), false);
  ASSERT_TRUE(rig.pass(task.cat));
  task.erase_record(rig);
  set_text(rig, task.bob, *item_of(task.bob, task.thing), "importance", "high");
  ASSERT_TRUE(rig.pass(task.bob));
  set_marked(rig, task.cat, *item_of(task.cat, task.thing), true);
  expect_settled(rig);
  EXPECT_EQ(rig.records(crm::RecordType::Task).size(), 1U);
}

TEST(Found, WhatAnAttendeesCopyReplacesInTheCrmIsInTheJournal) {
  Rig rig(1);
  Seat &bob = rig.seats[1], &cat = rig.seats[2];
  Thing& thing = rig.ledger.add(model::Kind::Meeting, 1, false);
  thing.may_differ = thing.unsettled = true;
  json::object fields{{"subject", thing.tag()},
                      {"start", at("2026-12-25T12:00:00")},
                      {"end", at("2026-12-25T13:00:00")},
                      {"location", {{"displayName", "here"}}},
                      {"categories", json::array{"CRM"}},
                      {"attendees", json::array{json::object{
                                        {"type", "required"},
                                        {"emailAddress", {{"name", "C"}, {"address", cat.row.address}}}}}}};
  auto& item = lab::create_event(rig.world, *bob.lab, bob.lab->well_known("calendar")->number,
                                 std::move(fields), rig.now());
  for (size_t i = 0; i < rig.world.outbox().size(); ++i) rig.ledger.users_mail.insert(i);
  ASSERT_TRUE(rig.pass(bob));
  const std::string token = rig.ledger.token(kCrmSide, thing, "location");
  ASSERT_TRUE(change(rig, bob, rig.records(crm::RecordType::Meeting).at(0), {{"location", quoted(token)}}));
  rig.world.remove(*bob.lab, item.number, rig.now());  // without a word to his guest
  ASSERT_TRUE(rig.pass(bob));
  set_marked(rig, cat, *item_of(cat, thing), true);
  expect_settled(rig);
}

// Whichever call the process stands still at: its successor has the mailbox, and the email leaves once
// (F148).
TEST(Found, AnEmailLeavesOnceAlsoWhenItsWorkerStandsStillPastItsLease) {
  for (uint64_t call = 0; call < 8; ++call) {
    SCOPED_TRACE("call " + std::to_string(call));
    Rig rig(1);
    Seat& ann = rig.seats[0];
    rig.ledger.composed.push_back({.subject = "once", .seat = 0, .to = {"out@side.example"}});
    ASSERT_TRUE(rig.write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(crm::queue_email(tx,
                                {.account = Rig::kAccount,
                                 .user = ann.row.user,
                                 .mailbox = ann.row.id,
                                 .client_id = "once",
                                 .to = {{.address = "out@side.example", .name = ""}},
                                 .subject = "once",
                                 .html = "<p>once</p>"},
                                rig.now()));
      return {};
    }));
    rig.wire.arm({.name = "", .what = Trouble::What::Freeze, .after = call, .act = [&] {
                    if (rig.passing) rig.start_rival(*rig.passing);
                  }});
    (void)rig.pass(ann);
    expect_settled(rig);
  }
}

}  // namespace
}  // namespace mailsync::sim
