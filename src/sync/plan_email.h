// What becomes of an email's link. Emails are written once and never merged: only their mark, and whether
// they are there, can change. Pure.
#pragma once

#include <optional>
#include <string>

#include "sync/link.h"
#include "sync/replica.h"

namespace mailsync::sync {

struct EmailPlan {
  std::optional<Link> link;  // as it shall be; nothing: it stays
  std::string action;        // "resume", "freeze", "dismiss" for the journal; "" when only the mark is noted
  std::string cause, rule;
};

// Removed: confirmed gone. An email that left the folders that are followed stays shared: nothing was
// deleted.
EmailPlan plan_linked_email(Presence presence, const RemoteItem& item, const Link& link, Instant now);

}  // namespace mailsync::sync
