// From how a pass ended to what becomes of its mailbox: when it is due again, in which state, and which issue
// people see. Pure.
#pragma once

#include <optional>
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "sync/state_store.h"

namespace mailsync::schedule {

struct Verdict {
  Duration wait{0};  // until the next pass
  sync::MailboxState state = sync::MailboxState::Active;
  std::string state_text;  // for people; "" when all is well
  int failures = 0;        // in a row, this one included
  int patience = 0;        // how often in a row the server asked for patience, this time included
  // The issue that is open now, by its key; every other of mailbox_issue_keys() is closed.
  std::optional<sync::Issue> issue;
};

// `error`: nullptr when the pass went through. `failures`, `patience`: in a row before this pass.
Verdict judge(const Error* error, int failures, Duration poll, Random& random, int patience = 0);

}  // namespace mailsync::schedule
