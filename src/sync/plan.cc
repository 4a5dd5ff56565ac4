#include "sync/plan.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "model/contact.h"
#include "model/meeting.h"
#include "sync/scope.h"

namespace mailsync::sync {

namespace {

using model::FieldNames;

Issue issue_about(const Situation& s, std::string key, std::string severity, std::string title,
                  std::string remedy) {
  Issue issue{.mailbox = s.mailbox,
              .key = std::move(key),
              .kind = s.kind,
              .severity = std::move(severity),
              .title = std::move(title),
              .remedy = std::move(remedy),
              .opened_at = s.now};
  if (s.item) issue.remote_id = s.item->id;
  if (s.link) issue.remote_id = s.link->remote_id;
  if (s.record) issue.record = s.record->id;
  return issue;
}

std::string key_of(const Situation& s, std::string_view what) {
  std::string key(what);
  if (s.link || s.item) return key + ":" + (s.link ? s.link->remote_id.value : s.item->id.value);
  return key + ":record:" + std::to_string(s.record ? s.record->id.value : 0);
}

Directions directions(const Situation& s) {
  const auto at = s.profile.directions.find(s.kind);
  return at == s.profile.directions.end() ? Directions{} : at->second;
}

Plan skip(std::string reason) {
  return {.skipped = std::move(reason)};
}

size_t attendee_count(const Fields& fields) {
  const auto meeting = model::meeting_from(fields);
  return meeting && meeting->attendees.is_set() ? meeting->attendees.value().size() : 0;
}

// A write to this item would make the server mail people, and nobody asked for that.
bool would_mail(const Situation& s, const Fields& written) {
  if (s.kind != Kind::Meeting || s.in_mailbox.silent_writes) return false;
  if (s.record && s.record->send_requested) return false;
  if (s.item && s.item->others_would_be_mailed) return true;
  if (s.link && s.link->is_organizer && attendee_count(s.link->base.mailbox) > 0) return true;
  return attendee_count(written) > 0;
}

void wait_for_send(const Situation& s, Plan& plan, const Fields& fields) {
  const size_t people = std::max(attendee_count(fields), s.link ? attendee_count(s.link->base.mailbox) : 0);
  plan.issues.push_back(issue_about(s, key_of(s, "would_mail"), "info",
                                    "A change to a meeting waits: writing it would mail " +
                                        (people == 1 ? "1 person" : std::to_string(people) + " people"),
                                    "Open the meeting in the CRM and save it with \"Mail the attendees about "
                                    "this change\" to write it and mail them."));
  plan.skipped = "would_mail_others";
  for (const auto& [name, text] : fields) plan.waiting.insert(name);
  plan.remote.reset();
}

Link new_link(const Situation& s, MadeBy made_by) {
  Link link{.mailbox = s.mailbox, .kind = s.kind, .made_by = made_by, .marked = true, .synced_at = s.now};
  if (s.item) {
    link.remote_id = s.item->id;
    link.remote_version = s.item->version;
    link.container = s.item->container;
    link.series_key = s.item->series_key;
    link.is_organizer = s.item->is_organizer;
    link.sequence = s.item->sequence;
    link.marked = s.item->marked;
  }
  if (s.record) {
    link.record = s.record->id;
    link.record_version = s.record->version;
    if (link.series_key.empty()) link.series_key = s.record->series_key;
  }
  return link;
}

void report_conflicts(Plan& plan, const Merge& merged) {
  plan.conflicts = merged.conflicts;
  if (merged.conflicts.empty()) return;
  std::string names;
  for (const Conflict& conflict : merged.conflicts) names += (names.empty() ? "" : ", ") + conflict.field;
  plan.rule = "conflict on " + names;
}

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

// ---- an item that is not linked ----

Plan create_record(const Situation& s) {
  if (!s.in_crm.writable) return skip("crm_read_only");
  Plan plan{.cause = "new in the mailbox", .rule = "category"};
  plan.crm = CrmWrite{.op = CrmWrite::Op::Create,
                      .kind = s.kind,
                      .fields = model::restricted(s.item->fields, shared_fields(s.in_mailbox, s.in_crm)),
                      .series_key = s.item->series_key};
  plan.link = new_link(s, MadeBy::Mailbox);
  plan.seen_in_mailbox = s.item->fields;
  return plan;
}

Plan link_to(const Situation& s, const Candidate& candidate) {
  const CrmRecord& record = candidate.record;
  Situation with = s;
  with.record = record;
  Plan plan{.cause = "new in the mailbox", .rule = "first match"};
  plan.link = new_link(with, MadeBy::Mailbox);
  if (candidate.link_here) plan.link->id = candidate.link_here->id;  // an ended link gives its place
  plan.seen_in_mailbox = s.item->fields;
  if (s.kind == Kind::Meeting) {
    // The same meeting in another mailbox: the source's content stands; a better source replaces it.
    if (s.other_copy_is_source) return plan;
    Fields differs;
    for (const std::string& name : shared_fields(s.in_mailbox, s.in_crm))
      if (const auto at = s.item->fields.find(name); at != s.item->fields.end())
        if (const auto was = record.fields.find(name);
            was == record.fields.end() || was->second != at->second)
          differs.emplace(*at);
    if (!differs.empty() && record.may_write)
      plan.crm = CrmWrite{.op = CrmWrite::Op::Update,
                          .kind = s.kind,
                          .id = record.id,
                          .base_version = record.version,
                          .fields = std::move(differs)};
    plan.rule = "organizer's copy";
    return plan;
  }
  const Merge merged = first_match(s.item->fields, record.fields, shared_fields(s.in_mailbox, s.in_crm));
  if (!merged.to_crm.empty() && record.may_write)
    plan.crm = CrmWrite{.op = CrmWrite::Op::Update,
                        .kind = s.kind,
                        .id = record.id,
                        .base_version = record.version,
                        .fields = merged.to_crm};
  if (!merged.to_mailbox.empty() && directions(s).to_mailbox && s.item->read_only_because.empty())
    plan.remote = RemoteWrite{.op = RemoteWrite::Op::Update,
                              .kind = s.kind,
                              .id = s.item->id,
                              .base_version = s.item->version,
                              .fields = merged.to_mailbox,
                              .operation = operation_of(s, "first match")};
  if (!merged.conflicts.empty()) {
    report_conflicts(plan, merged);
    plan.issues.push_back(
        issue_about(with, key_of(s, "differs"), "info",
                    "A person was matched, but " + plan.rule.substr(12) + " differ; both sides keep theirs",
                    "Change the field on either side; the change is then taken over."));
    plan.rule = "first match";
  }
  return plan;
}

Plan plan_new_contact(const Situation& s) {
  const auto mine = model::contact_from(s.item->fields);
  if (!mine) return skip("unreadable");
  std::vector<const Candidate*> fitting;
  bool contradicts = false;
  for (const Candidate& candidate : s.candidates) {
    const auto theirs = model::contact_from(candidate.record.fields);
    if (theirs && model::names_compatible(*mine, *theirs))
      fitting.push_back(&candidate);
    else
      contradicts = true;
  }
  if (fitting.empty() && !contradicts) return create_record(s);
  if (fitting.size() == 1 && !fitting.front()->taken()) return link_to(s, *fitting.front());
  Plan plan = skip("review");
  plan.issues.push_back(issue_about(s, key_of(s, "review"), "warning",
                                    fitting.empty()
                                        ? "A contact has the address of somebody with another name in the CRM"
                                        : "A contact may be one of several people in the CRM",
                                    "Open the contact and the people with this address; make the names "
                                    "agree, or merge the people, then mark the contact again."));
  return plan;
}

Plan plan_new_item(const Situation& s) {
  if (!directions(s).to_crm) return skip("direction_off");
  if (s.item->in_deleted_items) return skip("deleted");
  if (!s.item->marked) return skip(s.item->is_private ? "private" : "not_marked");
  if (s.kind == Kind::Contact) return plan_new_contact(s);
  if (s.kind == Kind::Meeting && !s.candidates.empty()) {
    if (s.candidates.front().taken()) return skip("doubled");
    return link_to(s, s.candidates.front());
  }
  return create_record(s);
}

Plan plan_new_record(const Situation& s) {
  if (s.record->deleted || !s.record->in_scope) return skip("out_of_scope");
  if (!directions(s).to_mailbox) return skip("direction_off");
  if (!s.in_mailbox.writable) return skip("mailbox_read_only");
  const Fields fields = model::restricted(s.record->fields, shared_fields(s.in_mailbox, s.in_crm));
  if (s.kind == Kind::Meeting && !s.record->series_key.empty() && !s.record->send_requested)
    return skip("others_meeting");
  Plan plan{.cause = "new in the CRM", .rule = "in scope"};
  if (would_mail(s, fields)) {
    wait_for_send(s, plan, fields);
    return plan;
  }
  plan.remote = RemoteWrite{.op = RemoteWrite::Op::Create,
                            .kind = s.kind,
                            .fields = fields,
                            .operation = operation_of(s, "create"),
                            .may_mail_others = s.record->send_requested,
                            .mark = true};
  plan.link = new_link(s, MadeBy::Crm);
  plan.solved.push_back(key_of(s, "would_mail"));
  return plan;
}

// ---- a linked pair ----

Plan freeze(const Situation& s, LinkState state, std::string cause, std::string rule) {
  Plan plan{.cause = std::move(cause), .rule = std::move(rule)};
  plan.link = s.link;
  plan.link->state = state;
  if (s.item) plan.link->marked = s.item->marked;
  if (state == LinkState::Dismissed) plan.link->marked = false;  // put back with its mark, it is marked again
  return plan;
}

bool crm_edited(const Situation& s) {
  return s.record && !s.record->deleted &&
         !model::changed(s.link->base.crm,
                         model::restricted(s.record->fields, shared_fields(s.in_mailbox, s.in_crm)))
              .empty();
}

bool mailbox_edited(const Situation& s) {
  return s.item && !model::changed(s.link->base.mailbox,
                                   model::restricted(s.item->fields, shared_fields(s.in_mailbox, s.in_crm)))
                        .empty();
}

// The item is gone from the mailbox, for certain.
Plan plan_removed_item(const Situation& s) {
  if (s.link->state != LinkState::Active) return skip("already_ended");
  if (!s.record || s.record->deleted) {
    Plan plan{.cause = "deleted on both sides"};
    plan.forget_link = true;
    return plan;
  }
  if (s.link->made_by == MadeBy::Crm && s.record->in_scope && crm_edited(s) && directions(s).to_mailbox) {
    Plan plan = plan_new_record(s);
    plan.cause = "deleted in the mailbox, edited in the CRM";
    plan.rule = "an edit beats a delete";
    if (plan.remote) {
      plan.link = new_link(s, MadeBy::Crm);
      plan.link->id = s.link->id;
    }
    return plan;
  }
  const bool may_delete = s.record->may_delete && directions(s).to_crm && !crm_edited(s) &&
                          (s.kind == Kind::Task || (s.kind == Kind::Meeting && s.link->is_organizer));
  if (may_delete) {
    Plan plan{.cause = "deleted in the mailbox",
              .rule = s.kind == Kind::Task ? "its assignee deleted it" : "its organizer deleted it"};
    plan.crm = CrmWrite{
        .op = CrmWrite::Op::Delete, .kind = s.kind, .id = s.record->id, .base_version = s.record->version};
    plan.link = s.link;
    plan.link->state = LinkState::Tombstone;
    return plan;
  }
  return freeze(s, LinkState::Dismissed, "deleted in the mailbox",
                "a deletion dismisses the item for this mailbox");
}

Plan plan_deleted_record(const Situation& s) {
  if (mailbox_edited(s) && s.link->made_by == MadeBy::Mailbox && s.item->marked) {
    Situation alone = s;
    alone.record.reset();
    Plan plan = create_record(alone);
    plan.cause = "deleted in the CRM, edited in the mailbox";
    plan.rule = "an edit beats a delete";
    if (plan.link) plan.link->id = s.link->id;
    return plan;
  }
  Plan plan = freeze(s, LinkState::Tombstone, "deleted in the CRM", "a tombstone stops re-creation");
  const bool ours = s.link->made_by == MadeBy::Crm && s.link->state == LinkState::Active;
  if (ours && s.presence != Presence::Removed && directions(s).to_mailbox) {
    if (would_mail(s, {})) {
      plan.issues.push_back(issue_about(
          s, key_of(s, "would_mail"), "info",
          "A meeting was deleted in the CRM, but stays in the calendar: removing it would mail its attendees",
          "Cancel the meeting in the calendar, or choose \"cancel and notify\" in the CRM."));
    } else {
      plan.rule = "the CRM's own copy goes with the record";
      plan.remote = RemoteWrite{.op = RemoteWrite::Op::Delete,
                                .kind = s.kind,
                                .id = s.link->remote_id,
                                .base_version = s.item ? s.item->version : s.link->remote_version,
                                .operation = operation_of(s, "delete")};
    }
  }
  return plan;
}

Plan plan_out_of_scope(const Situation& s) {
  // Only what the CRM pushed down leaves with its scope; a user's own item stays linked.
  if (has_aged_out(s.kind, s.record->fields, s.profile, s.now))
    return freeze(s, LinkState::Frozen, "left the window", "aged out: left where it is");
  if (mailbox_edited(s) || would_mail(s, {})) {
    Plan plan = freeze(s, LinkState::Frozen, "no longer this user's", "an edited copy is kept");
    plan.issues.push_back(issue_about(
        s, key_of(s, "reassigned"), "warning",
        "An item is no longer yours in the CRM, but your copy was edited; it is kept and not synced",
        "Delete your copy, or ask its new owner to take your change over."));
    return plan;
  }
  Plan plan = freeze(s, LinkState::Tombstone, "no longer this user's", "an unedited copy goes silently");
  plan.remote = RemoteWrite{.op = RemoteWrite::Op::Delete,
                            .kind = s.kind,
                            .id = s.link->remote_id,
                            .base_version = s.item ? s.item->version : s.link->remote_version,
                            .operation = operation_of(s, "delete")};
  return plan;
}

// Fields of a meeting that only its organizer decides.
const FieldNames& organizers_fields() {
  static const FieldNames names{"start",      "end",       "location", "attendees", "recurrence",
                                "exceptions", "organizer", "subject",  "body"};
  return names;
}

void refuse_crm_edit(const Situation& s, Plan& plan, Merge& merged) {
  Fields refused = model::restricted(merged.to_mailbox, organizers_fields());
  if (refused.empty()) return;
  for (const auto& [name, text] : refused) merged.to_mailbox.erase(name);
  Fields restored;
  for (const auto& [name, text] : refused) {
    const auto at = s.link->base.crm.find(name);
    restored.emplace(name, at == s.link->base.crm.end() ? std::string(model::kCleared) : at->second);
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
    refuse_crm_edit(s, plan, merged);
  }
  write_to_crm(s, plan, merged);
  write_to_mailbox(s, plan, merged);
  const bool content_moved = merged.mailbox_changed || merged.crm_changed;
  const bool mark_moved = s.item && s.item->marked != s.link->marked;
  if (!content_moved && !mark_moved && plan.link->state == s.link->state) {
    plan.link.reset();  // equal content is no change, whatever the version says (F4)
    if (plan.skipped.empty()) plan.skipped = "unchanged";
  }
  return plan;
}
Plan plan_linked(const Situation& s) {
  if (s.presence == Presence::Removed) return plan_removed_item(s);
  const bool marked_again = s.item && s.item->marked && !s.link->marked;
  const bool ended = s.link->state == LinkState::Dismissed || s.link->state == LinkState::Tombstone;
  if (ended) {
    if (!marked_again) return skip(s.link->state == LinkState::Tombstone ? "tombstone" : "dismissed");
    Situation fresh = s;
    if (!s.record || s.record->deleted) {
      fresh.link.reset();
      fresh.record.reset();
      Plan plan = plan_new_item(fresh);
      if (plan.link) plan.link->id = s.link->id;
      return plan;
    }
    fresh.link->state = LinkState::Active;
    return plan_pair(fresh);
  }
  if (!s.record || s.record->deleted) return plan_deleted_record(s);
  if (s.item && !s.item->marked && s.link->marked)
    return freeze(s, LinkState::Frozen, "category removed", "the record stays, the link freezes");
  if (s.link->state == LinkState::Frozen) {
    const bool back_in_scope = s.link->marked && s.record->in_scope && s.link->made_by == MadeBy::Crm;
    if (!marked_again && !back_in_scope) return skip("frozen");
    Situation thawed = s;
    thawed.link->state = LinkState::Active;
    Plan plan = plan_pair(thawed);
    if (!plan.link) {
      plan.link = thawed.link;
      plan.skipped.clear();
      if (s.item) plan.link->marked = s.item->marked;
    }
    return plan;
  }
  if (!s.record->in_scope && s.link->made_by == MadeBy::Crm) return plan_out_of_scope(s);
  return plan_pair(s);
}

}  // namespace

bool Plan::deletes() const {
  return (crm && crm->op == CrmWrite::Op::Delete) || (remote && remote->op == RemoteWrite::Op::Delete) ||
         (link && link->state == LinkState::Dismissed);
}

FieldNames shared_fields(const Capabilities& a, const Capabilities& b) {
  FieldNames out;
  std::ranges::set_intersection(a.fields, b.fields, std::inserter(out, out.end()));
  return out;
}

OperationId operation_of(const Situation& s, std::string_view what) {
  std::string text =
      std::to_string(s.mailbox.value) + "|" + std::string(what) + "|" + std::string(model::name_of(s.kind));
  if (s.link)
    text += "|link:" + s.link->remote_id.value + "|" + model::content_hash(s.kind, s.link->base.mailbox);
  if (s.record)
    text += "|record:" + std::to_string(s.record->id.value) + "|" +
            (what == "create" ? "" : std::to_string(s.record->version));
  if (s.item) text += "|item:" + s.item->id.value;
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), nullptr, 0);
  std::array<char, 33> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return {std::string("ms-") + hex.data()};
}

