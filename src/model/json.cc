#include "model/json.h"

#include <algorithm>

#include "model/email.h"

namespace mailsync::model {

namespace {

void append_canonical(std::string& out, const boost::json::value& value) {
  if (const auto* object = value.if_object()) {
    std::vector<const boost::json::key_value_pair*> members;
    for (const auto& member : *object) members.push_back(&member);
    std::ranges::sort(members, {}, [](const auto* member) { return std::string_view(member->key()); });
    out += '{';
    for (size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out += ',';
      out += boost::json::serialize(boost::json::string_view(members[i]->key()));
      out += ':';
      append_canonical(out, members[i]->value());
    }
    out += '}';
  } else if (const auto* array = value.if_array()) {
    out += '[';
    for (size_t i = 0; i < array->size(); ++i) {
      if (i > 0) out += ',';
      append_canonical(out, (*array)[i]);
    }
    out += ']';
  } else {
    out += boost::json::serialize(value);
  }
}

}  // namespace

std::string canonical_text(const boost::json::value& value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

std::string canonical_words(std::string_view text) {
  std::string clean = clean_text(text);
  std::string out;
  out.reserve(clean.size());
  for (size_t i = 0; i < clean.size(); ++i) {
    if (clean[i] == '\r') {
      if (i + 1 >= clean.size() || clean[i + 1] != '\n') out += '\n';
    } else {
      out += clean[i];
    }
  }
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!out.empty() && blank(out.back())) out.pop_back();
  size_t start = 0;
  while (start < out.size() && blank(out[start])) ++start;
  return out.substr(start);
}

namespace json_detail {

namespace {
bool member(const object& from, std::string_view name, auto& out) {
  const auto* found = from.if_contains(name);
  return found && from_value(*found, out);
}
bool optional_member(const object& from, std::string_view name, auto& out) {
  const auto* found = from.if_contains(name);
  return !found || from_value(*found, out);
}
template <typename T>
bool field_member(const object& from, std::string_view name, Field<T>& out) {
  const auto* found = from.if_contains(name);
  if (!found) return true;
  if (found->is_null()) {
    out = Field<T>::cleared();
    return true;
  }
  T typed{};
  if (!from_value(*found, typed)) return false;
  out = std::move(typed);
  return true;
}
template <typename T>
void put_member(object& out, std::string_view name, const Field<T>& field) {
  if (field.is_set())
    out[name] = to_value(field.value());
  else if (field.is_cleared())
    out[name] = nullptr;
}
}  // namespace

value to_value(const std::string& text) {
  std::string words = canonical_words(text);
  if (words.empty()) return nullptr;
  return boost::json::string(words);
}
value to_value(int64_t number) {
  return number;
}
value to_value(const Date& date) {
  return boost::json::string(date.to_text());
}
value to_value(const Instant& instant) {
  return boost::json::string(instant.to_iso());
}

value to_value(const When& when) {
  switch (when.form) {
    case When::Form::AllDay:
      return object{{"date", when.wall.date.to_text()}};
    case When::Form::Zoned:
      return object{{"local", when.wall.to_text()}, {"zone", when.zone}};
    case When::Form::Floating:
      return object{{"local", when.wall.to_text()}};
  }
  std::unreachable();
}

value to_value(const Recurrence& rule) {
  object out{{"pattern", to_value(rule.pattern)}, {"interval", rule.interval}};
  using enum Recurrence::Pattern;
  if (rule.pattern == Weekly || rule.pattern == MonthlyByWeekday || rule.pattern == YearlyByWeekday) {
    std::vector<unsigned> days = rule.weekdays;
    std::ranges::sort(days);
    out["weekdays"] = array(days.begin(), days.end());
  }
  if (rule.pattern == Weekly && rule.interval > 1) out["first_day_of_week"] = rule.first_day_of_week;
  if (rule.pattern == MonthlyByDay || rule.pattern == YearlyByDay) out["day_of_month"] = rule.day_of_month;
  if (rule.pattern == MonthlyByWeekday || rule.pattern == YearlyByWeekday) out["week"] = to_value(rule.week);
  if (rule.pattern == YearlyByDay || rule.pattern == YearlyByWeekday) out["month"] = rule.month;
  if (rule.end == Recurrence::End::Until) out["until"] = rule.until.to_text();
  if (rule.end == Recurrence::End::Count) out["count"] = rule.count;
  return out;
}

value to_value(const Participant& participant) {
  const std::string address = clean_address(participant.address);
  if (address.empty() && participant.name.empty()) return nullptr;
  return object{{"address", address}, {"name", canonical_words(participant.name)}};
}

value to_value(const Attendee& attendee) {
  return object{{"address", clean_address(attendee.address)},
                {"name", canonical_words(attendee.name)},
                {"type", to_value(attendee.type)},
                {"response", to_value(attendee.response)}};
}

value to_value(const Occurrence& occurrence) {
  object out{{"original_start", to_value(occurrence.original_start)}};
  if (occurrence.cancelled) {
    out["cancelled"] = true;
    return out;
  }
  put_member(out, "subject", occurrence.subject);
  put_member(out, "body", occurrence.body);
  put_member(out, "location", occurrence.location);
  put_member(out, "start", occurrence.start);
  put_member(out, "end", occurrence.end);
  return out;
}

bool from_value(const value& from, std::string& out) {
  const auto* text = from.if_string();
  if (text) out = std::string(*text);
  return text != nullptr;
}

bool from_value(const value& from, int64_t& out) {
  boost::system::error_code failed;
  out = from.to_number<int64_t>(failed);
  return !failed;
}

bool from_value(const value& from, Date& out) {
  std::string text;
  if (!from_value(from, text)) return false;
  const auto date = Date::from_text(text);
  if (date) out = *date;
  return date.has_value();
}

bool from_value(const value& from, Instant& out) {
  std::string text;
  if (!from_value(from, text)) return false;
  const auto instant = Instant::from_iso(text);
  if (instant) out = *instant;
  return instant.has_value();
}

bool from_value(const value& from, When& out) {
  const auto* members = from.if_object();
  if (!members) return false;
  Date date;
  if (member(*members, "date", date)) {
    out = When::all_day(date);
    return true;
  }
  std::string local, zone;
  if (!member(*members, "local", local)) return false;
  const auto wall = WallTime::from_text(local);
  if (!wall) return false;
  out = member(*members, "zone", zone) ? When::zoned(*wall, zone) : When::floating(*wall);
  return true;
}

bool from_value(const value& from, Recurrence& out) {
  const auto* members = from.if_object();
  if (!members) return false;
  int64_t interval = 1, first_day = 0, day = 0, month = 0, count = 0;
  std::vector<int64_t> weekdays;
  if (!member(*members, "pattern", out.pattern) || !optional_member(*members, "interval", interval) ||
      !optional_member(*members, "weekdays", weekdays) ||
      !optional_member(*members, "first_day_of_week", first_day) ||
      !optional_member(*members, "day_of_month", day) || !optional_member(*members, "week", out.week) ||
      !optional_member(*members, "month", month))
    return false;
  if (interval < 1 || interval > 999 || day < 0 || day > 31 || month < 0 || month > 12 || first_day < 0 ||
      first_day > 6)
    return false;
  out.interval = static_cast<int>(interval);
  out.first_day_of_week = static_cast<unsigned>(first_day);
  out.day_of_month = static_cast<unsigned>(day);
  out.month = static_cast<unsigned>(month);
  for (const int64_t weekday : weekdays) {
    if (weekday < 0 || weekday > 6) return false;
    out.weekdays.push_back(static_cast<unsigned>(weekday));
  }
  if (members->contains("until")) {
    out.end = Recurrence::End::Until;
    return member(*members, "until", out.until);
  }
  if (members->contains("count")) {
    out.end = Recurrence::End::Count;
    if (!member(*members, "count", count) || count < 1 || count > 100'000) return false;
    out.count = static_cast<int>(count);
  }
  return true;
}

bool from_value(const value& from, Participant& out) {
  const auto* members = from.if_object();
  return members && optional_member(*members, "address", out.address) &&
         optional_member(*members, "name", out.name);
}

bool from_value(const value& from, Attendee& out) {
  const auto* members = from.if_object();
  return members && member(*members, "address", out.address) && optional_member(*members, "name", out.name) &&
         optional_member(*members, "type", out.type) && optional_member(*members, "response", out.response);
}

bool from_value(const value& from, Occurrence& out) {
  const auto* members = from.if_object();
  if (!members || !member(*members, "original_start", out.original_start)) return false;
  const auto* cancelled = members->if_contains("cancelled");
  out.cancelled = cancelled && cancelled->is_bool() && cancelled->get_bool();
  return field_member(*members, "subject", out.subject) && field_member(*members, "body", out.body) &&
         field_member(*members, "location", out.location) && field_member(*members, "start", out.start) &&
         field_member(*members, "end", out.end);
}

}  // namespace json_detail
}  // namespace mailsync::model
