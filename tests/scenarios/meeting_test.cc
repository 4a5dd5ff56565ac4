#include "model/meeting.h"

#include "lab/meetings.h"
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

json::object at(const char* local, const char* zone) {
  return {{"dateTime", local}, {"timeZone", zone}};
}

json::object event(const std::string& subject, const char* start, const char* end,
                   const char* zone = "Europe/London") {
  return {{"subject", subject},
          {"start", at(start, zone)},
          {"end", at(end, zone)},
          {"categories", json::array{"CRM"}}};
}

lab::Item& add_event(Stage& stage, lab::Mailbox& mailbox, json::object fields) {
  return lab::create_event(stage.world, mailbox, mailbox.well_known("calendar")->number, std::move(fields),
                           stage.clock.now());
}

model::Meeting read(const sync::CrmRecord& record) {
  return model::meeting_from(record.fields).value();
}

TEST(Meetings, ASingleOneGoesUpAndItsEditFollows) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& item = add_event(stage, ann, event("lunch", "2026-11-25T12:00:00", "2026-11-25T13:00:00"));
  stage.settle();
  ASSERT_EQ(stage.records(ann, sync::Kind::Meeting).size(), 1U);
  const model::Meeting meeting = read(stage.records(ann, sync::Kind::Meeting).front());
  EXPECT_EQ(meeting.subject.value(), "lunch");
  EXPECT_EQ(meeting.start.value(),
            model::When::zoned(*model::WallTime::from_text("2026-11-25T12:00:00"), "Europe/London"));
  lab::patch_event(stage.world, ann, item, {}, {{"subject", "long lunch"}}, stage.clock.now());
  stage.settle();
  EXPECT_EQ(read(stage.records(ann, sync::Kind::Meeting).front()).subject.value(), "long lunch");
  EXPECT_TRUE(stage.world.outbox().empty());
}

// F92, F93, F94
TEST(Meetings, ASeriesWithExceptionsIsOneRecord) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  json::object fields = event("stand-up", "2026-11-23T09:00:00", "2026-11-23T09:15:00");
  fields["recurrence"] = {{"pattern",
                           {{"type", "weekly"},
                            {"interval", 1},
                            {"daysOfWeek", json::array{"monday"}},
                            {"firstDayOfWeek", "monday"}}},
                          {"range",
                           {{"type", "numbered"},
                            {"startDate", "2026-11-23"},
                            {"numberOfOccurrences", 5},
                            {"recurrenceTimeZone", "Europe/London"}}}};
  auto& item = add_event(stage, ann, std::move(fields));
  stage.settle();
  ASSERT_EQ(stage.records(ann, sync::Kind::Meeting).size(), 1U);
  EXPECT_TRUE(read(stage.records(ann, sync::Kind::Meeting).front()).recurrence.is_set());
  const uint32_t second = static_cast<uint32_t>(model::Date{2026, 11, 30}.days_since_epoch());
  const uint32_t third = static_cast<uint32_t>(model::Date{2026, 12, 7}.days_since_epoch());
  lab::patch_event(stage.world, ann, item, second,
                   {{"subject", "moved"},
                    {"start", at("2026-11-30T10:00:00", "Europe/London")},
                    {"end", at("2026-11-30T10:15:00", "Europe/London")}},
                   stage.clock.now());
  lab::remove_event(stage.world, ann, item, third, "", stage.clock.now());
  stage.settle();
  ASSERT_EQ(stage.records(ann, sync::Kind::Meeting).size(), 1U);
  const model::Meeting meeting = read(stage.records(ann, sync::Kind::Meeting).front());
  ASSERT_TRUE(meeting.exceptions.is_set());
  ASSERT_EQ(meeting.exceptions.value().size(), 2U);
  EXPECT_EQ(meeting.exceptions.value()[0].subject.value(), "moved");
  EXPECT_TRUE(meeting.exceptions.value()[1].cancelled);
}

