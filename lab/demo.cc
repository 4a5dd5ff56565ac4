// The part of load.h that fills a demo tenant, and makes up its meetings.
#include <algorithm>
#include <array>

#include "lab/demo_pick.h"
#include "lab/json_read.h"
#include "lab/load.h"
#include "lab/meetings.h"

namespace mailsync::lab {
namespace {

constexpr std::array<std::string_view, 8> kTopics = {"Review",       "Kick-off", "Demo",     "Budget",
                                                     "Support call", "Workshop", "Planning", "Negotiation"};
// Windows and IANA names, with and without summer time, and one a quarter hour off.
constexpr std::array<std::string_view, 8> kZones = {
    "Tokyo Standard Time",       "America/New_York",      "Europe/Berlin",
    "India Standard Time",       "Pacific Standard Time", "Asia/Kathmandu",
    "AUS Eastern Standard Time", "Europe/London"};

bool chance(Random& random, double share) {
  return static_cast<double>(random.below(1000)) < share * 1000;
}

void mark(Random& random, json::object& fields, const std::string& category, double share) {
  if (chance(random, share)) fields["categories"] = json::array{json::value(category)};
}

json::object weekly(date::local_days first, int interval, std::string_view zone) {
  constexpr const char* kDays[] = {"sunday",   "monday", "tuesday", "wednesday",
                                   "thursday", "friday", "saturday"};
  return {{"pattern",
           {{"type", "weekly"},
            {"interval", interval},
            {"daysOfWeek", json::array{kDays[date::weekday(first).c_encoding()]}},
            {"firstDayOfWeek", "monday"},
            {"month", 0},
            {"dayOfMonth", 0},
            {"index", "first"}}},
          {"range",
           {{"type", "numbered"},
            {"startDate", format_day(first)},
            {"endDate", "0001-01-01"},
            {"numberOfOccurrences", 12},
            {"recurrenceTimeZone", zone}}}};
}

json::object monthly(date::local_days first, std::string_view zone) {
  date::year_month_day day(first);
  return {{"pattern",
           {{"type", "absoluteMonthly"},
            {"interval", 1},
            {"dayOfMonth", static_cast<unsigned>(day.day())},
            {"daysOfWeek", json::array()},
            {"firstDayOfWeek", "sunday"},
            {"month", 0},
            {"index", "first"}}},
          {"range",
           {{"type", "endDate"},
            {"startDate", format_day(first)},
            {"endDate", format_day(first + date::days(300))},
            {"numberOfOccurrences", 0},
            {"recurrenceTimeZone", zone}}}};
}

struct Maker {
  World& world;
  const std::vector<Mailbox*>& mailboxes;
  const DemoWish& wish;
  Instant now;
  const std::vector<Person>& people;
  Loaded& loaded;

  Random& random() const { return world.random(); }

  json::object plain_meeting(size_t number) const {
    bool foreign = number % 10 == 4 || number % 10 == 0;
    std::string zone(foreign ? pick(random(), kZones) : "Europe/London");
    auto today = date::floor<date::days>(to_local(now, *zone_of("UTC")));
    auto day = today + date::days(static_cast<int>(random().below(130)) - 10);
    LocalTime start =
        day + std::chrono::hours(8 + random().below(9)) + std::chrono::minutes(15 * random().below(4));
    const Person& person = people[random().below(people.size())];
    json::object fields{{"subject", std::string(pick(random(), kTopics)) + " with " + person.company},
                        {"body",
                         {{"contentType", "html"},
                          {"content",
                           "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; "
                           "charset=utf-8\"></head><body><p>Agenda follows.</p></body></html>"}}},
                        {"location",
                         {{"displayName", random().below(2) ? "Room " + std::to_string(1 + random().below(20))
                                                            : "Their office"}}},
                        {"isAllDay", false},
                        {"categories", json::array()}};
    if (number % 10 == 2 || number % 10 == 3) {
      fields["isAllDay"] = true;
      fields["start"] = date_time_time_zone(day, "UTC");
      fields["end"] = date_time_time_zone(day + date::days(number % 10 == 2 ? 1 : 3), "UTC");
    } else {
      fields["start"] = date_time_time_zone(start, zone);
      fields["end"] = date_time_time_zone(start + std::chrono::minutes(30 * (1 + random().below(3))), zone);
    }
    if (number % 10 == 0) fields["recurrence"] = weekly(day, 1 + static_cast<int>(random().below(2)), zone);
    if (number % 10 == 1) {
      auto first_day = date::floor<date::days>(start);
      while (static_cast<unsigned>(date::year_month_day(first_day).day()) > 28) first_day -= date::days(1);
      LocalTime moved = first_day + (start - date::floor<date::days>(start));
      fields["start"] = date_time_time_zone(moved, zone);
      fields["end"] = date_time_time_zone(moved + std::chrono::minutes(45), zone);
      fields["recurrence"] = monthly(first_day, zone);
    }
    if (number % 25 == 24) fields["sensitivity"] = "private";
    return fields;
  }

