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

// A person of the CRM whose contact is being made in Ann's mailbox.
struct ContactInTheMaking {
  explicit ContactInTheMaking(Rig& rig) : ann(rig.seats[0]) {
    const auto person_named = [&](const Thing& who) {
      return create(rig, ann, crm::RecordType::Person, {{"family_name", quoted(who.tag())}});
    };
    EXPECT_TRUE(person_named(rig.ledger.add(model::Kind::Contact, 0, true)));
    EXPECT_TRUE(rig.pass(ann));  // its folder and category are there
    Thing& made = rig.ledger.add(model::Kind::Contact, 0, true);
    EXPECT_TRUE(person_named(made));
    thing = &made;
  }
  // Its user changes what the CRM had sent, and what it had not.
  void edit(Rig& rig) const {
    lab::Item* item = item_of(ann, *thing);
    ASSERT_TRUE(item);
    set_text(rig, ann, *item, "surname", thing->tag() + " again");
    set_text(rig, ann, *item, "jobTitle", rig.ledger.token(0, *thing, "jobTitle"));
  }
  void expect_carried_over(Rig& rig) const {
    expect_settled(rig);
    for (const auto& person : rig.records(crm::RecordType::Person))
      if (thing_of(rig, person) == thing) {
        EXPECT_EQ(plain(person.fields, "family_name"), thing->tag() + " again");
        EXPECT_EQ(plain(person.fields, "job_title"), text_in(*item_of(ann, *thing), "jobTitle"));
      }
  }
  Seat& ann;
  Thing* thing = nullptr;
};

TEST(Found, AnItemEditedBeforeTheDeadPassThatMadeItIsResumedKeepsTheEdit) {
  Rig rig(1);
  const ContactInTheMaking contact(rig);
  rig.wire.arm({.name = "", .what = Trouble::What::DieAfter, .on = On::Writes});
  ASSERT_FALSE(rig.pass(contact.ann));
  contact.edit(rig);
  contact.expect_carried_over(rig);
}

TEST(Found, AnItemEditedBeforeItIsLookedForKeepsTheEdit) {
  Rig rig(1);
  const ContactInTheMaking contact(rig);
  rig.wire.arm({.name = "its answer is lost",
                .on = On::Writes,
                .fault = {.what = lab::ScriptedFault::What::AnswerLost}});
  rig.wire.on_strike = [&](const std::string&) {
    rig.wire.arm({.name = "", .what = Trouble::What::Act, .act = [&] { contact.edit(rig); }});
  };
  ASSERT_TRUE(rig.pass(contact.ann));
  contact.expect_carried_over(rig);
}

// What an interrupted pass made and nobody touched is no edit: nothing is written to the CRM.
TEST(Found, AnItemThatNobodyEditedBeforeItIsFoundIsNoEdit) {
  Rig rig(1);
  Seat& ann = rig.seats[0];
  const auto make = [&] {
    const auto tag = [&](model::Kind kind) { return quoted(rig.ledger.add(kind, 0, true).tag()); };
    EXPECT_TRUE(create(rig, ann, crm::RecordType::Person, {{"family_name", tag(model::Kind::Contact)}}));
    EXPECT_TRUE(create(rig, ann, crm::RecordType::Task, {{"subject", tag(model::Kind::Task)}}));
    const auto wall = [](const char* text) {
      return model::When::zoned(*model::WallTime::from_text(text), "Europe/London");
    };
    model::Meeting meeting;
    meeting.subject = rig.ledger.add(model::Kind::Meeting, 0, true).tag();
    meeting.start = wall("2026-11-26T10:00:00");
    meeting.end = wall("2026-11-26T11:00:00");
    EXPECT_TRUE(create(rig, ann, crm::RecordType::Meeting, model::fields_of(meeting)));
  };
  make();
  ASSERT_TRUE(rig.pass(ann));
  make();
  for (int call = 0; call < 3; ++call) {
    rig.wire.arm({.name = "", .what = Trouble::What::DieAfter, .on = On::Writes});
    ASSERT_FALSE(rig.pass(ann));
  }
  expect_settled(rig);
  rig.read([&](db::Session& session) -> Result<void> {
    TRY(const auto rows,
        session.query("SELECT after_fields FROM journal WHERE cause = 'changed in the mailbox'"));
    for (const auto& row : rows) ADD_FAILURE() << "taken for an edit: " << row[0].text();
    return {};
  });
}

