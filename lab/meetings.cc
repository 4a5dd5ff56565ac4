#include "lab/meetings.h"

#include <algorithm>
#include <array>

#include "lab/json_read.h"
#include "lab/mail.h"

namespace mailsync::lab {
namespace {

// What an organizer's copy does not share with the attendees' copies.
constexpr std::array<std::string_view, 10> kOwnSide = {
    "categories",  "isReminderOn",  "reminderMinutesBeforeStart",    "showAs",     "responseStatus",
    "isOrganizer", "transactionId", "singleValueExtendedProperties", "extensions", "hideAttendees"};

bool own_side(std::string_view name) {
  return std::ranges::find(kOwnSide, name) != kOwnSide.end();
}

json::object shared_fields(const json::object& fields) {
  json::object out;
  for (auto& [name, value] : fields)
    if (!own_side(name)) out[name] = value;
  return out;
}

std::string ical_uid(World& world) {
  std::string hex = world.guid() + world.guid();
  std::erase(hex, '-');
  std::ranges::transform(hex, hex.begin(), [](char c) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  return "040000008200E00074C5B7101A82E008"
         "00000000" +
         hex.substr(0, 16) + "000000000000000010000000" + hex.substr(16, 32);
}

struct Mailing {
  std::string why;           // as SentMail says it
  std::string message_type;  // meetingMessageType
  std::string odata_type;
  std::string subject_prefix;
};
const Mailing kRequest{"meetingRequest", "meetingRequest", "#microsoft.graph.eventMessageRequest", ""};
const Mailing kUpdate{"meetingUpdate", "meetingRequest", "#microsoft.graph.eventMessageRequest", "Updated: "};
const Mailing kCancel{"meetingCancelled", "meetingCancelled", "#microsoft.graph.eventMessage", "Canceled: "};

json::object meeting_message(const Mailbox& from, const json::object& event, const Mailing& mailing,
                             std::string_view to, std::string_view comment) {
  json::object message{{"@odata.type", mailing.odata_type},
                       {"meetingMessageType", mailing.message_type},
                       {"subject", mailing.subject_prefix + std::string(text_of(event, "subject"))},
                       {"from", recipient_of(from.user.mail, from.user.display_name)},
                       {"toRecipients", json::array{recipient_of(to, "")}}};
  if (!comment.empty())
    message["body"] = json::object{{"contentType", "text"}, {"content", comment}};
  else if (auto* body = event.if_contains("body"))
    message["body"] = *body;
  for (auto [from_name, to_name] : {std::pair{"start", "startDateTime"},
                                    {"end", "endDateTime"},
                                    {"location", "location"},
                                    {"isAllDay", "isAllDay"}})
    if (auto* value = event.if_contains(from_name)) message[to_name] = *value;
  message["type"] =
      event.contains("recurrence") && !event.at("recurrence").is_null() ? "seriesMaster" : "singleInstance";
  message["isOutOfDate"] = false;
  message["isDelegated"] = false;
  return message;
}

// One mail to one attendee; for somebody of this tenant it arrives.
void mail_attendee(World& world, Mailbox& from, std::string_view to, const json::object& event,
                   const Mailing& mailing, std::string_view comment, Instant now) {
  Mailbox* inside = world.find(to);
  world.record({.at = now,
                .from = from.user.mail,
                .to = std::string(to),
                .inside = inside != nullptr,
                .why = mailing.why,
                .subject = std::string(text_of(event, "subject"))});
  if (inside && inside->user.mailbox_enabled)
    deliver(world, *inside, meeting_message(from, event, mailing, to, comment), {}, now);
}

bool already_invited(const json::array& before, std::string_view address) {
  return std::ranges::any_of(before,
                             [&](const json::value& a) { return same_address(address_of(a), address); });
}

// The attendee's copy: made, or brought up to the organizer's state while his own side stays.
void update_copy(World& world, Mailbox& attendee, const Item& event, std::optional<uint32_t> day,
                 bool reset_response, Instant now) {
  json::object shared = shared_fields(event.fields);
  if (Item* copy = find_by_uid(attendee, text_of(event.fields, "iCalUId"))) {
    for (auto& [name, value] : shared) copy->fields[name] = value;
    for (auto& [when, override_fields] : event.exceptions) {
      json::object kept = copy->exceptions[when];
      for (auto& [name, value] : shared_fields(override_fields)) kept[name] = value;
      copy->exceptions[when] = std::move(kept);
    }
    std::erase_if(copy->exceptions, [&](auto& entry) { return !event.exceptions.contains(entry.first); });
    if (reset_response) copy->cancelled.clear();  // otherwise he may have declined some days himself
    copy->cancelled.insert(event.cancelled.begin(), event.cancelled.end());
    if (reset_response) {
      copy->fields["responseStatus"] =
          json::object{{"response", "notResponded"}, {"time", "0001-01-01T00:00:00Z"}};
      copy->fields["showAs"] = "tentative";
    }
    world.changed(attendee, *copy, now, day);
    return;
  }
  shared["isOrganizer"] = false;
  shared["showAs"] = "tentative";
  fill_event(world, attendee, shared);
  Item& copy =
      world.add(attendee, IdKind::Event, attendee.well_known("calendar")->number, std::move(shared), now);
  for (auto& [when, override_fields] : event.exceptions)
    copy.exceptions[when] = shared_fields(override_fields);
  copy.cancelled = event.cancelled;
  copy.attachments = event.attachments;
}

void remove_copy(World& world, Mailbox& attendee, const Item& event, std::optional<uint32_t> day,
                 Instant now) {
  Item* copy = find_by_uid(attendee, text_of(event.fields, "iCalUId"));
  if (!copy) return;
  if (day) {
    copy->cancelled.insert(*day);
    copy->exceptions.erase(*day);
  } else {
    // Exchange leaves a cancelled meeting on the attendee's calendar until he removes it.
    copy->fields["isCancelled"] = true;
    copy->fields["showAs"] = "free";
    std::string subject(text_of(copy->fields, "subject"));
    if (!subject.starts_with("Canceled: ")) copy->fields["subject"] = "Canceled: " + subject;
  }
  world.changed(attendee, *copy, now, day);
}

// Requests to new attendees, updates to the others, cancellations to those left out.
void tell_attendees(World& world, Mailbox& mailbox, Item& event, std::optional<uint32_t> day,
                    const json::object& shown, const json::array& before, bool reset_response, Instant now) {
  if (!is_organizer(mailbox, event)) return;
  json::array attendees = event.fields.at("attendees").as_array();
  if (auto* own = array_of(shown, "attendees")) attendees = *own;
  for (auto& attendee : attendees) {
    std::string address(address_of(attendee));
    if (mailbox.owns_address(address)) continue;
    mail_attendee(world, mailbox, address, shown, already_invited(before, address) ? kUpdate : kRequest, {},
                  now);
    if (Mailbox* inside = world.find(address); inside && inside->user.mailbox_enabled)
      update_copy(world, *inside, event, day, reset_response, now);
  }
  for (auto& attendee : before) {
    std::string address(address_of(attendee));
    if (mailbox.owns_address(address) || already_invited(attendees, address)) continue;
    mail_attendee(world, mailbox, address, shown, kCancel, {}, now);
    if (Mailbox* inside = world.find(address); inside && inside->user.mailbox_enabled)
      remove_copy(world, *inside, event, {}, now);
  }
}

// A response somebody gave is kept when the organizer writes the list again.
void keep_statuses(json::array& attendees, const json::array& before) {
  for (auto& attendee : attendees) {
    if (!attendee.is_object()) continue;
    for (auto& old : before)
      if (same_address(address_of(old), address_of(attendee)))
        if (auto* status = old.as_object().if_contains("status")) attendee.get_object()["status"] = *status;
  }
}

}  // namespace

void fill_event(World& world, const Mailbox& mailbox, json::object& fields) {
  auto set_default = [&](std::string_view name, const auto& value) {
    if (auto* old = fields.if_contains(name); !old || old->is_null()) fields[name] = value;
  };
  set_default("subject", "");
  set_default("body", json::object{{"contentType", "text"}, {"content", ""}});
  set_default("categories", json::array());
  set_default("attendees", json::array());
  set_default("importance", "normal");
  set_default("sensitivity", "normal");
  set_default("showAs", "busy");
  set_default("isAllDay", false);
  set_default("isCancelled", false);
  set_default("isReminderOn", true);
  set_default("reminderMinutesBeforeStart", 15);
  set_default("responseRequested", true);
  set_default("allowNewTimeProposals", true);
  set_default("isOnlineMeeting", false);
  set_default("onlineMeetingProvider", "unknown");
  set_default("hideAttendees", false);
  set_default("location", json::object{{"displayName", ""}});
  set_default("organizer", recipient_of(mailbox.user.mail, mailbox.user.display_name));
  if (text_of(fields, "iCalUId").empty()) fields["iCalUId"] = ical_uid(world);
  if (auto* start = object_of(fields, "start"))
    set_default("originalStartTimeZone", text_of(*start, "timeZone"));
  if (auto* end = object_of(fields, "end")) set_default("originalEndTimeZone", text_of(*end, "timeZone"));
  for (auto& attendee : fields.at("attendees").as_array()) {
    if (!attendee.is_object()) continue;
    auto& object = attendee.get_object();
    if (!object.contains("type")) object["type"] = "required";
    if (!object.contains("status"))
      object["status"] = json::object{{"response", "none"}, {"time", "0001-01-01T00:00:00Z"}};
  }
  bool organizer = mailbox.owns_address(address_of(fields.at("organizer")));
  set_default(
      "responseStatus",
      json::object{{"response", organizer ? (fields.at("attendees").as_array().empty() ? "none" : "organizer")
                                          : "notResponded"},
                   {"time", "0001-01-01T00:00:00Z"}});
}

Item& give_copy(World& world, Mailbox& attendee, const Item& event, Instant now) {
  update_copy(world, attendee, event, {}, false, now);
  return *find_by_uid(attendee, text_of(event.fields, "iCalUId"));
}

bool is_organizer(const Mailbox& mailbox, const Item& event) {
  auto* organizer = event.fields.if_contains("organizer");
  return !organizer || mailbox.owns_address(address_of(*organizer));
}

Item* find_by_uid(Mailbox& mailbox, std::string_view uid) {
  for (auto& [_, item] : mailbox.items)
    if (item.kind == IdKind::Event && text_of(item.fields, "iCalUId") == uid) return &item;
  return nullptr;
}

Item& create_event(World& world, Mailbox& mailbox, uint64_t calendar, json::object fields, Instant now,
                   bool mail) {
  fill_event(world, mailbox, fields);
  Item& event = world.add(mailbox, IdKind::Event, calendar, std::move(fields), now);
  if (mail) tell_attendees(world, mailbox, event, {}, event.fields, {}, false, now);
  return event;
}

void patch_event(World& world, Mailbox& mailbox, Item& event, std::optional<uint32_t> day,
                 const json::object& patch, Instant now, bool mail) {
  json::array before;
  if (auto* attendees = array_of(event.fields, "attendees")) before = *attendees;
  bool time_changed = patch.contains("start") || patch.contains("end") || patch.contains("recurrence");
  json::object& target = day ? event.exceptions[*day] : event.fields;
  json::object was = event.fields;
  for (auto& [name, value] : patch) target[name] = value;
  if (auto* attendees = target.if_contains("attendees"); attendees && attendees->is_array())
    keep_statuses(attendees->get_array(), before);
  if (!day) {
    if (auto* start = object_of(patch, "start"))
      event.fields["originalStartTimeZone"] = text_of(*start, "timeZone");
    if (auto* end = object_of(patch, "end")) event.fields["originalEndTimeZone"] = text_of(*end, "timeZone");
    fill_event(world, mailbox, event.fields);
    auto differs = [&](const char* name) {
      auto *a = was.if_contains(name), *b = event.fields.if_contains(name);
      return (a ? *a : json::value()) != (b ? *b : json::value());
    };
    if (differs("start") || differs("recurrence")) {
      event.exceptions.clear();
      event.cancelled.clear();
    }
  }
  world.changed(mailbox, event, now, day);
  if (!mail) return;
  tell_attendees(world, mailbox, event, day, day ? occurrence_fields(event, *day) : event.fields, before,
                 time_changed && !day, now);
}

void remove_event(World& world, Mailbox& mailbox, Item& event, std::optional<uint32_t> day,
                  std::string_view comment, Instant now, bool mail) {
  if (mail && is_organizer(mailbox, event)) {
    json::object shown = day ? occurrence_fields(event, *day) : event.fields;
    for (auto& attendee : json::array(shown.at("attendees").as_array())) {
      std::string address(address_of(attendee));
      if (mailbox.owns_address(address)) continue;
      mail_attendee(world, mailbox, address, shown, kCancel, comment, now);
      if (Mailbox* inside = world.find(address); inside && inside->user.mailbox_enabled)
        remove_copy(world, *inside, event, day, now);
    }
  }
  if (!day) return world.remove(mailbox, event.number, now);
  event.cancelled.insert(*day);
  event.exceptions.erase(*day);
  world.changed(mailbox, event, now, day);
}

void respond(World& world, Mailbox& mailbox, Item& event, std::optional<uint32_t> day,
             std::string_view response, bool send, std::string_view comment, Instant now) {
  std::string iso = Instant{now.us / 1'000'000 * 1'000'000}.to_iso();
  json::object status{{"response", response}, {"time", iso}};
  std::string organizer(address_of(event.fields.at("organizer")));
  if (send) {
    Mailbox* inside = world.find(organizer);
    world.record({.at = now,
                  .from = mailbox.user.mail,
                  .to = organizer,
                  .inside = inside != nullptr,
                  .why = "meetingResponse",
                  .subject = std::string(text_of(event.fields, "subject"))});
    if (inside && inside->user.mailbox_enabled) {
      Mailing mailing{"meetingResponse",
                      response == "accepted"   ? "meetingAccepted"
                      : response == "declined" ? "meetingDeclined"
                                               : "meetingTenativelyAccepted",
                      "#microsoft.graph.eventMessageResponse",
                      response == "accepted"   ? "Accepted: "
                      : response == "declined" ? "Declined: "
                                               : "Tentative: "};
      deliver(world, *inside, meeting_message(mailbox, event.fields, mailing, organizer, comment), {}, now);
      if (Item* original = find_by_uid(*inside, text_of(event.fields, "iCalUId"))) {
        json::object& target = day ? original->exceptions[*day] : original->fields;
        if (day && !target.contains("attendees")) target["attendees"] = original->fields.at("attendees");
        for (auto& attendee : target.at("attendees").as_array())
          if (attendee.is_object() && mailbox.owns_address(address_of(attendee)))
            attendee.get_object()["status"] = status;
        world.changed(*inside, *original, now, day);
      }
    }
  }
  if (response == "declined") {
    if (!day) return world.remove(mailbox, event.number, now);
    event.cancelled.insert(*day);
    event.exceptions.erase(*day);
  } else {
    json::object& target = day ? event.exceptions[*day] : event.fields;
    target["responseStatus"] = status;
    target["showAs"] = response == "accepted" ? "busy" : "tentative";
  }
  world.changed(mailbox, event, now, day);
}

}  // namespace mailsync::lab