// Its occurrences fill more than one page of the feed, and the feed goes on from the last of them.
TEST(Meetings, ALongSeriesThatChangesAfterOurOwnWriteIsReadAgain) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  json::object fields = event("stand-up", "2026-11-23T09:00:00", "2026-11-23T09:15:00");
  fields["recurrence"] = {{"pattern", {{"type", "daily"}, {"interval", 1}}},
                          {"range", {{"type", "noEnd"}, {"startDate", "2026-11-23"}}}};
  auto& item = add_event(stage, ann, std::move(fields));
  stage.settle();
  stage.update(ann, stage.records(ann, sync::Kind::Meeting).front(), {{"location", R"("Room 7")"}});
  stage.settle();
  lab::patch_event(stage.world, ann, item, {}, {{"subject", "renamed"}}, stage.clock.now());
  stage.settle();
  EXPECT_EQ(read(stage.records(ann, sync::Kind::Meeting).front()).subject.value(), "renamed");
}

TEST(Meetings, AllDayKeepsItsDays_F97) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  json::object fields = event("fair", "2026-12-01T00:00:00", "2026-12-03T00:00:00", "Pacific/Kiritimati");
  fields["isAllDay"] = true;
  add_event(stage, ann, std::move(fields));
  stage.settle();
  const model::Meeting meeting = read(stage.records(ann, sync::Kind::Meeting).front());
  EXPECT_EQ(meeting.start.value(), model::When::all_day({2026, 12, 1}));
  EXPECT_EQ(meeting.end.value(), model::When::all_day({2026, 12, 3}));
}

// F86
TEST(Meetings, OnesWithoutAttendeesGoDownAndMailNobody) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  model::Meeting meeting;
  meeting.subject = "from the CRM";
  meeting.start = model::When::zoned(*model::WallTime::from_text("2026-11-26T15:00:00"), "Europe/Berlin");
  meeting.end = model::When::zoned(*model::WallTime::from_text("2026-11-26T16:00:00"), "Europe/Berlin");
  const auto record = stage.create(ann, sync::Kind::Meeting, model::fields_of(meeting));
  stage.settle();
  ASSERT_EQ(stage.items(ann, lab::IdKind::Event).size(), 1U);
  stage.update(ann, stage.records(ann, sync::Kind::Meeting).front(), {{"location", R"("Room 7")"}});
  stage.settle();
  const auto& fields = stage.items(ann, lab::IdKind::Event).front()->fields;
  EXPECT_EQ(fields.at("location").at("displayName"), "Room 7");
  EXPECT_TRUE(stage.world.outbox().empty());
  (void)record;
}

TEST(Meetings, OnesWithAttendeesWaitUntilAUserAsksToSend_F86) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  model::Meeting meeting;
  meeting.subject = "with others";
  meeting.start = model::When::zoned(*model::WallTime::from_text("2026-11-26T15:00:00"), "Europe/Berlin");
  meeting.end = model::When::zoned(*model::WallTime::from_text("2026-11-26T16:00:00"), "Europe/Berlin");
  meeting.attendees = std::vector<model::Attendee>{{.address = "out@side.example", .name = "Out"}};
  stage.create(ann, sync::Kind::Meeting, model::fields_of(meeting));
  stage.settle();
  EXPECT_TRUE(stage.items(ann, lab::IdKind::Event).empty());
  EXPECT_TRUE(stage.world.outbox().empty());
}

// F89, F96
TEST(Meetings, OrganizerAndAttendeeCopiesAreOneRecord) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& bob = stage.connect("bob@ours.example", "Bob");
  json::object fields = event("both", "2026-11-25T12:00:00", "2026-11-25T13:00:00");
  fields["attendees"] = json::array{json::object{
      {"type", "required"}, {"emailAddress", {{"name", "Bob"}, {"address", "bob@ours.example"}}}}};
  auto& item = add_event(stage, ann, std::move(fields));
  const size_t invited = stage.world.outbox().size();
  for (auto* copy : stage.items(bob, lab::IdKind::Event)) stage.set_marked(bob, *copy, true);
  stage.settle();
  EXPECT_EQ(stage.records(ann, sync::Kind::Meeting).size(), 1U);
  EXPECT_EQ(stage.count("SELECT count(*) FROM link"), 2);
  lab::patch_event(stage.world, ann, item, {}, {{"subject", "both, later"}}, stage.clock.now());
  const size_t updated = stage.world.outbox().size();
  stage.settle();
  EXPECT_EQ(read(stage.records(ann, sync::Kind::Meeting).front()).subject.value(), "both, later");
  EXPECT_EQ(stage.world.outbox().size(), updated);  // sync itself mailed nobody
  EXPECT_GE(updated, invited);
}

}  // namespace
}  // namespace mailsync::scenario
