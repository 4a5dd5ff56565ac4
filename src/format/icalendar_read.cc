#include <libical/ical.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <utility>

#include "format/charset.h"
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

constexpr std::string_view kOtherRule =
    "It repeats by a rule that Microsoft 365 does not know, so it is only shown.";
constexpr std::string_view kExtraDates = "It has extra dates besides its rule, so it is only shown.";
constexpr std::string_view kOtherZone = "Its time zone is not known, so it is only shown.";
constexpr std::string_view kNoStart = "It has no start that can be read, so it is only shown.";
constexpr std::string_view kSplit = "It was changed from one occurrence on, so it is only shown.";

void mark(std::string_view why, CalendarItem& item) {
  item.read_only = true;
  if (item.note.find(why) == std::string::npos)
    item.note += (item.note.empty() ? "" : " ") + std::string(why);
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

template <typename T>
T or_cleared(std::string text) {
  return text.empty() ? T::cleared() : T(std::move(text));
}
using Words = model::Field<std::string>;

icalproperty* first(icalcomponent* component, icalproperty_kind kind) {
  return icalcomponent_get_first_property(component, kind);
}

template <typename F>
void each(icalcomponent* component, icalproperty_kind kind, F visit) {
  for (icalproperty* one = first(component, kind); one != nullptr;
       one = icalcomponent_get_next_property(component, kind))
    visit(one);
}

// Reads the components of one UID into one item, or several when there is no master.
class ItemReader {
 public:
  ItemReader(icalcomponent* calendar, const CalendarLimits& limits) : calendar_(calendar), limits_(limits) {}

  CalendarItem item(icalcomponent* component) {
    CalendarItem out;
    out.uid = text_of(component, ICAL_UID_PROPERTY);
    if (icalproperty* sequence = first(component, ICAL_SEQUENCE_PROPERTY))
      if (icalvalue* value = icalproperty_get_value(sequence);
          value != nullptr && icalvalue_isa(value) == ICAL_INTEGER_VALUE)
        out.sequence = icalvalue_get_integer(value);
    out.is_cancelled = status(component) == "CANCELLED";
    if (const auto changed = time(component, ICAL_LASTMODIFIED_PROPERTY, out))
      out.changed_at = model::instant_of(*changed, "UTC");
    out.original_start = time(component, ICAL_RECURRENCEID_PROPERTY, out);
    if (icalcomponent_isa(component) == ICAL_VTODO_COMPONENT)
      out.content = task(component, out);
    else
      out.content = meeting(component, out);
    return out;
  }

  // Adds an override to the series it belongs to.
  void add_override(icalcomponent* component, CalendarItem& series) {
    auto* whole = std::get_if<Meeting>(&series.content);
    if (whole == nullptr) return;
    CalendarItem one = item(component);
    if (!one.original_start || !whole->start.is_set()) return;
    if (icalproperty* id = first(component, ICAL_RECURRENCEID_PROPERTY);
        !parameter_of(id, ICAL_RANGE_PARAMETER).empty())
      mark(kSplit, series);
    if (one.read_only) mark(one.note, series);
    const Meeting& changed = std::get<Meeting>(one.content);
    Occurrence out{.original_start = in_form_of(whole->start.value(), *one.original_start),
                   .cancelled = one.is_cancelled};
    const auto take = [](const auto& now, const auto& before, auto& target) {
      if (now != before) target = now;
    };
    if (!out.cancelled) {
      take(changed.subject, whole->subject, out.subject);
      take(changed.body, whole->body, out.body);
      take(changed.location, whole->location, out.location);
      if (changed.start != model::Field<When>(out.original_start)) out.start = changed.start;
      if (changed.end.is_set() && changed.end.value() != usual_end(*whole, out.original_start))
        out.end = changed.end;
    }
    add(std::move(out), series, *whole);
  }

 private:
  static std::string status(icalcomponent* component) {
    return upper(text_of(component, ICAL_STATUS_PROPERTY));
  }

  std::optional<When> time_in(icalproperty* property, CalendarItem& item) {
    const auto read = time_of(property, calendar_);
    if (!read) return std::nullopt;
    if (read->zone_unknown) mark(kOtherZone, item);
    return read->when;
  }
  std::optional<When> time(icalcomponent* component, icalproperty_kind kind, CalendarItem& item) {
    icalproperty* property = first(component, kind);
    return property == nullptr ? std::nullopt : time_in(property, item);
  }

  static When later(const When& start, int64_t seconds) {
    When out = start;
    const int64_t total = start.wall.second_of_day + seconds;
    const int64_t days = total >= 0 ? total / 86400 : -((-total + 86399) / 86400);
    out.wall = {start.wall.date.plus_days(days), static_cast<int32_t>(total - days * 86400)};
    return out;
  }

  // Where an occurrence ends that is as long as its series.
  static When usual_end(const Meeting& series, const When& start) {
    if (!series.end.is_set()) return start;
    const auto& from = series.start.value().wall;
    const auto& to = series.end.value().wall;
    return later(start, (to.date.days_since_epoch() - from.date.days_since_epoch()) * 86400 +
                            to.second_of_day - from.second_of_day);
  }

  void add(Occurrence occurrence, CalendarItem& item, Meeting& meeting) {
    auto list = meeting.exceptions.value_or({});
    if (list.size() >= limits_.exceptions) {
      mark("It has more exceptions than can be kept, so it is only shown.", item);
      return;
    }
    std::erase_if(list,
                  [&](const Occurrence& other) { return other.original_start == occurrence.original_start; });
    list.push_back(std::move(occurrence));
    std::ranges::sort(list, {}, &Occurrence::original_start);
    meeting.exceptions = std::move(list);
  }

  template <typename T>
  void take_rule(icalcomponent* component, const std::optional<When>& start, CalendarItem& item, T& out) {
    out.recurrence = model::Field<model::Recurrence>::cleared();
    int rules = 0;
    each(component, ICAL_RRULE_PROPERTY, [&](icalproperty* rrule) {
      const auto rule = start && ++rules == 1 ? recurrence_of(rrule, *start) : std::nullopt;
      if (rule)
        out.recurrence = *rule;
      else
        mark(kOtherRule, item);
    });
    if (first(component, ICAL_EXRULE_PROPERTY) != nullptr) mark(kOtherRule, item);
    if (first(component, ICAL_RDATE_PROPERTY) != nullptr) mark(kExtraDates, item);
  }

  Meeting meeting(icalcomponent* component, CalendarItem& item) {
    Meeting out;
    out.subject = or_cleared<Words>(text_of(component, ICAL_SUMMARY_PROPERTY));
    out.body = or_cleared<Words>(text_of(component, ICAL_DESCRIPTION_PROPERTY));
    out.location = or_cleared<Words>(text_of(component, ICAL_LOCATION_PROPERTY));
    const auto start = time(component, ICAL_DTSTART_PROPERTY, item);
    if (start) {
      out.start = *start;
      out.end = end_of(component, *start, item);
    } else {
      mark(kNoStart, item);
    }
    out.show_as = show_as(component);
    out.sensitivity = sensitivity(component);
    out.reminder_minutes = reminder(component);
    take_people(component, out);
    take_rule(component, start, item, out);
    out.exceptions = model::Field<std::vector<Occurrence>>::cleared();
    if (start) take_exdates(component, *start, item, out);
    for (const char* name : {"X-MICROSOFT-SKYPETEAMSMEETINGURL", "X-GOOGLE-CONFERENCE"})
      if (std::string url = x_text_of(component, name); !url.empty() && !out.online_url.is_set())
        out.online_url = std::move(url);
    return out;
  }

  When end_of(icalcomponent* component, const When& start, CalendarItem& item) {
    if (const auto end = time(component, ICAL_DTEND_PROPERTY, item); end && end->form == start.form) {
      const bool backwards = end->zone == start.zone && end->wall < start.wall;
      if (!backwards)
        return start.form == When::Form::AllDay && end->wall == start.wall ? later(start, 86400) : *end;
      mark("It ends before it starts, so it is only shown.", item);
      return start;
    }
    if (icalproperty* duration = first(component, ICAL_DURATION_PROPERTY)) {
      icalvalue* value = icalproperty_get_value(duration);
      if (value != nullptr && icalvalue_isa(value) == ICAL_DURATION_VALUE) {
        const int64_t seconds = icaldurationtype_as_int(icalvalue_get_duration(value));
        if (seconds > 0 && start.form == When::Form::AllDay)
          return later(start, (seconds + 86399) / 86400 * 86400);
        if (seconds > 0) return later(start, seconds);
      }
    }
    return start.form == When::Form::AllDay ? later(start, 86400) : start;
  }

  static Meeting::ShowAs show_as(icalcomponent* component) {
    const std::string busy = upper(x_text_of(component, "X-MICROSOFT-CDO-BUSYSTATUS"));
    if (busy == "FREE") return Meeting::ShowAs::Free;
    if (busy == "TENTATIVE") return Meeting::ShowAs::Tentative;
    if (busy == "OOF") return Meeting::ShowAs::Away;
    if (busy == "WORKINGELSEWHERE") return Meeting::ShowAs::WorkingElsewhere;
    if (busy == "BUSY") return Meeting::ShowAs::Busy;
    icalproperty* transparency = first(component, ICAL_TRANSP_PROPERTY);
    if (transparency != nullptr && upper(text_value(transparency)) == "TRANSPARENT")
      return Meeting::ShowAs::Free;
    return status(component) == "TENTATIVE" ? Meeting::ShowAs::Tentative : Meeting::ShowAs::Busy;
  }

  static Meeting::Sensitivity sensitivity(icalcomponent* component) {
    icalproperty* property = first(component, ICAL_CLASS_PROPERTY);
    if (property == nullptr) return Meeting::Sensitivity::Normal;
    const std::string value = upper(text_value(property));
    if (value == "PUBLIC") return Meeting::Sensitivity::Normal;
    if (value == "CONFIDENTIAL") return Meeting::Sensitivity::Confidential;
    return value == "X-PERSONAL" ? Meeting::Sensitivity::Personal : Meeting::Sensitivity::Private;  // F102
  }

  // VALARMs: minutes before the start, of the first that says so.
  static model::Field<int64_t> reminder(icalcomponent* component) {
    for (icalcomponent* alarm = icalcomponent_get_first_component(component, ICAL_VALARM_COMPONENT);
         alarm != nullptr; alarm = icalcomponent_get_next_component(component, ICAL_VALARM_COMPONENT)) {
      icalproperty* trigger = first(alarm, ICAL_TRIGGER_PROPERTY);
      icalvalue* value = trigger == nullptr ? nullptr : icalproperty_get_value(trigger);
      if (value == nullptr ||
          (icalvalue_isa(value) != ICAL_TRIGGER_VALUE && icalvalue_isa(value) != ICAL_DURATION_VALUE))
        continue;
      const icaltriggertype when = icalvalue_get_trigger(value);
      if (icaltime_is_null_time(when.time) == 0 ||
          upper(parameter_of(trigger, ICAL_RELATED_PARAMETER)) == "END")
        continue;
      const int64_t seconds = icaldurationtype_as_int(when.duration);
      if (seconds <= 0) return int64_t{-seconds / 60};
    }
    return model::Field<int64_t>::cleared();
  }

  static std::string address(icalproperty* property) {
    std::string value = text_value(property);
    if (std::string mail = parameter_of(property, ICAL_EMAIL_PARAMETER); !mail.empty())
      value = std::move(mail);
    if (value.size() > 7 && upper(value.substr(0, 7)) == "MAILTO:") value.erase(0, 7);
    return model::clean_address(value);
  }

  static void take_people(icalcomponent* component, Meeting& out) {
    out.organizer = model::Field<model::Participant>::cleared();
    std::string organizer;
    if (icalproperty* property = first(component, ICAL_ORGANIZER_PROPERTY))
      if (organizer = address(property); !organizer.empty())
        out.organizer = model::Participant{organizer, parameter_of(property, ICAL_CN_PARAMETER)};
    std::vector<Attendee> people;
    each(component, ICAL_ATTENDEE_PROPERTY, [&](icalproperty* property) {
      Attendee one{.address = address(property), .name = parameter_of(property, ICAL_CN_PARAMETER)};
      if (one.address.empty() || one.address == organizer) return;
      const std::string role = upper(parameter_of(property, ICAL_ROLE_PARAMETER)),
                        kind = upper(parameter_of(property, ICAL_CUTYPE_PARAMETER));
      if (kind == "RESOURCE" || kind == "ROOM")
        one.type = Attendee::Type::Resource;
      else if (role == "OPT-PARTICIPANT" || role == "NON-PARTICIPANT")
        one.type = Attendee::Type::Optional;
      const std::string answer = upper(parameter_of(property, ICAL_PARTSTAT_PARAMETER));
      if (answer == "ACCEPTED")
        one.response = Attendee::Response::Accepted;
      else if (answer == "TENTATIVE")
        one.response = Attendee::Response::Tentative;
      else if (answer == "DECLINED")
        one.response = Attendee::Response::Declined;
      people.push_back(std::move(one));
    });
    std::ranges::sort(people, {}, &Attendee::address);
    const auto doubled = std::ranges::unique(people, {}, &Attendee::address);
    people.erase(doubled.begin(), doubled.end());
    out.attendees = people.empty() ? model::Field<std::vector<Attendee>>::cleared()
                                   : model::Field<std::vector<Attendee>>(std::move(people));
  }

  void take_exdates(icalcomponent* component, const When& start, CalendarItem& item, Meeting& out) {
    std::vector<Occurrence> list;
    each(component, ICAL_EXDATE_PROPERTY, [&](icalproperty* property) {
      const auto read = time_of(property, calendar_);
      if (!read || list.size() >= limits_.exceptions) return;
      if (read->zone_unknown) mark(kOtherZone, item);
      list.push_back({.original_start = in_form_of(start, read->when), .cancelled = true});
    });
    std::ranges::sort(list, {}, &Occurrence::original_start);
    const auto doubled = std::ranges::unique(list, {}, &Occurrence::original_start);
    list.erase(doubled.begin(), doubled.end());
    if (!list.empty()) out.exceptions = std::move(list);
  }

  Task task(icalcomponent* component, CalendarItem& item) {
    Task out;
    out.subject = or_cleared<Words>(text_of(component, ICAL_SUMMARY_PROPERTY));
    out.body = or_cleared<Words>(text_of(component, ICAL_DESCRIPTION_PROPERTY));
    // Tasks are due on days (F105): the day that the writer's clock shows.
    const auto day = [&](icalproperty_kind kind) {
      const auto when = time(component, kind, item);
      return when ? model::Field<model::Date>(when->wall.date) : model::Field<model::Date>::cleared();
    };
    out.start = day(ICAL_DTSTART_PROPERTY);
    out.due = day(ICAL_DUE_PROPERTY);
    out.completed_on = day(ICAL_COMPLETED_PROPERTY);
    out.status = task_status(component, out.completed_on.is_set());
    out.importance = Task::Importance::Normal;
    if (icalproperty* priority = first(component, ICAL_PRIORITY_PROPERTY)) {
      icalvalue* value = icalproperty_get_value(priority);
      const int number =
          value != nullptr && icalvalue_isa(value) == ICAL_INTEGER_VALUE ? icalvalue_get_integer(value) : 0;
      if (number > 0 && number < 5) out.importance = Task::Importance::High;
      if (number > 5) out.importance = Task::Importance::Low;
    }
    out.reminder_at = absolute_reminder(component);
    const auto* from = out.start.is_set() ? &out.start : &out.due;
    take_rule(component, from->is_set() ? std::optional(When::all_day(from->value())) : std::nullopt, item,
              out);
    return out;
  }

  static Task::Status task_status(icalcomponent* component, bool completed) {
    const std::string own = upper(x_text_of(component, "X-MAILSYNC-STATUS")), value = status(component);
    if (value == "COMPLETED" || (value.empty() && completed)) return Task::Status::Completed;
    if (own == "WAITING") return Task::Status::Waiting;
    if (own == "DEFERRED" || value == "CANCELLED") return Task::Status::Deferred;
    return value == "IN-PROCESS" ? Task::Status::InProgress : Task::Status::NotStarted;
  }

  static model::Field<Instant> absolute_reminder(icalcomponent* component) {
    icalcomponent* alarm = icalcomponent_get_first_component(component, ICAL_VALARM_COMPONENT);
    icalproperty* trigger = alarm == nullptr ? nullptr : first(alarm, ICAL_TRIGGER_PROPERTY);
    icalvalue* value = trigger == nullptr ? nullptr : icalproperty_get_value(trigger);
    if (value == nullptr) return model::Field<Instant>::cleared();
    icaltimetype at = icaltime_null_time();
    if (icalvalue_isa(value) == ICAL_TRIGGER_VALUE) at = icalvalue_get_trigger(value).time;
    if (icalvalue_isa(value) == ICAL_DATETIME_VALUE) at = icalvalue_get_datetime(value);
    if (icaltime_is_null_time(at) != 0 || at.year < 1 || at.year > 9999)
      return model::Field<Instant>::cleared();
    return Instant{static_cast<int64_t>(icaltime_as_timet(at)) * 1'000'000};
  }

  icalcomponent* calendar_;
  const CalendarLimits& limits_;
};

// What libical would build a tree of, counted line by line before it does: it frees trees by recursion.
Result<void> check_limits(std::string_view text, const CalendarLimits& limits) {
  if (text.size() > limits.bytes)
    return fail(ErrorKind::ItemInvalid, "the calendar is bigger than " + std::to_string(limits.bytes >> 20) +
                                            " MB, so it was not read");
  size_t depth = 0, count = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string word = upper(std::string(text.substr(at, std::min<size_t>(end - at, 6))));
    if (word == "BEGIN:" || word == "BEGIN;") {
      ++depth;
      ++count;
    } else if (word.starts_with("END:") && depth > 0) {
      --depth;
    }
    if (depth > limits.depth || count > limits.components)
      return fail(ErrorKind::ItemInvalid,
                  "the calendar has more parts, or deeper ones, than any calendar has, so it was not read");
    at = end + 1;
  }
  return {};
}

