// What becomes of an item or a record that is not linked yet.
#include <optional>

#include "model/contact.h"
#include "sync/plan_cases.h"

namespace mailsync::sync {

Plan create_record(const Situation& s) {
  if (!s.in_crm.writable) return skip("crm_read_only");
  Plan plan{.cause = "new in the mailbox", .rule = s.item->marked ? "category" : s.capture.rule};
  plan.crm = CrmWrite{.op = CrmWrite::Op::Create,
                      .kind = s.kind,
                      .fields = model::restricted(s.item->fields, shared_fields(s.in_mailbox, s.in_crm)),
                      .series_key = s.item->series_key};
  plan.link = new_link(s, MadeBy::Mailbox);
  plan.seen_in_mailbox = s.item->fields;
  return plan;
}

namespace {

std::vector<RecordId> considered(const Situation& s) {
  std::vector<RecordId> out;
  for (const Candidate& candidate : s.candidates) out.push_back(candidate.record.id);
  return out;
}

// The deleted record is there again, with the mailbox's edits in it, instead of the one that `created` would
// make: other mailboxes are linked to it, and a second record beside it would be the same thing twice.
Plan back_instead(const Situation& s, Plan created) {
  Situation alive = s;
  alive.record->deleted = false;
  alive.record->may_write = true;
  alive.link->state = LinkState::Active;
  // Where we do not look, we do not write.
  if (s.presence == Presence::LeftScope) alive.profile.directions[s.kind].to_mailbox = false;
  Plan plan = plan_pair(alive);
  CrmWrite back{.op = CrmWrite::Op::Restore,
                .kind = s.kind,
                .id = s.record->id,
                .base_version = s.record->version,
                .series_key = s.item->series_key.empty() ? s.link->series_key : s.item->series_key};
  if (s.kind == Kind::Contact) back.considered = considered(s);
  if (plan.crm) back.fields = std::move(plan.crm->fields);
  plan.crm = std::move(back);
  if (!plan.link) plan.link = alive.link;
  plan.link->marked = s.item->marked;
  plan.seen_in_mailbox = s.item->fields;
  if (plan.skipped == "unchanged") plan.skipped.clear();
  plan.cause = std::move(created.cause);
  if (plan.conflicts.empty()) plan.rule = std::move(created.rule);
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

// A new person, unless somebody with one of his addresses has appeared meanwhile.
Plan create_person(const Situation& s) {
  Plan plan = create_record(s);
  if (!plan.crm) return plan;
  plan.crm->considered = considered(s);
  return plan;
}

// What a person said about the match; nullopt when nobody did, or when it cannot be done any more.
std::optional<Plan> plan_chosen(const Situation& s) {
  if (!s.review || s.review->choice == Review::Choice::Open) return std::nullopt;
  if (s.review->choice == Review::Choice::KeepApart) {
    Plan plan = create_person(s);
    plan.rule = "a person kept them apart";
    return plan;
  }
  for (const Candidate& candidate : s.candidates)
    if (candidate.record.id == s.review->person && !candidate.taken() && !candidate.hidden) {
      Plan plan = link_to(s, candidate);
      plan.rule = "a person said who it is";
      return plan;
    }
  return std::nullopt;
}

Plan plan_new_contact(const Situation& s) {
  const auto mine = model::contact_from(s.item->fields);
  if (!mine) return skip("unreadable");
  if (auto chosen = plan_chosen(s)) return *std::move(chosen);
  std::vector<const Candidate*> fitting;
  bool contradicts = false;
  for (const Candidate& candidate : s.candidates) {
    const auto theirs = model::contact_from(candidate.record.fields);
    if (theirs && !candidate.hidden && model::names_compatible(*mine, *theirs))
      fitting.push_back(&candidate);
    else
      contradicts = true;
  }
  if (fitting.empty() && !contradicts) return create_person(s);
  if (fitting.size() == 1 && !fitting.front()->taken()) return link_to(s, *fitting.front());
  Plan plan = skip("review");
  plan.to_review = true;
  plan.issues.push_back(issue_about(s, key_of(s, "review"), "warning",
                                    fitting.empty()
                                        ? "A contact has the address of somebody with another name in the CRM"
                                        : "A contact may be one of several people in the CRM",
                                    "Say which person it is, or that it is another one; or make the names "
                                    "agree. It is looked at again as soon as one of them changes."));
  if (!s.candidates.empty()) plan.issues.back().record = s.candidates.front().record.id;
  return plan;
}

}  // namespace

Plan plan_new_item(const Situation& s) {
  if (!directions(s).to_crm) return skip("direction_off");
  if (s.item->in_deleted_items) return skip("deleted");
  if (!s.item->marked && !s.capture.share)
    return skip(!s.capture.reason.empty() ? s.capture.reason : s.item->is_private ? "private" : "not_marked");
  if (s.kind == Kind::Contact) return plan_new_contact(s);
  if (s.kind == Kind::Meeting && !s.candidates.empty()) {
    if (s.candidates.front().taken()) return skip("doubled");
    if (s.candidates.front().hidden) return skip("forbidden");
    return link_to(s, s.candidates.front());
  }
  return create_record(s);
}

Plan plan_orphan(const Situation& s) {
  Situation alone = s;
  alone.link.reset();
  alone.record.reset();
  Plan plan = plan_new_item(alone);
  const bool may_return = s.record && s.record->may_restore && s.record->id == s.link->record;
  if (plan.to_review && may_return) plan = create_person(alone);  // nobody else is him for certain
  if (!plan.link) return plan;
  if (may_return && plan.crm && plan.crm->op == CrmWrite::Op::Create) return back_instead(s, std::move(plan));
  // One row for the item and the record: an ended link to the record that is taken now gives its place.
  if (plan.link->id)
    plan.forget_link = true;
  else
    plan.link->id = s.link->id;
  return plan;
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

}  // namespace mailsync::sync
