// Nobody is mailed unless a user asked for that very mail, whatever is edited, deleted or cleaned up on
// either side; and what the CRM does not know of a meeting or a contact stays as it was.
#include "lab/meetings.h"
#include "model/meeting.h"
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

json::object at(const std::string& local) {
  return {{"dateTime", local}, {"timeZone", "Europe/London"}};
}

json::array guests(std::initializer_list<const char*> addresses) {
  json::array out;
  for (const char* address : addresses)
    out.push_back(
        json::object{{"type", "required"}, {"emailAddress", {{"name", address}, {"address", address}}}});
  return out;
}

// A marked meeting that this mailbox organizes, with people from inside and outside; its invitations have
// gone.
lab::Item& organized(Stage& stage, lab::Mailbox& mailbox, const std::string& subject) {
  return lab::create_event(stage.world, mailbox, mailbox.well_known("calendar")->number,
                           {{"subject", subject},
                            {"start", at("2026-11-25T12:00:00")},
                            {"end", at("2026-11-25T13:00:00")},
                            {"categories", json::array{"CRM"}},
                            {"attendees", guests({"out@side.example", "bob@ours.example"})}},
                           stage.clock.now());
}

model::Fields meeting_fields(const std::string& subject) {
  model::Meeting meeting;
  meeting.subject = subject;
  meeting.start = model::When::zoned(*model::WallTime::from_text("2026-11-26T15:00:00"), "Europe/Berlin");
  meeting.end = model::When::zoned(*model::WallTime::from_text("2026-11-26T16:00:00"), "Europe/Berlin");
  return model::fields_of(meeting);
}

constexpr const char* kWaiting = "SELECT count(*) FROM issue WHERE key LIKE '%would_mail%'";

TEST(Invitations, AnEditInTheCrmOfAnOrganizersMeetingMailsNobody_F86) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  stage.connect("bob@ours.example", "Bob");
  auto& event = organized(stage, ann, "with others");
  const size_t invited = stage.world.outbox().size();
  stage.settle();
  EXPECT_EQ(stage.world.outbox().size(), invited);  // the first sync
  for (int i = 0; i < 3; ++i) {
    const auto record = stage.records(ann, sync::Kind::Meeting).front();
    stage.update(ann, record, {{"location", "\"Room " + std::to_string(i) + "\""}});
    stage.settle();
  }
  EXPECT_EQ(stage.world.outbox().size(), invited);
  EXPECT_EQ(stage.count(kWaiting), 1);
  EXPECT_EQ(event.fields.at("subject"), "with others");
}

TEST(Invitations, AMeetingDeletedInTheCrmIsNotCalledOff_F88) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& bob = stage.connect("bob@ours.example", "Bob");
  const auto pushed = stage.create(ann, sync::Kind::Meeting, meeting_fields("from the CRM"));
  stage.settle();
  auto* event = stage.items(ann, lab::IdKind::Event).front();
  // Its organizer invites people in Outlook; that is his mail, not ours.
  lab::patch_event(stage.world, ann, *event, {},
                   {{"attendees", guests({"out@side.example", "bob@ours.example"})}}, stage.clock.now());
  stage.settle();
  const size_t invited = stage.world.outbox().size();
  stage.erase(ann, stage.records(ann, sync::Kind::Meeting).front());
  stage.settle();
  EXPECT_EQ(stage.world.outbox().size(), invited);
  EXPECT_EQ(stage.items(ann, lab::IdKind::Event).size(), 1U);
  EXPECT_EQ(stage.items(bob, lab::IdKind::Event).size(), 1U);
  EXPECT_EQ(stage.count(kWaiting), 1);
  (void)pushed;
}

TEST(Invitations, AnAttendeesCopyThatGoesTellsNobodyAndDeletesNoRecord_F88) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& bob = stage.connect("bob@ours.example", "Bob");
  organized(stage, ann, "with others");
  for (auto* copy : stage.items(bob, lab::IdKind::Event)) stage.set_marked(bob, *copy, true);
  stage.settle();
  const size_t invited = stage.world.outbox().size();
  lab::remove_event(stage.world, bob, *stage.items(bob, lab::IdKind::Event).front(), {}, "",
                    stage.clock.now());
  stage.settle();
  EXPECT_EQ(stage.world.outbox().size(), invited);
  EXPECT_EQ(stage.records(ann, sync::Kind::Meeting).size(), 1U);
  EXPECT_EQ(stage.items(ann, lab::IdKind::Event).size(), 1U);
}