bool has_errors(icalcomponent* component) {
  return icalcomponent_count_errors(component) > 0;
}

void read_calendar(icalcomponent* calendar, const CalendarLimits& limits, Calendar& out) {
  ItemReader reader(calendar, limits);
  std::map<std::string, size_t> masters;
  std::vector<icalcomponent*> overrides;
  const auto each_item = [&](auto visit) {
    for (icalcomponent* one = icalcomponent_get_first_component(calendar, ICAL_ANY_COMPONENT); one != nullptr;
         one = icalcomponent_get_next_component(calendar, ICAL_ANY_COMPONENT))
      if (icalcomponent_isa(one) == ICAL_VEVENT_COMPONENT || icalcomponent_isa(one) == ICAL_VTODO_COMPONENT)
        visit(one);
  };
  std::vector<icalcomponent*> found;
  each_item([&](icalcomponent* one) { found.push_back(one); });
  for (icalcomponent* one : found) {
    if (first(one, ICAL_RECURRENCEID_PROPERTY) != nullptr) {
      overrides.push_back(one);
      continue;
    }
    CalendarItem item = reader.item(one);
    if (has_errors(one))
      item.note += std::string(item.note.empty() ? "" : " ") + "Some of its lines could not be read.";
    if (!item.uid.empty()) masters.emplace(item.uid, out.items.size());
    out.items.push_back(std::move(item));
  }
  for (icalcomponent* one : overrides) {
    const auto master = masters.find(text_of(one, ICAL_UID_PROPERTY));
    if (master != masters.end())
      reader.add_override(one, out.items[master->second]);
    else
      out.items.push_back(reader.item(one));
  }
}

}  // namespace

