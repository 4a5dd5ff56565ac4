#include <libical/ical.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <utility>

#include "format/icalendar.h"
#include "format/icalendar_values.h"
#include "model/email.h"

namespace mailsync::format {
namespace {

using model::Attendee;
using model::Meeting;
using model::Occurrence;
using model::Task;
using model::When;

using Zones = std::set<std::string>;

// A parameter value cannot hold quotes or control characters (RFC 5545 section 3.2).
std::string parameter_text(std::string_view text) {
  std::string out;
  for (const char c : model::clean_text(text))
    out += c == '"' ? '\'' : static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  return out;
}

// Text that libical escapes: line ends are "\n" there.
std::string value_text(std::string_view text) {
  std::string out;
  for (const char c : model::clean_text(text))
    if (c == '\n' || c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)) out += c;
  return out;
}

class Writer {
 public:
  Writer(icalcomponent* to, Zones& zones) : to_(to), zones_(zones) {}

  void words(const model::Field<std::string>& field, icalproperty* (*make)(const char*)) {
    if (field.is_set() && !field.value().empty())
      icalcomponent_add_property(to_, make(value_text(field.value()).c_str()));
  }
  // Only with names and values of our own making.
  icalproperty* line(const std::string& text) {
    icalproperty* property = icalproperty_new_from_string(text.c_str());
    if (property != nullptr) icalcomponent_add_property(to_, property);
    return property;
  }
  void time(const char* name, const When& when) {
    if (when.form == When::Form::AllDay) {
      line(std::string(name) + ";VALUE=DATE:" + date_text(when.wall.date));
      return;
    }
    const bool utc = when.form == When::Form::Zoned && when.zone == "UTC";
    icalproperty* property = line(std::string(name) + ":" + time_text(when.wall, utc));
    if (property == nullptr || utc || when.form == When::Form::Floating) return;
    icalproperty_add_parameter(property, icalparameter_new_tzid(parameter_text(when.zone).c_str()));
    zones_.insert(when.zone);
  }
  void alarm(const std::string& trigger) {
    icalcomponent* out = icalcomponent_new_valarm();
    icalcomponent_add_property(out, icalproperty_new_action(ICAL_ACTION_DISPLAY));
    icalcomponent_add_property(out, icalproperty_new_description("Reminder"));
    if (icalproperty* property = icalproperty_new_from_string(trigger.c_str()))
      icalcomponent_add_property(out, property);
    icalcomponent_add_component(to_, out);
  }
  icalcomponent* target() const { return to_; }

