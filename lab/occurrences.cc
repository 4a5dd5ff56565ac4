// The part of meetings.h that reckons when a series happens.
#include <algorithm>

#include "lab/json_read.h"
#include "lab/meetings.h"
#include "lab/recurrence.h"

namespace mailsync::lab {
namespace {

struct MasterTime {
  LocalTime start;
  LocalTime end;
  const date::time_zone* zone;
  std::string zone_name;
};

std::optional<MasterTime> master_time(const json::object& fields) {
  auto *start = object_of(fields, "start"), *end = object_of(fields, "end");
  if (!start || !end) return std::nullopt;
  MasterTime out;
  out.zone_name = text_of(*start, "timeZone");
  out.zone = zone_of(out.zone_name);
  auto from = parse_local(text_of(*start, "dateTime"));
  auto* end_zone = zone_of(text_of(*end, "timeZone"));
  auto to = parse_local(text_of(*end, "dateTime"));
  if (!out.zone || !end_zone || !from || !to) return std::nullopt;
  out.start = *from;
  out.end = end_zone == out.zone ? *to : to_local(to_instant(*to, *end_zone), *out.zone);
  return out;
}

LocalTime start_on(const MasterTime& master, uint32_t day) {
  return day_of_number(day) + (master.start - date::floor<date::days>(master.start));
}

}  // namespace

json::object occurrence_fields(const Item& master, uint32_t day) {
  json::object fields = master.fields;
  fields.erase("recurrence");
  if (auto time = master_time(master.fields)) {
    LocalTime start = start_on(*time, day);
    fields["start"] = date_time_time_zone(start, time->zone_name);
    fields["end"] = date_time_time_zone(start + (time->end - time->start), time->zone_name);
  }
  if (auto it = master.exceptions.find(day); it != master.exceptions.end())
    for (auto& [name, value] : it->second) fields[name] = value;
  return fields;
}

Instant original_start(const Item& master, uint32_t day) {
  auto time = master_time(master.fields);
  return time ? to_instant(start_on(*time, day), *time->zone) : Instant{};
}

std::optional<Span> span_of(const Item& event, std::optional<uint32_t> day) {
  json::object at_day;
  if (day) at_day = occurrence_fields(event, *day);
  const json::object& fields = day ? at_day : event.fields;
  auto *start = fields.if_contains("start"), *end = fields.if_contains("end");
  if (!start || !end) return std::nullopt;
  auto from = instant_of(*start), to = instant_of(*end);
  if (!from || !to) return std::nullopt;
  return Span{*from, *to};
}

bool has_occurrence(const Item& master, uint32_t day) {
  auto time = master_time(master.fields);
  auto* recurrence = object_of(master.fields, "recurrence");
  if (!time || !recurrence || master.cancelled.contains(day)) return false;
  auto wanted = day_of_number(day);
  return !occurrence_days(*recurrence, time->start, wanted, wanted).empty();
}

std::vector<uint32_t> occurrences_between(const Item& master, Instant from, Instant to) {
  std::vector<uint32_t> out;
  auto time = master_time(master.fields);
  auto* recurrence = object_of(master.fields, "recurrence");
  if (!time || !recurrence) return out;
  auto touches = [&](const Span& span) {
    return span.start < to && (span.end > from || (span.start == span.end && span.start >= from));
  };
  // A day of margin on each side for the zone, and the event's own length before.
  auto length = std::chrono::ceil<date::days>(time->end - time->start);
  auto first = date::floor<date::days>(to_local(from, *time->zone)) - length - date::days(1);
  auto last = date::floor<date::days>(to_local(to, *time->zone)) + date::days(1);
  for (auto day : occurrence_days(*recurrence, time->start, first, last)) {
    uint32_t number = day_number(day);
    if (master.cancelled.contains(number) || master.exceptions.contains(number)) continue;
    LocalTime start = start_on(*time, number);
    if (touches({to_instant(start, *time->zone), to_instant(start + (time->end - time->start), *time->zone)}))
      out.push_back(number);
  }
  for (auto& [day, _] : master.exceptions)
    if (auto span = span_of(master, day); span && touches(*span)) out.push_back(day);
  std::ranges::sort(out);
  return out;
}

}  // namespace mailsync::lab
