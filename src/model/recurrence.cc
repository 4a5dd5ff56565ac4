#include "model/recurrence.h"

#include <algorithm>

namespace mailsync::model {

namespace {

constexpr int64_t kDaysInWeek = 7;

bool holds(const std::vector<unsigned>& weekdays, unsigned weekday) {
  return std::ranges::find(weekdays, weekday) != weekdays.end();
}

unsigned days_in_month(int year, unsigned month) {
  constexpr unsigned kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

Date day_in_month(int year, unsigned month, unsigned day) {
  return {year, month, std::min(std::max(day, 1U), days_in_month(year, month))};
}

// The first … fourth or last day of the month that is one of the weekdays.
Date weekday_in_month(int year, unsigned month, Recurrence::Week week,
                      const std::vector<unsigned>& weekdays) {
  std::vector<Date> hits;
  for (unsigned day = 1; day <= days_in_month(year, month); ++day)
    if (const Date date{year, month, day}; holds(weekdays, date.weekday())) hits.push_back(date);
  if (hits.empty()) return {year, month, 1};
  if (week == Recurrence::Week::Last) return hits.back();
  return hits[std::min(static_cast<size_t>(week), hits.size() - 1)];
}

// The dates of the n-th period (day, week, month or year) of the series, ascending.
std::vector<Date> dates_in_period(const Recurrence& rule, Date first, int64_t n) {
  const int64_t step = n * rule.interval;
  const int64_t months = static_cast<int64_t>(first.year) * 12 + (first.month - 1) + step;
  const int month_year = static_cast<int>(months / 12);
  const unsigned month = static_cast<unsigned>(months % 12) + 1;
  const int year = first.year + static_cast<int>(step);
  switch (rule.pattern) {
    case Recurrence::Pattern::Daily:
      return {first.plus_days(step)};
    case Recurrence::Pattern::Weekly: {
      const int64_t into_week = (first.weekday() + kDaysInWeek - rule.first_day_of_week) % kDaysInWeek;
      const Date week_start = first.plus_days(-into_week + step * kDaysInWeek);
      std::vector<Date> out;
      for (int64_t day = 0; day < kDaysInWeek; ++day)
        if (const Date date = week_start.plus_days(day);
            rule.weekdays.empty() ? date.weekday() == first.weekday() : holds(rule.weekdays, date.weekday()))
          out.push_back(date);
      return out;
    }
    case Recurrence::Pattern::MonthlyByDay:
      return {day_in_month(month_year, month, rule.day_of_month)};
    case Recurrence::Pattern::MonthlyByWeekday:
      return {weekday_in_month(month_year, month, rule.week, rule.weekdays)};
    case Recurrence::Pattern::YearlyByDay:
      return {day_in_month(year, std::max(rule.month, 1U), rule.day_of_month)};
    case Recurrence::Pattern::YearlyByWeekday:
      return {weekday_in_month(year, std::max(rule.month, 1U), rule.week, rule.weekdays)};
  }
  std::unreachable();
}

}  // namespace

std::vector<Date> occurrence_dates(const Recurrence& rule, Date first, Date last, size_t limit) {
  std::vector<Date> out;
  const size_t most =
      rule.end == Recurrence::End::Count ? std::min(limit, static_cast<size_t>(rule.count)) : limit;
  const Date end = rule.end == Recurrence::End::Until ? std::min(last, rule.until) : last;
  for (int64_t period = 0; out.size() < most; ++period) {
    for (const Date& date : dates_in_period(rule, first, period)) {
      if (date > end) return out;
      if (date >= first && out.size() < most) out.push_back(date);
    }
    if (first.year > 9000 || period > 1'000'000) return out;
  }
  return out;
}

}  // namespace mailsync::model
