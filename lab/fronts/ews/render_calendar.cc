// t:CalendarItemType: single meetings, masters with what became of their occurrences, and occurrences.
#include <algorithm>

#include "lab/fronts/ews/recurrence_xml.h"
#include "lab/fronts/ews/render.h"
#include "lab/meetings.h"
#include "lab/recurrence.h"
#include "lab/zones.h"

namespace mailsync::lab::ews {
namespace {

bool is_master(const ItemView& v) {
  return !v.day && object_of(v.fields, "recurrence");
}
bool is_meeting(const ItemView& v) {
  auto* attendees = array_of(v.fields, "attendees");
  return (attendees && !attendees->empty()) || !is_organizer(v.call.mailbox, v.item);
}

std::string_view response_type(std::string_view ours) {
  constexpr std::pair<std::string_view, std::string_view> kResponses[] = {
      {"organizer", "Organizer"},
      {"tentativelyAccepted", "Tentative"},
      {"accepted", "Accept"},
      {"declined", "Decline"},
      {"notResponded", "NoResponseReceived"}};
  for (auto& [name, ews] : kResponses)
    if (name == ours) return ews;
  return "Unknown";
}

void put_busy(ItemView& v) {
  auto as = text_of(v.fields, "showAs");
  std::string_view text = as == "free"                                               ? "Free"
                          : as == "tentative"                                        ? "Tentative"
                          : as == "oof"                                              ? "OOF"
                          : as == "workingElsewhere" && v.call.since(Version::E2013) ? "WorkingElsewhere"
                          : as == "unknown"                                          ? "NoData"
                                                                                     : "Busy";
  add(v.out, "t:LegacyFreeBusyStatus", text);
}

void put_type(ItemView& v) {
  add(v.out, "t:CalendarItemType",
      is_master(v)                         ? "RecurringMaster"
      : !v.day                             ? "Single"
      : v.item.exceptions.contains(*v.day) ? "Exception"
                                           : "Occurrence");
}

void put_attendees(ItemView& v, const char* name, std::string_view type) {
  auto* attendees = array_of(v.fields, "attendees");
  Node list;
  for (size_t i = 0; attendees && i < attendees->size(); ++i) {
    auto* one = (*attendees)[i].if_object();
    if (!one || text_of(*one, "type") != type || address_of((*attendees)[i]).empty()) continue;
    if (!list) list = add(v.out, name);
    Node attendee = add(list, "t:Attendee");
    put_mailbox(attendee, (*attendees)[i]);
    auto* status = object_of(*one, "status");
    add(attendee, "t:ResponseType", response_type(status ? text_of(*status, "response") : ""));
    auto at = status ? Instant::from_iso(text_of(*status, "time")) : std::nullopt;
    if (at && at->us > 0) add(attendee, "t:LastResponseTime", time_text(v.call, *at));
  }
}

void put_duration(ItemView& v) {
  auto span = span_of(v.item, v.day);
  if (span)
    add(v.out, "t:Duration", "PT" + std::to_string((span->end - span->start).count() / 60'000'000) + "M");
}

std::string windows_name(std::string_view zone) {
  auto windows = windows_of_iana(zone);
  return std::string(windows ? *windows : zone);
}

void put_zone(ItemView& v, const char* name, std::string_view field) {
  auto* at = object_of(v.fields, field);
  if (!at) return;
  std::string zone = windows_name(text_of(*at, "timeZone"));
  Node node = add(v.out, name);
  set(node, "Id", zone);
  set(node, "Name", zone);
}

void put_occurrence(ItemView& v, Node parent, const char* name, uint32_t day) {
  auto span = span_of(v.item, day);
  if (!span) return;
  Node info = add(parent, name);
  put_item_id(info, "t:ItemId", v.call, v.item, day);
  add(info, "t:Start", time_text(v.call, span->start));
  add(info, "t:End", time_text(v.call, span->end));
  add(info, "t:OriginalStart", time_text(v.call, original_start(v.item, day)));
}

// First and last day of a series on which something is left; a series without end has no last.
std::pair<std::optional<uint32_t>, std::optional<uint32_t>> ends_of(const ItemView& v) {
  constexpr int kFar = 3660;
  auto* recurrence = object_of(v.fields, "recurrence");
  auto* start = object_of(v.fields, "start");
  auto at = start ? parse_local(text_of(*start, "dateTime")) : std::nullopt;
  if (!recurrence || !at) return {};
  auto first = date::floor<date::days>(*at);
  std::vector<uint32_t> left;
  for (auto day : occurrence_days(*recurrence, *at, first, first + date::days(kFar)))
    if (!v.item.cancelled.contains(day_number(day))) left.push_back(day_number(day));
  if (left.empty()) return {};
  auto* range = object_of(*recurrence, "range");
  bool endless = range && text_of(*range, "type") == "noEnd";
  return {left.front(), endless ? std::nullopt : std::optional(left.back())};
}

void put_end_of_series(ItemView& v, const char* name, bool last) {
  if (!is_master(v)) return;
  auto ends = ends_of(v);
  if (auto day = last ? ends.second : ends.first) put_occurrence(v, v.out, name, *day);
}

void put_modified(ItemView& v) {
  if (!is_master(v) || v.item.exceptions.empty()) return;
  Node list = add(v.out, "t:ModifiedOccurrences");
  for (auto& [day, _] : v.item.exceptions) put_occurrence(v, list, "t:Occurrence", day);
}

void put_deleted(ItemView& v) {
  if (!is_master(v) || v.item.cancelled.empty()) return;
  Node list = add(v.out, "t:DeletedOccurrences");
  for (uint32_t day : v.item.cancelled)
    add(add(list, "t:DeletedOccurrence"), "t:Start", time_text(v.call, original_start(v.item, day)));
}

void put_time(ItemView& v, const char* name, bool end) {
  if (auto span = span_of(v.item, v.day)) add(v.out, name, time_text(v.call, end ? span->end : span->start));
}

void put_original(ItemView& v, const char* name) {
  if (v.day) add(v.out, name, time_text(v.call, original_start(v.item, *v.day)));
}

void put_my_response(ItemView& v) {
  auto* status = object_of(v.fields, "responseStatus");
  bool mine = is_organizer(v.call.mailbox, v.item);
  add(v.out, "t:MyResponseType",
      mine && is_meeting(v) ? "Organizer" : response_type(status ? text_of(*status, "response") : ""));
}

void put_organizer(ItemView& v) {
  auto* organizer = v.fields.if_contains("organizer");
  if (organizer && !address_of(*organizer).empty()) put_mailbox(add(v.out, "t:Organizer"), *organizer);
}

// [MS-OXOCAL] 2.2.1.10: 1 a meeting, 2 received, 4 cancelled.
int64_t state_of(const ItemView& v) {
  return (is_meeting(v) ? 1 : 0) | (is_organizer(v.call.mailbox, v.item) ? 0 : 2) |
         (flag_of(v.fields, "isCancelled") ? 4 : 0);
}

constexpr auto kOld = Version::E2007;
constexpr Property kCalendar[] = {
    {"calendar:UID", kAll, kOld, [](ItemView& v) { add(v.out, "t:UID", text_of(v.fields, "iCalUId")); }},
    {"calendar:RecurrenceId", kAll, kOld, [](ItemView& v) { put_original(v, "t:RecurrenceId"); }},
    {"calendar:DateTimeStamp", kAll, kOld,
     [](ItemView& v) { add(v.out, "t:DateTimeStamp", time_text(v.call, v.item.modified)); }},
    {"calendar:Start", kDefault, kOld, [](ItemView& v) { put_time(v, "t:Start", false); }},
    {"calendar:End", kDefault, kOld, [](ItemView& v) { put_time(v, "t:End", true); }},
    {"calendar:OriginalStart", kAll, kOld, [](ItemView& v) { put_original(v, "t:OriginalStart"); }},
    {"calendar:IsAllDayEvent", kAll, kOld,
     [](ItemView& v) { add(v.out, "t:IsAllDayEvent", flag_of(v.fields, "isAllDay")); }},
    {"calendar:LegacyFreeBusyStatus", kDefault, kOld, put_busy},
    {"calendar:Location", kDefault, kOld,
     [](ItemView& v) {
       auto* location = object_of(v.fields, "location");
       if (auto text = location ? text_of(*location, "displayName") : ""; !text.empty())
         add(v.out, "t:Location", text);
     }},
    {"calendar:IsMeeting", kAll, kOld, [](ItemView& v) { add(v.out, "t:IsMeeting", is_meeting(v)); }},
    {"calendar:IsCancelled", kAll, kOld,
     [](ItemView& v) { add(v.out, "t:IsCancelled", flag_of(v.fields, "isCancelled")); }},
    {"calendar:IsRecurring", kAll, kOld, [](ItemView& v) { add(v.out, "t:IsRecurring", v.day.has_value()); }},
    {"calendar:MeetingRequestWasSent", kAll, kOld,
     [](ItemView& v) {
       auto* sent = object_of(v.fields, "exchange");
       add(v.out, "t:MeetingRequestWasSent", is_meeting(v) && !(sent && flag_of(*sent, "Unsent")));
     }},
    {"calendar:IsResponseRequested", kAll, kOld,
     [](ItemView& v) { add(v.out, "t:IsResponseRequested", flag_of(v.fields, "responseRequested", true)); }},
    {"calendar:CalendarItemType", kAll, kOld, put_type},
    {"calendar:MyResponseType", kAll, kOld, put_my_response},
    {"calendar:Organizer", kAll, kOld, put_organizer},
    {"calendar:RequiredAttendees", kAll | kGetOnly, kOld,
     [](ItemView& v) { put_attendees(v, "t:RequiredAttendees", "required"); }},
    {"calendar:OptionalAttendees", kAll | kGetOnly, kOld,
     [](ItemView& v) { put_attendees(v, "t:OptionalAttendees", "optional"); }},
    {"calendar:Resources", kAll | kGetOnly, kOld,
     [](ItemView& v) { put_attendees(v, "t:Resources", "resource"); }},
    {"calendar:Duration", kAll, kOld, put_duration},
    {"calendar:TimeZone", kAll, kOld,
     [](ItemView& v) {
       if (auto* start = object_of(v.fields, "start"))
         add(v.out, "t:TimeZone", windows_name(text_of(*start, "timeZone")));
     }},
    {"calendar:AppointmentSequenceNumber", kAll, kOld,
     [](ItemView& v) { add(v.out, "t:AppointmentSequenceNumber", int64_t{0}); }},
    {"calendar:AppointmentState", kAll, kOld,
     [](ItemView& v) { add(v.out, "t:AppointmentState", state_of(v)); }},
    {"calendar:Recurrence", kAll | kGetOnly, kOld,
     [](ItemView& v) {
       if (is_master(v)) put_recurrence(v.out, "t:Recurrence", *object_of(v.fields, "recurrence"));
     }},
    {"calendar:FirstOccurrence", kAll | kGetOnly, kOld,
     [](ItemView& v) { put_end_of_series(v, "t:FirstOccurrence", false); }},
    {"calendar:LastOccurrence", kAll | kGetOnly, kOld,
     [](ItemView& v) { put_end_of_series(v, "t:LastOccurrence", true); }},
    {"calendar:ModifiedOccurrences", kAll | kGetOnly, kOld, put_modified},
    {"calendar:DeletedOccurrences", kAll | kGetOnly, kOld, put_deleted},
    {"calendar:StartTimeZone", kAll | kGetOnly, Version::E2010,
     [](ItemView& v) { put_zone(v, "t:StartTimeZone", "start"); }},
    {"calendar:EndTimeZone", kAll | kGetOnly, Version::E2010,
     [](ItemView& v) { put_zone(v, "t:EndTimeZone", "end"); }},
    {"calendar:AllowNewTimeProposal", kAll, kOld,
     [](ItemView& v) {
       add(v.out, "t:AllowNewTimeProposal", flag_of(v.fields, "allowNewTimeProposals", true));
     }},
    {"calendar:IsOnlineMeeting", kAll, kOld,
     [](ItemView& v) { add(v.out, "t:IsOnlineMeeting", flag_of(v.fields, "isOnlineMeeting")); }},
};

}  // namespace

std::span<const Property> calendar_properties() {
  return kCalendar;
}

}  // namespace mailsync::lab::ews
