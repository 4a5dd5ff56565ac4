// The part of load.h that reads iCalendar, through libical.
#include <libical/ical.h>

#include <algorithm>
#include <expected>
#include <fstream>
#include <iterator>
#include <memory>

#include "lab/json_read.h"
#include "lab/load.h"
#include "lab/meetings.h"
#include "lab/zones.h"

namespace mailsync::lab {
namespace {

namespace fs = std::filesystem;

struct FreeComponent {
  void operator()(icalcomponent* component) const { icalcomponent_free(component); }
};

constexpr const char* kDays[] = {"",          "sunday",   "monday", "tuesday",
                                 "wednesday", "thursday", "friday", "saturday"};

std::string text_of_property(icalcomponent* event, icalproperty_kind kind) {
  icalproperty* property = icalcomponent_get_first_property(event, kind);
  const char* text = property ? icalproperty_get_value_as_string(property) : nullptr;
  if (!text) return {};
  std::string out;
  for (const char* c = text; *c; ++c) {
    if (*c == '\\' && c[1])
      out += *++c == 'n' ? '\n' : *c;
    else
      out += *c;
  }
  return out;
}

LocalTime local_of(const icaltimetype& time) {
  return date::local_days(date::year(time.year) / time.month / time.day) + std::chrono::hours(time.hour) +
         std::chrono::minutes(time.minute) + std::chrono::seconds(time.second);
}

// The zone's name as tzdata knows it; UTC for a floating time, as Exchange takes it.
std::string zone_name(icalproperty* property, const icaltimetype& time) {
  if (icaltime_is_utc(time) || time.is_date) return "UTC";
  icalparameter* parameter = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
  std::string name = parameter ? icalparameter_get_tzid(parameter) : "UTC";
  if (zone_of(name)) return name;
  // "/freeassociation.sourceforge.net/Tzfile/Europe/Berlin" ends in a name that is known.
  for (auto slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1))
    if (zone_of(name.substr(slash + 1))) return name.substr(slash + 1);
  return {};
}

json::object pattern_of(const icalrecurrencetype& rule, LocalTime start) {
  json::object pattern{{"interval", rule.interval}};
  date::year_month_day day(date::floor<date::days>(start));
  json::array days;
  int position = 0;
  for (int i = 0; i < ICAL_BY_DAY_SIZE && rule.by_day[i] != ICAL_RECURRENCE_ARRAY_MAX; ++i) {
    days.push_back(json::value(kDays[icalrecurrencetype_day_day_of_week(rule.by_day[i])]));
    if (int p = icalrecurrencetype_day_position(rule.by_day[i])) position = p;
  }
  if (!position && rule.by_set_pos[0] != ICAL_RECURRENCE_ARRAY_MAX) position = rule.by_set_pos[0];
  if (days.empty() && rule.freq == ICAL_WEEKLY_RECURRENCE)
    days.push_back(json::value(kDays[date::weekday(date::floor<date::days>(start)).c_encoding() + 1]));
  int month_day = rule.by_month_day[0] != ICAL_RECURRENCE_ARRAY_MAX
                      ? rule.by_month_day[0]
                      : static_cast<int>(static_cast<unsigned>(day.day()));
  int month = rule.by_month[0] != ICAL_RECURRENCE_ARRAY_MAX
                  ? rule.by_month[0]
                  : static_cast<int>(static_cast<unsigned>(day.month()));
  const char* index = position == 2   ? "second"
                      : position == 3 ? "third"
                      : position == 4 ? "fourth"
                      : position < 0  ? "last"
                                      : "first";
  bool yearly = rule.freq == ICAL_YEARLY_RECURRENCE, monthly = rule.freq == ICAL_MONTHLY_RECURRENCE;
  if (rule.freq == ICAL_DAILY_RECURRENCE)
    pattern["type"] = days.empty() ? "daily" : "weekly";
  else if (rule.freq == ICAL_WEEKLY_RECURRENCE)
    pattern["type"] = "weekly";
  else if (monthly || yearly)
    pattern["type"] = std::string(days.empty() ? "absolute" : "relative") + (yearly ? "Yearly" : "Monthly");
  else
    return {};
  pattern["month"] = yearly ? month : 0;
  pattern["dayOfMonth"] = days.empty() && (monthly || yearly) ? month_day : 0;
  pattern["daysOfWeek"] = days;
  pattern["firstDayOfWeek"] =
      rule.week_start >= 1 && rule.week_start <= 7 ? kDays[rule.week_start] : "monday";
  pattern["index"] = index;
  return pattern;
}

json::value recurrence_of(icalcomponent* event, LocalTime start, const std::string& zone, int shift_days) {
  icalproperty* property = icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY);
  if (!property) return nullptr;
  icalrecurrencetype rule = icalproperty_get_rrule(property);
  json::object pattern = pattern_of(rule, start);
  if (pattern.empty()) return nullptr;
  json::object range{{"startDate", format_day(date::floor<date::days>(start))},
                     {"recurrenceTimeZone", zone},
                     {"endDate", "0001-01-01"},
                     {"numberOfOccurrences", 0},
                     {"type", "noEnd"}};
  if (rule.count > 0) {
    range["type"] = "numbered";
    range["numberOfOccurrences"] = rule.count;
  } else if (!icaltime_is_null_time(rule.until)) {
    range["type"] = "endDate";
    range["endDate"] = format_day(date::floor<date::days>(local_of(rule.until)) + date::days(shift_days));
  }
  return json::object{{"pattern", pattern}, {"range", range}};
}