// Two contacts of the same person, Ann's shared. The CRM's user deletes him.
struct DeletedPerson {
  explicit DeletedPerson(Rig& rig)
      : ann(rig.seats[0]), bob(rig.seats[1]), thing(rig.ledger.add(model::Kind::Contact, 0, false)) {
    add(rig, ann, true);
    EXPECT_TRUE(rig.pass(ann));
    const auto people = rig.records(crm::RecordType::Person);
    EXPECT_TRUE(rig.write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(crm::delete_record(tx, rig.actor(ann), people.at(0)));
      return {};
    }));
    thing.may_differ = true;
  }
  lab::Item& add(Rig& rig, Seat& seat, bool marked) const {
    return rig.world.add(*seat.lab, lab::IdKind::Contact, seat.lab->well_known("contacts")->number,
                         {{"surname", thing.tag()},
                          {"emailAddresses", json::array{json::object{{"address", "he@side.example"}}}},
                          {"categories", marked ? json::array{"CRM"} : json::array{}}},
                         rig.now());
  }
  void edit(Rig& rig) const {
    set_text(rig, ann, *item_of(ann, thing), "jobTitle", rig.ledger.token(0, thing, "jobTitle"));
  }
  Seat &ann, &bob;
  Thing& thing;
};

TEST(Found, ADeletedPersonWhomAColleaguesCopyBroughtBackIsNotBroughtBackTwice) {
  Rig rig(1);
  const DeletedPerson he(rig);
  he.add(rig, he.bob, true);
  ASSERT_TRUE(rig.pass(he.bob));
  he.edit(rig);
  expect_settled(rig);
  const auto people = rig.records(crm::RecordType::Person);
  ASSERT_EQ(people.size(), 1U);
  EXPECT_EQ(plain(people[0].fields, "job_title"), text_in(*item_of(he.ann, he.thing), "jobTitle"));
}

// Whenever it happens while the pass that brings him back is under way.
TEST(Found, ADeletedPersonIsNotBroughtBackBesideTheOneWhoAppearsMeanwhile) {
  for (uint64_t call = 0; call < 12; ++call) {
    SCOPED_TRACE("call " + std::to_string(call));
    Rig rig(1);
    const DeletedPerson he(rig);
    he.edit(rig);
    rig.wire.arm({.name = "", .what = Trouble::What::Act, .after = call, .act = [&] {
                    if (!rig.records(crm::RecordType::Person).empty()) return;  // he is back
                    EXPECT_TRUE(create(
                        rig, he.bob, crm::RecordType::Person,
                        {{"family_name", quoted(he.thing.tag())}, {"emails", R"(["he@side.example"])"}}));
                  }});
    ASSERT_TRUE(rig.pass(he.ann));
    rig.wire.take_armed();
    expect_settled(rig);
  }
}

// He and a new contact of his in the same page.
TEST(Found, ADeletedPersonAndHisNewContactComeInOneAfterTheOther) {
  Rig rig(1);
  const DeletedPerson he(rig);
  he.edit(rig);
  he.add(rig, he.ann, true).fields["surname"] = "Somebody";
  ASSERT_TRUE(rig.pass(he.ann));
  rig.wire.take_armed();
}

// A meeting of the CRM that was deleted there and edited in the mailbox, while another mailbox made it anew:
// whenever that happens during the pass.
TEST(Found, ADeletedMeetingMeetsTheRecordThatAnotherMailboxMadeOfIt) {
  for (uint64_t call = 0; call < 16; ++call) {
    SCOPED_TRACE("call " + std::to_string(call));
    Rig rig(1);
    Seat &ann = rig.seats[0], &bob = rig.seats[1];
    Thing& thing = rig.ledger.add(model::Kind::Meeting, 0, true);
    model::Meeting meeting;
    meeting.subject = thing.tag();
    meeting.start = model::When::zoned(*model::WallTime::from_text("2026-11-26T10:00:00"), "Europe/London");
    meeting.end = model::When::zoned(*model::WallTime::from_text("2026-11-26T11:00:00"), "Europe/London");
    ASSERT_TRUE(create(rig, ann, crm::RecordType::Meeting, model::fields_of(meeting)));
    ASSERT_TRUE(rig.pass(ann));
    thing.crm_deleted = thing.unsettled = true;
    const auto made = rig.records(crm::RecordType::Meeting);
    ASSERT_TRUE(rig.write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(crm::delete_record(tx, rig.actor(ann), made.at(0)));
      return {};
    }));
    rig.wire.arm({.name = "", .what = Trouble::What::Act, .after = call, .act = [&] {
                    lab::Item* item = item_of(ann, thing);
                    if (!item || !rig.records(crm::RecordType::Meeting).empty()) return;
                    lab::patch_event(rig.world, *ann.lab, *item, {}, {{"showAs", "free"}}, rig.now());
                    ASSERT_TRUE(rig.write([&](db::SqlTransaction& tx) -> Result<void> {
                      TRY(const auto keys, tx.query("SELECT series_key FROM link WHERE series_key <> ''"));
                      TRY_VOID(crm::insert_record(tx, rig.actor(bob),
                                                  {.type = crm::RecordType::Meeting,
                                                   .fields = model::fields_of(meeting),
                                                   .owner = bob.row.user,
                                                   .series_key = keys.at(0)[0].text()}));
                      return {};
                    }));
                  }});
    ASSERT_TRUE(rig.pass(ann));
    rig.wire.take_armed();
    expect_settled(rig);
  }
}

}  // namespace
}  // namespace mailsync::sim
