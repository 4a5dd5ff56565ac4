// How a series repeats: the patterns that Exchange, Graph and RFC 5545 share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/when.h"

namespace mailsync::model {

struct Recurrence {
  enum class Pattern { Daily, Weekly, MonthlyByDay, MonthlyByWeekday, YearlyByDay, YearlyByWeekday };
  enum class Week { First, Second, Third, Fourth, Last };  // of the month, for the …ByWeekday patterns
  enum class End { Never, Until, Count };

  Pattern pattern = Pattern::Daily;
  int interval = 1;                // every n-th day, week, month or year
  std::vector<unsigned> weekdays;  // sorted, 0 = Sunday; Weekly and …ByWeekday
  unsigned day_of_month = 0;       // MonthlyByDay, YearlyByDay; 1 … 31, past the end means the last day
  unsigned month = 0;              // Yearly…; 1 … 12
  Week week = Week::First;
  unsigned first_day_of_week = 0;  // matters for Weekly with interval > 1
  End end = End::Never;
  Date until;  // last day an occurrence may start, in the series' zone
  int count = 0;
  bool operator==(const Recurrence&) const = default;
};

// The dates on which occurrences start, from the series' first day, in order, at most `limit`, up to and
// including `last`.
std::vector<Date> occurrence_dates(const Recurrence& rule, Date first, Date last, size_t limit);

}  // namespace mailsync::model
