// patternedRecurrence: learn.microsoft.com/graph/api/resources/patternedrecurrence
#include "mailbox/graph/codec.h"

namespace mailsync::graph {

WireRecurrence read_recurrence(const JsonObject& from) {
  WireRecurrence out;
  if (const auto pattern = child(from, "pattern")) {
    out.type = text(*pattern, "type");
    out.interval = number(*pattern, "interval").value_or(1);
    out.month = number(*pattern, "month").value_or(0);
    out.day_of_month = number(*pattern, "dayOfMonth").value_or(0);
    out.days_of_week = texts(*pattern, "daysOfWeek");
    out.first_day_of_week = text(*pattern, "firstDayOfWeek");
    out.index = text(*pattern, "index");
  }
  if (const auto range = child(from, "range")) {
    out.range_type = text(*range, "type");
    out.start_date = text(*range, "startDate");
    out.end_date = text(*range, "endDate");
    out.time_zone = text(*range, "recurrenceTimeZone");
    out.occurrences = number(*range, "numberOfOccurrences").value_or(0);
  }
  return out;
}

object write_recurrence(const WireRecurrence& recurrence) {
  object pattern{{"type", recurrence.type}, {"interval", recurrence.interval}};
  if (recurrence.month) pattern["month"] = recurrence.month;
  if (recurrence.day_of_month) pattern["dayOfMonth"] = recurrence.day_of_month;
  if (!recurrence.days_of_week.empty()) pattern["daysOfWeek"] = array_of(recurrence.days_of_week);
  if (!recurrence.first_day_of_week.empty()) pattern["firstDayOfWeek"] = recurrence.first_day_of_week;
  if (!recurrence.index.empty()) pattern["index"] = recurrence.index;
  object range{{"type", recurrence.range_type}, {"startDate", recurrence.start_date}};
  if (!recurrence.end_date.empty()) range["endDate"] = recurrence.end_date;
  if (recurrence.occurrences) range["numberOfOccurrences"] = recurrence.occurrences;
  if (!recurrence.time_zone.empty()) range["recurrenceTimeZone"] = recurrence.time_zone;
  return {{"pattern", std::move(pattern)}, {"range", std::move(range)}};
}

}  // namespace mailsync::graph
