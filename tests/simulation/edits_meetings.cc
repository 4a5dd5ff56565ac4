// What happens in calendars, on both sides. Meetings lie weeks ahead, so that none of them ages out of the
// window.
#include <array>

#include "lab/meetings.h"
#include "model/meeting.h"
#include "tests/simulation/acts.h"

namespace mailsync::sim {
namespace {

using lab::IdKind;

constexpr std::array kZones = {"Europe/London", "America/New_York", "Asia/Kathmandu", "UTC",
                               "W. Europe Standard Time"};

model::Date ahead(Rig& rig, Random& random) {
  return model::wall_time_at(rig.now(), "UTC")->date.plus_days(40 + static_cast<int64_t>(random.below(200)));
}

json::object at(const model::Date& day, unsigned hour, const char* zone) {
  return {{"dateTime", day.to_text() + (hour < 10 ? "T0" : "T") + std::to_string(hour) + ":00:00.0000000"},
          {"timeZone", zone}};
}

json::object event(Rig& rig, Random& random, const Thing& thing, const model::Date& day) {
  const char* zone = kZones[random.below(kZones.size())];
  const unsigned hour = static_cast<unsigned>(random.below(22));
  return {{"subject", thing.tag() + " " + nasty(random)},
          {"start", at(day, hour, zone)},
          {"end", at(day, hour + 1, zone)},
          {"location", {{"displayName", rig.ledger.token(static_cast<int>(thing.home), thing, "location")}}},
          {"categories", json::array{"CRM"}}};
}

void put(Rig& rig, Seat& seat, json::object fields) {
  lab::create_event(rig.world, *seat.lab, seat.lab->well_known("calendar")->number, std::move(fields),
                    rig.now());
}

bool new_single(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  put(rig, seat,
      event(rig, random, rig.ledger.add(model::Kind::Meeting, seat.number, false), ahead(rig, random)));
  return true;
}

bool new_all_day(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  const model::Date day = ahead(rig, random);
  json::object fields = event(rig, random, rig.ledger.add(model::Kind::Meeting, seat.number, false), day);
  fields["isAllDay"] = true;
  fields["start"] = at(day, 0, "Europe/London");
  fields["end"] = at(day.plus_days(1 + static_cast<int64_t>(random.below(3))), 0, "Europe/London");
  put(rig, seat, std::move(fields));
  return true;
}

bool new_series(Rig& rig, Random& random) {
  static constexpr std::array kDays = {"sunday",   "monday", "tuesday", "wednesday",
                                       "thursday", "friday", "saturday"};
  Seat& seat = any_seat(rig, random);
  const model::Date day = ahead(rig, random);
  json::object fields = event(rig, random, rig.ledger.add(model::Kind::Meeting, seat.number, false), day);
  fields["start"] = at(day, 9, "Europe/London");
  fields["end"] = at(day, 10, "Europe/London");
  fields["recurrence"] = {{"pattern",
                           {{"type", "weekly"},
                            {"interval", 1 + random.below(2)},
                            {"daysOfWeek", json::array{kDays[day.weekday()]}},
                            {"firstDayOfWeek", "monday"}}},
                          {"range",
                           {{"type", "numbered"},
                            {"startDate", day.to_text()},
                            {"numberOfOccurrences", 4 + random.below(5)},
                            {"recurrenceTimeZone", "Europe/London"}}}};
  put(rig, seat, std::move(fields));
  return true;
}

json::object attendee(const std::string& address) {
  return {{"type", "required"}, {"emailAddress", {{"name", "N"}, {"address", address}}}};
}

bool new_with(Rig& rig, Random& random, const std::string& guest, Seat& seat) {
  Thing& thing = rig.ledger.add(model::Kind::Meeting, seat.number, false);
  thing.may_differ = true;  // what the CRM changes in it waits until somebody asks to send
  json::object fields = event(rig, random, thing, ahead(rig, random));
  fields["attendees"] = json::array{attendee(guest)};
  put(rig, seat, std::move(fields));
  return true;
}
bool new_with_colleague(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  return new_with(rig, random, rig.seats[(seat.number + 1) % kSeats].row.address, seat);
}
bool new_with_guest(Rig& rig, Random& random) {
  return new_with(rig, random, "out" + std::to_string(random.below(9)) + "@side.example",
                  any_seat(rig, random));
}

template <typename F>
bool with_event(Rig& rig, Random& random, F what, const Wanted& wanted = {}) {
  Seat& seat = any_seat(rig, random);
  lab::Item* item = any_item(seat, IdKind::Event, random, wanted);
  Thing* thing = item ? thing_of(rig, *item) : nullptr;
  return thing && what(seat, *item, *thing);
}

bool patch(Rig& rig, Seat& seat, lab::Item& item, const json::object& fields) {
  lab::patch_event(rig.world, *seat.lab, item, {}, fields, rig.now());
  return true;
}

bool edit_subject(Rig& rig, Random& random) {
  return with_event(rig, random, [&](Seat& seat, lab::Item& item, Thing& thing) {
    if (!lab::is_organizer(*seat.lab, item)) return false;
    const std::string token = rig.ledger.token(static_cast<int>(seat.number), thing, "subject");
    const std::string subject = thing.tag() + " " + nasty(random) + " " + token;
    return patch(rig, seat, item, {{"subject", subject}});
  });
}

bool edit_location(Rig& rig, Random& random) {
  return with_event(rig, random, [&](Seat& seat, lab::Item& item, Thing& thing) {
    if (!lab::is_organizer(*seat.lab, item)) return false;
    const std::string token = rig.ledger.token(static_cast<int>(seat.number), thing, "location");
    return patch(rig, seat, item, {{"location", {{"displayName", nasty(random) + " " + token}}}});
  });
}

bool edit_time(Rig& rig, Random& random) {
  return with_event(
      rig, random,
      [&](Seat& seat, lab::Item& item, Thing&) {
        if (!lab::is_organizer(*seat.lab, item)) return false;
        const model::Date day = ahead(rig, random);
        const unsigned hour = static_cast<unsigned>(random.below(22));
        const char* zone = kZones[random.below(kZones.size())];
        return patch(rig, seat, item,
                     {{"isAllDay", false}, {"start", at(day, hour, zone)}, {"end", at(day, hour + 1, zone)}});
      },
      [](const lab::Item& item) { return !item.fields.contains("recurrence"); });
}

bool is_series(const lab::Item& item) {
  const auto* rule = item.fields.if_contains("recurrence");
  return rule && rule->is_object();
}

std::optional<uint32_t> some_day(Rig& rig, const lab::Item& item, Random& random) {
  const auto days = lab::occurrences_between(item, rig.now(), rig.now() + std::chrono::hours(24 * 700));
  if (days.empty()) return std::nullopt;
  return days[random.below(days.size())];
}

bool edit_occurrence(Rig& rig, Random& random) {
  return with_event(
      rig, random,
      [&](Seat& seat, lab::Item& item, Thing& thing) {
        const auto day = some_day(rig, item, random);
        if (!day || !lab::is_organizer(*seat.lab, item)) return false;
        const std::string subject = thing.tag() + " moved " + nasty(random);
        lab::patch_event(rig.world, *seat.lab, item, day, {{"subject", subject}}, rig.now());
        return true;
      },
      is_series);
}

bool cancel_occurrence(Rig& rig, Random& random) {
  return with_event(
      rig, random,
      [&](Seat& seat, lab::Item& item, Thing&) {
        const auto day = some_day(rig, item, random);
        if (!day || !lab::is_organizer(*seat.lab, item)) return false;
        lab::remove_event(rig.world, *seat.lab, item, day, "", rig.now());
        return true;
      },
      is_series);
}

bool erase(Rig& rig, Random& random) {
  return with_event(rig, random, [&](Seat& seat, lab::Item& item, Thing& thing) {
    thing.removed_in.insert(seat.number);
    if (lab::is_organizer(*seat.lab, item)) thing.unsettled = true;  // his guests' copies are cancelled
    rig.ledger.forget_edits(static_cast<int>(seat.number), thing);
    lab::remove_event(rig.world, *seat.lab, item, {}, "", rig.now());
    return true;
  });
}

bool unmark(Rig& rig, Random& random) {
  return with_event(
      rig, random,
      [&](Seat& seat, lab::Item& item, Thing& thing) {
        thing.unmarked_in.insert(seat.number);
        set_marked(rig, seat, item, false);
        return true;
      },
      is_marked);
}

bool mark(Rig& rig, Random& random) {
  return with_event(
      rig, random,
      [&](Seat& seat, lab::Item& item, Thing& thing) {
        if (thing.crm_deleted) thing.unsettled = true;
        thing.unmarked_in.erase(seat.number);
        set_marked(rig, seat, item, true);
        return true;
      },
      [](const lab::Item& item) { return !is_marked(item); });
}

bool respond(Rig& rig, Random& random) {
  static constexpr std::array kResponses = {"accepted", "tentativelyAccepted"};
  return with_event(rig, random, [&](Seat& seat, lab::Item& item, Thing&) {
    if (lab::is_organizer(*seat.lab, item)) return false;
    lab::respond(rig.world, *seat.lab, item, {}, kResponses[random.below(2)], true, "", rig.now());
    return true;
  });
}

model::When wall(const model::Date& day, int hour, const char* zone) {
  return model::When::zoned({.date = day, .second_of_day = hour * 3600}, zone);
}

bool crm_create(Rig& rig, Random& random) {
  Seat& seat = any_seat(rig, random);
  Thing& thing = rig.ledger.add(model::Kind::Meeting, seat.number, true);
  const model::Date day = ahead(rig, random);
  const int hour = static_cast<int>(random.below(22));
  model::Meeting meeting;
  meeting.subject = thing.tag() + " " + nasty(random);
  meeting.location = rig.ledger.token(kCrmSide, thing, "location");
  meeting.start = wall(day, hour, "Europe/Berlin");
  meeting.end = wall(day, hour + 1, "Europe/Berlin");
  return create(rig, seat, crm::RecordType::Meeting, model::fields_of(meeting)).has_value();
}

template <typename F>
bool with_meeting(Rig& rig, Random& random, F what) {
  const auto record = any_record(rig, crm::RecordType::Meeting, random);
  Thing* thing = record ? thing_of(rig, *record) : nullptr;
  return thing && what(any_seat(rig, random), *record, *thing);
}

bool crm_edit_location(Rig& rig, Random& random) {
  return with_meeting(rig, random, [&](Seat& as, const crm::Record& record, Thing& thing) {
    const std::string token = rig.ledger.token(kCrmSide, thing, "location");
    if (change(rig, as, record, {{"location", quoted(nasty(random) + " " + token)}})) return true;
    rig.ledger.entries().back().superseded = true;
    return false;
  });
}

bool crm_edit_subject(Rig& rig, Random& random) {
  return with_meeting(rig, random, [&](Seat& as, const crm::Record& record, Thing& thing) {
    const std::string token = rig.ledger.token(kCrmSide, thing, "subject");
    if (change(rig, as, record, {{"subject", quoted(thing.tag() + " " + nasty(random) + " " + token)}}))
      return true;
    rig.ledger.entries().back().superseded = true;
    return false;
  });
}

bool crm_erase(Rig& rig, Random& random) {
  return with_meeting(rig, random, [&](Seat& as, const crm::Record& record, Thing& thing) {
    const auto done = rig.write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(crm::delete_record(tx, rig.actor(as), record));
      return {};
    });
    if (!done) return false;
    thing.crm_deleted = true;
    rig.ledger.forget_edits(kCrmSide, thing);
    return true;
  });
}

constexpr std::array kEdits = {
    Edit{"meeting: new", new_single, 3},
    Edit{"meeting: new, all day", new_all_day},
    Edit{"meeting: new series", new_series, 2},
    Edit{"meeting: new with a colleague", new_with_colleague},
    Edit{"meeting: new with a guest", new_with_guest},
    Edit{"meeting: subject", edit_subject},
    Edit{"meeting: location", edit_location},
    Edit{"meeting: time", edit_time, 2},
    Edit{"meeting: an occurrence changed", edit_occurrence, 2},
    Edit{"meeting: an occurrence cancelled", cancel_occurrence},
    Edit{"meeting: deleted", erase},
    Edit{"meeting: unmarked", unmark},
    Edit{"meeting: marked", mark, 2},
    Edit{"meeting: an attendee responds", respond, 2},
    Edit{"crm: meeting created", crm_create, 2},
    Edit{"crm: meeting's location", crm_edit_location, 2},
    Edit{"crm: meeting's subject", crm_edit_subject},
    Edit{"crm: meeting deleted", crm_erase},
};

}  // namespace

std::span<const Edit> meeting_edits() {
  return kEdits;
}

}  // namespace mailsync::sim
