#include <algorithm>
#include <array>

#include "format/html_text.h"
#include "mailbox/graph/map.h"
#include "mailbox/graph/online_block.h"

namespace mailsync::graph {
namespace {

using model::Attendee;
using model::Meeting;
using model::When;

constexpr std::array<std::string_view, 5> kShowAs = {"free", "tentative", "busy", "oof", "workingElsewhere"};
constexpr std::array<std::string_view, 4> kSensitivity = {"normal", "personal", "private", "confidential"};
constexpr std::array<std::string_view, 3> kTypes = {"required", "optional", "resource"};

template <typename E, size_t N>
E enum_of(const std::array<std::string_view, N>& names, std::string_view name, E fallback) {
  const auto* found = std::ranges::find(names, name);
  return found == names.end() ? fallback : static_cast<E>(found - names.begin());
}

Attendee::Response response_of(std::string_view name) {
  if (name == "accepted" || name == "organizer") return Attendee::Response::Accepted;
  if (name == "tentativelyAccepted") return Attendee::Response::Tentative;
  if (name == "declined") return Attendee::Response::Declined;
  return Attendee::Response::None;
}

Field<std::string> body_of(const WireEvent& event) {
  if (!event.body.is_set())
    return event.body.is_cleared() ? Field<std::string>::cleared() : Field<std::string>();
  const WireBody& body = event.body.value();
  std::string words = body.html ? format::text_of_html(body.content) : body.content;
  return event.is_online_meeting ? without_online_block(std::move(words)) : words;
}

bool all_day(const WireEvent& event) {
  return event.is_all_day.value_or(false);
}

When start_of(const WireEvent& event) {
  return when_of(event.start.value_or({}), event.start_zone, all_day(event));
}

std::vector<Attendee> attendees_of(const WireEvent& event) {
  std::vector<Attendee> out;
  const std::string organizer = event.organizer ? model::clean_address(event.organizer->address) : "";
  for (const WireAttendee& from : event.attendees.value_or({})) {
    const std::string address = model::clean_address(from.who.address);
    if (address.empty() || address == organizer) continue;
    out.push_back({address, from.who.name, enum_of(kTypes, from.type, Attendee::Type::Required),
                   response_of(from.response)});
  }
  return out;
}

Field<int64_t> reminder_of(const WireEvent& event) {
  if (!event.is_reminder_on.supplied()) return {};
  if (!event.is_reminder_on.value_or(false)) return Field<int64_t>::cleared();
  return event.reminder_minutes;
}

// `start` moved by as much as lies between the series' start and end.
std::optional<When> end_after(const When& start, const Meeting& series) {
  if (!series.start.is_set() || !series.end.is_set()) return std::nullopt;
  const When& from = series.start.value();
  const When& to = series.end.value();
  When out = to;
  if (from.zone == to.zone || from.form != When::Form::Zoned) {
    constexpr int64_t kDay = 86400;
    const int64_t length = (to.wall.date.days_since_epoch() - from.wall.date.days_since_epoch()) * kDay +
                           to.wall.second_of_day - from.wall.second_of_day;
    const int64_t at = start.wall.second_of_day + length;
    const int64_t days = at >= 0 ? at / kDay : -((-at + kDay - 1) / kDay);
    out.wall = {start.wall.date.plus_days(days), static_cast<int32_t>(at - days * kDay)};
    return out;
  }
  const auto a = model::instant_of(from, "UTC"), b = model::instant_of(to, "UTC"),
             s = model::instant_of(start, "UTC");
  if (!a || !b || !s) return std::nullopt;
  const auto wall = model::wall_time_at(*s + (*b - *a), to.zone);
  if (!wall) return std::nullopt;
  out.wall = *wall;
  return out;
}

// What of an exception differs from its series; nullopt when nothing does that the model knows.
std::optional<model::Occurrence> exception_of(const WireEvent& event, const WireEvent& master,
                                              const Meeting& series) {
  const auto original = original_start_of(event, master);
  if (!original) return std::nullopt;
  model::Occurrence out;
  out.original_start = *original;
  if (event.subject.supplied() && event.subject.value_or("") != series.subject.value_or(""))
    out.subject = event.subject.value_or("");
  if (const auto body = body_of(event); body.supplied() && body.value_or("") != series.body.value_or(""))
    out.body = body.value_or("");
  if (event.location.supplied() && event.location.value_or("") != series.location.value_or(""))
    out.location = event.location.value_or("");
  // In the series' zone, whatever zone the exception was made in (F101).
  const When start = when_of(event.start.value_or({}), master.start_zone, all_day(event));
  const When end = when_of(event.end.value_or({}), master.end_zone, all_day(event));
  if (start != *original) out.start = start;
  if (end_after(*original, series) != end) out.end = end;
  if (!out.subject.supplied() && !out.body.supplied() && !out.location.supplied() && !out.start.supplied() &&
      !out.end.supplied())
    return std::nullopt;
  return out;
}

std::vector<model::Occurrence> exceptions_of(const WireEvent& master, const Meeting& series) {
  std::vector<model::Occurrence> out;
  for (const WireEvent& exception : master.exceptions)
    if (auto one = exception_of(exception, master, series)) out.push_back(std::move(*one));
  for (const std::string& id : master.cancelled_occurrences)
    if (const auto start = cancelled_start_of(id, master))
      out.push_back({.original_start = *start,
                     .cancelled = true,
                     .subject = {},
                     .body = {},
                     .location = {},
                     .start = {},
                     .end = {}});
  return out;
}

// Changes whenever an occurrence does, even where the master's own changeKey does not.
std::string series_version(const WireEvent& event) {
  if (event.exceptions.empty() && event.cancelled_occurrences.empty()) return event.change_key;
  std::vector<std::string> parts = event.cancelled_occurrences;
  for (const WireEvent& exception : event.exceptions)
    parts.push_back(exception.id + ":" + exception.change_key);
  std::ranges::sort(parts);
  uint64_t hash = 14695981039346656037ull;  // FNV-1a
  for (const std::string& part : parts)
    for (const char c : part + "\n") hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return event.change_key + ";" + std::to_string(hash);
}

}  // namespace

std::optional<When> original_start_of(const WireEvent& occurrence, const WireEvent& master) {
  if (!occurrence.original_start) return std::nullopt;
  const When series = start_of(master);
  const std::string zone = series.form == When::Form::Zoned && !series.zone.empty() ? series.zone : "UTC";
  if (series.form == When::Form::AllDay) {
    const auto utc = model::wall_time_at(*occurrence.original_start, "UTC");
    if (!utc) return std::nullopt;
    if (utc->second_of_day == 0) return When::all_day(utc->date);
    const auto own = model::iana_zone_of(master.start_zone);
    const auto there = own ? model::wall_time_at(*occurrence.original_start, *own) : std::nullopt;
    return When::all_day(there ? there->date : utc->date);
  }
  const auto wall = model::wall_time_at(*occurrence.original_start, zone);
  if (!wall) return std::nullopt;
  return When::zoned(*wall, series.zone);
}

std::optional<When> cancelled_start_of(std::string_view occurrence_id, const WireEvent& master) {
  const size_t dot = occurrence_id.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto date = model::Date::from_text(occurrence_id.substr(dot + 1));
  if (!date) return std::nullopt;
  When out = start_of(master);
  out.wall.date = *date;
  return out;
}

model::Meeting meeting_of(const WireEvent& event) {
  Meeting out;
  out.subject = event.subject;
  out.body = body_of(event);
  out.location = event.location;
  if (event.start.is_set()) out.start = start_of(event);
  if (event.end.is_set())
    out.end = when_of(event.end.value(), event.end_zone.empty() ? event.start_zone : event.end_zone,
                      all_day(event));
  if (event.show_as.supplied())
    out.show_as = enum_of(kShowAs, event.show_as.value_or(""), Meeting::ShowAs::Busy);
  if (event.sensitivity.supplied())
    out.sensitivity =
        enum_of(kSensitivity, event.sensitivity.value_or("normal"), Meeting::Sensitivity::Private);
  out.reminder_minutes = reminder_of(event);
  if (event.organizer)
    out.organizer = model::Participant{model::clean_address(event.organizer->address), event.organizer->name};
  if (event.attendees.supplied()) out.attendees = attendees_of(event);
  const bool series = event.type == "seriesMaster";
  if (event.recurrence.is_set())
    out.recurrence = Field<model::Recurrence>::of(recurrence_of(event.recurrence.value()));
  else if (!event.type.empty() && !series)
    out.recurrence = Field<model::Recurrence>::cleared();
  if (series)
    out.exceptions = exceptions_of(event, out);
  else if (!event.type.empty())
    out.exceptions = Field<std::vector<model::Occurrence>>::cleared();
  out.online_url =
      event.online_url.empty() ? Field<std::string>::cleared() : Field<std::string>(event.online_url);
  return out;
}

sync::RemoteItem item_of(const WireEvent& event, std::string_view category) {
  sync::RemoteItem item;
  item.kind = sync::Kind::Meeting;
  item.id = RemoteId{event.id};
  item.version = Version{series_version(event)};
  item.changed_at = event.modified.value_or(Instant{});
  item.marked = has_category(event.categories.value_or({}), category);
  for (const WireEvent& exception : event.exceptions)
    item.changed_at = std::max(item.changed_at, exception.modified.value_or(Instant{}));
  const Meeting meeting = meeting_of(event);
  item.fields = model::fields_of(meeting);
  item.made_by = OperationId{event.operation.empty() ? event.transaction_id : event.operation};
  const When start = meeting.start.value_or({});
  // Exchange gives a series split off one ("this and following") an iCalUId of its own. The start tells
  // nothing more, and it moves: a copy that is marked after the organizer moved the meeting is the same
  // meeting.
  item.series_key = model::series_key(event.ical_uid, event.organizer ? event.organizer->address : "", {});
  item.is_organizer = event.is_organizer;
  item.is_private =
      meeting.sensitivity.is_set() && (meeting.sensitivity.value() == Meeting::Sensitivity::Private ||
                                       meeting.sensitivity.value() == Meeting::Sensitivity::Confidential);
  item.others_would_be_mailed = event.is_organizer && people_mailed(event) > 0;
  item.is_cancelled = event.is_cancelled;
  if (start.form == When::Form::Zoned && start.zone.empty())
    item.read_only_because = "its time zone is not known";
  if (event.recurrence.is_set() && !meeting.recurrence.is_set())
    item.read_only_because = "the way it repeats is not known";
  return item;
}

size_t people_mailed(const WireEvent& event) {
  size_t people = attendees_of(event).size();
  for (const WireEvent& exception : event.exceptions)
    people = std::max(people, attendees_of(exception).size());
  return people;
}

model::Meeting occurrence_part_of(const model::Meeting& meeting) {
  Meeting out;
  out.subject = meeting.subject;
  out.body = meeting.body;
  out.location = meeting.location;
  out.start = meeting.start;
  out.end = meeting.end;
  return out;
}

model::Meeting wanted_of(const model::Occurrence& occurrence, const model::Meeting& series) {
  Meeting out = occurrence_part_of(series);
  if (occurrence.subject.supplied()) out.subject = occurrence.subject;
  if (occurrence.body.supplied()) out.body = occurrence.body;
  if (occurrence.location.supplied()) out.location = occurrence.location;
  out.start = occurrence.start.is_set() ? occurrence.start.value() : occurrence.original_start;
  if (occurrence.end.is_set())
    out.end = occurrence.end;
  else if (const auto end = end_after(out.start.value(), series))
    out.end = *end;
  return out;
}

namespace {

std::vector<WireAttendee> wire_attendees(const std::vector<Attendee>& attendees, const WireEvent* current) {
  std::vector<WireAttendee> out;
  // Graph lists the organizer among the attendees of some meetings; it stays where it was.
  const std::string organizer =
      current && current->organizer ? model::clean_address(current->organizer->address) : std::string();
  if (current && !organizer.empty())
    for (const WireAttendee& known : current->attendees.value_or({}))
      if (model::clean_address(known.who.address) == organizer) out.push_back(known);
  for (const Attendee& attendee : attendees)
    out.push_back(
        {{attendee.name, attendee.address}, std::string(kTypes[static_cast<size_t>(attendee.type)]), ""});
  return out;
}

// An online meeting keeps its block (F39).
Result<void> put_body(const Meeting& meeting, const WireEvent* current, WireEvent& out) {
  if (!meeting.body.supplied()) return {};
  const std::string words = meeting.body.value_or("");
  if (!current || !current->is_online_meeting || !current->body.is_set()) {
    out.body = WireBody{words, false};
    return {};
  }
  auto body = with_words_above_block(current->body.value(), words);
  if (!body)
    return fail(
        ErrorKind::Unsupported,
        "The text of this online meeting cannot be told from its joining details, so it is not changed: "
        "change the text in Outlook.");
  out.body = *std::move(body);
  return {};
}

Result<void> put_times(const Meeting& meeting, const WireEvent* current, WireEvent& out) {
  if (meeting.start.is_set()) {
    TRY(out.start, wire_of(meeting.start.value()));
    const bool whole_day = meeting.start.value().form == When::Form::AllDay;
    if (!current || all_day(*current) != whole_day) out.is_all_day = whole_day;
  }
  if (meeting.end.is_set()) {
    TRY(out.end, wire_of(meeting.end.value()));
  }
  return {};
}

Result<void> put_recurrence(const Meeting& meeting, const WireEvent* current, WireEvent& out) {
  if (meeting.recurrence.is_cleared()) {
    if (current && current->recurrence.is_set()) out.recurrence = Field<WireRecurrence>::cleared();
    return {};
  }
  const bool moved = meeting.start.is_set() && current && current->recurrence.is_set();
  if (!meeting.recurrence.is_set() && !moved) return {};
  std::optional<model::Recurrence> rule;
  if (meeting.recurrence.is_set())
    rule = meeting.recurrence.value();
  else
    rule = recurrence_of(current->recurrence.value());
  std::optional<When> start;
  if (meeting.start.is_set())
    start = meeting.start.value();
  else if (current && current->start.is_set())
    start = start_of(*current);
  if (!rule || !start)
    return fail(ErrorKind::ItemInvalid,
                "A series of meetings needs a first day and a known rule: correct it in the CRM.");
  out.recurrence = wire_of(*rule, start->wall.date, start->form == When::Form::Zoned ? start->zone : "UTC");
  return {};
}

}  // namespace

Result<WireEvent> wire_of(const model::Meeting& meeting, const WireEvent* current) {
  WireEvent out;
  if (meeting.subject.supplied()) out.subject = meeting.subject.value_or("");
  if (meeting.location.supplied()) out.location = meeting.location.value_or("");
  TRY_VOID(put_body(meeting, current, out));
  TRY_VOID(put_times(meeting, current, out));
  TRY_VOID(put_recurrence(meeting, current, out));
  if (meeting.show_as.is_set())
    out.show_as = std::string(kShowAs[static_cast<size_t>(meeting.show_as.value())]);
  if (meeting.sensitivity.is_set()) {
    // Never lowered (F102).
    const auto now = current && current->sensitivity.is_set()
                         ? enum_of(kSensitivity, current->sensitivity.value(), Meeting::Sensitivity::Private)
                         : Meeting::Sensitivity::Normal;
    if (meeting.sensitivity.value() >= now)
      out.sensitivity = std::string(kSensitivity[static_cast<size_t>(meeting.sensitivity.value())]);
  }
  if (meeting.reminder_minutes.is_set()) {
    out.is_reminder_on = true;
    out.reminder_minutes = meeting.reminder_minutes;
  } else if (meeting.reminder_minutes.is_cleared()) {
    out.is_reminder_on = false;
  }
  if (meeting.attendees.supplied()) out.attendees = wire_attendees(meeting.attendees.value_or({}), current);
  return out;
}

}  // namespace mailsync::graph
