#include <gtest/gtest.h>

#include "model/contact.h"
#include "model/email.h"
#include "model/meeting.h"
#include "model/task.h"

namespace mailsync::model {
namespace {

TEST(Contact, RoundTripsThroughFields) {
  Contact contact;
  contact.given_name = "  Ann ";
  contact.emails = std::vector<std::string>{"Ann@X.example", "ann@x.example", "b@y.example"};
  contact.suffix = Field<std::string>::cleared();
  contact.business_address = PostalAddress{.city = "Leeds"};
  const Fields fields = fields_of(contact);
  EXPECT_EQ(
      to_json(fields),
      R"({"business_address":{"city":"Leeds"},"emails":["ann@x.example","b@y.example"],"given_name":"Ann","suffix":null})");
  const Contact back = contact_from(fields).value();
  EXPECT_EQ(back.given_name.value(), "Ann");
  EXPECT_TRUE(back.suffix.is_cleared());
  EXPECT_FALSE(back.company.supplied());
  EXPECT_EQ(fields_of(back), fields);
}

TEST(Contact, EmptyTextAndEmptyListsAreCleared_F33) {
  Contact contact;
  contact.company = "   ";
  contact.business_phones = std::vector<std::string>{"", " "};
  EXPECT_EQ(to_json(fields_of(contact)), R"({"business_phones":null,"company":null})");
}

TEST(Contact, AFieldThatDoesNotFitIsNamed) {
  const auto result = contact_from(Fields{{"emails", "7"}});
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("emails"), std::string::npos);
}

TEST(Contact, NamesAgreeWithoutCaseAndAccents_F110) {
  Contact a, b;
  a.given_name = "José";
  b.given_name = "JOSE";
  EXPECT_TRUE(names_compatible(a, b));
  b.given_name = "Maria";
  EXPECT_FALSE(names_compatible(a, b));
  b.given_name = {};
  EXPECT_TRUE(names_compatible(a, b));
}

TEST(Fields, ClearedAndAbsentAreTheSameContent) {
  EXPECT_EQ(content_hash(Kind::Contact, {{"a", "null"}, {"b", "1"}}),
            content_hash(Kind::Contact, {{"b", "1"}}));
  EXPECT_TRUE(changed({}, {{"a", "null"}}).empty());
  EXPECT_EQ(changed({{"a", "1"}}, {{"a", "null"}}).size(), 1U);
}

TEST(Email, IdentityIgnoresTheBodyAndSurvivesRefolding) {
  EmailHead a{.message_id = "1@x",
              .subject = "Re:  a\r\n b",
              .from = {"ann@x.example", "Ann"},
              .sent_at = Instant{1'500'000}};
  EmailHead b = a;
  b.subject = "Re: a b";
  b.from.name = "A.";
  EXPECT_EQ(email_identity(a), email_identity(b));
  b.sent_at = Instant{2'500'000};
  EXPECT_NE(email_identity(a), email_identity(b));
}

TEST(Email, WithoutMessageIdTheHeadersDecide_F18_F20) {
  EmailHead a{.subject = "x", .from = {"ann@x.example", ""}, .to = {{"b@y.example", ""}}};
  EmailHead b = a;
  b.to = {{"c@y.example", ""}};
  EXPECT_EQ(email_identity(a), email_identity(a));
  EXPECT_NE(email_identity(a), email_identity(b));
}

TEST(Email, TextIsAlwaysValidUtf8WithoutNul_F113) {
  EXPECT_EQ(clean_text(std::string("a\0b\xff\xed\xa0\x80", 7)).find('\0'), std::string::npos);
  EXPECT_EQ(clean_text("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(clean_text("\xff"), "\xEF\xBF\xBD");
}

TEST(Email, AddressesMatchWithoutPlusTagsAndCase) {
  EXPECT_EQ(address_for_matching("Ann+News@X.Example"), "ann@x.example");
  EXPECT_EQ(clean_address("not an address"), "");
  EXPECT_EQ(clean_address("MAILTO:a@b.c"), "a@b.c");
}

TEST(When, GapsMoveForwardAndDoublesAreTheFirst) {
  const auto gap = instant_of(*WallTime::from_text("2026-03-29T02:30:00"), "Europe/Berlin");
  EXPECT_EQ(gap->to_iso(), "2026-03-29T01:30:00Z");
  const auto twice = instant_of(*WallTime::from_text("2026-10-25T02:30:00"), "Europe/Berlin");
  EXPECT_EQ(twice->to_iso(), "2026-10-25T00:30:00Z");
  EXPECT_FALSE(instant_of(*WallTime::from_text("2026-10-25T02:30:00"), "Mars/Olympus"));
}

TEST(When, RoundTripsEveryHourOfAYearInManyZones_F100) {
  for (const char* zone :
       {"Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "Australia/Lord_Howe"})
    for (int64_t hour = 0; hour < 8760; hour += 7) {
      const Instant instant{(1'767'225'600 + hour * 3600) * 1'000'000};
      const auto wall = wall_time_at(instant, zone);
      ASSERT_TRUE(wall);
      const auto back = instant_of(*wall, zone);
      // The second of two equal wall times reads as the first: at most the shift away.
      EXPECT_TRUE(*back == instant || instant - *back == std::chrono::hours(1) ||
                  instant - *back == std::chrono::minutes(30));
    }
}

TEST(When, ZonesOfVendors_F98_F99) {
  EXPECT_EQ(iana_zone_of("W. Europe Standard Time"), "Europe/Berlin");
  EXPECT_EQ(iana_zone_of("Europe/Kyiv").has_value(), zone_is_known("Europe/Kyiv"));
  EXPECT_FALSE(iana_zone_of("Customized Time Zone"));
  EXPECT_FALSE(iana_zone_of("tzone://Microsoft/Custom"));
  EXPECT_EQ(iana_zone_of("UTC"), "UTC");
  EXPECT_EQ(windows_zone_of("Europe/Berlin"), "W. Europe Standard Time");
}

std::string dates(const Recurrence& rule, const char* first, size_t limit) {
  std::string out;
  for (const Date& date : occurrence_dates(rule, *Date::from_text(first), {2100, 1, 1}, limit))
    out += date.to_text() + " ";
  return out;
}

TEST(Recurrence, Patterns) {
  using P = Recurrence::Pattern;
  EXPECT_EQ(dates({.pattern = P::Daily, .interval = 2}, "2026-02-27", 2), "2026-02-27 2026-03-01 ");
  EXPECT_EQ(dates({.pattern = P::Weekly, .interval = 2, .weekdays = {1, 5}, .first_day_of_week = 1},
                  "2026-11-20", 3),
            "2026-11-20 2026-11-30 2026-12-04 ");
  EXPECT_EQ(dates({.pattern = P::MonthlyByDay, .day_of_month = 31}, "2026-01-31", 3),
            "2026-01-31 2026-02-28 2026-03-31 ");
  EXPECT_EQ(dates({.pattern = P::MonthlyByWeekday, .weekdays = {5}, .week = Recurrence::Week::Last},
                  "2026-11-27", 2),
            "2026-11-27 2026-12-25 ");
  EXPECT_EQ(dates({.pattern = P::YearlyByDay, .day_of_month = 29, .month = 2}, "2024-02-29", 3),
            "2024-02-29 2025-02-28 2026-02-28 ");
  EXPECT_EQ(dates({.pattern = P::Daily, .end = Recurrence::End::Count, .count = 2}, "2026-01-01", 9),
            "2026-01-01 2026-01-02 ");
}

TEST(Meeting, RoundTripsSeriesWithExceptions) {
  Meeting meeting;
  meeting.subject = "Stand-up";
  meeting.start = When::zoned(*WallTime::from_text("2026-11-23T09:00:00"), "Europe/London");
  meeting.recurrence = Recurrence{.pattern = Recurrence::Pattern::Weekly, .weekdays = {1}};
  Occurrence moved{.original_start =
                       When::zoned(*WallTime::from_text("2026-11-30T09:00:00"), "Europe/London")};
  moved.start = When::zoned(*WallTime::from_text("2026-11-30T10:00:00"), "Europe/London");
  Occurrence gone{.original_start = When::zoned(*WallTime::from_text("2026-12-07T09:00:00"), "Europe/London"),
                  .cancelled = true};
  meeting.exceptions = std::vector<Occurrence>{gone, moved};
  meeting.attendees = std::vector<Attendee>{{.address = "B@x.example"}, {.address = "a@x.example"}};
  const Fields fields = fields_of(meeting);
  const auto back = meeting_from(fields);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(fields_of(*back), fields);
  EXPECT_EQ(back->exceptions.value().front(), moved);
  EXPECT_EQ(back->attendees.value().front().address, "a@x.example");
}

TEST(Meeting, SeriesKeyIsCleanedOfProviderMarks_F96) {
  const When start = When::zoned(*WallTime::from_text("2026-11-23T09:00:00"), "Europe/London");
  EXPECT_EQ(series_key("abc_R20261122T090000@google.com", "Ann@x.example", start),
            series_key("abc@google.com", "ann@x.example", start));
  EXPECT_EQ(series_key("040000008200E00074C5B7101A82E00807EA0B17AA", "a@x.y", start),
            series_key("040000008200E00074C5B7101A82E00800000000AA", "a@x.y", start));
}

TEST(Task, RoundTrips) {
  Task task;
  task.subject = "Call";
  task.due = Date{2026, 11, 30};
  task.status = Task::Status::InProgress;
  task.reminder_at = Instant{1'000'000};
  const Fields fields = fields_of(task);
  EXPECT_EQ(
      to_json(fields),
      R"({"due":"2026-11-30","reminder_at":"1970-01-01T00:00:01Z","status":"in_progress","subject":"Call"})");
  EXPECT_EQ(fields_of(task_from(fields).value()), fields);
}

}  // namespace
}  // namespace mailsync::model
