#include "lab/fronts/ews/recurrence_xml.h"

#include <array>
#include <cctype>
#include <sstream>

namespace mailsync::lab::ews {
namespace {

constexpr std::array<const char*, 12> kMonths{"January",   "February", "March",    "April",
                                              "May",       "June",     "July",     "August",
                                              "September", "October",  "November", "December"};
constexpr std::array<const char*, 5> kWeekdays{"monday", "tuesday", "wednesday", "thursday", "friday"};

std::string cased(std::string_view word, bool upper) {
  std::string out(word);
  if (!out.empty()) {
    auto first = static_cast<unsigned char>(out[0]);
    out[0] = static_cast<char>(upper ? std::toupper(first) : std::tolower(first));
  }
  return out;
}

int64_t number_of(const json::object& object, std::string_view name, int64_t otherwise) {
  auto* value = object.if_contains(name);
  return value && value->is_number() ? value->to_number<int64_t>() : otherwise;
}

const char* month_name(const json::object& pattern) {
  auto month = number_of(pattern, "month", 1);
  return kMonths[static_cast<size_t>(month >= 1 && month <= 12 ? month - 1 : 0)];
}

std::string days_text(const json::object& pattern) {
  std::string out;
  if (auto* days = array_of(pattern, "daysOfWeek"))
    for (auto& day : *days)
      if (day.is_string()) out += (out.empty() ? "" : " ") + cased(day.get_string(), true);
  return out;
}

// A relative pattern names one day, or a kind of day that the world spells out.
std::string relative_day(const json::object& pattern) {
  auto* days = array_of(pattern, "daysOfWeek");
  size_t count = days ? days->size() : 0;
  if (count == 7) return "Day";
  if (count == 5) return "Weekday";
  if (count == 2) return "WeekendDay";
  return days_text(pattern);
}

json::array days_read(std::string_view text) {
  json::array out;
  auto add_all = [&](auto... names) { (out.push_back(json::value(names)), ...); };
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    if (word == "Day" || word == "Weekday")
      for (auto* day : kWeekdays) out.push_back(json::value(day));
    if (word == "Day" || word == "WeekendDay") add_all("saturday", "sunday");
    if (word != "Day" && word != "Weekday" && word != "WeekendDay")
      out.push_back(json::value(cased(word, false)));
  }
  return out;
}

int64_t integer(Node parent, std::string_view name, int64_t otherwise) {
  std::string text = text_in(parent, name);
  return text.empty() ? otherwise : std::strtoll(text.c_str(), nullptr, 10);
}

std::optional<json::object> read_pattern(Node node) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {"DailyRecurrence", "daily"},
      {"WeeklyRecurrence", "weekly"},
      {"AbsoluteMonthlyRecurrence", "absoluteMonthly"},
      {"RelativeMonthlyRecurrence", "relativeMonthly"},
      {"AbsoluteYearlyRecurrence", "absoluteYearly"},
      {"RelativeYearlyRecurrence", "relativeYearly"}};
  json::object out;
  for (auto& [ews, ours] : kTypes)
    if (local_name(node) == ews) out["type"] = ours;
  if (out.empty()) return std::nullopt;
  out["interval"] = integer(node, "Interval", 1);
  out["dayOfMonth"] = integer(node, "DayOfMonth", 0);
  out["daysOfWeek"] = days_read(text_in(node, "DaysOfWeek"));
  auto first = text_in(node, "FirstDayOfWeek");
  out["firstDayOfWeek"] = first.empty() ? "sunday" : cased(first, false);
  auto index = text_in(node, "DayOfWeekIndex");
  out["index"] = index.empty() ? "first" : cased(index, false);
  out["month"] = 0;
  for (size_t i = 0; i < kMonths.size(); ++i)
    if (text_in(node, "Month") == kMonths[i]) out["month"] = static_cast<int64_t>(i + 1);
  return out;
}

std::optional<json::object> read_range(Node node) {
  json::object out{{"startDate", text_in(node, "StartDate").substr(0, 10)},
                   {"endDate", "0001-01-01"},
                   {"numberOfOccurrences", 0}};
  if (local_name(node) == "NoEndRecurrence") {
    out["type"] = "noEnd";
  } else if (local_name(node) == "EndDateRecurrence") {
    out["type"] = "endDate";
    out["endDate"] = text_in(node, "EndDate").substr(0, 10);
  } else if (local_name(node) == "NumberedRecurrence") {
    out["type"] = "numbered";
    out["numberOfOccurrences"] = integer(node, "NumberOfOccurrences", 1);
  } else {
    return std::nullopt;
  }
  return out;
}

void put_pattern(Node out, const json::object& pattern) {
  auto type = text_of(pattern, "type");
  auto interval = number_of(pattern, "interval", 1);
  auto day = number_of(pattern, "dayOfMonth", 1);
  std::string index = cased(text_of(pattern, "index"), true);
  if (type == "daily") {
    add(add(out, "t:DailyRecurrence"), "t:Interval", interval);
  } else if (type == "weekly") {
    Node node = add(out, "t:WeeklyRecurrence");
    add(node, "t:Interval", interval);
    add(node, "t:DaysOfWeek", days_text(pattern));
    auto first = text_of(pattern, "firstDayOfWeek");
    add(node, "t:FirstDayOfWeek", first.empty() ? "Sunday" : std::string_view(cased(first, true)));
  } else if (type == "absoluteMonthly") {
    Node node = add(out, "t:AbsoluteMonthlyRecurrence");
    add(node, "t:Interval", interval);
    add(node, "t:DayOfMonth", day);
  } else if (type == "relativeMonthly") {
    Node node = add(out, "t:RelativeMonthlyRecurrence");
    add(node, "t:Interval", interval);
    add(node, "t:DaysOfWeek", relative_day(pattern));
    add(node, "t:DayOfWeekIndex", index);
  } else if (type == "absoluteYearly") {
    Node node = add(out, "t:AbsoluteYearlyRecurrence");
    add(node, "t:DayOfMonth", day);
    add(node, "t:Month", month_name(pattern));
  } else if (type == "relativeYearly") {
    Node node = add(out, "t:RelativeYearlyRecurrence");
    add(node, "t:DaysOfWeek", relative_day(pattern));
    add(node, "t:DayOfWeekIndex", index);
    add(node, "t:Month", month_name(pattern));
  }
}

}  // namespace

void put_recurrence(Node parent, const char* name, const json::object& recurrence) {
  auto *pattern = object_of(recurrence, "pattern"), *range = object_of(recurrence, "range");
  if (!pattern || !range) return;
  Node out = add(parent, name);
  put_pattern(out, *pattern);
  if (!out.first_child()) return void(parent.remove_child(out));
  auto type = text_of(*range, "type");
  Node ends = add(out, type == "endDate"    ? "t:EndDateRecurrence"
                       : type == "numbered" ? "t:NumberedRecurrence"
                                            : "t:NoEndRecurrence");
  add(ends, "t:StartDate", text_of(*range, "startDate"));
  if (type == "endDate") add(ends, "t:EndDate", text_of(*range, "endDate"));
  if (type == "numbered") add(ends, "t:NumberOfOccurrences", number_of(*range, "numberOfOccurrences", 1));
}

std::optional<json::object> read_recurrence(Node recurrence) {
  auto parts = children(recurrence);
  if (parts.size() != 2) return std::nullopt;
  auto pattern = read_pattern(parts[0]);
  auto range = read_range(parts[1]);
  if (!pattern || !range) return std::nullopt;
  return json::object{{"pattern", std::move(*pattern)}, {"range", std::move(*range)}};
}

}  // namespace mailsync::lab::ews
