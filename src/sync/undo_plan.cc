#include "sync/undo_plan.h"

#include <algorithm>
#include <map>

#include "model/hash.h"
#include "model/meeting.h"
#include "sync/plan.h"

namespace mailsync::sync {

namespace {

using Side = JournalEntry::Side;

constexpr std::string_view kLinkWas = "link was ";

const std::string& value_of(const Fields& fields, const std::string& name) {
  static const std::string cleared(model::kCleared);
  const auto at = fields.find(name);
  return at == fields.end() ? cleared : at->second;
}

Fields fields_in(const std::string& json) {
  auto fields = model::fields_from_json(json.empty() ? "{}" : json);
  return fields ? *std::move(fields) : Fields{};
}

// An older entry than all that were added before.
void add_older(UndoSide& side, const JournalEntry& entry) {
  if (entry.action != "create" && entry.action != "update" && entry.action != "delete") return;
  if (!side.touched) side.exists_after = entry.action != "delete";
  side.touched = true;
  side.existed_before = entry.action != "create";
  const Fields before = fields_in(entry.before), after = fields_in(entry.after);
  side.before = entry.action == "create" ? Fields{} : model::overlaid(std::move(side.before), before);
  // What a newer entry says of a field stands.
  side.after = model::overlaid(after, side.after);
}

// What the pair was before this entry moved it. Entries without the word are older than it: all but "resume"
// began with a pair in step.
std::optional<LinkState> state_in(const JournalEntry& entry) {
  if (entry.payload.starts_with(kLinkWas))
    for (const LinkState state :
         {LinkState::Active, LinkState::Frozen, LinkState::Dismissed, LinkState::Tombstone})
      if (entry.payload.substr(kLinkWas.size()) == name_of(state)) return state;
  if (entry.action == "freeze" || entry.action == "dismiss" || entry.action == "end")
    return LinkState::Active;
  return std::nullopt;
}

void add_older(UndoGroup& group, const JournalEntry& entry) {
  if (!group.record) group.record = entry.record;
  if (!group.remote_id) group.remote_id = entry.remote_id;
  if (entry.action == "send") group.sent = true;
  // The oldest entry says what the pair was before all of them.
  if (const auto was = state_in(entry); was && entry.cause == kUndoCause) {
    group.linked = false;
    group.link_was = was;
  } else if (was) {
    group.pair_was = was;
  }
  const bool makes_pair = entry.cause == "new in the mailbox" || entry.cause == "new in the CRM";
  if (entry.action == "link" || makes_pair) {
    group.linked = true;
    group.link_was.reset();
  }
  add_older(entry.side == Side::Crm ? group.crm : group.mailbox, entry);
}

std::string key_of(const JournalEntry& entry) {
  const bool by_item = entry.kind == Kind::Email && entry.action != "send";
  return std::string(model::name_of(entry.kind)) +
         (by_item || !entry.record ? "i" + entry.remote_id.value : "r" + std::to_string(entry.record.value));
}

std::string list_of(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

// The fields that are still as we left them, with their old values; the others are named in `kept`.
// `tried`: fields that an earlier try may have taken back already are among them.
Fields to_take_back(const UndoSide& side, const Fields& now, const Fields& tried,
                    std::vector<std::string>& kept) {
  Fields out;
  for (const auto& [name, before] : side.before) {
    const std::string& current = value_of(now, name);
    if (current == before) {
      if (tried.contains(name)) out.emplace(name, before);
      continue;
    }
    if (current == value_of(side.after, name))
      out.emplace(name, before);
    else
      kept.push_back(name);
  }
  return out;
}

bool is_as_left(Kind kind, const UndoSide& side, const Fields& now) {
  return model::content_hash(kind, side.after) == model::content_hash(kind, now);
}

size_t people_in(const Fields& fields) {
  const auto meeting = model::meeting_from(fields);
  return meeting && meeting->attendees.is_set() ? meeting->attendees.value().size() : 0;
}

void name_kept(UndoStep& step, std::string_view where, const std::vector<std::string>& kept) {
  if (kept.empty()) return;
  step.notes.push_back("Edited since in " + std::string(where) + " and kept: " + list_of(kept) + ".");
}

// ---- the CRM's side ----

void undo_in_crm(UndoStep& step) {
  const UndoSide& side = step.group.crm;
  const auto& record = step.facts.record;
  if (!side.touched) return;
  CrmWrite write{.kind = step.group.kind, .id = step.group.record};
  if (record) write.base_version = record->version;
  if (side.created()) {
    if (!record || record->deleted) return;
    if (!is_as_left(step.group.kind, side, record->fields)) {
      step.notes.emplace_back("The record was edited in the CRM since, and is kept.");
      return;
    }
    write.op = CrmWrite::Op::Delete;
    step.crm = std::move(write);
  } else if (side.deleted()) {
    if (!record || !record->deleted) return;
    write.op = CrmWrite::Op::Restore;
    if (step.facts.link) write.series_key = step.facts.link->series_key;
    step.crm = std::move(write);
  } else if (side.changed()) {
    if (!record || record->deleted) {
      step.notes.emplace_back("The record was deleted in the CRM since; its fields are not taken back.");
      return;
    }
    std::vector<std::string> kept;
    write.fields = to_take_back(side, record->fields, {}, kept);
    name_kept(step, "the CRM", kept);
    if (!write.fields.empty()) step.crm = std::move(write);
  }
}

// ---- the mailbox's side ----

OperationId operation_for(const UndoStep& step) {
  return undo_operation(step.facts.run, step.group);
}

Fields tried_fields(const UndoStep& step) {
  return step.facts.tried ? fields_in(step.facts.tried->after) : Fields{};
}

// Nobody is told: what the server would mail others about stays.
bool would_mail(const UndoStep& step) {
  return step.facts.item && step.facts.item->others_would_be_mailed && !step.facts.in_mailbox.silent_writes;
}

void make_again(UndoStep& step) {
  Fields fields = step.group.mailbox.before;
  if (const size_t people = people_in(fields);
      step.group.kind == Kind::Meeting && people > 0 && !step.facts.in_mailbox.silent_writes) {
    fields.insert_or_assign("attendees", std::string(model::kCleared));
    step.notes.push_back("It comes back without its " + std::to_string(people) +
                         (people == 1 ? " attendee" : " attendees") +
                         ", whom the server would mail: invite them again in the calendar.");
  }
  fields.erase("organizer");
  std::erase_if(fields, [](const auto& field) { return field.second == model::kCleared; });
  step.remote = RemoteWrite{.op = RemoteWrite::Op::Create,
                            .kind = step.group.kind,
                            .fields = std::move(fields),
                            .operation = operation_for(step),
                            .mark = !step.facts.link || step.facts.link->marked};
}

void undo_in_mailbox(UndoStep& step) {
  const UndoSide& side = step.group.mailbox;
  const auto& item = step.facts.item;
  if (!side.touched) return;
  if (side.deleted()) {
    if (!item) make_again(step);
    return;
  }
  if (!item) {
    if (side.created() && step.facts.tried)  // it went then, and nobody has noted it yet
      step.remote = RemoteWrite{.op = RemoteWrite::Op::Delete,
                                .kind = step.group.kind,
                                .id = step.facts.link ? step.facts.link->remote_id : step.group.remote_id,
                                .operation = operation_for(step)};
    if (side.changed())
      step.notes.emplace_back("The item was deleted in the mailbox since; its fields are not taken back.");
    return;
  }
  RemoteWrite write{.kind = step.group.kind,
                    .id = item->id,
                    .base_version = item->version,
                    .operation = operation_for(step)};
  if (would_mail(step)) {
    step.notes.emplace_back(
        "The meeting in the calendar stays as it is: writing it would mail its attendees.");
    return;
  }
  if (side.created()) {
    if (!is_as_left(step.group.kind, side, item->fields)) {
      step.notes.emplace_back("The item was edited in the mailbox since, and is kept.");
      return;
    }
    write.op = RemoteWrite::Op::Delete;
    step.remote = std::move(write);
  } else if (side.changed()) {
    std::vector<std::string> kept;
    write.fields = to_take_back(side, item->fields, tried_fields(step), kept);
    name_kept(step, "the mailbox", kept);
    if (!write.fields.empty()) step.remote = std::move(write);
  }
}

// ---- the pair ----

bool is_parted(const UndoGroup& group) {
  return group.linked || group.crm.created() || group.mailbox.created() || group.mailbox.deleted() ||
         group.crm.deleted();
}

// The pair was frozen, dismissed or ended, or went on again, and nothing else happened to it: it is what it
// was. A pair can only go on where both of its sides are there.
void undo_pair_alone(UndoStep& step) {
  if (!step.facts.link || !step.group.pair_was) return;
  const LinkState state = *step.group.pair_was;
  if (state == step.facts.link->state) return;
  const bool email = step.group.kind == Kind::Email;
  if (state == LinkState::Active && !step.facts.item) {
    step.notes.emplace_back(
        "Its item is not in the mailbox any more: put it back there, then undo this again, or mark it.");
    return;
  }
  if (state == LinkState::Active && !email && (!step.facts.record || step.facts.record->deleted)) {
    step.notes.emplace_back("Its record was deleted in the CRM since: restore it there first.");
    return;
  }
  step.link = step.facts.link;
  step.link->state = state;
  if (step.facts.item) step.link->marked = step.facts.item->marked;
}

// ---- emails ----

void undo_email(UndoStep& step) {
  if (step.group.sent) step.notes.emplace_back("A sent email stays sent.");
  const auto& link = step.facts.link;
  if (!link) return;
  if (!is_parted(step.group) && !step.group.link_was && step.group.pair_was) return undo_pair_alone(step);
  const bool came_in = step.group.crm.created() || (step.group.linked && !step.group.crm.deleted());
  if (step.group.link_was && !step.group.crm.touched) {  // only the pair was parted
    step.link = link;
    step.link->state = *step.group.link_was;
    return;
  }
  if (step.group.crm.deleted()) {  // an undo that is undone
    if (link->state == step.group.link_was.value_or(LinkState::Active)) return;
    if (!step.facts.item) {
      step.notes.emplace_back("The email is not in the mailbox any more, and cannot be taken in again.");
      return;
    }
    step.give_copy = true;
  } else if (!came_in || link->state == LinkState::Tombstone) {
    return;
  } else {
    step.take_copy = !step.facts.other_copy;
  }
  step.link = link;
  step.link->state = step.give_copy ? step.group.link_was.value_or(LinkState::Active) : LinkState::Tombstone;
  if (step.facts.item) step.link->marked = step.facts.item->marked;
}

// The pair after the undo. What Mail Sync made, or tied, stays out until it is marked again.
void undo_link(UndoStep& step) {
  if (!step.facts.link) return;
  const Link& link = *step.facts.link;
  LinkState state = link.state;
  const bool parted = is_parted(step.group);
  if (parted) state = LinkState::Tombstone;
  if (step.group.link_was) state = *step.group.link_was;
  if (!parted && !step.group.link_was && step.group.pair_was) return undo_pair_alone(step);
  // Where a side is kept because somebody edited it, the pair goes on as it is.
  const bool kept = !step.notes.empty() && !step.crm && !step.remote;
  if (kept && !step.group.link_was) state = link.state;
  if (state == link.state && !step.crm && !step.remote) return;
  step.link = link;
  step.link->state = state;
  if (step.facts.item) step.link->marked = step.facts.item->marked;
}

}  // namespace

std::string_view name_of(LinkState state) {
  switch (state) {
    case LinkState::Active:
      return "active";
    case LinkState::Frozen:
      return "frozen";
    case LinkState::Dismissed:
      return "dismissed";
    case LinkState::Tombstone:
      return "tombstone";
  }
  std::unreachable();
}

std::string link_was(LinkState state) {
  return std::string(kLinkWas) + std::string(name_of(state));
}

OperationId undo_operation(const RunId& run, const UndoGroup& group) {
  const std::string text = run.value + "|" + std::string(model::name_of(group.kind)) + "|" +
                           std::to_string(group.record.value) + "|" + group.remote_id.value;
  return {"ms-" + model::hex_hash(text)};
}

std::vector<UndoGroup> group_for_undo(std::span<const JournalEntry> newest_first) {
  std::vector<UndoGroup> out;
  std::map<std::string, size_t> at;
  for (const JournalEntry& entry : newest_first) {
    if (entry.state != JournalEntry::State::Done) continue;
    const auto [place, fresh] = at.emplace(key_of(entry), out.size());
    if (fresh) out.push_back({.kind = entry.kind, .record = entry.record, .remote_id = entry.remote_id});
    add_older(out[place->second], entry);
  }
  std::erase_if(out, [](const UndoGroup& group) { return group.is_empty(); });
  return out;
}

UndoStep plan_undo(UndoGroup group, UndoFacts facts) {
  UndoStep step{.group = std::move(group), .facts = std::move(facts)};
  if (step.group.kind == Kind::Email) {
    undo_email(step);
    return step;
  }
  undo_in_mailbox(step);
  undo_in_crm(step);
  undo_link(step);
  return step;
}

}  // namespace mailsync::sync
