#include <algorithm>
#include <array>

#include "mailbox/graph/map.h"

namespace mailsync::graph {
namespace {

using model::Recurrence;

constexpr std::array<std::string_view, 7> kDays = {"sunday",   "monday", "tuesday", "wednesday",
                                                   "thursday", "friday", "saturday"};
constexpr std::array<std::string_view, 5> kWeeks = {"first", "second", "third", "fourth", "last"};
// In the order of Recurrence::Pattern.
constexpr std::array<std::string_view, 6> kPatterns = {"daily",           "weekly",         "absoluteMonthly",
                                                       "relativeMonthly", "absoluteYearly", "relativeYearly"};
constexpr std::array<std::string_view, 3> kRanges = {"noEnd", "endDate", "numbered"};

template <size_t N>
std::optional<size_t> place_of(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto* found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<size_t>(found - names.begin());
}

bool names_weekdays(Recurrence::Pattern pattern) {
  return pattern == Recurrence::Pattern::Weekly || pattern == Recurrence::Pattern::MonthlyByWeekday ||
         pattern == Recurrence::Pattern::YearlyByWeekday;
}

bool names_day(Recurrence::Pattern pattern) {
  return pattern == Recurrence::Pattern::MonthlyByDay || pattern == Recurrence::Pattern::YearlyByDay;
}

bool names_week(Recurrence::Pattern pattern) {
  return pattern == Recurrence::Pattern::MonthlyByWeekday || pattern == Recurrence::Pattern::YearlyByWeekday;
}

bool names_month(Recurrence::Pattern pattern) {
  return pattern == Recurrence::Pattern::YearlyByDay || pattern == Recurrence::Pattern::YearlyByWeekday;
}

}  // namespace

std::optional<model::Recurrence> recurrence_of(const WireRecurrence& from) {
  const auto pattern = place_of(kPatterns, from.type);
  const auto range = place_of(kRanges, from.range_type);
  if (!pattern || !range) return std::nullopt;
  Recurrence out;
  out.pattern = static_cast<Recurrence::Pattern>(*pattern);
  out.interval = static_cast<int>(std::clamp<int64_t>(from.interval, 1, 999));
  // Graph fills members that the pattern does not use with defaults; they are not part of the rule.
  if (names_weekdays(out.pattern)) {
    for (const std::string& name : from.days_of_week)
      if (const auto day = place_of(kDays, name)) out.weekdays.push_back(static_cast<unsigned>(*day));
    std::ranges::sort(out.weekdays);
    if (out.weekdays.empty()) return std::nullopt;
  }
  if (names_day(out.pattern))
    out.day_of_month = static_cast<unsigned>(std::clamp<int64_t>(from.day_of_month, 1, 31));
  if (names_month(out.pattern)) out.month = static_cast<unsigned>(std::clamp<int64_t>(from.month, 1, 12));
  if (names_week(out.pattern)) {
    const auto week = place_of(kWeeks, from.index);
    out.week = static_cast<Recurrence::Week>(week.value_or(0));
  }
  if (out.pattern == Recurrence::Pattern::Weekly)
    out.first_day_of_week = static_cast<unsigned>(place_of(kDays, from.first_day_of_week).value_or(0));
  out.end = static_cast<Recurrence::End>(*range);
  if (out.end == Recurrence::End::Until) {
    const auto until = model::Date::from_text(from.end_date);
    if (!until) return std::nullopt;
    out.until = *until;
  }
  if (out.end == Recurrence::End::Count)
    out.count = static_cast<int>(std::clamp<int64_t>(from.occurrences, 1, 9999));
  return out;
}

WireRecurrence wire_of(const model::Recurrence& rule, model::Date first_day, std::string_view zone) {
  WireRecurrence out;
  out.type = kPatterns[static_cast<size_t>(rule.pattern)];
  out.interval = rule.interval;
  if (names_weekdays(rule.pattern))
    for (const unsigned day : rule.weekdays) out.days_of_week.emplace_back(kDays[day % 7]);
  if (names_day(rule.pattern)) out.day_of_month = rule.day_of_month;
  if (names_month(rule.pattern)) out.month = rule.month;
  if (names_week(rule.pattern)) out.index = kWeeks[static_cast<size_t>(rule.week)];
  if (rule.pattern == Recurrence::Pattern::Weekly) out.first_day_of_week = kDays[rule.first_day_of_week % 7];
  out.range_type = kRanges[static_cast<size_t>(rule.end)];
  out.start_date = first_day.to_text();
  if (rule.end == Recurrence::End::Until) out.end_date = rule.until.to_text();
  if (rule.end == Recurrence::End::Count) out.occurrences = rule.count;
  out.time_zone = zone;
  return out;
}

std::optional<model::Date> date_of(const WireDateTime& when) {
  return model::Date::from_text(std::string_view(when.date_time).substr(0, 10));
}

WireDateTime wire_of(model::Date date) {
  return {date.to_text() + "T00:00:00", "UTC"};
}

std::optional<Instant> instant_of(const WireDateTime& when) {
  const auto wall = model::WallTime::from_text(when.date_time);
  const auto zone = model::iana_zone_of(when.time_zone.empty() ? "UTC" : when.time_zone);
  if (!wall || !zone) return std::nullopt;
  return model::instant_of(*wall, *zone);
}

model::When when_of(const WireDateTime& when, std::string_view own_zone, bool all_day) {
  const auto wall = model::WallTime::from_text(when.date_time);
  if (!wall) return model::When::zoned({}, "");
  if (all_day) return model::When::all_day(wall->date);
  const auto answered_in = model::iana_zone_of(when.time_zone.empty() ? "UTC" : when.time_zone);
  const auto own = own_zone.empty() ? answered_in : model::iana_zone_of(own_zone);
  if (own && answered_in == own) return model::When::zoned(*wall, *own);
  const auto at = answered_in ? model::instant_of(*wall, *answered_in) : std::nullopt;
  if (!at) return model::When::zoned(*wall, "");
  const auto there = own ? model::wall_time_at(*at, *own) : std::nullopt;
  if (there) return model::When::zoned(*there, *own);
  return model::When::zoned(model::wall_time_at(*at, "UTC").value_or(*wall), "");
}

Result<WireDateTime> wire_of(const model::When& when) {
  switch (when.form) {
    case model::When::Form::AllDay:
      return wire_of(when.wall.date);
    case model::When::Form::Zoned:
      if (when.zone.empty())
        return fail(ErrorKind::Unsupported,
                    "The time zone of this meeting is not known, so it is not written back: "
                    "choose a time zone for it in Outlook.");
      return WireDateTime{when.wall.to_text(), when.zone};
    case model::When::Form::Floating:
      break;
  }
  return fail(ErrorKind::Unsupported,
              "Microsoft 365 cannot store a time without a time zone: choose a time zone for this meeting.");
}

}  // namespace mailsync::graph
