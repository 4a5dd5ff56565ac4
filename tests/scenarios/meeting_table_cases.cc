// The cases of plain content. Times in `first` were worked out by hand from the zones' rules.
#include "tests/scenarios/meeting_table.h"

namespace mailsync::scenario {
namespace {

json::object series(json::object event, json::object pattern, json::object range) {
  event["recurrence"] = repeating(std::move(pattern), std::move(range));
  return event;
}

json::object weekly(const std::string& day) {
  return {{"type", "weekly"}, {"daysOfWeek", json::array{day}}, {"firstDayOfWeek", "monday"}};
}

json::object daily_at(const std::string& start, const std::string& zone, const std::string& from,
                      const std::string& until) {
  return series(event_at("daily", from + "T" + start, from + "T" + start.substr(0, 3) + "59:00", zone),
                {{"type", "daily"}}, range_of("endDate", from, until));
}

json::object all_day(const std::string& subject, const std::string& start, const std::string& end,
                     const std::string& zone = "UTC") {
  json::object out = event_at(subject, start + "T00:00:00", end + "T00:00:00", zone);
  out["isAllDay"] = true;
  return out;
}

const std::string kGroup1 = "Repetition", kGroup2 = "Ends", kGroup3 = "Occurrences", kGroup4 = "Days",
                  kGroup5 = "Zones";

json::object london(const std::string& day) {
  return event_at("m", day + "T09:00:00", day + "T09:30:00");
}

void add_days_and_weeks(std::vector<MeetingCase>& out) {
  out.push_back({kGroup1, "once", london("2026-11-23"), {}, {"2026-11-23T09:00:00Z 2026-11-23T09:30:00Z m"}});
  out.push_back({kGroup1,
                 "every day",
                 series(london("2026-11-23"), {{"type", "daily"}}, range_of("numbered", "2026-11-23", "", 5)),
                 {},
                 {"2026-11-23T09:00:00Z", "2026-11-24T09:00:00Z", "2026-11-25T09:00:00Z"}});
  out.push_back({kGroup1,
                 "every third day",
                 series(london("2026-11-23"), {{"type", "daily"}, {"interval", 3}},
                        range_of("endDate", "2026-11-23", "2027-06-30")),
                 {},
                 {"2026-11-23T09:00:00Z", "2026-11-26T09:00:00Z"}});
  out.push_back({kGroup1,
                 "every week on one day",
                 series(london("2026-11-23"), weekly("monday"), range_of("numbered", "2026-11-23", "", 10)),
                 {},
                 {"2026-11-23T09:00:00Z", "2026-11-30T09:00:00Z"}});
  out.push_back(
      {kGroup1,
       "every second week on three days, weeks from Monday",
       series(london("2026-11-24"),
              {{"type", "weekly"},
               {"interval", 2},
               {"daysOfWeek", json::array{"sunday", "tuesday", "friday"}},
               {"firstDayOfWeek", "monday"}},
              range_of("endDate", "2026-11-24", "2027-03-31")),
       {},
       {"2026-11-24T09:00:00Z", "2026-11-27T09:00:00Z", "2026-11-29T09:00:00Z", "2026-12-08T09:00:00Z"}});
  out.push_back({kGroup1,
                 "every second week on three days, weeks from Sunday",
                 series(london("2026-11-24"),
                        {{"type", "weekly"},
                         {"interval", 2},
                         {"daysOfWeek", json::array{"sunday", "tuesday", "friday"}},
                         {"firstDayOfWeek", "sunday"}},
                        range_of("endDate", "2026-11-24", "2027-03-31")),
                 {},
                 {"2026-11-24T09:00:00Z", "2026-11-27T09:00:00Z", "2026-12-06T09:00:00Z"}});
  out.push_back({kGroup1,
                 "every working day",
                 series(london("2026-11-26"),
                        {{"type", "weekly"},
                         {"daysOfWeek", json::array{"monday", "tuesday", "wednesday", "thursday", "friday"}},
                         {"firstDayOfWeek", "sunday"}},
                        range_of("numbered", "2026-11-26", "", 8)),
                 {},
                 {"2026-11-26T09:00:00Z", "2026-11-27T09:00:00Z", "2026-11-30T09:00:00Z"}});
}

void add_months_and_years(std::vector<MeetingCase>& out) {
  out.push_back({kGroup1,
                 "every month on a day",
                 series(london("2026-12-15"), {{"type", "absoluteMonthly"}, {"dayOfMonth", 15}},
                        range_of("numbered", "2026-12-15", "", 6)),
                 {},
                 {"2026-12-15T09:00:00Z", "2027-01-15T09:00:00Z"}});
  out.push_back({kGroup1,
                 "every month on day 31, the last day of short months",
                 series(london("2026-12-31"), {{"type", "absoluteMonthly"}, {"dayOfMonth", 31}},
                        range_of("numbered", "2026-12-31", "", 6)),
                 {},
                 {"2026-12-31T09:00:00Z", "2027-01-31T09:00:00Z", "2027-02-28T09:00:00Z"}});
  out.push_back({kGroup1,
                 "every second month on the second Tuesday",
                 series(london("2026-12-08"),
                        {{"type", "relativeMonthly"},
                         {"interval", 2},
                         {"daysOfWeek", json::array{"tuesday"}},
                         {"index", "second"}},
                        range_of("numbered", "2026-12-08", "", 5)),
                 {},
                 {"2026-12-08T09:00:00Z", "2027-02-09T09:00:00Z"}});
  out.push_back({kGroup1,
                 "every month on the last working day",
                 series(london("2026-11-30"),
                        {{"type", "relativeMonthly"},
                         {"daysOfWeek", json::array{"monday", "tuesday", "wednesday", "thursday", "friday"}},
                         {"index", "last"}},
                        range_of("numbered", "2026-11-30", "", 5)),
                 {},
                 {"2026-11-30T09:00:00Z", "2026-12-31T09:00:00Z", "2027-01-29T09:00:00Z"}});
  out.push_back({kGroup1,
                 "every year on a date",
                 series(london("2026-12-24"), {{"type", "absoluteYearly"}, {"dayOfMonth", 24}, {"month", 12}},
                        range_of("noEnd", "2026-12-24")),
                 {},
                 {"2026-12-24T09:00:00Z", "2027-12-24T09:00:00Z", "2028-12-24T09:00:00Z"}});
  out.push_back({kGroup1,
                 "every year on 29 February, the 28th in other years",
                 series(london("2027-02-28"), {{"type", "absoluteYearly"}, {"dayOfMonth", 29}, {"month", 2}},
                        range_of("noEnd", "2027-02-28")),
                 {},
                 {"2027-02-28T09:00:00Z", "2028-02-29T09:00:00Z"}});
  out.push_back({kGroup1,
                 "every year on the fourth Thursday of November",
                 series(london("2026-11-26"),
                        {{"type", "relativeYearly"},
                         {"daysOfWeek", json::array{"thursday"}},
                         {"index", "fourth"},
                         {"month", 11}},
                        range_of("noEnd", "2026-11-26")),
                 {},
                 {"2026-11-26T09:00:00Z", "2027-11-25T09:00:00Z", "2028-11-23T09:00:00Z"}});
}

void add_ends(std::vector<MeetingCase>& out) {
  for (const auto& [name, range] :
       {std::pair{"after a number of times", range_of("numbered", "2026-11-23", "", 3)},
        {"on a date", range_of("endDate", "2026-11-23", "2026-12-07")},
        {"never", range_of("noEnd", "2026-11-23")}})
    out.push_back({kGroup2,
                   name,
                   series(london("2026-11-23"), weekly("monday"), range),
                   {},
                   {"2026-11-23T09:00:00Z", "2026-11-30T09:00:00Z", "2026-12-07T09:00:00Z"}});
}

void add_occurrences(std::vector<MeetingCase>& out) {
  const json::object weeks =
      series(event_at("m", "2026-11-23T09:00:00", "2026-11-23T09:30:00", "Europe/Berlin"), weekly("monday"),
             range_of("numbered", "2026-11-23", "", 20));
  const auto moved = [](const std::string& start, const std::string& end, const std::string& zone) {
    return json::object{{"start", at(start, zone)}, {"end", at(end, zone)}};
  };
  out.push_back({kGroup3,
                 "one moved within its day",
                 weeks,
                 {{{2026, 11, 30}, moved("2026-11-30T14:00:00", "2026-11-30T14:30:00", "Europe/Berlin")}},
                 {"2026-11-23T08:00:00Z 2026-11-23T08:30:00Z", "2026-11-30T13:00:00Z 2026-11-30T13:30:00Z"}});
  out.push_back({kGroup3,
                 "one moved to another day, past the next one",
                 weeks,
                 {{{2026, 11, 30}, moved("2026-12-09T09:00:00", "2026-12-09T09:30:00", "Europe/Berlin")}},
                 {"2026-11-23T08:00:00Z", "2026-12-07T08:00:00Z", "2026-12-09T08:00:00Z"}});
  out.push_back({kGroup3,
                 "one moved in another zone than the series'",
                 weeks,
                 {{{2026, 11, 30}, moved("2026-11-30T09:00:00", "2026-11-30T10:00:00", "America/New_York")}},
                 {"2026-11-23T08:00:00Z", "2026-11-30T14:00:00Z 2026-11-30T15:00:00Z"}});
  out.push_back(
      {kGroup3,
       "one lengthened",
       weeks,
       {{{2026, 12, 7}, moved("2026-12-07T09:00:00", "2026-12-07T11:00:00", "Europe/Berlin")}},
       {"2026-11-23T08:00:00Z", "2026-11-30T08:00:00Z", "2026-12-07T08:00:00Z 2026-12-07T10:00:00Z"}});
  out.push_back(
      {kGroup3,
       "one with another subject and place",
       weeks,
       {{{2026, 11, 30}, {{"subject", "other"}, {"location", json::object{{"displayName", "Elsewhere"}}}}}},
       {"2026-11-23T08:00:00Z 2026-11-23T08:30:00Z m @Room 1",
        "2026-11-30T08:00:00Z 2026-11-30T08:30:00Z other @Elsewhere"}});
  out.push_back(
      {kGroup3, "the first one cancelled", weeks, {{{2026, 11, 23}, {}}}, {"2026-11-30T08:00:00Z"}});
  out.push_back({kGroup3,
                 "two cancelled, one moved across a change of clocks",
                 weeks,
                 {{{2026, 12, 7}, {}},
                  {{2026, 12, 14}, {}},
                  {{2027, 3, 22}, moved("2027-03-29T10:00:00", "2027-03-29T10:30:00", "Europe/Berlin")}},
                 {"2026-11-23T08:00:00Z", "2026-11-30T08:00:00Z", "2026-12-21T08:00:00Z"}});
}

void add_days(std::vector<MeetingCase>& out) {
  out.push_back(
      {kGroup4, "a whole day", all_day("d", "2026-12-01", "2026-12-02"), {}, {"2026-12-01 2026-12-02 d"}});
  out.push_back({kGroup4,
                 "a whole day, made far east (Kiritimati)",
                 all_day("d", "2026-12-01", "2026-12-02", "Pacific/Kiritimati"),
                 {},
                 {"2026-12-01 2026-12-02 d"}});
  out.push_back({kGroup4,
                 "a whole day, made far west (Los Angeles)",
                 all_day("d", "2026-12-01", "2026-12-02", "America/Los_Angeles"),
                 {},
                 {"2026-12-01 2026-12-02 d"}});
  out.push_back({kGroup4,
                 "three whole days",
                 all_day("d", "2026-12-30", "2027-01-02"),
                 {},
                 {"2026-12-30 2027-01-02 d"}});
  out.push_back({kGroup4,
                 "whole days every week",
                 series(all_day("d", "2026-12-01", "2026-12-03"), weekly("tuesday"),
                        range_of("numbered", "2026-12-01", "", 6)),
                 {},
                 {"2026-12-01 2026-12-03 d", "2026-12-08 2026-12-10 d"}});
  out.push_back({kGroup4,
                 "whole days every week, one moved, one cancelled",
                 series(all_day("d", "2026-12-01", "2026-12-02"), weekly("tuesday"),
                        range_of("numbered", "2026-12-01", "", 6)),
                 {{{2026, 12, 8},
                   {{"start", at("2026-12-09T00:00:00", "UTC")}, {"end", at("2026-12-10T00:00:00", "UTC")}}},
                  {{2026, 12, 15}, {}}},
                 {"2026-12-01 2026-12-02 d", "2026-12-09 2026-12-10 d", "2026-12-22 2026-12-23 d"}});
  out.push_back({kGroup4,
                 "over midnight",
                 event_at("m", "2026-12-31T22:00:00", "2027-01-01T02:00:00", "Europe/Berlin"),
                 {},
                 {"2026-12-31T21:00:00Z 2027-01-01T01:00:00Z m"}});
  out.push_back({kGroup4,
                 "three days long, by the clock",
                 event_at("m", "2026-12-01T15:00:00", "2026-12-04T11:00:00", "Europe/Berlin"),
                 {},
                 {"2026-12-01T14:00:00Z 2026-12-04T10:00:00Z m"}});
  out.push_back({kGroup4,
                 "no length at all",
                 event_at("m", "2026-12-01T15:00:00", "2026-12-01T15:00:00", "Europe/Berlin"),
                 {},
                 {"2026-12-01T14:00:00Z 2026-12-01T14:00:00Z m"}});
}

void add_zones(std::vector<MeetingCase>& out) {
  const auto weeks = [](const std::string& zone) {
    return series(event_at("m", "2026-11-23T09:00:00", "2026-11-23T09:30:00", zone), weekly("monday"),
                  range_of("endDate", "2026-11-23", "2027-12-31"));
  };
  out.push_back({kGroup5,
                 "across changes of clocks (Europe/Berlin)",
                 weeks("Europe/Berlin"),
                 {},
                 {"2026-11-23T08:00:00Z", "2026-11-30T08:00:00Z"}});
  out.push_back({kGroup5,
                 "a zone by its Windows name",
                 weeks("W. Europe Standard Time"),
                 {},
                 {"2026-11-23T08:00:00Z"}});
  out.push_back({kGroup5,
                 "a zone that Exchange calls by another name (Europe/Vienna)",
                 weeks("Europe/Vienna"),
                 {},
                 {"2026-11-23T08:00:00Z"}});
  out.push_back({kGroup5,
                 "half an hour off (Asia/Kolkata)",
                 weeks("India Standard Time"),
                 {},
                 {"2026-11-23T03:30:00Z"}});
  out.push_back({kGroup5,
                 "clocks that change by half an hour (Lord Howe)",
                 weeks("Australia/Lord_Howe"),
                 {},
                 {"2026-11-22T22:00:00Z"}});
  out.push_back({kGroup5,
                 "start in one zone, end in another",
                 [] {
                   json::object flight =
                       event_at("flight", "2026-12-01T10:00:00", "2026-12-01T13:00:00", "Europe/London");
                   flight["end"] = at("2026-12-01T13:00:00", "America/New_York");
                   return flight;
                 }(),
                 {},
                 {"2026-12-01T10:00:00Z 2026-12-01T18:00:00Z flight"}});
  out.push_back({kGroup5,
                 "a zone that gave up summer time (Mexico City, 2022)",
                 weeks("Central Standard Time (Mexico)"),
                 {},
                 {"2026-11-23T15:00:00Z"}});
  out.push_back({kGroup5,
                 "a zone that moved for good (Almaty, 2024)",
                 weeks("Asia/Almaty"),
                 {},
                 {"2026-11-23T04:00:00Z"}});
  out.push_back({kGroup5,
                 "clocks that stand back for Ramadan (Casablanca)",
                 weeks("Africa/Casablanca"),
                 {},
                 {"2026-11-23T08:00:00Z"}});
}

void add_odd_clocks(std::vector<MeetingCase>& out) {
  out.push_back({kGroup5,
                 "in the hour that is skipped in spring",
                 daily_at("02:30:00", "Europe/Berlin", "2027-03-26", "2027-03-30"),
                 {},
                 {"2027-03-26T01:30:00Z", "2027-03-27T01:30:00Z"}});
  out.push_back({kGroup5,
                 "in the hour that comes twice in autumn",
                 daily_at("02:30:00", "Europe/Berlin", "2027-10-29", "2027-11-02"),
                 {},
                 {"2027-10-29T00:30:00Z", "2027-10-30T00:30:00Z", "2027-10-31T00:30:00Z 2027-10-31T00:59:00Z",
                  "2027-11-01T01:30:00Z"}});
  json::object custom = event_at("m", "2026-11-23T09:00:00", "2026-11-23T09:30:00", "UTC");
  custom["originalStartTimeZone"] = custom["originalEndTimeZone"] = "tzone://Microsoft/Custom";
  out.push_back({kGroup5,
                 "a custom zone (tzone://Microsoft/Custom)",
                 custom,
                 {},
                 {"2026-11-23T09:00:00Z 2026-11-23T09:30:00Z m"}});
  custom["originalStartTimeZone"] = custom["originalEndTimeZone"] = "Customized Time Zone";
  out.push_back(
      {kGroup5, "a \"Customized Time Zone\"", custom, {}, {"2026-11-23T09:00:00Z 2026-11-23T09:30:00Z m"}});
}

}  // namespace

std::vector<MeetingCase> plain_meeting_cases() {
  std::vector<MeetingCase> out;
  add_days_and_weeks(out);
  add_months_and_years(out);
  add_ends(out);
  add_occurrences(out);
  add_days(out);
  add_zones(out);
  add_odd_clocks(out);
  return out;
}

}  // namespace mailsync::scenario