Result<Calendar> parse_icalendar(std::string_view bytes, const CalendarLimits& limits) {
  std::string text = utf8_of(bytes, "");
  TRY_VOID(check_limits(text, limits));
  icalerror_set_errors_are_fatal(0);
  const Component root(icalparser_parse_string(text.c_str()));
  Calendar out;
  if (root) {
    const icalcomponent_kind kind = icalcomponent_isa(root.get());
    if (kind == ICAL_VCALENDAR_COMPONENT) {
      out.method = upper(text_of(root.get(), ICAL_METHOD_PROPERTY));
      read_calendar(root.get(), limits, out);
    } else if (kind == ICAL_XROOT_COMPONENT) {  // several calendars in one file
      for (icalcomponent* one = icalcomponent_get_first_component(root.get(), ICAL_VCALENDAR_COMPONENT);
           one != nullptr; one = icalcomponent_get_next_component(root.get(), ICAL_VCALENDAR_COMPONENT))
        read_calendar(one, limits, out);
      read_calendar(root.get(), limits, out);
    } else if (kind == ICAL_VEVENT_COMPONENT || kind == ICAL_VTODO_COMPONENT) {
      const Component calendar(icalcomponent_new_vcalendar());
      icalcomponent_add_component(calendar.get(), icalcomponent_new_clone(root.get()));
      read_calendar(calendar.get(), limits, out);
    }
    if (has_errors(root.get()))
      out.note = "Some lines of the calendar could not be read and were passed over.";
  }
  if (upper(text).find("BEGIN:V") == std::string::npos)
    return fail(ErrorKind::ItemInvalid,
                "these bytes hold no calendar; send the file as its program exports it (.ics)");
  return out;
}

}  // namespace mailsync::format
