#include "lab/recurrence.h"

#include <libical/ical.h>

#include <memory>

namespace mailsync::lab {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& object, std::string_view name) {
  auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

int64_t number_of(const json::object& object, std::string_view name, int64_t otherwise) {
  auto* value = object.if_contains(name);
  return value && value->is_number() ? value->to_number<int64_t>() : otherwise;
}

// "monday" → "MO"
std::string day_code(std::string_view name) {
  std::string code(name.substr(0, 2));
  for (char& c : code) c = static_cast<char>(c & ~0x20);
  return code;
}

std::string days_of(const json::object& pattern, std::string_view prefix) {
  std::string out;
  if (auto* days = pattern.if_contains("daysOfWeek"); days && days->is_array())
    for (auto& day : days->get_array())
      out += (out.empty() ? "" : ",") + std::string(prefix) + day_code(std::string(day.as_string()));
  return out;
}

// "the last weekday of the month" lists several days and means one of them: BYSETPOS.
std::string relative_days(const json::object& pattern) {
  std::string index = text_of(pattern, "index");
  std::string position = index == "second"   ? "2"
                         : index == "third"  ? "3"
                         : index == "fourth" ? "4"
                         : index == "last"   ? "-1"
                                             : "1";
  return ";BYDAY=" + days_of(pattern, "") + ";BYSETPOS=" + position;
}

}  // namespace

std::optional<std::string> rrule_of(const json::object& recurrence) {
  auto* value = recurrence.if_contains("pattern");
  if (!value || !value->is_object()) return std::nullopt;
  const json::object& pattern = value->get_object();
  std::string type = text_of(pattern, "type");
  std::string interval =
      ";INTERVAL=" + std::to_string(std::max<int64_t>(1, number_of(pattern, "interval", 1)));
  std::string day = std::to_string(number_of(pattern, "dayOfMonth", 1));
  std::string month = ";BYMONTH=" + std::to_string(number_of(pattern, "month", 1));
  if (type == "daily") return "FREQ=DAILY" + interval;
  if (type == "weekly") {
    std::string first = text_of(pattern, "firstDayOfWeek");
    return "FREQ=WEEKLY" + interval + ";BYDAY=" + days_of(pattern, "") +
           ";WKST=" + day_code(first.empty() ? "sunday" : first);
  }
  // Exchange takes day 31 as "the last day" in shorter months.
  auto clamped = [&] {
    if (number_of(pattern, "dayOfMonth", 1) <= 28) return ";BYMONTHDAY=" + day;
    std::string all = "28";
    for (int64_t d = 29; d <= number_of(pattern, "dayOfMonth", 1); ++d) all += "," + std::to_string(d);
    return ";BYMONTHDAY=" + all + ";BYSETPOS=-1";
  };
  if (type == "absoluteMonthly") return "FREQ=MONTHLY" + interval + clamped();
  if (type == "relativeMonthly") return "FREQ=MONTHLY" + interval + relative_days(pattern);
  if (type == "absoluteYearly") return "FREQ=YEARLY" + interval + month + clamped();
  if (type == "relativeYearly") return "FREQ=YEARLY" + interval + month + relative_days(pattern);
  return std::nullopt;
}

std::vector<date::local_days> occurrence_days(const json::object& recurrence, LocalTime start,
                                              date::local_days from, date::local_days to) {
  std::vector<date::local_days> out;
  auto rule = rrule_of(recurrence);
  if (!rule) return out;
  json::object range;
  if (auto* value = recurrence.if_contains("range"); value && value->is_object()) range = value->get_object();
  auto first = date::floor<date::days>(start);
  if (auto given = parse_day(text_of(range, "startDate")); given && *given > first) first = *given;
  std::string type = text_of(range, "type");
  if (type == "endDate")
    if (auto end = parse_day(text_of(range, "endDate")); end && *end < to) to = *end;
  int64_t count = type == "numbered" ? number_of(range, "numberOfOccurrences", 1) : INT64_MAX;

  icalrecurrencetype parsed = icalrecurrencetype_from_string(rule->c_str());
  date::year_month_day ymd(first);
  icaltimetype begin = icaltime_null_time();
  begin.year = static_cast<int>(ymd.year());
  begin.month = static_cast<int>(static_cast<unsigned>(ymd.month()));
  begin.day = static_cast<int>(static_cast<unsigned>(ymd.day()));
  begin.is_date = 1;
  std::unique_ptr<icalrecur_iterator, decltype(&icalrecur_iterator_free)> iterator(
      icalrecur_iterator_new(parsed, begin), &icalrecur_iterator_free);
  if (!iterator) return out;
  for (int64_t n = 0; n < count; ++n) {
    icaltimetype next = icalrecur_iterator_next(iterator.get());
    if (icaltime_is_null_time(next)) break;
    auto day = date::local_days(date::year(next.year) / next.month / next.day);
    if (day > to) break;
    if (day >= from) out.push_back(day);
  }
  return out;
}

}  // namespace mailsync::lab
