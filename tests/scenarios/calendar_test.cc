// Days, zones and occurrences as they were meant, through the whole of it and back.
#include "lab/meetings.h"
#include "model/meeting.h"
#include "model/task.h"
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

json::object at(const std::string& local, const char* zone = "Europe/London") {
  return {{"dateTime", local}, {"timeZone", zone}};
}

lab::Item& add_event(Stage& stage, lab::Mailbox& mailbox, json::object fields) {
  fields["categories"] = json::array{"CRM"};
  return lab::create_event(stage.world, mailbox, mailbox.well_known("calendar")->number, std::move(fields),
                           stage.clock.now());
}

model::Meeting only_meeting(Stage& stage, const lab::Mailbox& mailbox) {
  const auto records = stage.records(mailbox, sync::Kind::Meeting);
  EXPECT_EQ(records.size(), 1U);
  return records.empty() ? model::Meeting{} : model::meeting_from(records.front().fields).value();
}

uint32_t day(int year, unsigned month, unsigned of_month) {
  return static_cast<uint32_t>(model::Date{year, month, of_month}.days_since_epoch());
}

// Weekly at nine in New York over the change of clocks there, two weeks before the one in London.
lab::Item& series(Stage& stage, lab::Mailbox& mailbox) {
  return add_event(stage, mailbox,
                   {{"subject", "stand-up"},
                    {"start", at("2027-03-01T09:00:00", "America/New_York")},
                    {"end", at("2027-03-01T09:15:00", "America/New_York")},
                    {"recurrence",
                     {{"pattern",
                       {{"type", "weekly"},
                        {"interval", 1},
                        {"daysOfWeek", json::array{"monday"}},
                        {"firstDayOfWeek", "monday"}}},
                      {"range",
                       {{"type", "numbered"},
                        {"startDate", "2027-03-01"},
                        {"numberOfOccurrences", 6},
                        {"recurrenceTimeZone", "America/New_York"}}}}}});
}

// A server that names somebody else as the organizer of one occurrence: the organizer is the series', and the
// role of this mailbox in it stays.
TEST(Calendar, AnOccurrenceHasTheOrganizerOfItsSeries_F90) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& item = series(stage, ann);
  stage.settle();
  lab::patch_event(stage.world, ann, item, day(2027, 3, 22), {{"location", {{"displayName", "Room 2"}}}},
                   stage.clock.now());
  auto& exception = item.exceptions.at(day(2027, 3, 22));
  exception["organizer"] = {{"emailAddress", {{"name", "Eve"}, {"address", "eve@side.example"}}}};
  exception["isOrganizer"] = false;
  stage.world.changed(ann, item, stage.clock.now(), day(2027, 3, 22));
  stage.settle();
  model::Meeting meeting = only_meeting(stage, ann);
  ASSERT_EQ(meeting.exceptions.value().size(), 1U);
  EXPECT_EQ(meeting.exceptions.value()[0].location.value(), "Room 2");
  EXPECT_EQ(meeting.organizer.value().address, "ann@ours.example");
  EXPECT_EQ(model::to_json(stage.records(ann, sync::Kind::Meeting).front().fields).find("eve@"),
            std::string::npos);
  // She may change her own series, this occurrence too.
  stage.update(ann, stage.records(ann, sync::Kind::Meeting).front(), {{"subject", R"("stand up")"}});
  stage.settle();
  EXPECT_EQ(item.fields.at("subject"), "stand up");
  EXPECT_EQ(stage.count("SELECT count(*) FROM issue"), 0);
}

