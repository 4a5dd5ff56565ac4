// Writes to the calendar. Graph has no way to write an organizer's event with attendees without mailing them
// (F86), so such a write is refused unless a user asked for that very mail.
#include <algorithm>

#include "mailbox/graph/replica.h"

namespace mailsync::graph {

using model::Kind;
using model::Meeting;
using sync::RemoteItem;

namespace {

Error stale() {
  return {.kind = ErrorKind::VersionStale,
          .message = "The meeting was changed in the mailbox meanwhile; it is read and merged again.",
          .vendor_code = "",
          .request_id = {},
          .retry_after = {}};
}

Error would_mail(size_t people) {
  return {.kind = ErrorKind::Unsupported,
          .message = "Microsoft 365 sends mail with every change of this meeting: it would mail " +
                     std::to_string(people) + (people == 1 ? " person" : " people") +
                     ". Open the meeting and choose \"send update\" if they are to get it.",
          .vendor_code = "WouldMailOthers",
          .request_id = {},
          .retry_after = {}};
}

// Fields of a meeting that belong to one's own copy.
const model::FieldNames kOwn = {"show_as", "reminder_minutes", "sensitivity"};
// What the server changes by itself when a series' times or rule are written.
const model::FieldNames kFollow = {"exceptions", "recurrence", "start", "end"};

size_t people_in(const Meeting& meeting) {
  return meeting.attendees.is_set() ? meeting.attendees.value().size() : 0;
}

Result<void> check_organizer(const WireEvent& current, const sync::RemoteWrite& write) {
  if (current.is_organizer || !current.organizer || current.organizer->address.empty()) return {};
  for (const auto& [name, words] : write.fields)
    if (!kOwn.contains(name))
      return fail(ErrorKind::Unsupported,
                  "Somebody else organizes this meeting, so its " + name +
                      " cannot be changed here: ask the organizer, or answer the invitation in Outlook.");
  return {};
}

// The event is there, whatever went wrong when it was read back: it must be looked for, never made again.
Error created_all_the_same(Error error) {
  error.kind = ErrorKind::Ambiguous;
  return std::move(error).within("Creating a meeting: it was created, but could not be read back");
}

// The same moment, though Exchange may call the zone by another name ("Europe/Vienna" comes back as
// Berlin's).
bool same_start(const model::When& a, const model::When& b) {
  if (a == b) return true;
  if (a.form != model::When::Form::Zoned || b.form != a.form || a.zone.empty() || b.zone.empty())
    return false;
  const auto left = model::instant_of(a, "UTC"), right = model::instant_of(b, "UTC");
  return left && left == right;
}

const model::Occurrence* find(const std::vector<model::Occurrence>& list, const model::When& original_start) {
  const auto found = std::ranges::find_if(
      list, [&](const model::Occurrence& one) { return same_start(one.original_start, original_start); });
  return found == list.end() ? nullptr : &*found;
}

bool is_at(const WireEvent& occurrence, const WireEvent& master, const model::When& original_start) {
  if (const auto start = original_start_of(occurrence, master)) return same_start(*start, original_start);
  return same_start(meeting_of(occurrence).start.value_or({}), original_start);
}

// An occurrence read in the zones of its series (F101).
WireEvent in_zones_of(const WireEvent& master, WireEvent occurrence) {
  occurrence.start_zone = master.start_zone;
  occurrence.end_zone = master.end_zone;
  return occurrence;
}

}  // namespace

Task<Result<RemoteItem>> Replica::create_meeting(sync::RemoteWrite write, Mode mode) {
  CO_TRY(const Meeting meeting, model::meeting_from(write.fields));
  if (people_in(meeting) > 0 && !write.may_mail_others) co_return fail(would_mail(people_in(meeting)));
  CO_TRY(WireEvent wire, wire_of(meeting, nullptr));
  wire.operation = write.operation.value;
  if (write.mark) wire.categories = std::vector<std::string>{options_.profile.category};
  if (mode == Mode::Rehearse) co_return would_store({}, write);
  auto created = co_await client_->create_event(write_event(wire, write.operation.value));
  if (!created && created.error().vendor_code == "ErrorDuplicateTransactionId") {
    // An earlier try of this operation landed (F14).
    CO_TRY(auto found, co_await find_meeting(write.operation));
    if (found) co_return *std::move(found);
  }
  if (!created) co_return fail(std::move(created).error());
  if (created->id.empty())
    co_return fail(ErrorKind::Ambiguous,
                   "Creating a meeting: Microsoft 365 did not say what it created; it is looked for.");
  const std::string id = created->id;
  if (meeting.exceptions.is_set())
    CO_TRY_VOID(co_await write_exceptions(*created, meeting.exceptions.value()));
  const auto stored = co_await client_->event(id);
  if (!stored) co_return fail(created_all_the_same(stored.error()));
  RemoteItem item = meeting_item(*stored);
  item.made_by = write.operation;
  co_return item;
}

Task<Result<RemoteItem>> Replica::update_meeting(sync::RemoteWrite write, Mode mode) {
  CO_TRY(const Meeting meeting, model::meeting_from(write.fields));
  CO_TRY(const WireEvent current, co_await client_->event(write.id.value));
  const RemoteItem before = meeting_item(current);
  if (write.base_version && before.version != write.base_version) co_return fail(stale());
  CO_TRY_VOID(check_organizer(current, write));
  if (!before.read_only_because.empty())
    co_return fail(ErrorKind::Unsupported, "The meeting cannot be written back, because " +
                                               before.read_only_because + ": change it in Outlook.");
  const size_t people = std::max(people_mailed(current), people_in(meeting));
  if (current.is_organizer && people > 0 && !write.may_mail_others) co_return fail(would_mail(people));
  CO_TRY(const WireEvent wire, wire_of(meeting, &current));
  const std::string json = write_event(wire);
  const bool has_exceptions = meeting.exceptions.supplied();
  if (json == "{}" && !has_exceptions) co_return before;
  if (mode == Mode::Rehearse) co_return would_store(before, write);
  if (json != "{}") CO_TRY_VOID(co_await client_->patch_event(write.id.value, json, current.change_key));
  CO_TRY(WireEvent stored, co_await client_->event(write.id.value));
  if (has_exceptions && stored.type == "seriesMaster") {
    CO_TRY_VOID(co_await write_exceptions(stored, meeting.exceptions.value_or({})));
    CO_TRY(stored, co_await client_->event(write.id.value));
  }
  RemoteItem item = meeting_item(stored);
  const bool may_follow =
      std::ranges::any_of(kFollow, [&write](const std::string& name) { return write.fields.contains(name); });
  if (changed_by_others(before.fields, write.fields, item.fields, may_follow ? kFollow : model::FieldNames{}))
    co_return fail(stale());
  co_return item;
}

Task<Result<RemoteItem>> Replica::delete_meeting(sync::RemoteWrite write, Mode mode) {
  CO_TRY(const WireEvent current, co_await client_->event(write.id.value));
  const RemoteItem before = meeting_item(current);
  if (write.base_version && before.version != write.base_version) co_return fail(stale());
  if (before.others_would_be_mailed && !write.may_mail_others)
    co_return fail(would_mail(people_mailed(current)));
  if (mode == Mode::Rehearse) co_return would_store(before, write);
  CO_TRY_VOID(co_await client_->delete_event(write.id.value, current.change_key));
  co_return RemoteItem{.kind = Kind::Meeting, .id = write.id};
}

// The occurrence that would have been at `original_start`, as /instances has it.
Task<Result<WireEvent>> Replica::find_occurrence(WireEvent master, model::When original_start) {
  for (const WireEvent& exception : master.exceptions)
    if (is_at(exception, master, original_start)) co_return in_zones_of(master, exception);
  const model::Date day = original_start.wall.date;
  std::string link;
  do {
    CO_TRY(const auto page, co_await client_->instances(master.id, start_of_day(day.plus_days(-1)),
                                                        start_of_day(day.plus_days(2)), link));
    for (const WireEvent& one : page.items)
      if (is_at(one, master, original_start)) co_return in_zones_of(master, one);
    link = page.next_link;
  } while (!link.empty());
  co_return fail(ErrorKind::ItemInvalid, "The series has no occurrence on " + day.to_text() +
                                             ": correct its exceptions or its rule in the CRM.");
}

Task<Result<void>> Replica::write_exceptions(WireEvent master, std::vector<model::Occurrence> wanted) {
  const Meeting series = meeting_of(master);
  const std::vector<model::Occurrence> now = series.exceptions.value_or({});
  // What is an exception no more goes back to what the series says; a cancelled occurrence cannot come back.
  for (const model::Occurrence& one : now)
    if (!one.cancelled && !find(wanted, one.original_start)) {
      model::Occurrence plain;
      plain.original_start = one.original_start;
      wanted.push_back(std::move(plain));
    }
  for (const model::Occurrence& one : wanted) {
    const model::Occurrence* held = find(now, one.original_start);
    if (held && (*held == one || held->cancelled)) continue;
    auto instance = co_await find_occurrence(master, one.original_start);
    if (!instance && one.cancelled && instance.error().kind == ErrorKind::ItemInvalid)
      continue;  // not there anyway
    if (!instance) co_return fail(std::move(instance).error());
    if (one.cancelled) {
      auto gone = co_await client_->delete_event(instance->id, "");
      if (!gone && gone.error().kind != ErrorKind::Gone) co_return gone;
      continue;
    }
    const model::Fields before = model::fields_of(occurrence_part_of(meeting_of(*instance)));
    const model::Fields after = model::fields_of(wanted_of(one, series));
    CO_TRY(const Meeting change, model::meeting_from(model::changed(before, after)));
    CO_TRY(const WireEvent wire, wire_of(change, &*instance));
    const std::string json = write_event(wire);
    if (json != "{}") CO_TRY_VOID(co_await client_->patch_event(instance->id, json, instance->change_key));
  }
  co_return Result<void>{};
}

Task<Result<Version>> Replica::mark_meeting(std::string id, bool marked) {
  CO_TRY(const WireEvent now, co_await client_->event(id));
  const auto before = now.categories.value_or({});
  const auto wanted = with_category(before, options_.profile.category, marked);
  const RemoteItem item = meeting_item(now);
  if (wanted == before) co_return item.version;
  if (item.others_would_be_mailed) co_return fail(would_mail(people_mailed(now)));
  CO_TRY_VOID(co_await client_->patch_event(id, write_categories(wanted), now.change_key));
  CO_TRY(const WireEvent stored, co_await client_->event(id));
  co_return meeting_item(stored).version;
}

}  // namespace mailsync::graph