 private:
  icalcomponent* to_;
  Zones& zones_;
};

Result<void> check_when(const When& when) {
  if (when.form == When::Form::Zoned && !model::zone_is_known(when.zone))
    return fail(ErrorKind::Unsupported,
                "the time zone of this meeting is not known, so it is not written: choose one for it");
  return {};
}

void add_head(const CalendarItem& item, Instant stamp, Writer& out) {
  icalcomponent_add_property(out.target(), icalproperty_new_uid(value_text(item.uid).c_str()));
  const auto utc = [](Instant at) {
    return time_text(model::wall_time_at(at, "UTC").value_or(model::WallTime{}), true);
  };
  out.line("DTSTAMP:" + utc(stamp));
  if (item.changed_at) out.line("LAST-MODIFIED:" + utc(*item.changed_at));
  if (item.sequence != 0) out.line("SEQUENCE:" + std::to_string(item.sequence));
}

void add_people(const Meeting& meeting, Writer& out) {
  if (meeting.organizer.is_set())
    if (const std::string address = model::clean_address(meeting.organizer.value().address);
        !address.empty()) {
      icalproperty* property = icalproperty_new_organizer(("mailto:" + address).c_str());
      if (!meeting.organizer.value().name.empty())
        icalproperty_add_parameter(
            property, icalparameter_new_cn(parameter_text(meeting.organizer.value().name).c_str()));
      icalcomponent_add_property(out.target(), property);
    }
  for (const Attendee& one : meeting.attendees.value_or({})) {
    const std::string address = model::clean_address(one.address);
    if (address.empty()) continue;
    icalproperty* property = icalproperty_new_attendee(("mailto:" + address).c_str());
    if (!one.name.empty())
      icalproperty_add_parameter(property, icalparameter_new_cn(parameter_text(one.name).c_str()));
    if (one.type == Attendee::Type::Resource)
      icalproperty_add_parameter(property, icalparameter_new_cutype(ICAL_CUTYPE_RESOURCE));
    icalproperty_add_parameter(
        property, icalparameter_new_role(one.type == Attendee::Type::Optional ? ICAL_ROLE_OPTPARTICIPANT
                                                                              : ICAL_ROLE_REQPARTICIPANT));
    constexpr std::array kAnswers = {ICAL_PARTSTAT_NEEDSACTION, ICAL_PARTSTAT_ACCEPTED,
                                     ICAL_PARTSTAT_TENTATIVE, ICAL_PARTSTAT_DECLINED};
    icalproperty_add_parameter(property,
                               icalparameter_new_partstat(kAnswers[static_cast<size_t>(one.response)]));
    icalcomponent_add_property(out.target(), property);
  }
}

void add_state(const Meeting& meeting, Writer& out) {
  constexpr std::array kBusy = {"FREE", "TENTATIVE", "BUSY", "OOF", "WORKINGELSEWHERE"};
  constexpr std::array kClasses = {"PUBLIC", "X-PERSONAL", "PRIVATE", "CONFIDENTIAL"};
  if (meeting.show_as.is_set()) {
    out.line(meeting.show_as.value() == Meeting::ShowAs::Free ? "TRANSP:TRANSPARENT" : "TRANSP:OPAQUE");
    out.line(std::string("X-MICROSOFT-CDO-BUSYSTATUS:") +
             kBusy[static_cast<size_t>(meeting.show_as.value())]);
  }
  if (meeting.sensitivity.is_set())
    out.line(std::string("CLASS:") + kClasses[static_cast<size_t>(meeting.sensitivity.value())]);
  if (meeting.reminder_minutes.is_set())
    out.alarm("TRIGGER:-PT" + std::to_string(std::max<int64_t>(0, meeting.reminder_minutes.value())) + "M");
}

int64_t seconds_between(const When& from, const When& to) {
  return (to.wall.date.days_since_epoch() - from.wall.date.days_since_epoch()) * 86400 +
         to.wall.second_of_day - from.wall.second_of_day;
}

When shifted(const When& start, int64_t seconds) {
  When out = start;
  const int64_t total = start.wall.second_of_day + seconds;
  out.wall = {start.wall.date.plus_days(total / 86400), static_cast<int32_t>(total % 86400)};
  return out;
}

// An override says all of the occurrence, not only what differs.
Result<void> add_override(const CalendarItem& item, const Meeting& meeting, const Occurrence& one,
                          Instant stamp, icalcomponent* calendar, Zones& zones) {
  Component event(icalcomponent_new_vevent());
  Writer out(event.get(), zones);
  add_head(item, stamp, out);
  out.time("RECURRENCE-ID", one.original_start);
  const When start = one.start.value_or(one.original_start);
  const int64_t length =
      meeting.end.is_set() ? std::max<int64_t>(0, seconds_between(meeting.start.value(), meeting.end.value()))
                           : 0;
  const When end = one.end.value_or(shifted(start, length));
  TRY_VOID(check_when(start));
  TRY_VOID(check_when(end));
  out.time("DTSTART", start);
  out.time("DTEND", end);
  out.words(one.subject.supplied() ? one.subject : meeting.subject, &icalproperty_new_summary);
  out.words(one.body.supplied() ? one.body : meeting.body, &icalproperty_new_description);
  out.words(one.location.supplied() ? one.location : meeting.location, &icalproperty_new_location);
  add_state(meeting, out);
  add_people(meeting, out);
  icalcomponent_add_component(calendar, event.release());
  return {};
}

Result<void> add_meeting(const CalendarItem& item, const Meeting& meeting, Instant stamp,
                         icalcomponent* calendar, Zones& zones) {
  if (!meeting.start.is_set())
    return fail(ErrorKind::ItemInvalid,
                "the meeting has no start, so it cannot be written to a calendar file");
  const When& start = meeting.start.value();
  TRY_VOID(check_when(start));
  if (meeting.end.is_set()) TRY_VOID(check_when(meeting.end.value()));
  Component event(icalcomponent_new_vevent());
  Writer out(event.get(), zones);
  add_head(item, stamp, out);
  if (item.original_start) out.time("RECURRENCE-ID", *item.original_start);
  out.time("DTSTART", start);
  if (meeting.end.is_set()) out.time("DTEND", meeting.end.value());
  out.words(meeting.subject, &icalproperty_new_summary);
  out.words(meeting.body, &icalproperty_new_description);
  out.words(meeting.location, &icalproperty_new_location);
  if (item.is_cancelled) out.line("STATUS:CANCELLED");
  if (meeting.recurrence.is_set()) out.line("RRULE:" + rrule_text(meeting.recurrence.value(), start));
  const auto exceptions = meeting.exceptions.value_or({});
  for (const Occurrence& one : exceptions)
    if (one.cancelled) out.time("EXDATE", one.original_start);
  add_state(meeting, out);
  add_people(meeting, out);
  icalcomponent_add_component(calendar, event.release());
  for (const Occurrence& one : exceptions)
    if (!one.cancelled) TRY_VOID(add_override(item, meeting, one, stamp, calendar, zones));
  return {};
}

void add_task(const CalendarItem& item, const Task& task, Instant stamp, icalcomponent* calendar,
              Zones& zones) {
  Component todo(icalcomponent_new_vtodo());
  Writer out(todo.get(), zones);
  add_head(item, stamp, out);
  out.words(task.subject, &icalproperty_new_summary);
  out.words(task.body, &icalproperty_new_description);
  if (task.start.is_set()) out.time("DTSTART", When::all_day(task.start.value()));
  if (task.due.is_set()) out.time("DUE", When::all_day(task.due.value()));
  if (task.completed_on.is_set()) out.line("COMPLETED:" + time_text({task.completed_on.value(), 0}, true));
  if (task.status.is_set()) {
    constexpr std::array kStatus = {"NEEDS-ACTION", "IN-PROCESS", "COMPLETED", "NEEDS-ACTION",
                                    "NEEDS-ACTION"};
    out.line(std::string("STATUS:") + kStatus[static_cast<size_t>(task.status.value())]);
    // RFC 5545 has no word for these two.
    if (task.status.value() == Task::Status::Waiting) out.line("X-MAILSYNC-STATUS:WAITING");
    if (task.status.value() == Task::Status::Deferred) out.line("X-MAILSYNC-STATUS:DEFERRED");
  }
  if (task.importance.is_set()) {
    constexpr std::array kPriorities = {"9", "5", "1"};
    out.line(std::string("PRIORITY:") + kPriorities[static_cast<size_t>(task.importance.value())]);
  }
  if (const auto at =
          task.reminder_at.is_set() ? model::wall_time_at(task.reminder_at.value(), "UTC") : std::nullopt)
    out.alarm("TRIGGER;VALUE=DATE-TIME:" + time_text(*at, true));
  const auto& first = task.start.is_set() ? task.start : task.due;
  if (task.recurrence.is_set() && first.is_set())
    out.line("RRULE:" + rrule_text(task.recurrence.value(), When::all_day(first.value())));
  icalcomponent_add_component(calendar, todo.release());
}

// RFC 5545 wants a VTIMEZONE for each TZID; libical makes it of the system's time zone data.
void add_zones(const Zones& zones, icalcomponent* calendar) {
  for (const std::string& name : zones) {
    icaltimezone* zone = icaltimezone_get_builtin_timezone(name.c_str());
    icalcomponent* own = zone == nullptr ? nullptr : icaltimezone_get_component(zone);
    if (own == nullptr) continue;
    Component copy(icalcomponent_new_clone(own));
    if (icalproperty* id = icalcomponent_get_first_property(copy.get(), ICAL_TZID_PROPERTY))
      icalproperty_set_tzid(id, name.c_str());
    icalcomponent_add_component(calendar, copy.release());
  }
}

}  // namespace

