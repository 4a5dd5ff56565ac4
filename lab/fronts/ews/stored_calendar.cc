// Properties of calendar items as they are written. Times arrive as instants, the zone beside them; the world
// keeps wall times in the zone.
#include <algorithm>

#include "lab/fronts/ews/recurrence_xml.h"
#include "lab/fronts/ews/stored.h"
#include "lab/recurrence.h"
#include "lab/zones.h"

namespace mailsync::lab::ews {
namespace {

constexpr const char* kNewStart = "ews:start";  // in the patch until settle_event
constexpr const char* kNewEnd = "ews:end";
constexpr const char* kNewZone = "ews:zone";

std::string_view busy_of(const std::string& text) {
  constexpr std::pair<std::string_view, std::string_view> kBusy[] = {{"Free", "free"},
                                                                     {"Tentative", "tentative"},
                                                                     {"OOF", "oof"},
                                                                     {"WorkingElsewhere", "workingElsewhere"},
                                                                     {"NoData", "unknown"}};
  for (auto& [ews, ours] : kBusy)
    if (ews == text) return ours;
  return "busy";
}

// The attendees of one type are replaced, the others stay.
void set_attendees(const Edit& edit, std::string_view type, Node list) {
  json::array kept;
  json::value now = edit.now("attendees");
  if (auto* attendees = now.if_array())
    for (auto& one : *attendees)
      if (one.is_object() && text_of(one.get_object(), "type") != type) kept.push_back(one);
  for (auto& one : read_recipients(list)) {
    one.as_object()["type"] = type;
    kept.push_back(one);
  }
  edit.patch["attendees"] = std::move(kept);
}

std::string zone_name_of(const Edit& edit) {
  if (auto* zone = edit.patch.if_contains(kNewZone)) return std::string(zone->as_string());
  if (auto* start = object_of(edit.before, "start")) return std::string(text_of(*start, "timeZone"));
  return edit.call.zone;
}

std::optional<Instant> time_of(const Edit& edit, const char* fresh, std::string_view field) {
  if (auto* text = edit.patch.if_contains(fresh))
    return read_time(edit.call, std::string_view(text->as_string()));
  json::value held = edit.now(field);
  return held.is_null() ? std::nullopt : instant_of(held);
}

// A series starts on its first occurrence, whatever day was given.
std::expected<void, Problem> settle_series(const Edit& edit, LocalTime& start, LocalTime& end,
                                           const std::string& zone) {
  json::value held = edit.now("recurrence");
  auto* recurrence = held.if_object();
  if (!recurrence) return {};
  constexpr int kFar = 3660;
  auto first = date::floor<date::days>(start);
  auto days = occurrence_days(*recurrence, start, first, first + date::days(kFar));
  if (days.empty()) return std::unexpected(problem("ErrorRecurrenceHasNoOccurrence"));
  start += days.front() - first;
  end += days.front() - first;
  auto& range = recurrence->at("range").as_object();
  if (text_of(range, "recurrenceTimeZone").empty()) range["recurrenceTimeZone"] = zone;
  edit.patch["recurrence"] = std::move(held);
  return {};
}

}  // namespace

Applied set_calendar(const Edit& edit, const Setting& setting) {
  const std::string& uri = setting.uri;
  std::string text = content_of(setting.value);
  if (uri == "calendar:Start") {
    edit.patch[kNewStart] = text;
  } else if (uri == "calendar:End") {
    edit.patch[kNewEnd] = text;
  } else if (uri == "calendar:StartTimeZone" || uri == "calendar:MeetingTimeZone") {
    std::string name = attribute(setting.value, uri == "calendar:StartTimeZone" ? "Id" : "TimeZoneName");
    if (!lab::zone_of(name)) return std::unexpected(problem("ErrorCalendarInvalidTimeZone"));
    edit.patch[kNewZone] = name;
  } else if (uri == "calendar:EndTimeZone" || uri == "calendar:StartTimeZoneId" ||
             uri == "calendar:EndTimeZoneId" || uri == "calendar:ConferenceType" ||
             uri == "calendar:IsOnlineMeeting") {
    return true;  // the world has one zone for both ends, and no conferences
  } else if (uri == "calendar:IsAllDayEvent") {
    edit.patch["isAllDay"] = is_true(text);
  } else if (uri == "calendar:LegacyFreeBusyStatus") {
    edit.patch["showAs"] = busy_of(text);
  } else if (uri == "calendar:Location") {
    edit.patch["location"] = json::object{{"displayName", text}};
    edit.patch["locations"] = text.empty() ? json::array() : json::array{json::object{{"displayName", text}}};
  } else if (uri == "calendar:RequiredAttendees") {
    set_attendees(edit, "required", setting.value);
  } else if (uri == "calendar:OptionalAttendees") {
    set_attendees(edit, "optional", setting.value);
  } else if (uri == "calendar:Resources") {
    set_attendees(edit, "resource", setting.value);
  } else if (uri == "calendar:Recurrence") {
    auto recurrence = setting.value ? read_recurrence(setting.value) : std::nullopt;
    if (setting.value && !recurrence) return std::unexpected(problem("ErrorCalendarInvalidRecurrence"));
    edit.patch["recurrence"] = recurrence ? json::value(*recurrence) : json::value();
  } else if (uri == "calendar:UID") {
    edit.patch["iCalUId"] = text;
  } else if (uri == "calendar:IsResponseRequested") {
    edit.patch["responseRequested"] = is_true(text);
  } else if (uri == "calendar:AllowNewTimeProposal") {
    edit.patch["allowNewTimeProposals"] = is_true(text);
  } else {
    return false;
  }
  return true;
}

std::expected<void, Problem> settle_event(const Edit& edit, bool whole_series) {
  bool touched = std::ranges::any_of(
      std::initializer_list<const char*>{kNewStart, kNewEnd, kNewZone, "recurrence", "isAllDay"},
      [&](const char* name) { return edit.patch.contains(name); });
  if (!touched) return {};
  std::string zone_name = zone_name_of(edit);
  auto* zone = lab::zone_of(zone_name);
  auto from = time_of(edit, kNewStart, "start"), to = time_of(edit, kNewEnd, "end");
  for (auto* name : {kNewStart, kNewEnd, kNewZone}) edit.patch.erase(name);
  if (!zone) return std::unexpected(problem("ErrorCalendarInvalidTimeZone"));
  if (!from || !to) return std::unexpected(problem("ErrorRequiredPropertyMissing"));
  if (*to < *from) return std::unexpected(problem("ErrorCalendarEndDateIsEarlierThanStartDate"));
  LocalTime start = to_local(*from, *zone), end = to_local(*to, *zone);
  if (edit.now("isAllDay") == json::value(true)) {
    // Whole days, whatever was given.
    start = date::floor<date::days>(start);
    end = date::ceil<date::days>(end);
    if (end <= start) end = start + date::days(1);
  }
  if (whole_series)
    if (auto settled = settle_series(edit, start, end, zone_name); !settled) return settled;
  edit.patch["start"] = date_time_time_zone(start, zone_name);
  edit.patch["end"] = date_time_time_zone(end, zone_name);
  return {};
}

}  // namespace mailsync::lab::ews
