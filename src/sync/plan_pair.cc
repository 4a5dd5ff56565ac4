// A linked pair that both sides still have: the merge, and what may not be written.
#include <algorithm>

#include "model/meeting.h"
#include "sync/plan_cases.h"

namespace mailsync::sync {

namespace {

bool mailbox_wins(const Situation& s) {
  switch (s.profile.winner) {
    case Winner::Crm:
      return false;
    case Winner::Mailbox:
      return true;
    case Winner::LaterChange:
      return !s.item || !s.record || s.item->changed_at >= s.record->changed_at;
  }
  std::unreachable();
}

// Fields of a meeting that only its organizer decides.
const FieldNames& organizers_fields() {
  static const FieldNames names{"start",      "end",       "location", "attendees", "recurrence",
                                "exceptions", "organizer", "subject",  "body"};
  return names;
}

// The CRM takes back what it said: what the organizer says stands, also where the CRM would have won.
void refuse_crm_edit(const Situation& s, const Fields& mailbox, Plan& plan, Merge& merged) {
  Fields refused = model::restricted(merged.to_mailbox, organizers_fields());
  if (refused.empty()) return;
  for (const auto& [name, text] : refused) merged.to_mailbox.erase(name);
  Fields restored;
  for (const auto& [name, text] : refused) {
    const auto said = mailbox.find(name), was = s.link->base.mailbox.find(name);
    const bool changed =
        said != mailbox.end() && (was == s.link->base.mailbox.end() || said->second != was->second);
    const auto at = s.link->base.crm.find(name);
    restored.emplace(name, changed                        ? said->second
                           : at == s.link->base.crm.end() ? std::string(model::kCleared)
                                                          : at->second);
    for (Conflict& conflict : plan.conflicts)
      if (conflict.field == name && !conflict.mailbox_won) {
        std::swap(conflict.kept, conflict.overruled);
        conflict.mailbox_won = true;
      }
  }
  merged.to_crm = model::overlaid(std::move(merged.to_crm), restored);
  plan.issues.push_back(
      issue_about(s, key_of(s, "not_organizer"), "warning",
                  "A meeting that somebody else organizes was changed in the CRM; the change was taken back",
                  "Ask the organizer to change time, place or attendees."));
}

void write_to_crm(const Situation& s, Plan& plan, Merge& merged) {
  if (merged.to_crm.empty()) return;
  if (!directions(s).to_crm) {
    for (const auto& [name, text] : merged.to_crm) plan.waiting.insert(name);
    return;
  }
  if (s.record->may_write) {
    plan.crm = CrmWrite{.op = CrmWrite::Op::Update,
                        .kind = s.kind,
                        .id = s.record->id,
                        .base_version = s.record->version,
                        .fields = merged.to_crm};
    return;
  }
  // A refusal restores the mailbox's view of it.
  for (const auto& [name, text] : merged.to_crm) {
    const auto at = s.record->fields.find(name);
    merged.to_mailbox.insert_or_assign(
        name, at == s.record->fields.end() ? std::string(model::kCleared) : at->second);
  }
  plan.issues.push_back(issue_about(s, key_of(s, "refused"), "warning",
                                    "The CRM does not let you change this record; your change was taken back",
                                    "Ask the record's owner for the right to change it."));
}

void write_to_mailbox(const Situation& s, Plan& plan, const Merge& merged) {
  if (merged.to_mailbox.empty()) return;
  const auto wait = [&] {
    for (const auto& [name, text] : merged.to_mailbox) plan.waiting.insert(name);
  };
  if (!directions(s).to_mailbox || !s.in_mailbox.writable) return wait();
  if (s.item && !s.item->read_only_because.empty()) {
    plan.issues.push_back(
        issue_about(s, key_of(s, "read_only"), "warning",
                    "A change in the CRM cannot be written to the mailbox: " + s.item->read_only_because,
                    "Make the change in the mailbox."));
    return wait();
  }
  plan.remote = RemoteWrite{.op = RemoteWrite::Op::Update,
                            .kind = s.kind,
                            .id = s.link->remote_id,
                            .base_version = s.item ? s.item->version : s.link->remote_version,
                            .fields = merged.to_mailbox,
                            .operation = operation_of(s, "update"),
                            .may_mail_others = s.record->send_requested};
  if (would_mail(s, merged.to_mailbox))
    wait_for_send(s, plan, merged.to_mailbox);
  else
    plan.solved.push_back(key_of(s, "would_mail"));
}

}  // namespace

Plan plan_pair(const Situation& s) {
  const FieldNames names = shared_fields(s.in_mailbox, s.in_crm);
  const Fields& mailbox = s.item ? s.item->fields : s.link->base.mailbox;
  Merge merged = merge(s.kind, s.link->base, mailbox, s.record->fields, names, mailbox_wins(s));
  Plan plan{.cause = merged.mailbox_changed ? "changed in the mailbox" : "changed in the CRM",
            .rule = "three-way merge"};
  plan.link = s.link;
  if (s.item) {
    plan.seen_in_mailbox = s.item->fields;
    plan.link->is_organizer = s.item->is_organizer;
    plan.link->sequence = s.item->sequence;
    plan.link->marked = s.item->marked;
  }
  report_conflicts(plan, merged);
  if (s.other_copy_is_source) {
    // This copy only follows: the server of the source brings it up to date.
    merged.to_crm.clear();
    merged.to_mailbox.clear();
    plan.conflicts.clear();
  } else if (s.kind == Kind::Meeting && !plan.link->is_organizer && s.link->made_by == MadeBy::Mailbox) {
    refuse_crm_edit(s, mailbox, plan, merged);
  }
  write_to_crm(s, plan, merged);
  write_to_mailbox(s, plan, merged);
  // What waits is still there to be carried over the next time; only the rest is news.
  const bool content_moved = std::ranges::any_of(
      merged.moved, [&](const std::string& name) { return !plan.waiting.contains(name); });
  const bool mark_moved = s.item && s.item->marked != s.link->marked;
  if (!content_moved && !mark_moved && plan.link->state == s.link->state) {
    plan.link.reset();  // equal content is no change, whatever the version says (F4)
    if (plan.skipped.empty()) plan.skipped = "unchanged";
  }
  return plan;
}

}  // namespace mailsync::sync
