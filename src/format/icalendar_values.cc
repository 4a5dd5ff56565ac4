#include "format/icalendar_values.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "model/email.h"

namespace mailsync::format {
namespace {

using model::Date;
using model::Recurrence;
using model::WallTime;
using model::When;

std::optional<WallTime> wall_of(const icaltimetype& time) {
  char day[16];
  if (time.year < 1 || time.year > 9999 || time.month < 1 || time.month > 12 || time.day < 1 || time.day > 31)
    return std::nullopt;
  std::snprintf(day, sizeof day, "%04d-%02d-%02d", time.year, time.month, time.day);
  const auto date = Date::from_text(day);
  if (!date) return std::nullopt;
  if (time.is_date != 0) return WallTime{*date, 0};
  if (time.hour < 0 || time.hour > 23 || time.minute < 0 || time.minute > 59 || time.second < 0 ||
      time.second > 60)
    return std::nullopt;
  return WallTime{*date, time.hour * 3600 + time.minute * 60 + std::min(time.second, 59)};
}

// "/mozilla.org/20050126_1/Europe/Berlin" and the like hold an IANA name at their end.
std::optional<std::string> zone_in_path(std::string_view tzid) {
  for (size_t slash = tzid.find('/'); slash != std::string_view::npos; slash = tzid.find('/', slash + 1))
    if (const std::string_view rest = tzid.substr(slash + 1);
        rest.find('/') != std::string_view::npos || rest == "UTC")
      if (auto zone = model::iana_zone_of(rest)) return zone;
  return std::nullopt;
}

// True when the file's own rules and the zone's give the same clock on the first of each month for four years
// from the year of `near` on.
bool same_clock(icaltimezone* own, const std::string& zone, const icaltimetype& near) {
  for (int month = 0; month < 48; ++month) {
    icaltimetype at = icaltime_null_time();
    at.year = near.year + month / 12;
    at.month = month % 12 + 1;
    at.day = 1;
    at.hour = 12;
    const auto wall = wall_of(at);
    const auto theirs = wall ? model::instant_of(*wall, zone) : std::nullopt;
    int is_daylight = 0;
    const int64_t offset = icaltimezone_get_utc_offset(own, &at, &is_daylight);
    const auto ours = wall ? model::instant_of(*wall, "UTC") : std::nullopt;
    if (!theirs || !ours || ours->us - offset * 1'000'000 != theirs->us) return false;
  }
  return true;
}

// "custom_America/New_York" and "UTC+11" name a zone that we know, if the rules beside them agree.
std::optional<std::string> zone_inside(const std::string& tzid, icaltimezone* own, const icaltimetype& near) {
  int hours = 0, read = 0;
  if (std::sscanf(tzid.c_str(), "%*[UTCGM]%d%n", &hours, &read) == 1 &&
      tzid[static_cast<size_t>(read)] == '\0' && hours > -13 && hours < 15 && hours != 0) {
    std::string fixed = std::string("Etc/GMT") + (hours > 0 ? "-" : "+") + std::to_string(std::abs(hours));
    if (same_clock(own, fixed, near)) return fixed;
  }
  constexpr size_t kMostTries = 8;
  size_t tries = 0;
  for (size_t at = 1; at < tzid.size() && tries < kMostTries; ++at) {
    if (std::isalnum(static_cast<unsigned char>(tzid[at - 1])) != 0 ||
        std::isupper(static_cast<unsigned char>(tzid[at])) == 0)
      continue;
    ++tries;
    if (auto zone = model::iana_zone_of(tzid.substr(at)); zone && same_clock(own, *zone, near)) return zone;
  }
  return std::nullopt;
}

std::optional<std::string> zone_named(const std::string& tzid, icalcomponent* calendar,
                                      const icaltimetype& near) {
  if (auto zone = model::iana_zone_of(tzid)) return zone;
  if (auto zone = zone_in_path(tzid)) return zone;
  icaltimezone* own = calendar == nullptr ? nullptr : icalcomponent_get_timezone(calendar, tzid.c_str());
  if (own == nullptr) return std::nullopt;
  if (const char* location = icaltimezone_get_location(own))
    if (auto zone = model::iana_zone_of(location)) return zone;
  return zone_inside(tzid, own, near);
}

icaltimetype datetime_value(icalproperty* property) {
  icalvalue* value = icalproperty_get_value(property);
  const icalvalue_kind kind = value == nullptr ? ICAL_NO_VALUE : icalvalue_isa(value);
  if (kind == ICAL_DATE_VALUE) return icalvalue_get_date(value);
  if (kind == ICAL_DATETIME_VALUE || kind == ICAL_DATETIMEDATE_VALUE) return icalvalue_get_datetime(value);
  return icaltime_null_time();
}

template <size_t N>
std::vector<int> listed(const short (&values)[N]) {
  std::vector<int> out;
  for (const short value : values) {
    if (value == ICAL_RECURRENCE_ARRAY_MAX) break;
    out.push_back(value);
  }
  return out;
}

// The parts of a rule in plain lists.
struct Rule {
  icalrecurrencetype_frequency freq;
  std::vector<std::pair<int, unsigned>> days;  // position (0 = every), weekday (0 = Sunday)
  std::vector<int> month_days, months, positions;
  bool odd = false;  // holds parts that no rule of the model has
};

Rule rule_of(const icalrecurrencetype& from) {
  Rule out{.freq = from.freq,
           .days = {},
           .month_days = listed(from.by_month_day),
           .months = listed(from.by_month),
           .positions = listed(from.by_set_pos)};
  for (const int day : listed(from.by_day)) {
    const auto code = static_cast<short>(day);
    const auto weekday = static_cast<int>(icalrecurrencetype_day_day_of_week(code));
    if (weekday < 1 || weekday > 7) out.odd = true;
    out.days.emplace_back(icalrecurrencetype_day_position(code), static_cast<unsigned>(weekday - 1) % 7);
  }
  out.odd = out.odd || !listed(from.by_second).empty() || !listed(from.by_minute).empty() ||
            !listed(from.by_hour).empty() || !listed(from.by_year_day).empty() ||
            !listed(from.by_week_no).empty() || from.rscale != nullptr;
  std::ranges::sort(out.month_days);
  return out;
}

unsigned shortest_month(unsigned month) {
  constexpr std::array<unsigned, 13> kDays = {28, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[month % 13];
}

// The day a list of month days means: "15"; "28,29,30,31" with position -1; "-1". 0 when it means none.
unsigned day_of_month(const Rule& rule, unsigned shortest) {
  if (rule.month_days == std::vector{-1} && rule.positions.empty()) return 31;
  if (rule.month_days.empty() || rule.month_days.front() < 1) return 0;
  const auto last = static_cast<unsigned>(rule.month_days.back());
  if (rule.month_days.size() == 1 && rule.positions.empty()) return last <= shortest ? last : 0;
  const bool run =
      rule.month_days.back() - rule.month_days.front() + 1 == static_cast<int>(rule.month_days.size());
  if (!run || rule.positions != std::vector{-1} || static_cast<unsigned>(rule.month_days.front()) > shortest)
    return 0;
  return std::min(last, 31U);
}

// BYDAY=2MO, or BYDAY=MO,TU,… with BYSETPOS. False when it is neither.
bool take_week(const Rule& rule, Recurrence& out) {
  if (rule.days.empty()) return false;
  int position = rule.days.size() == 1 ? rule.days.front().first : 0;
  if (position == 0 && rule.positions.size() == 1)
    position = rule.positions.front();
  else if (!rule.positions.empty())
    return false;
  if (position < -1 || position == 0 || position > 4) return false;
  out.week = position == -1 ? Recurrence::Week::Last : static_cast<Recurrence::Week>(position - 1);
  for (const auto& [place, day] : rule.days) {
    if (rule.days.size() > 1 && place != 0) return false;
    out.weekdays.push_back(day);
  }
  return true;
}

bool take_weekdays(const Rule& rule, const When& start, Recurrence& out) {
  for (const auto& [place, day] : rule.days) {
    if (place != 0) return false;
    out.weekdays.push_back(day);
  }
  if (out.weekdays.empty()) out.weekdays.push_back(start.wall.date.weekday());
  return rule.months.empty() && rule.month_days.empty() && rule.positions.empty();
}

bool take_month(const Rule& rule, const When& start, Recurrence& out) {
  const bool yearly = rule.freq == ICAL_YEARLY_RECURRENCE;
  if (yearly) {
    if (rule.months.size() > 1 || (rule.months.empty() && (!rule.days.empty() || !rule.month_days.empty())))
      return false;
    out.month = rule.months.empty() ? start.wall.date.month : static_cast<unsigned>(rule.months.front());
    if (out.month < 1 || out.month > 12) return false;
  } else if (!rule.months.empty()) {
    return false;
  }
  if (!rule.days.empty()) {
    out.pattern = yearly ? Recurrence::Pattern::YearlyByWeekday : Recurrence::Pattern::MonthlyByWeekday;
    return rule.month_days.empty() && take_week(rule, out);
  }
  out.pattern = yearly ? Recurrence::Pattern::YearlyByDay : Recurrence::Pattern::MonthlyByDay;
  const unsigned shortest = yearly ? shortest_month(out.month) : 28;
  Rule days = rule;
  if (days.month_days.empty()) days.month_days.push_back(static_cast<int>(start.wall.date.day));
  out.day_of_month = day_of_month(days, shortest);
  return out.day_of_month != 0;
}

bool take_pattern(const Rule& rule, const When& start, Recurrence& out) {
  if (rule.freq == ICAL_DAILY_RECURRENCE) {
    out.pattern = Recurrence::Pattern::Daily;
    if (rule.days.empty()) return rule.months.empty() && rule.month_days.empty() && rule.positions.empty();
    out.pattern = Recurrence::Pattern::Weekly;  // every working day
    return out.interval == 1 && take_weekdays(rule, start, out);
  }
  if (rule.freq == ICAL_WEEKLY_RECURRENCE) {
    out.pattern = Recurrence::Pattern::Weekly;
    return take_weekdays(rule, start, out);
  }
  if (rule.freq == ICAL_MONTHLY_RECURRENCE || rule.freq == ICAL_YEARLY_RECURRENCE)
    return take_month(rule, start, out);
  return false;
}

// The last day on which an occurrence may start: UNTIL counts to the second (RFC 5545 section 3.3.10).
std::optional<Date> last_day(const icaltimetype& until, const When& start) {
  const auto wall = wall_of(until);
  if (!wall) return std::nullopt;
  if (until.is_date != 0) return wall->date;
  WallTime local = *wall;
  if (icaltime_is_utc(until) != 0 && start.form == When::Form::Zoned && !start.zone.empty())
    if (const auto at = model::instant_of(*wall, "UTC"))
      local = model::wall_time_at(*at, start.zone).value_or(*wall);
  return start.form != When::Form::AllDay && local.second_of_day < start.wall.second_of_day
             ? local.date.plus_days(-1)
             : local.date;
}

constexpr std::array<const char*, 7> kDays = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

std::string day_list(const std::vector<unsigned>& weekdays) {
  std::string out;
  for (const unsigned day : weekdays) out += std::string(out.empty() ? "" : ",") + kDays[day % 7];
  return out;
}

std::string by_weekday(const Recurrence& rule) {
  const int position = rule.week == Recurrence::Week::Last ? -1 : static_cast<int>(rule.week) + 1;
  if (rule.weekdays.size() == 1)
    return ";BYDAY=" + std::to_string(position) + kDays[rule.weekdays.front() % 7];
  return ";BYDAY=" + day_list(rule.weekdays) + ";BYSETPOS=" + std::to_string(position);
}

std::string by_day(unsigned day, unsigned shortest) {
  if (day <= shortest) return ";BYMONTHDAY=" + std::to_string(day);
  std::string out = ";BYMONTHDAY=" + std::to_string(shortest);
  for (unsigned next = shortest + 1; next <= day; ++next) out += "," + std::to_string(next);
  return out + ";BYSETPOS=-1";
}

}  // namespace

std::string text_value(icalproperty* property) {
  icalvalue* value = property == nullptr ? nullptr : icalproperty_get_value(property);
  if (value == nullptr) return {};
  const icalvalue_kind kind = icalvalue_isa(value);
  const char* text = kind == ICAL_TEXT_VALUE ? icalvalue_get_text(value)
                     : kind == ICAL_X_VALUE  ? icalvalue_get_x(value)
                                             : nullptr;
  std::string out;
  if (text != nullptr) {
    out = text;
  } else if (kind != ICAL_TEXT_VALUE && kind != ICAL_X_VALUE) {
    const std::unique_ptr<char, decltype(&icalmemory_free_buffer)> written(icalvalue_as_ical_string_r(value),
                                                                           &icalmemory_free_buffer);
    if (written) out = written.get();
  }
  std::erase(out, '\r');
  return model::clean_text(out);
}

std::string text_of(icalcomponent* component, icalproperty_kind kind) {
  return text_value(icalcomponent_get_first_property(component, kind));
}

std::string x_text_of(icalcomponent* component, std::string_view name) {
  for (icalproperty* x = icalcomponent_get_first_property(component, ICAL_X_PROPERTY); x != nullptr;
       x = icalcomponent_get_next_property(component, ICAL_X_PROPERTY)) {
    const char* own = icalproperty_get_x_name(x);
    if (own != nullptr &&
        std::ranges::equal(std::string_view(own), name, [](unsigned char a, unsigned char b) {
          return std::toupper(a) == std::toupper(b);
        }))
      return text_value(x);
  }
  return {};
}

std::string parameter_of(icalproperty* property, icalparameter_kind kind) {
  icalparameter* parameter = icalproperty_get_first_parameter(property, kind);
  if (parameter == nullptr) return {};
  const std::unique_ptr<char, decltype(&icalmemory_free_buffer)> written(
      icalparameter_as_ical_string_r(parameter), &icalmemory_free_buffer);
  if (!written) return {};
  std::string out = written.get();
  out.erase(0, std::min(out.size(), out.find('=') == std::string::npos ? 0 : out.find('=') + 1));
  std::erase(out, '"');
  return model::clean_text(out);
}

std::optional<ReadTime> time_of(icalproperty* property, icalcomponent* calendar) {
  const icaltimetype time = datetime_value(property);
  const auto wall = wall_of(time);
  if (!wall) return std::nullopt;
  if (time.is_date != 0) return ReadTime{When::all_day(wall->date)};
  if (icaltime_is_utc(time) != 0) return ReadTime{When::zoned(*wall, "UTC")};
  const std::string tzid = parameter_of(property, ICAL_TZID_PARAMETER);
  if (tzid.empty()) return ReadTime{When::floating(*wall)};
  if (auto zone = zone_named(tzid, calendar, time)) return ReadTime{When::zoned(*wall, *std::move(zone))};
  icaltimetype utc = time;
  if (icaltimezone* own = icalcomponent_get_timezone(calendar, tzid.c_str())) {
    utc = icaltime_set_timezone(&utc, own);
    utc = icaltime_convert_to_zone(utc, icaltimezone_get_utc_timezone());
  }
  return ReadTime{When::zoned(wall_of(utc).value_or(*wall), ""), true};
}

When in_form_of(const When& like, const When& when) {
  if (like.form == When::Form::AllDay) return When::all_day(when.wall.date);
  if (like.form == When::Form::Floating) return When::floating(when.wall);
  if (when.form != When::Form::Zoned || like.zone == when.zone) return When::zoned(when.wall, like.zone);
  const auto at = model::instant_of(when, like.zone);
  const auto wall = at ? model::wall_time_at(*at, like.zone.empty() ? "UTC" : like.zone) : std::nullopt;
  return When::zoned(wall.value_or(when.wall), like.zone);
}

std::optional<Recurrence> recurrence_of(icalproperty* rrule, const When& start) {
  icalvalue* value = icalproperty_get_value(rrule);
  if (value == nullptr || icalvalue_isa(value) != ICAL_RECUR_VALUE) return std::nullopt;
  const icalrecurrencetype from = icalvalue_get_recur(value);
  const Rule rule = rule_of(from);
  Recurrence out;
  out.interval = from.interval < 1 ? 1 : from.interval;
  if (rule.odd || !take_pattern(rule, start, out)) return std::nullopt;
  std::ranges::sort(out.weekdays);
  const auto doubled = std::ranges::unique(out.weekdays);
  out.weekdays.erase(doubled.begin(), doubled.end());
  if (out.pattern == Recurrence::Pattern::Weekly)
    out.first_day_of_week =
        from.week_start == ICAL_NO_WEEKDAY ? 1 : static_cast<unsigned>(from.week_start) - 1;
  if (from.count > 0) {
    out.end = Recurrence::End::Count;
    out.count = from.count;
  } else if (icaltime_is_null_time(from.until) == 0) {
    const auto until = last_day(from.until, start);
    if (!until) return std::nullopt;
    out.end = Recurrence::End::Until;
    out.until = *until;
  }
  return out;
}

std::string rrule_text(const Recurrence& rule, const When& start) {
  constexpr std::array<const char*, 6> kFrequencies = {"DAILY",   "WEEKLY", "MONTHLY",
                                                       "MONTHLY", "YEARLY", "YEARLY"};
  std::string out = std::string("FREQ=") + kFrequencies[static_cast<size_t>(rule.pattern)];
  if (rule.end == Recurrence::End::Count) out += ";COUNT=" + std::to_string(rule.count);
  if (rule.end == Recurrence::End::Until) {
    const WallTime last{rule.until, start.wall.second_of_day};
    const auto at = start.form == When::Form::Zoned ? model::instant_of(last, start.zone) : std::nullopt;
    const auto utc = at ? model::wall_time_at(*at, "UTC") : std::nullopt;
    out += ";UNTIL=" + (start.form == When::Form::AllDay ? date_text(rule.until)
                                                         : time_text(utc.value_or(last), utc.has_value()));
  }
  out += ";INTERVAL=" + std::to_string(rule.interval);
  if (rule.month != 0) out += ";BYMONTH=" + std::to_string(rule.month);
  switch (rule.pattern) {
    case Recurrence::Pattern::Daily:
      return out;
    case Recurrence::Pattern::Weekly:
      return out + ";BYDAY=" +
             (rule.weekdays.empty() ? kDays[start.wall.date.weekday()] : day_list(rule.weekdays)) +
             ";WKST=" + kDays[rule.first_day_of_week % 7];
    case Recurrence::Pattern::MonthlyByDay:
      return out + by_day(rule.day_of_month, 28);
    case Recurrence::Pattern::YearlyByDay:
      return out + by_day(rule.day_of_month, shortest_month(rule.month));
    case Recurrence::Pattern::MonthlyByWeekday:
    case Recurrence::Pattern::YearlyByWeekday:
      return out + by_weekday(rule);
  }
  std::unreachable();
}

std::string date_text(Date date) {
  char text[32];
  std::snprintf(text, sizeof text, "%04d%02u%02u", date.year, date.month, date.day);
  return text;
}

std::string time_text(WallTime wall, bool utc) {
  char text[48];
  std::snprintf(text, sizeof text, "%sT%02d%02d%02d%s", date_text(wall.date).c_str(),
                wall.second_of_day / 3600, wall.second_of_day / 60 % 60, wall.second_of_day % 60,
                utc ? "Z" : "");
  return text;
}

}  // namespace mailsync::format
