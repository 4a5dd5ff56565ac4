// One side of a pair is gone: deleted in the mailbox, deleted in the CRM, or out of its user's scope there.
#include "sync/plan_cases.h"
#include "sync/scope.h"

namespace mailsync::sync {

namespace {

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

}  // namespace

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
  const bool edited = mailbox_edited(s);
  const bool lives = s.link->state == LinkState::Active;
  if (edited && s.item->marked && directions(s).to_crm && (lives || s.link->made_by == MadeBy::Mailbox)) {
    Plan plan = plan_orphan(s);
    if (!plan.link) return plan;  // it waits for a person, or there is no place for it
    plan.cause = "deleted in the CRM, edited in the mailbox";
    plan.rule = "an edit beats a delete";
    return plan;
  }
  Plan plan = freeze(s, LinkState::Tombstone, "deleted in the CRM", "a tombstone stops re-creation");
  const bool ours = s.link->made_by == MadeBy::Crm && lives && !edited;
  if (!ours || s.presence == Presence::Removed || !directions(s).to_mailbox) return plan;
  if (would_mail(s, {})) {
    plan.issues.push_back(issue_about(
        s, key_of(s, "would_mail"), "info",
        "A meeting was deleted in the CRM, but stays in the calendar: removing it would mail its attendees",
        "Cancel the meeting in the calendar, or choose \"cancel and notify\" in the CRM."));
    return plan;
  }
  plan.rule = "the CRM's own copy goes with the record";
  plan.remote = RemoteWrite{.op = RemoteWrite::Op::Delete,
                            .kind = s.kind,
                            .id = s.link->remote_id,
                            .base_version = s.item ? s.item->version : s.link->remote_version,
                            .operation = operation_of(s, "delete")};
  return plan;
}

Plan plan_out_of_scope(const Situation& s) {
  // Only what the CRM pushed down leaves with its scope; a user's own item stays linked.
  if (has_aged_out(s.kind, s.record->fields, s.profile, s.now))
    return freeze(s, LinkState::Frozen, "left the window", "aged out: left where it is");
  if (!directions(s).to_mailbox)
    return freeze(s, LinkState::Frozen, "no longer this user's", "nothing is written to this mailbox");
  if (mailbox_edited(s) || would_mail(s, {})) {
    Plan plan = freeze(s, LinkState::Frozen, "no longer this user's", "an edited copy is kept");
    plan.issues.push_back(issue_about(
        s, key_of(s, "reassigned"), "warning",
        "An item is no longer yours in the CRM, but your copy was edited; it is kept and not synced",
        "Delete your copy, or ask its new owner to take your change over."));
    return plan;
  }
  Plan plan = freeze(s, LinkState::Tombstone, "no longer this user's", "an unedited copy goes silently");
  plan.with_scope = true;
  plan.remote = RemoteWrite{.op = RemoteWrite::Op::Delete,
                            .kind = s.kind,
                            .id = s.link->remote_id,
                            .base_version = s.item ? s.item->version : s.link->remote_version,
                            .operation = operation_of(s, "delete")};
  return plan;
}

}  // namespace mailsync::sync
