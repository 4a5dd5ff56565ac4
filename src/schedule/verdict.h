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
  // The issue that is open now, by its key; every other of kMailboxIssues is closed.
  std::optional<sync::Issue> issue;
};

// The keys of issues about a mailbox as a whole.
inline constexpr std::string_view kMailboxIssues[] = {
    "mailbox:sign_in", "mailbox:forbidden", "mailbox:switched_off", "mailbox:stopped", "mailbox:unreachable"};

// `error`: nullptr when the pass went through. `failures`: in a row before this pass.
Verdict judge(const Error* error, int failures, Duration poll, Random& random);

}  // namespace mailsync::schedule