Result<std::string> write_icalendar(const Calendar& calendar, Instant stamp) {
  icalerror_set_errors_are_fatal(0);
  const Component root(icalcomponent_new_vcalendar());
  icalcomponent_add_property(root.get(), icalproperty_new_version("2.0"));
  icalcomponent_add_property(root.get(), icalproperty_new_prodid("-//Mail Sync//EN"));
  if (!calendar.method.empty()) {
    if (!std::ranges::all_of(calendar.method, [](char c) { return c >= 'A' && c <= 'Z'; }))
      return fail(ErrorKind::ItemInvalid, "the method of the calendar is no word in capitals");
    icalproperty* method = icalproperty_new_from_string(("METHOD:" + calendar.method).c_str());
    if (method != nullptr) icalcomponent_add_property(root.get(), method);
  }
  Zones zones;
  for (const CalendarItem& item : calendar.items) {
    if (item.uid.empty())
      return fail(ErrorKind::ItemInvalid, "an item without a UID cannot be written to a calendar file");
    if (const auto* task = std::get_if<Task>(&item.content)) {
      add_task(item, *task, stamp, root.get(), zones);
      continue;
    }
    TRY_VOID(add_meeting(item, std::get<Meeting>(item.content), stamp, root.get(), zones));
  }
  add_zones(zones, root.get());
  const std::unique_ptr<char, decltype(&icalmemory_free_buffer)> text(
      icalcomponent_as_ical_string_r(root.get()), &icalmemory_free_buffer);
  return std::string(text ? text.get() : "");
}

}  // namespace mailsync::format
