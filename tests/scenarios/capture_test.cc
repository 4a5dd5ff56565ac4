// Automatic capture of meetings: who takes part decides, and what is private or blocked is never captured.
#include "lab/meetings.h"
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

sync::Profile capturing(sync::Capture capture) {
  sync::Profile profile;
  profile.capture_meetings = capture;
  return profile;
}

model::Fields person(const std::string& family, const std::string& address) {
  model::Contact contact;
  contact.family_name = family;
  contact.emails = std::vector<std::string>{address};
  return model::fields_of(contact);
}

// A meeting of Ann's with these people, on that day at noon.
lab::Item& meet(Stage& stage, lab::Mailbox& mailbox, const std::string& subject,
                const std::vector<std::string>& attendees, const std::string& day = "2026-11-25",
                const std::string& sensitivity = "normal") {
  const auto at = [](const std::string& local) {
    return json::object{{"dateTime", local}, {"timeZone", "Europe/London"}};
  };
  json::array people;
  for (const std::string& address : attendees)
    people.push_back(
        json::object{{"type", "required"}, {"emailAddress", {{"name", address}, {"address", address}}}});
  return lab::create_event(stage.world, mailbox, mailbox.well_known("calendar")->number,
                           {{"subject", subject},
                            {"sensitivity", sensitivity},
                            {"start", at(day + "T12:00:00")},
                            {"end", at(day + "T13:00:00")},
                            {"attendees", std::move(people)}},
                           stage.clock.now());
}

std::set<std::string> subjects(Stage& stage, const lab::Mailbox& mailbox) {
  std::set<std::string> out;
  for (const auto& record : stage.records(mailbox, sync::Kind::Meeting))
    out.insert(record.fields.at("subject"));
  return out;
}

TEST(Capture, OffTakesMarkedMeetingsAlone) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  meet(stage, ann, "with a customer", {"carl@side.example"});
  stage.settle();
  EXPECT_TRUE(subjects(stage, ann).empty());
}

TEST(Capture, WithAnyExternalPersonButNotInternalBlockedPrivateOrOldOnes) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann", capturing(sync::Capture::AnyExternal));
  stage.blocked = {"@press.example"};
  meet(stage, ann, "with a customer", {"carl@side.example"});
  meet(stage, ann, "among us", {"bob@ours.example"});
  meet(stage, ann, "alone", {});
  meet(stage, ann, "with the press", {"carl@side.example", "eve@press.example"});
  meet(stage, ann, "doctor", {"dr@side.example"}, "2026-11-26", "private");
  meet(stage, ann, "the day before yesterday", {"carl@side.example"}, "2026-11-20");
  stage.settle();
  EXPECT_EQ(subjects(stage, ann),
            (std::set<std::string>{R"("with a customer")", R"("the day before yesterday")"}));

  auto& old = stage.connect("old@ours.example", "Old", [] {
    auto p = capturing(sync::Capture::AnyExternal);
    p.history = std::chrono::hours(24);
    return p;
  }());
  meet(stage, old, "too old", {"carl@side.example"}, "2026-11-20");
  const auto report = stage.good_pass(old);
  EXPECT_EQ(report.counts.at(sync::Kind::Meeting).skipped.at("too_old"), 1);
  EXPECT_EQ(stage.world.outbox().size(), 7U);  // the invitations of their owners; sync mailed nobody
}

TEST(Capture, WithKnownPeopleAloneAndAMarkOutranksAll) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann", capturing(sync::Capture::KnownPeople));
  stage.create(ann, sync::Kind::Contact, person("Card", "carl@side.example"));
  meet(stage, ann, "known", {"carl@side.example"});
  auto& stranger = meet(stage, ann, "stranger", {"zoe@side.example"});
  auto& secret = meet(stage, ann, "secret", {"carl@side.example"}, "2026-11-25", "private");
  stage.settle();
  EXPECT_EQ(subjects(stage, ann), std::set<std::string>{R"("known")"});
  stage.set_marked(ann, stranger, true);
  stage.set_marked(ann, secret, true);
  stage.settle();
  EXPECT_EQ(subjects(stage, ann).size(), 3U);
}

TEST(Capture, ADismissedMeetingIsNotCapturedAgain) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann", capturing(sync::Capture::AnyExternal));
  auto& meeting = meet(stage, ann, "with a customer", {"carl@side.example"});
  stage.settle();
  ASSERT_EQ(subjects(stage, ann).size(), 1U);
  stage.set_marked(ann, meeting, true);
  stage.settle();
  stage.set_marked(ann, meeting, false);  // the category taken off: the link freezes, and stays so
  stage.settle();
  stage.edit(ann, meeting, "subject", "changed while frozen");
  stage.settle();
  EXPECT_EQ(subjects(stage, ann), std::set<std::string>{R"("with a customer")"});
}

}  // namespace
}  // namespace mailsync::scenario