  json::object attendee(const std::string& address, const std::string& name,
                        std::string_view response) const {
    json::object out = recipient_of(address, name);
    out["type"] = "required";
    out["status"] =
        json::object{{"response", response},
                     {"time", response == "none" ? "0001-01-01T00:00:00Z"
                                                 : Instant{now.us / 1'000'000 * 1'000'000}.to_iso()}};
    return out;
  }

  // One occurrence moved and renamed, one cancelled.
  void bend(Item& master) const {
    auto days =
        occurrences_between(master, now - std::chrono::hours(24 * 30), now + std::chrono::hours(24 * 365));
    if (days.size() < 4) return;
    json::object changed = occurrence_fields(master, days[1]);
    auto shift = [&](const char* name) {
      auto time = parse_local(text_of(*object_of(changed, name), "dateTime"));
      return date_time_time_zone(*time + std::chrono::hours(2),
                                 text_of(*object_of(changed, name), "timeZone"));
    };
    master.exceptions[days[1]] = {{"start", shift("start")},
                                  {"end", shift("end")},
                                  {"subject", std::string(text_of(master.fields, "subject")) + " (moved)"}};
    master.cancelled.insert(days[2]);
  }

  void meeting(size_t number) const {
    Mailbox& owner = *mailboxes[number % mailboxes.size()];
    Mailbox& colleague = *mailboxes[(number + 1) % mailboxes.size()];
    json::object fields = plain_meeting(number);
    const Person& guest = people[random().below(people.size())];
    bool outside_organizer = number % 10 == 7, with_guest = number % 10 == 5 || number % 10 == 1,
         with_colleague = (number % 10 == 6 || number % 20 == 0) && mailboxes.size() > 1;
    json::array attendees;
    if (outside_organizer) {
      fields["organizer"] = recipient_of(guest.address, guest.given + " " + guest.family);
      fields["responseStatus"] =
          json::object{{"response", "accepted"}, {"time", Instant{now.us / 1'000'000 * 1'000'000}.to_iso()}};
      attendees.push_back(attendee(owner.user.mail, owner.user.display_name, "accepted"));
    }
    if (with_guest)
      attendees.push_back(
          attendee(guest.address, guest.given + " " + guest.family, random().below(2) ? "accepted" : "none"));
    if (with_colleague)
      attendees.push_back(attendee(colleague.user.mail, colleague.user.display_name, "accepted"));
    fields["attendees"] = std::move(attendees);
    mark(random(), fields, wish.category, wish.share_of_meetings_marked);
    fill_event(world, owner, fields);
    Item& event =
        world.add(owner, IdKind::Event, owner.well_known("calendar")->number, std::move(fields), now);
    if (number % 10 == 0) bend(event);
    if (with_colleague) {
      Item& copy = give_copy(world, colleague, event, now);
      copy.fields["responseStatus"] =
          json::object{{"response", "accepted"}, {"time", Instant{now.us / 1'000'000 * 1'000'000}.to_iso()}};
      copy.fields["showAs"] = "busy";
      mark(random(), copy.fields, wish.category, 0.5);
    }
    ++loaded.events;
  }
};

void add_category(World& world, Mailbox& mailbox, const std::string& category) {
  for (auto& value : mailbox.categories)
    if (same_address(text_of(value.as_object(), "displayName"), category)) return;
  mailbox.categories.push_back({{"id", world.guid()}, {"displayName", category}, {"color", "preset7"}});
}

}  // namespace

Loaded make_demo(World& world, const std::vector<Mailbox*>& mailboxes, const DemoWish& wish, Instant now) {
  Loaded loaded;
  if (mailboxes.empty()) return loaded;
  std::vector<Person> people;
  for (size_t i = 0; i < std::max<size_t>(wish.contacts, 10); ++i)
    people.push_back(make_person(world.random(), i));
  std::vector<uint64_t> projects;
  for (Mailbox* mailbox : mailboxes) {
    add_category(world, *mailbox, wish.category);
    projects.push_back(world.add_container(*mailbox, ContainerKind::TaskList, "Projects").number);
  }
  for (size_t i = 0; i < wish.contacts; ++i) {
    // Every twentieth person is in two mailboxes.
    const Person& person = people[i % 20 == 19 ? i - 1 : i];
    Mailbox& mailbox = *mailboxes[i % mailboxes.size()];
    json::object fields = contact_of(world.random(), person);
    mark(world.random(), fields, wish.category, wish.share_marked);
    world.add(mailbox, IdKind::Contact, mailbox.well_known("contacts")->number, std::move(fields), now);
    ++loaded.contacts;
  }
  for (size_t i = 0; i < wish.tasks; ++i) {
    Mailbox& mailbox = *mailboxes[i % mailboxes.size()];
    json::object fields = task_of(world.random(), people[world.random().below(people.size())], now);
    mark(world.random(), fields, wish.category, wish.share_marked);
    uint64_t list = i % 5 == 4 ? projects[i % mailboxes.size()] : mailbox.well_known("defaultList")->number;
    world.add(mailbox, IdKind::Task, list, std::move(fields), now);
    ++loaded.tasks;
  }
  Maker maker{world, mailboxes, wish, now, people, loaded};
  for (size_t i = 0; i < wish.meetings; ++i) maker.meeting(i);
  return loaded;
}

}  // namespace mailsync::lab
