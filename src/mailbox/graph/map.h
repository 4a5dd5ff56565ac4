// Wire structs ⇄ the model. Pure; no request is made here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mailbox/graph/wire.h"
#include "model/contact.h"
#include "model/email.h"
#include "model/meeting.h"
#include "model/task.h"
#include "sync/replica.h"

namespace mailsync::graph {

// ---- categories (map_item.cc): the mark is a name, compared without case ----
bool has_category(const std::vector<std::string>& categories, std::string_view category);
// The list with the category put in or taken out, the others as they were (F38).
std::vector<std::string> with_category(std::vector<std::string> categories, std::string_view category,
                                       bool marked);

// ---- email (map_email.cc) ----
model::EmailHead head_of(const WireMessage& message);
// With body, headers and attachments, as far as they were asked for.
model::Email email_of(WireMessage message);
sync::RemoteItem item_of(const WireMessage& message, std::string_view category);

// ---- contact (map_contact.cc) ----
// What Exchange can hold (F108); the rest stays in the CRM.
inline constexpr size_t kMaxContactEmails = 3;
inline constexpr size_t kMaxBusinessPhones = 2;
model::Contact contact_of(const WireContact& contact);
// The supplied fields of `contact` alone. `current`: what the server holds, from which names of addresses and
// the display name are kept in step; null for a create.
WireContact wire_of(const model::Contact& contact, const WireContact* current);
sync::RemoteItem item_of(const WireContact& contact, std::string_view category);

// ---- task (map_task.cc) ----
model::Task task_of(const WireTask& task);
// ItemInvalid when the series has no day to start on.
Result<WireTask> wire_of(const model::Task& task, const WireTask* current);
sync::RemoteItem item_of(const WireTask& task, std::string_view category);

// ---- recurrence and time (map_time.cc) ----
// nullopt for a pattern we do not know.
std::optional<model::Recurrence> recurrence_of(const WireRecurrence& recurrence);
WireRecurrence wire_of(const model::Recurrence& rule, model::Date first_day, std::string_view zone);
// The date as written, whatever the zone says (F97, F105, F106).
std::optional<model::Date> date_of(const WireDateTime& when);
WireDateTime wire_of(model::Date date);
std::optional<Instant> instant_of(const WireDateTime& when);
// The answer's wall time (UTC, as Graph gives it unasked) turned into that of `own_zone`, the zone that the
// item was made in. A zone that is not known keeps the UTC wall time and zone "" (F98).
model::When when_of(const WireDateTime& when, std::string_view own_zone, bool all_day);
// Unsupported for floating times and unknown zones.
Result<WireDateTime> wire_of(const model::When& when);

// ---- meeting (map_meeting.cc) ----
model::Meeting meeting_of(const WireEvent& event);
sync::RemoteItem item_of(const WireEvent& event, std::string_view category);
// The supplied fields alone, without exceptions, which are written occurrence by occurrence. `current` as for
// contacts. Unsupported for the body of an online meeting whose block is not found (F39).
Result<WireEvent> wire_of(const model::Meeting& meeting, const WireEvent* current);
// One occurrence as a meeting of its own: what the exception does not supply is as in the series.
model::Meeting wanted_of(const model::Occurrence& occurrence, const model::Meeting& series);
// Every value a PATCH of one occurrence may change, as it is now.
model::Meeting occurrence_part_of(const model::Meeting& meeting);
// How many people a write to this event would mail: attendees other than its organizer.
size_t people_mailed(const WireEvent& event);
// Where an occurrence would have been, in the series' own terms.
std::optional<model::When> original_start_of(const WireEvent& occurrence, const WireEvent& master);
// "OID.<master>.2026-11-22" → the start on that day.
std::optional<model::When> cancelled_start_of(std::string_view occurrence_id, const WireEvent& master);

}  // namespace mailsync::graph