TEST(Calendar, CancelledAndMovedOccurrencesAreTiedToTheirSlots_F92_F93_F100_F101) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& item = series(stage, ann);
  stage.settle();
  lab::remove_event(stage.world, ann, item, day(2027, 3, 15), "", stage.clock.now());
  lab::patch_event(stage.world, ann, item, day(2027, 3, 22),
                   {{"start", at("2027-03-23T16:00:00", "America/New_York")},
                    {"end", at("2027-03-23T16:15:00", "America/New_York")}},
                   stage.clock.now());
  stage.settle();
  const model::Meeting meeting = only_meeting(stage, ann);
  EXPECT_EQ(meeting.start.value(),
            model::When::zoned(*model::WallTime::from_text("2027-03-01T09:00:00"), "America/New_York"));
  ASSERT_EQ(meeting.exceptions.value().size(), 2U);
  const auto& cancelled = meeting.exceptions.value()[0];
  const auto& moved = meeting.exceptions.value()[1];
  EXPECT_TRUE(cancelled.cancelled);
  EXPECT_EQ(cancelled.original_start,
            model::When::zoned(*model::WallTime::from_text("2027-03-15T09:00:00"), "America/New_York"));
  EXPECT_EQ(moved.original_start,
            model::When::zoned(*model::WallTime::from_text("2027-03-22T09:00:00"), "America/New_York"));
  EXPECT_EQ(moved.start.value(),
            model::When::zoned(*model::WallTime::from_text("2027-03-23T16:00:00"), "America/New_York"));
  // Another edit of the series does not bring the cancelled one back.
  lab::patch_event(stage.world, ann, item, {}, {{"location", {{"displayName", "Room 1"}}}},
                   stage.clock.now());
  stage.settle();
  EXPECT_EQ(only_meeting(stage, ann).exceptions.value().size(), 2U);
}

TEST(Calendar, AnUnknownZoneKeepsItsMomentsAndIsNotWrittenBack_F98) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& event = add_event(stage, ann,
                          {{"subject", "odd zone"},
                           {"start", at("2026-11-26T10:00:00", "UTC")},
                           {"end", at("2026-11-26T11:00:00", "UTC")}});
  event.fields["originalStartTimeZone"] = "Customized Time Zone, \"of ours\"";
  event.fields["originalEndTimeZone"] = "tzone://Microsoft/Custom";
  stage.settle();
  const model::Meeting before = only_meeting(stage, ann);
  EXPECT_EQ(model::instant_of(before.start.value(), "UTC"), Instant::from_iso("2026-11-26T10:00:00Z"));
  const json::object was = event.fields;
  const uint64_t writes = stage.world.counters.writes;
  stage.update(ann, stage.records(ann, sync::Kind::Meeting).front(),
               {{"start", R"({"local":"2026-11-26T15:00:00","zone":"Europe/Berlin"})"},
                {"end", R"({"local":"2026-11-26T16:00:00","zone":"Europe/Berlin"})"}});
  stage.settle();
  EXPECT_EQ(stage.world.counters.writes, writes);
  EXPECT_EQ(event.fields.at("start"), was.at("start"));
  EXPECT_GE(stage.count("SELECT count(*) FROM issue"), 1);  // and a person is told
}

// Names that say an offset: two hours ahead is no country, and the summer there is nobody's guess.
TEST(Calendar, AnOffsetIsNoZone_F99) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& event = add_event(stage, ann,
                          {{"subject", "by offset"},
                           {"start", at("2026-11-26T10:00:00", "UTC")},
                           {"end", at("2026-11-26T11:00:00", "UTC")}});
  event.fields["originalStartTimeZone"] = "(UTC+02:00) Somewhere, Elsewhere";
  event.fields["originalEndTimeZone"] = "(UTC+02:00) Somewhere, Elsewhere";
  stage.settle();
  const auto start = only_meeting(stage, ann).start.value();
  EXPECT_EQ(model::instant_of(start, "UTC"), Instant::from_iso("2026-11-26T10:00:00Z"));
  const std::string fields = stage.records(ann, sync::Kind::Meeting).front().fields.at("start");
  EXPECT_EQ(fields.find("Europe/"), std::string::npos) << fields;
  EXPECT_EQ(fields.find("Africa/"), std::string::npos) << fields;
}