void add_people(icalcomponent* event, json::object& fields) {
  auto address = [](const char* text) {
    std::string out = text ? text : "";
    return same_address(out.substr(0, 7), "mailto:") ? out.substr(7) : out;
  };
  auto name = [](icalproperty* property) {
    icalparameter* parameter = icalproperty_get_first_parameter(property, ICAL_CN_PARAMETER);
    return std::string(parameter ? icalparameter_get_cn(parameter) : "");
  };
  json::array attendees;
  for (icalproperty* p = icalcomponent_get_first_property(event, ICAL_ATTENDEE_PROPERTY); p;
       p = icalcomponent_get_next_property(event, ICAL_ATTENDEE_PROPERTY)) {
    json::object attendee = recipient_of(address(icalproperty_get_attendee(p)), name(p));
    icalparameter* status = icalproperty_get_first_parameter(p, ICAL_PARTSTAT_PARAMETER);
    auto value = status ? icalparameter_get_partstat(status) : ICAL_PARTSTAT_NEEDSACTION;
    attendee["type"] = "required";
    attendee["status"] = json::object{{"response", value == ICAL_PARTSTAT_ACCEPTED    ? "accepted"
                                                   : value == ICAL_PARTSTAT_DECLINED  ? "declined"
                                                   : value == ICAL_PARTSTAT_TENTATIVE ? "tentativelyAccepted"
                                                                                      : "none"},
                                      {"time", "0001-01-01T00:00:00Z"}};
    attendees.push_back(std::move(attendee));
  }
  fields["attendees"] = std::move(attendees);
  if (icalproperty* organizer = icalcomponent_get_first_property(event, ICAL_ORGANIZER_PROPERTY))
    fields["organizer"] = recipient_of(address(icalproperty_get_organizer(organizer)), name(organizer));
}

struct Source {
  World& world;
  Mailbox& mailbox;
  Instant now;
  int shift_days;
  std::string file;
  Loaded& loaded;
};

// The fields of a VEVENT, or what is wrong with it.
std::expected<json::object, std::string> read_event(const Source& source, icalcomponent* event) {
  icalproperty* start_property = icalcomponent_get_first_property(event, ICAL_DTSTART_PROPERTY);
  if (!start_property) return std::unexpected("no DTSTART");
  icaltimetype start = icalproperty_get_dtstart(start_property);
  if (!icaltime_is_valid_time(start) || icaltime_is_null_time(start) || start.year < 1700)
    return std::unexpected("DTSTART is not a date");
  std::string zone = zone_name(start_property, start);
  bool custom = zone.empty();
  if (custom) {
    // A zone with rules of its own and no known name: the moments are right, the name is what Exchange shows
    // (F98).
    icaltimetype with_zone = icalcomponent_get_dtstart(event);
    if (!with_zone.zone || icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY))
      return std::unexpected("its time zone is unknown");
    start = icaltime_convert_to_zone(with_zone, icaltimezone_get_utc_timezone());
    zone = "UTC";
  }
  icaltimetype end = icalcomponent_get_dtend(event);
  if (icaltime_is_null_time(end) || !icaltime_is_valid_time(end)) end = start;
  if (custom && end.zone) end = icaltime_convert_to_zone(end, icaltimezone_get_utc_timezone());
  LocalTime from = local_of(start) + date::days(source.shift_days),
            to = local_of(end) + date::days(source.shift_days);
  icalproperty* end_property = icalcomponent_get_first_property(event, ICAL_DTEND_PROPERTY);
  std::string end_zone = end_property ? zone_name(end_property, end) : zone;
  if (end_zone.empty() || custom) end_zone = zone;
  if (start.is_date && to <= from) to = from + date::days(1);
  json::object fields{
      {"subject", text_of_property(event, ICAL_SUMMARY_PROPERTY)},
      {"body", {{"contentType", "text"}, {"content", text_of_property(event, ICAL_DESCRIPTION_PROPERTY)}}},
      {"location", {{"displayName", text_of_property(event, ICAL_LOCATION_PROPERTY)}}},
      {"iCalUId", text_of_property(event, ICAL_UID_PROPERTY)},
      {"isAllDay", start.is_date != 0},
      {"start", date_time_time_zone(from, zone)},
      {"end", date_time_time_zone(to, end_zone)}};
  if (custom) fields["originalStartTimeZone"] = fields["originalEndTimeZone"] = "tzone://Microsoft/Custom";
  std::string privacy = text_of_property(event, ICAL_CLASS_PROPERTY);
  fields["sensitivity"] = privacy == "PRIVATE"        ? "private"
                          : privacy == "CONFIDENTIAL" ? "confidential"
                                                      : "normal";
  fields["recurrence"] = recurrence_of(event, from, zone, source.shift_days);
  if (icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY) && fields["recurrence"].is_null())
    return std::unexpected("Exchange has no such recurrence");
  add_people(event, fields);
  return fields;
}