Plan plan(const Situation& s) {
  if (s.link) return plan_linked(s);
  if (s.item && s.presence == Presence::Present) return plan_new_item(s);
  if (s.record) return plan_new_record(s);
  return skip("unknown");
}

namespace {

// What the CRM now holds of the record this link points to.
const CrmRecord* record_after(const Link& link, const Situation& s, const CrmRecord* stored) {
  if (stored) return stored;
  if (s.record && s.record->id == link.record) return &*s.record;
  for (const Candidate& candidate : s.candidates)
    if (candidate.record.id == link.record) return &candidate.record;
  return nullptr;
}

void keep_waiting(Fields& base, const Fields& before, const FieldNames& waiting) {
  for (const std::string& name : waiting) {
    base.erase(name);
    if (const auto old = before.find(name); old != before.end()) base.emplace(*old);
  }
}

}  // namespace

Link settle(const Plan& plan, const Situation& s, const RemoteItem* stored_item,
            const CrmRecord* stored_record) {
  Link link = *plan.link;
  const Base before = link.base;
  const FieldNames names = shared_fields(s.in_mailbox, s.in_crm);
  if (const RemoteItem* item = stored_item ? stored_item : (s.item ? &*s.item : nullptr)) {
    link.remote_id = item->id;
    link.remote_version = item->version;
    if (!item->container.empty()) link.container = item->container;
    if (!item->series_key.empty()) link.series_key = item->series_key;
    if (link.made_by == MadeBy::Crm && link.state == LinkState::Active)
      link.is_organizer = item->is_organizer;
  }
  if (plan.seen_in_mailbox) link.base.mailbox = model::restricted(*plan.seen_in_mailbox, names);
  if (stored_item && plan.remote && plan.remote->op != RemoteWrite::Op::Delete) {
    const bool created = plan.remote->op == RemoteWrite::Op::Create;
    if (created) link.marked = stored_item->marked;
    for (const auto& [name, text] : model::restricted(stored_item->fields, names))
      if (created || plan.remote->fields.contains(name)) link.base.mailbox.insert_or_assign(name, text);
  }
  if (const CrmRecord* record = record_after(link, s, stored_record)) {
    link.record = record->id;
    link.record_version = record->version;
    link.base.crm = model::restricted(record->fields, names);
  }
  keep_waiting(link.base.mailbox, before.mailbox, plan.waiting);
  keep_waiting(link.base.crm, before.crm, plan.waiting);
  link.hash = model::content_hash(s.kind, link.base.mailbox);
  link.synced_at = s.now;
  return link;
}

}  // namespace mailsync::sync