// Done on a day in a zone that is far from UTC: the same day on both sides, and nobody corrects anybody.
TEST(Calendar, TheDayATaskWasDoneIsTheSameDayEverywhere_F105_F106) {
  for (const char* zone : {"Pacific/Kiritimati", "America/Los_Angeles", "UTC"}) {
    SCOPED_TRACE(zone);
    Stage stage;
    auto& ann = stage.connect("ann@ours.example", "Ann");
    ann.user.time_zone = zone;
    const auto task = stage.create(
        ann, sync::Kind::Task,
        {{"subject", R"("report")"}, {"due", R"("2026-11-23")"}, {"status", R"("not_started")"}});
    stage.settle();
    stage.update(ann, task, {{"status", R"("completed")"}, {"completed_on", R"("2026-11-22")"}});
    stage.settle();
    const uint64_t writes = stage.world.counters.writes;
    for (int pass = 0; pass < 3; ++pass) EXPECT_TRUE(stage.good_pass(ann).empty());
    EXPECT_EQ(stage.world.counters.writes, writes);
    const auto fields = stage.records(ann, sync::Kind::Task).front().fields;
    EXPECT_EQ(fields.at("completed_on"), R"("2026-11-22")");
    EXPECT_EQ(fields.at("due"), R"("2026-11-23")");
    const auto& item = stage.items(ann, lab::IdKind::Task).front()->fields;
    EXPECT_TRUE(item.at("dueDateTime").at("dateTime").as_string().starts_with("2026-11-23T00:00:00"));
  }
}

// "This and following": Outlook ends the old series and begins another. Two records, and the old one keeps
// its past.
TEST(Calendar, ASeriesThatIsSplitIsTwoSeries_F25) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& first = series(stage, ann);
  stage.settle();
  json::object ended = first.fields.at("recurrence").as_object();
  ended["range"] = json::object{{"type", "endDate"},
                                {"startDate", "2027-03-01"},
                                {"endDate", "2027-03-20"},
                                {"recurrenceTimeZone", "America/New_York"}};
  lab::patch_event(stage.world, ann, first, {}, {{"recurrence", ended}}, stage.clock.now());
  json::object rest = first.fields;
  for (const char* own : {"iCalUId", "uid"}) rest.erase(own);
  rest["start"] = at("2027-03-22T11:00:00", "America/New_York");
  rest["end"] = at("2027-03-22T11:15:00", "America/New_York");
  json::object onwards = ended;
  onwards["range"] = json::object{{"type", "endDate"},
                                  {"startDate", "2027-03-22"},
                                  {"endDate", "2027-04-12"},
                                  {"recurrenceTimeZone", "America/New_York"}};
  rest["recurrence"] = onwards;
  add_event(stage, ann, rest);
  stage.settle();
  stage.settle();
  const auto records = stage.records(ann, sync::Kind::Meeting);
  ASSERT_EQ(records.size(), 2U);
  std::set<std::string> starts;
  for (const auto& record : records) starts.insert(record.fields.at("start"));
  EXPECT_EQ(starts.size(), 2U);
  EXPECT_EQ(stage.items(ann, lab::IdKind::Event).size(), 2U);
}

// Ticked off in Outlook: the server says midnight of that day in UTC, whatever zone its user lives in.
TEST(Calendar, ATaskThatWasDoneInTheMailboxWasDoneThatDay_F105) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  ann.user.time_zone = "America/Los_Angeles";
  stage.create(ann, sync::Kind::Task, {{"subject", R"("report")"}, {"status", R"("not_started")"}});
  stage.settle();
  auto& item = *stage.items(ann, lab::IdKind::Task).front();
  item.fields["completedDateTime"] =
      json::object{{"dateTime", "2026-11-22T00:00:00.0000000"}, {"timeZone", "UTC"}};
  stage.edit(ann, item, "status", "completed");
  const uint64_t writes = stage.world.counters.writes;
  stage.settle();
  const auto fields = stage.records(ann, sync::Kind::Task).front().fields;
  EXPECT_EQ(fields.at("status"), R"("completed")");
  EXPECT_EQ(fields.at("completed_on"), R"("2026-11-22")");
  EXPECT_EQ(stage.world.counters.writes, writes);
}

}  // namespace
}  // namespace mailsync::scenario
