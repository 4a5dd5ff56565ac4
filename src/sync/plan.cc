#include "sync/plan.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "sync/plan_cases.h"

namespace mailsync::sync {

namespace {

// Our copy went with the scope, and now the record is in it again.
bool came_back(const Situation& s) {
  return s.link->state == LinkState::Tombstone && s.link->made_by == MadeBy::Crm &&
         s.link->base.crm.empty() && !s.item && s.record && !s.record->deleted && s.record->in_scope;
}

// It exists, but where we do not look: nothing was deleted, and nothing is. What its user changed before it
// left is taken over; then the link freezes, until the item is seen again with its mark.
Plan plan_left_scope(const Situation& s) {
  const bool ended = s.link->state == LinkState::Dismissed || s.link->state == LinkState::Tombstone;
  if (ended || (s.link->state == LinkState::Frozen && !s.link->marked)) return skip("out_of_scope");
  if (!s.record || s.record->deleted) return plan_deleted_record(s);
  const bool taken_off = s.item && !s.item->marked && s.link->marked;
  Situation last = s;
  last.profile.directions[s.kind].to_mailbox = false;
  Plan plan = taken_off || s.link->state == LinkState::Frozen ? Plan{} : plan_pair(last);
  if (!plan.link) {
    plan.link = s.link;
    plan.waiting = shared_fields(s.in_mailbox, s.in_crm);  // nothing was merged
  }
  plan.link->state = LinkState::Frozen;
  plan.link->marked = false;  // seen again with its mark, it is marked again
  plan.skipped.clear();
  plan.cause = "left the folders or days that are followed";
  plan.rule = "leaving the scope is no deletion: the link freezes";
  return plan;
}

Plan plan_linked(const Situation& s) {
  if (s.presence == Presence::Removed) return plan_removed_item(s);
  if (s.presence == Presence::LeftScope) return plan_left_scope(s);
  const bool marked_again = s.item && s.item->marked && !s.link->marked;
  const bool ended = s.link->state == LinkState::Dismissed || s.link->state == LinkState::Tombstone;
  if (ended && came_back(s)) {
    Plan plan = plan_new_record(s);
    if (plan.link) plan.link->id = s.link->id;
    return plan;
  }
  if (ended) {
    if (!marked_again) {
      Plan plan = skip(s.link->state == LinkState::Tombstone ? "tombstone" : "dismissed");
      if (s.item && !s.item->marked && s.link->marked) {  // so that marking it again is seen as that
        plan.link = s.link;
        plan.link->marked = false;
      }
      return plan;
    }
    if (!s.record || s.record->deleted) return plan_orphan(s);
    Situation fresh = s;
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
  Plan out;
  if (s.link)
    out = plan_linked(s);
  else if (s.item && s.presence == Presence::Present)
    out = plan_new_item(s);
  else if (s.item && s.presence == Presence::LeftScope)
    out = skip("out_of_scope");
  else if (s.record)
    out = plan_new_record(s);
  else
    out = skip("unknown");
  if (s.review && !out.to_review) {
    out.review_ends = true;
    out.solved.push_back(key_of(s, "review"));
  }
  return out;
}

}  // namespace mailsync::sync
