// What a calendar does by itself: requests, updates and cancellations to attendees, responses to organizers,
// and their copies in the other mailboxes of the tenant. Every write on an organizer's event with attendees
// mails them (F86).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lab/world.h"
#include "lab/zones.h"

namespace mailsync::lab {

// Fills in what the tenant adds (organizer, iCalUId, zones, defaults), stores, and mails the attendees.
// mail = false, here and below: nobody is told, as EWS can be asked (SendToNone) and Graph cannot.
Item& create_event(World& world, Mailbox& mailbox, uint64_t calendar, json::object fields, Instant now,
                   bool mail = true);

// Merges the patch into the event, or into one occurrence of it, and mails the attendees if this is the
// organizer's. A new start or recurrence on a master drops its exceptions, as Exchange does.
void patch_event(World& world, Mailbox& mailbox, Item& event, std::optional<uint32_t> day,
                 const json::object& patch, Instant now, bool mail = true);

// Organizer: attendees get a cancellation with this comment. Attendee: only his copy goes, and nobody is told
// (F88).
void remove_event(World& world, Mailbox& mailbox, Item& event, std::optional<uint32_t> day,
                  std::string_view comment, Instant now, bool mail = true);

// An attendee answers: "accepted", "declined" (his copy goes), "tentativelyAccepted". The organizer's copy
// learns of it when send is true.
void respond(World& world, Mailbox& mailbox, Item& event, std::optional<uint32_t> day,
             std::string_view response, bool send, std::string_view comment, Instant now);

// What create_event fills in, for an event that is stored without mailing anybody.
void fill_event(World& world, const Mailbox& mailbox, json::object& fields);

// Makes or refreshes an attendee's copy as a request would, without any mail.
Item& give_copy(World& world, Mailbox& attendee, const Item& event, Instant now);

bool is_organizer(const Mailbox& mailbox, const Item& event);
Item* find_by_uid(Mailbox& mailbox, std::string_view ical_uid);

// Days of a master's occurrences that touch [from, to), cancelled ones left out.
std::vector<uint32_t> occurrences_between(const Item& master, Instant from, Instant to);
// Does the master's rule, or an exception, have an occurrence that day?
bool has_occurrence(const Item& master, uint32_t day);

struct Span {
  Instant start;
  Instant end;
};
// Of a single event, of a master's first occurrence, or of one occurrence (its exception's own time if it has
// one).
std::optional<Span> span_of(const Item& event, std::optional<uint32_t> day = {});
// The occurrence's fields: the master's, its own times, and what its exception changes.
json::object occurrence_fields(const Item& master, uint32_t day);
// Before any exception moved it.
Instant original_start(const Item& master, uint32_t day);

}  // namespace mailsync::lab
