#include "format/icalendar.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "model/json.h"

namespace mailsync::format {
namespace {

using model::Date;
using model::Meeting;
using model::Recurrence;
using model::Task;
using model::When;

Calendar parsed(std::string_view lines) {
  auto out = parse_icalendar("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + std::string(lines) + "END:VCALENDAR\r\n");
  EXPECT_TRUE(out) << out.error().message;
  return out ? *std::move(out) : Calendar();
}
CalendarItem event(std::string_view lines) {
  const Calendar calendar = parsed("BEGIN:VEVENT\r\nUID:u1\r\n" + std::string(lines) + "END:VEVENT\r\n");
  EXPECT_EQ(calendar.items.size(), 1U);
  return calendar.items.empty() ? CalendarItem() : calendar.items.front();
}
const Meeting& meeting(const CalendarItem& item) {
  return std::get<Meeting>(item.content);
}
std::string rule_of(std::string_view start, std::string_view rrule) {
  const CalendarItem item =
      event("DTSTART" + std::string(start) + "\r\nRRULE:" + std::string(rrule) + "\r\n");
  if (item.read_only || !meeting(item).recurrence.is_set()) return "";
  return model::canonical_text(model::json_detail::to_value(meeting(item).recurrence.value()));
}

TEST(ParseICalendar, ReadsAMeeting) {
  const CalendarItem item = event(
      "SUMMARY:Caf\xC3\xA9\\, then\\nlunch\r\nDESCRIPTION:long \r\n folded\r\nLOCATION:Room 1\r\n"
      "DTSTART;TZID=W. Europe Standard "
      "Time:20261122T130500\r\nDURATION:PT45M\r\nSEQUENCE:3\r\nCLASS:CONFIDENTIAL\r\n"
      "X-MICROSOFT-CDO-BUSYSTATUS:OOF\r\nORGANIZER;CN=\"Ann, B\":mailto:Ann@X.example\r\n"
      "ATTENDEE;ROLE=OPT-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Bob:MAILTO:bob@y.example\r\nATTENDEE;CUTYPE=ROOM:"
      "mailto:room@y.example\r\n"
      "ATTENDEE:mailto:ann@x.example\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n");
  const Meeting& m = meeting(item);
  EXPECT_FALSE(item.read_only) << item.note;
  EXPECT_EQ(item.sequence, 3);
  EXPECT_EQ(m.subject.value(), "Café, then\nlunch");
  EXPECT_EQ(m.body.value(), "long folded");
  EXPECT_EQ(m.start.value(), When::zoned({{2026, 11, 22}, 13 * 3600 + 300}, "Europe/Berlin"));
  EXPECT_EQ(m.end.value().wall.second_of_day, 13 * 3600 + 50 * 60);
  EXPECT_EQ(m.show_as.value(), Meeting::ShowAs::Away);
  EXPECT_EQ(m.sensitivity.value(), Meeting::Sensitivity::Confidential);
  EXPECT_EQ(m.reminder_minutes.value(), 15);
  EXPECT_EQ(m.organizer.value(), (model::Participant{"ann@x.example", "Ann, B"}));
  ASSERT_EQ(m.attendees.value().size(), 2U);
  EXPECT_EQ(m.attendees.value()[0], (model::Attendee{"bob@y.example", "Bob", model::Attendee::Type::Optional,
                                                     model::Attendee::Response::Accepted}));
  EXPECT_EQ(m.attendees.value()[1].type, model::Attendee::Type::Resource);
}

// F97, F98
TEST(ParseICalendar, TimesKeepTheirForm) {
  EXPECT_EQ(meeting(event("DTSTART;VALUE=DATE:20261122\r\n")).start.value(), When::all_day({2026, 11, 22}));
  EXPECT_EQ(meeting(event("DTSTART;VALUE=DATE:20261122\r\n")).end.value(), When::all_day({2026, 11, 23}));
  EXPECT_EQ(meeting(event("DTSTART:20261122T100000\r\n")).start.value(),
            When::floating({{2026, 11, 22}, 36000}));
  EXPECT_EQ(meeting(event("DTSTART:20261122T100000Z\r\n")).start.value(),
            When::zoned({{2026, 11, 22}, 36000}, "UTC"));
  EXPECT_EQ(meeting(event("DTSTART;TZID=/mozilla.org/20050126_1/America/New_York:20261122T100000\r\n"))
                .start.value()
                .zone,
            "America/New_York");
  const CalendarItem unknown = event("DTSTART;TZID=Customized Time Zone:20261122T100000\r\n");
  EXPECT_TRUE(unknown.read_only);
  EXPECT_EQ(meeting(unknown).start.value().zone, "");
  EXPECT_FALSE(write_icalendar({.items = {unknown}}, Instant{}));
}

// A custom name is believed only when the rules beside it give the same clock (F99).
TEST(ParseICalendar, AZoneUnderACustomNameIsKnownByItsRules) {
  const auto zone_of = [](const std::string& tzid, const std::string& offset) {
    const Calendar calendar =
        parsed("BEGIN:VTIMEZONE\r\nTZID:" + tzid +
               "\r\nBEGIN:STANDARD\r\nDTSTART:20070101T000000\r\nTZOFFSETFROM:" + offset + "\r\nTZOFFSETTO:" +
               offset + "\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTART;TZID=" + tzid +
               ":20261122T100000\r\nEND:VEVENT\r\n");
    EXPECT_EQ(calendar.items.size(), 1U);
    return calendar.items.empty() ? std::string("no item")
                                  : meeting(calendar.items.front()).start.value().zone;
  };
  EXPECT_EQ(zone_of("custom_Africa/Lagos", "+0100"), "Africa/Lagos");
  EXPECT_EQ(zone_of("custom_Africa/Lagos", "+0200"), "");
  EXPECT_EQ(zone_of("custom_Europe/Berlin", "+0100"), "");  // right in winter alone
  EXPECT_EQ(zone_of("UTC+11", "+1100"), "Etc/GMT-11");
  EXPECT_EQ(zone_of("UTC+11", "+1000"), "");
}

TEST(ParseICalendar, RulesThatTheModelKnows) {
  EXPECT_NE(rule_of(":20261123T100000Z", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR").find("weekly"),
            std::string::npos);
  EXPECT_NE(rule_of(":20261123T100000Z", "FREQ=MONTHLY;BYMONTHDAY=-1").find("31"), std::string::npos);
  EXPECT_NE(rule_of(":20261123T100000Z", "FREQ=YEARLY").find("23"), std::string::npos);
  EXPECT_NE(rule_of(":20261123T100000Z", "FREQ=MONTHLY;BYDAY=-1FR").find("last"), std::string::npos);
  // An occurrence at ten is not within an UNTIL of nine.
  EXPECT_NE(rule_of(":20261123T100000Z", "FREQ=DAILY;UNTIL=20261130T090000Z").find("2026-11-29"),
            std::string::npos);
  EXPECT_NE(
      rule_of(";TZID=Asia/Tokyo:20261123T080000", "FREQ=DAILY;UNTIL=20261129T230000Z").find("2026-11-30"),
      std::string::npos);
}

TEST(ParseICalendar, OtherRulesAreReadOnlyWithWords) {
  for (const char* rule : {"FREQ=HOURLY", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;BYMONTHDAY=1,15",
                           "FREQ=YEARLY;BYYEARDAY=100", "FREQ=YEARLY;BYDAY=20MO", "FREQ=MONTHLY;BYDAY=5MO",
                           "FREQ=WEEKLY;BYMONTH=2", "FREQ=DAILY;BYHOUR=1,2"}) {
    const CalendarItem item = event("DTSTART:20260131T100000Z\r\nRRULE:" + std::string(rule) + "\r\n");
    EXPECT_TRUE(item.read_only) << rule;
    EXPECT_NE(item.note, "") << rule;
  }
  EXPECT_TRUE(event("DTSTART:20260131T100000Z\r\nRDATE:20260201T100000Z\r\n").read_only);
  EXPECT_TRUE(event("SUMMARY:no start\r\n").read_only);
}

// F93, F94
TEST(ParseICalendar, OverridesAndExdatesAreExceptionsOfTheirSeries) {
  const Calendar calendar = parsed(
      "BEGIN:VEVENT\r\nUID:s\r\nRECURRENCE-ID:20261124T090000Z\r\nDTSTART;TZID=Europe/"
      "Berlin:20261124T110000\r\n"
      "DTEND;TZID=Europe/Berlin:20261124T120000\r\nSUMMARY:Moved\r\nEND:VEVENT\r\n"
      "BEGIN:VEVENT\r\nUID:s\r\nDTSTART;TZID=Europe/Berlin:20261123T100000\r\nDTEND;TZID=Europe/"
      "Berlin:20261123T110000\r\n"
      "SUMMARY:Daily\r\nRRULE:FREQ=DAILY;COUNT=5\r\nEXDATE;TZID=Europe/"
      "Berlin:20261125T100000,20261126T100000\r\nEND:VEVENT\r\n"
      "BEGIN:VEVENT\r\nUID:other\r\nRECURRENCE-ID:20261124T090000Z\r\nDTSTART:20261124T110000Z\r\nEND:"
      "VEVENT\r\n");
  ASSERT_EQ(calendar.items.size(), 2U);
  const auto exceptions = meeting(calendar.items[0]).exceptions.value();
  ASSERT_EQ(exceptions.size(), 3U);
  EXPECT_EQ(exceptions[0].original_start, When::zoned({{2026, 11, 24}, 36000}, "Europe/Berlin"));
  EXPECT_EQ(exceptions[0].subject.value(), "Moved");
  EXPECT_EQ(exceptions[0].start.value().wall.second_of_day, 39600);
  EXPECT_FALSE(exceptions[0].body.supplied());
  EXPECT_TRUE(exceptions[1].cancelled && exceptions[2].cancelled);
  EXPECT_TRUE(calendar.items[1].original_start);
}

TEST(ParseICalendar, BrokenAndHostileFilesEnd) {
  EXPECT_FALSE(parse_icalendar("hello"));
  EXPECT_FALSE(parse_icalendar(""));
  std::string deep = "BEGIN:VCALENDAR\r\n";
  for (int i = 0; i < 100'000; ++i) deep += "BEGIN:VEVENT\r\n";
  EXPECT_FALSE(parse_icalendar(deep));
  EXPECT_TRUE(parse_icalendar(
      "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:garbage\r\nRRULE;VALUE=TEXT:FREQ=DAILY\r\n"));
  const auto latin = parse_icalendar(
      "BEGIN:VEVENT\r\nUID:u\r\nSUMMARY:caf\xE9\r\nDTSTART:20261122T100000Z\r\nEND:VEVENT\r\n");
  ASSERT_TRUE(latin);
  ASSERT_EQ(latin->items.size(), 1U);
  EXPECT_EQ(meeting(latin->items[0]).subject.value(), "café");
}

Meeting sample() {
  Meeting m;
  m.subject =
      std::string("A; b, \\c\n\"d\" — ünïcödé that is long enough to be folded by any writer of iCalendar");
  m.body = std::string("BEGIN:VEVENT\nEND:VEVENT\n\nX");
  m.location = model::Field<std::string>::cleared();
  m.start = When::zoned({{2026, 11, 23}, 36000}, "Europe/Berlin");
  m.end = When::zoned({{2026, 11, 23}, 39600}, "Europe/Berlin");
  m.show_as = Meeting::ShowAs::WorkingElsewhere;
  m.sensitivity = Meeting::Sensitivity::Personal;
  m.reminder_minutes = int64_t{10};
  m.organizer = model::Participant{"ann@x.example", "Ann, B"};
  m.attendees =
      std::vector<model::Attendee>{{"bob@y.example", "Bob: \"the\" b", model::Attendee::Type::Optional}};
  m.recurrence = model::Field<Recurrence>::cleared();
  m.exceptions = model::Field<std::vector<model::Occurrence>>::cleared();
  return m;
}

TEST(WriteICalendar, AMeetingComesBackAsItWas) {
  Meeting m = sample();
  m.recurrence = Recurrence{.pattern = Recurrence::Pattern::Daily, .end = Recurrence::End::Count, .count = 5};
  model::Occurrence moved{.original_start = When::zoned({{2026, 11, 24}, 36000}, "Europe/Berlin")};
  moved.start = When::zoned({{2026, 11, 24}, 43200}, "Europe/Berlin");
  moved.end = When::zoned({{2026, 11, 24}, 46800}, "Europe/Berlin");
  moved.subject = std::string("Moved");
  m.exceptions = std::vector<model::Occurrence>{
      moved, {.original_start = When::zoned({{2026, 11, 25}, 36000}, "Europe/Berlin"), .cancelled = true}};
  const auto text = write_icalendar(
      {.method = "REQUEST", .items = {{.uid = "u;1", .sequence = 2, .content = m}}}, Instant{});
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("BEGIN:VTIMEZONE"), std::string::npos);
  const auto read = parse_icalendar(*text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->method, "REQUEST");
  ASSERT_EQ(read->items.size(), 1U) << *text;
  EXPECT_EQ(read->items[0].uid, "u;1");
  EXPECT_FALSE(read->items[0].read_only) << read->items[0].note;
  Meeting wanted = m;
  auto people = wanted.attendees.value();
  people[0].name = "Bob: 'the' b";  // a parameter cannot hold quotes
  wanted.attendees = people;
  EXPECT_EQ(model::to_json(fields_of(meeting(read->items[0]))), model::to_json(fields_of(wanted))) << *text;
}

TEST(WriteICalendar, ATaskComesBackAsItWas) {
  for (const auto status : {Task::Status::NotStarted, Task::Status::InProgress, Task::Status::Completed,
                            Task::Status::Waiting, Task::Status::Deferred}) {
    Task task;
    task.subject = std::string("Do it");
    task.body = model::Field<std::string>::cleared();
    task.due = Date{2026, 11, 30};
    task.start = Date{2026, 11, 20};
    task.status = status;
    task.completed_on = status == Task::Status::Completed ? model::Field<Date>(Date{2026, 11, 21})
                                                          : model::Field<Date>::cleared();
    task.importance = Task::Importance::High;
    task.reminder_at = *Instant::from_iso("2026-11-29T08:00:00Z");
    task.recurrence =
        Recurrence{.pattern = Recurrence::Pattern::Weekly, .weekdays = {1, 5}, .first_day_of_week = 1};
    const auto text = write_icalendar({.items = {{.uid = "t", .content = task}}}, Instant{});
    ASSERT_TRUE(text);
    const auto read = parse_icalendar(*text);
    ASSERT_TRUE(read && read->items.size() == 1) << *text;
    EXPECT_EQ(model::to_json(fields_of(std::get<Task>(read->items[0].content))),
              model::to_json(fields_of(task)))
        << *text;
  }
}

Recurrence any_rule() {
  Recurrence rule;
  rule.pattern = static_cast<Recurrence::Pattern>(*rc::gen::inRange(0, 6));
  rule.interval = *rc::gen::inRange(1, 30);
  const bool monthly_or_yearly =
      rule.pattern != Recurrence::Pattern::Daily && rule.pattern != Recurrence::Pattern::Weekly;
  const bool by_weekday = rule.pattern == Recurrence::Pattern::MonthlyByWeekday ||
                          rule.pattern == Recurrence::Pattern::YearlyByWeekday;
  if (rule.pattern == Recurrence::Pattern::Weekly || by_weekday)
    for (unsigned day = 0; day < 7; ++day)
      if (*rc::gen::inRange(0, 3) == 0) rule.weekdays.push_back(day);
  if ((rule.pattern == Recurrence::Pattern::Weekly || by_weekday) && rule.weekdays.empty())
    rule.weekdays = {3};
  if (by_weekday) rule.week = static_cast<Recurrence::Week>(*rc::gen::inRange(0, 5));
  if (monthly_or_yearly && !by_weekday) rule.day_of_month = static_cast<unsigned>(*rc::gen::inRange(1, 32));
  if (rule.pattern == Recurrence::Pattern::YearlyByDay ||
      rule.pattern == Recurrence::Pattern::YearlyByWeekday)
    rule.month = static_cast<unsigned>(*rc::gen::inRange(1, 13));
  if (rule.pattern == Recurrence::Pattern::Weekly)
    rule.first_day_of_week = static_cast<unsigned>(*rc::gen::inRange(0, 7));
  rule.end = static_cast<Recurrence::End>(*rc::gen::inRange(0, 3));
  if (rule.end == Recurrence::End::Count) rule.count = *rc::gen::inRange(1, 1000);
  if (rule.end == Recurrence::End::Until) rule.until = Date{2027, 1, 1}.plus_days(*rc::gen::inRange(0, 2000));
  return rule;
}

TEST(WriteICalendar, EveryRuleMeansTheSameDays) {
  EXPECT_TRUE(rc::check("rules come back, or mean the same days", [] {
    Meeting m = sample();
    const Recurrence rule = any_rule();
    const int form = *rc::gen::inRange(0, 3);
    const char* zone = *rc::gen::element("Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "UTC");
    const int second = *rc::gen::inRange(0, 86400);
    const Date day{2026, 11, 23};
    const When start = form == 0   ? When::all_day(day)
                       : form == 1 ? When::floating({day, second})
                                   : When::zoned({day, second}, zone);
    m.start = start;
    m.end = form == 0 ? When::all_day(day.plus_days(1)) : start;
    m.recurrence = rule;
    const auto text = write_icalendar({.items = {{.uid = "u", .content = m}}}, Instant{});
    RC_ASSERT(text.has_value());
    const auto read = parse_icalendar(*text);
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->items.size() == 1U);
    RC_ASSERT(!read->items[0].read_only);
    const Recurrence back = meeting(read->items[0]).recurrence.value();
    // Day 31 of April is day 30: the one rule may come back as the other.
    RC_ASSERT(occurrence_dates(back, day, {2040, 1, 1}, 100) ==
              occurrence_dates(rule, day, {2040, 1, 1}, 100));
    RC_ASSERT(back.until == rule.until);
    RC_ASSERT(back.first_day_of_week == rule.first_day_of_week);
  }));
}

}  // namespace
}  // namespace mailsync::format
