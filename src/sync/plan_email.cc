#include "sync/plan_email.h"

namespace mailsync::sync {

EmailPlan plan_linked_email(Presence presence, const RemoteItem& item, const Link& link, Instant now) {
  EmailPlan plan;
  if (presence == Presence::LeftScope || presence == Presence::Unknown) return plan;
  if (presence == Presence::Removed) {
    if (link.state == LinkState::Dismissed) return plan;
    plan = {
        .link = link, .action = "dismiss", .cause = "deleted in the mailbox", .rule = "the CRM keeps emails"};
    plan.link->state = LinkState::Dismissed;
    plan.link->marked = false;  // put back with its mark, it is marked again
    return plan;
  }
  const bool back = item.marked && (link.state == LinkState::Frozen || link.state == LinkState::Dismissed);
  const bool taken_off = !item.marked && link.marked && link.state == LinkState::Active;
  if (!back && !taken_off && item.marked == link.marked) return plan;
  plan.link = link;
  plan.link->marked = item.marked;
  plan.link->synced_at = now;
  if (!back && !taken_off) return plan;
  plan.link->state = back ? LinkState::Active : LinkState::Frozen;
  plan.action = back ? "resume" : "freeze";
  plan.cause = back ? "marked again" : "category removed";
  plan.rule = "category";
  return plan;
}

}  // namespace mailsync::sync
