#include "sync/value_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/meeting.h"
#include "model/task.h"

namespace mailsync::sync {
namespace {

TEST(ValueWords, AreWhatPeopleRead) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases{
      {"null", "nothing"},
      {R"("")", "nothing"},
      {"[]", "nothing"},
      {R"("Acme \"and\" Co")", R"(Acme "and" Co)"},
      {R"("two\nlines")", "two lines"},
      {"true", "yes"},
      {"15", "15"},
      {R"(["a@x.example","b@x.example"])", "a@x.example, b@x.example"},
      {R"({"local":"2026-11-26T15:00:00","zone":"Europe/Berlin"})", "2026-11-26 15:00 (Europe/Berlin)"},
      {R"({"city":"Bonn","state":"","street":"Main 1"})", "city Bonn, street Main 1"},
      {R"([{"address":"bob@x.example","name":"Bob"},{"address":"eve@x.example","name":""}])",
       "Bob <bob@x.example>, eve@x.example"},
      {"not { json", "not { json"}};
  for (const auto& [stored, shown] : cases) EXPECT_EQ(value_words(stored), shown) << stored;
  EXPECT_EQ(field_words("job_title"), "job title");
}

// Every field of every kind, as it is stored.
TEST(ValueWords, HoldNoJson) {
  model::Meeting meeting;
  meeting.start = model::When::zoned(*model::WallTime::from_text("2026-11-26T15:00:00"), "Europe/London");
  meeting.end = model::When::all_day({2026, 11, 27});
  meeting.organizer = model::Participant{"ann@x.example", "Ann"};
  meeting.attendees = std::vector<model::Attendee>{{.address = "bob@x.example", .name = "Bob"}};
  model::Recurrence weekly{.pattern = model::Recurrence::Pattern::Weekly, .weekdays = {1, 3}};
  meeting.recurrence = weekly;
  model::Occurrence moved;
  moved.original_start = meeting.start.value();
  moved.location = "Room 2";
  meeting.exceptions = std::vector<model::Occurrence>{moved};
  for (const auto& [name, text] : model::fields_of(meeting))
    EXPECT_THAT(value_words(text), testing::Not(testing::ContainsRegex("[][{}]|\":"))) << name;
}

TEST(ValueWords, LongOnesAreShortenedBetweenCharacters) {
  std::string text = "\"";
  for (int i = 0; i < 300; ++i) text += "ü";
  const std::string shown = value_words(text + "\"");
  EXPECT_LE(shown.size(), 204U);
  EXPECT_TRUE(shown.ends_with("ü…")) << shown;
}

}  // namespace
}  // namespace mailsync::sync