// Somebody tidies the CRM up: dozens of meetings deleted, cursors lost, passes repeated. Not one mail leaves.
TEST(Invitations, CleaningUpMailsNobody_F104) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  stage.connect("bob@ours.example", "Bob");
  for (int i = 0; i < 12; ++i) organized(stage, ann, "meeting " + std::to_string(i));
  for (int i = 0; i < 6; ++i)
    stage.create(ann, sync::Kind::Meeting, meeting_fields("ours " + std::to_string(i)));
  stage.settle();
  // To three of those that came from the CRM, their organizer invites somebody in Outlook.
  int asked = 0;
  for (auto* event : stage.items(ann, lab::IdKind::Event))
    if (event->fields.at("attendees").as_array().empty() && asked++ < 3)
      lab::patch_event(stage.world, ann, *event, {}, {{"attendees", guests({"out@side.example"})}},
                       stage.clock.now());
  stage.settle();
  const size_t invited = stage.world.outbox().size();
  for (const auto& record : stage.records(ann, sync::Kind::Meeting)) stage.erase(ann, record);
  stage.settle();
  stage.front.forget_delta_tokens(stage.clock.now());
  stage.settle();
  EXPECT_EQ(stage.world.outbox().size(), invited);
  int kept = 0;
  for (auto* event : stage.items(ann, lab::IdKind::Event))
    kept += event->fields.at("attendees").as_array().empty() ? 0 : 1;
  EXPECT_EQ(kept, 15);
  EXPECT_TRUE(stage.records(ann, sync::Kind::Meeting).empty());  // and nothing comes back
}

// Everything of a contact and a meeting that the CRM has no field for, after many edits on both sides.
TEST(Invitations, WhatTheCrmDoesNotKnowStaysAsItWas_F28_F109) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  const json::object unknown{{"spouseName", "Sam"},
                             {"birthday", "1970-05-01T11:59:00Z"},
                             {"children", json::array{"Kim", "Lee"}},
                             {"fileAs", "Card, Carl (the tall one)"},
                             {"assistantName", "Ada"},
                             {"manager", "Max"},
                             {"profession", "Surveyor"},
                             {"yomiGivenName", "kaaru"},
                             {"generation", "III"},
                             {"imAddresses", json::array{"sip:carl@side.example"}}};
  auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  for (const auto& [name, value] : unknown) card.fields[name] = value;
  auto& event = lab::create_event(stage.world, ann, ann.well_known("calendar")->number,
                                  {{"subject", "alone"},
                                   {"start", at("2026-11-25T12:00:00")},
                                   {"end", at("2026-11-25T13:00:00")},
                                   {"categories", json::array{"CRM", "Travel"}},
                                   {"hideAttendees", true},
                                   {"allowNewTimeProposals", false},
                                   {"responseRequested", false}},
                                  stage.clock.now());
  stage.settle();
  for (int i = 0; i < 10; ++i) {
    const std::string n = std::to_string(i);
    stage.update(ann, stage.records(ann, sync::Kind::Contact).front(), {{"job_title", "\"Job " + n + "\""}});
    stage.update(ann, stage.records(ann, sync::Kind::Meeting).front(), {{"location", "\"Room " + n + "\""}});
    stage.edit(ann, card, "companyName", json::string("Company " + n));
    stage.settle();
  }
  EXPECT_EQ(card.fields.at("jobTitle"), "Job 9");
  for (const auto& [name, value] : unknown) EXPECT_EQ(card.fields.at(name), value) << name;
  EXPECT_EQ(event.fields.at("location").at("displayName"), "Room 9");
  EXPECT_EQ(event.fields.at("categories"), (json::array{"CRM", "Travel"}));
  EXPECT_EQ(event.fields.at("hideAttendees"), true);
  EXPECT_EQ(event.fields.at("allowNewTimeProposals"), false);
  EXPECT_EQ(event.fields.at("responseRequested"), false);
}

}  // namespace
}  // namespace mailsync::scenario
