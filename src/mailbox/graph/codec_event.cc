// event: learn.microsoft.com/graph/api/resources/event
#include "mailbox/graph/codec.h"

namespace mailsync::graph {
namespace {

std::vector<WireAttendee> read_attendees(const JsonArray& items) {
  std::vector<WireAttendee> out;
  for (const JsonValue item : items) {
    const auto members = item.if_object();
    if (!members) continue;
    WireAttendee attendee{read_recipient(members), text(*members, "type"), {}};
    if (const auto status = child(*members, "status")) attendee.response = text(*status, "response");
    out.push_back(std::move(attendee));
  }
  return out;
}

void read_what_is_read_only(const JsonObject& from, WireEvent& out) {
  out.type = text(from, "type");
  out.series_master_id = text(from, "seriesMasterId");
  out.ical_uid = text(from, "iCalUId");
  out.transaction_id = text(from, "transactionId");
  out.start_zone = text(from, "originalStartTimeZone");
  out.end_zone = text(from, "originalEndTimeZone");
  out.original_start = instant(from, "originalStart");
  out.is_organizer = flag(from, "isOrganizer");
  out.is_cancelled = flag(from, "isCancelled");
  out.is_online_meeting = flag(from, "isOnlineMeeting");
  out.is_draft = flag(from, "isDraft");
  if (const auto organizer = child(from, "organizer")) out.organizer = read_recipient(organizer);
  if (const auto online = child(from, "onlineMeeting")) out.online_url = text(*online, "joinUrl");
  if (out.online_url.empty()) out.online_url = text(from, "onlineMeetingUrl");
  out.cancelled_occurrences = texts(from, "cancelledOccurrences");
  if (const auto exceptions = list(from, "exceptionOccurrences"))
    for (const JsonValue exception : *exceptions)
      if (const auto members = exception.if_object()) out.exceptions.push_back(read_event(*members));
  out.operation = read_operation(from);
}

}  // namespace

WireEvent read_event(const JsonObject& from) {
  WireEvent out;
  static_cast<WireItem&>(out) = read_item(from);
  if (out.removed) return out;
  out.subject = text_field(from, "subject");
  out.sensitivity = text_field(from, "sensitivity");
  out.show_as = text_field(from, "showAs");
  out.body = read_body(from, "body");
  out.start = read_date_time(from, "start");
  out.end = read_date_time(from, "end");
  out.is_all_day = flag_field(from, "isAllDay");
  out.is_reminder_on = flag_field(from, "isReminderOn");
  out.reminder_minutes = number_field(from, "reminderMinutesBeforeStart");
  if (const auto location = child(from, "location")) out.location = text_field(*location, "displayName");
  if (const auto attendees = list(from, "attendees")) out.attendees = read_attendees(*attendees);
  if (const auto recurrence = child(from, "recurrence"))
    out.recurrence = read_recurrence(*recurrence);
  else if (from.contains("recurrence"))
    out.recurrence = Field<WireRecurrence>::cleared();
  out.categories = texts_field(from, "categories");
  read_what_is_read_only(from, out);
  return out;
}

std::string write_event(const WireEvent& event, std::string_view transaction_id) {
  object out;
  put(out, "subject", event.subject);
  put(out, "sensitivity", event.sensitivity);
  put(out, "showAs", event.show_as);
  put_text_body(out, "body", event.body);
  put_date_time(out, "start", event.start);
  put_date_time(out, "end", event.end);
  put(out, "isAllDay", event.is_all_day);
  put(out, "isReminderOn", event.is_reminder_on);
  put(out, "reminderMinutesBeforeStart", event.reminder_minutes);
  if (event.location.supplied()) out["location"] = object{{"displayName", event.location.value_or("")}};
  if (event.attendees.supplied()) {
    array attendees;
    if (const auto* items = event.attendees.get())
      for (const WireAttendee& item : *items) {
        object who{{"address", item.who.address}};
        if (!item.who.name.empty()) who["name"] = item.who.name;
        attendees.push_back(object{{"emailAddress", std::move(who)}, {"type", item.type}});
      }
    out["attendees"] = std::move(attendees);
  }
  if (event.recurrence.supplied()) {
    if (const auto* recurrence = event.recurrence.get())
      out["recurrence"] = write_recurrence(*recurrence);
    else
      out["recurrence"] = nullptr;
  }
  put(out, "categories", event.categories);
  if (!transaction_id.empty()) out["transactionId"] = transaction_id;
  if (!event.operation.empty())
    out["singleValueExtendedProperties"] = array{operation_property(event.operation)};
  return boost::json::serialize(out);
}

}  // namespace mailsync::graph