void take_master(const Source& source, icalcomponent* event) {
  auto fields = read_event(source, event);
  if (!fields) {
    source.loaded.problems.push_back(source.file + ": " + fields.error());
    return;
  }
  fill_event(source.world, source.mailbox, *fields);
  Item& item = source.world.add(source.mailbox, IdKind::Event, source.mailbox.well_known("calendar")->number,
                                std::move(*fields), source.now);
  for (icalproperty* p = icalcomponent_get_first_property(event, ICAL_EXDATE_PROPERTY); p;
       p = icalcomponent_get_next_property(event, ICAL_EXDATE_PROPERTY))
    if (icaltimetype day = icalproperty_get_exdate(p); icaltime_is_valid_time(day) && day.year > 1970)
      item.cancelled.insert(
          day_number(date::floor<date::days>(local_of(day)) + date::days(source.shift_days)));
  ++source.loaded.events;
}

void take_exception(const Source& source, icalcomponent* event) {
  Item* master = find_by_uid(source.mailbox, text_of_property(event, ICAL_UID_PROPERTY));
  auto fields = read_event(source, event);
  if (!master || !fields) {
    source.loaded.problems.push_back(source.file + ": " +
                                     (fields ? "an exception without its series" : fields.error()));
    return;
  }
  icaltimetype original = icalcomponent_get_recurrenceid(event);
  uint32_t day = day_number(date::floor<date::days>(local_of(original)) + date::days(source.shift_days));
  json::object differing;
  for (auto name : {"subject", "location", "start", "end", "body"})
    if (fields->at(name) != master->fields.at(name)) differing[name] = fields->at(name);
  master->exceptions[day] = std::move(differing);
}

void load_file(World& world, Mailbox& mailbox, const fs::path& path, Instant now, int shift_days,
               Loaded& loaded) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  icalerror_set_errors_are_fatal(0);  // broken input is expected here
  std::unique_ptr<icalcomponent, FreeComponent> root(icalparser_parse_string(bytes.c_str()));
  if (!root) {
    loaded.problems.push_back(path.string() + ": not iCalendar");
    return;
  }
  Source source{world, mailbox, now, shift_days, path.string(), loaded};
  std::vector<icalcomponent*> events;
  auto collect = [&](auto& self, icalcomponent* component) -> void {
    if (icalcomponent_isa(component) == ICAL_VEVENT_COMPONENT) events.push_back(component);
    for (auto it = icalcomponent_begin_component(component, ICAL_ANY_COMPONENT); icalcompiter_deref(&it);
         icalcompiter_next(&it))
      self(self, icalcompiter_deref(&it));
  };
  collect(collect, root.get());
  auto is_exception = [](icalcomponent* event) {
    return icalcomponent_get_first_property(event, ICAL_RECURRENCEID_PROPERTY) != nullptr;
  };
  for (auto* event : events)
    if (!is_exception(event)) take_master(source, event);
  for (auto* event : events)
    if (is_exception(event)) take_exception(source, event);
}

}  // namespace

Loaded load_calendar(World& world, Mailbox& mailbox, const fs::path& path, Instant now, int shift_days) {
  Loaded loaded;
  for (auto& file : files_to_load(path, [](const fs::path& file) { return file.extension() == ".ics"; }))
    load_file(world, mailbox, file, now, shift_days, loaded);
  return loaded;
}

}  // namespace mailsync::lab
