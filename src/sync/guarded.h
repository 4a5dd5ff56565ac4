// Deletions that wait for a person: what is asked of the guard, what people read, and what becomes of it once
// they answered.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sync/guard.h"
#include "sync/held.h"
#include "sync/turn.h"

namespace mailsync::sync {

enum class HeldSide { Mailbox, Crm };  // where the items disappeared

// The issue: "held:contact", "held:crm:task", "held:listing:contact". There is one plan to answer for each
// side and kind, whatever it was that held it; its key is that of Hold::Mailbox.
std::string held_key(HeldSide side, Kind kind, Hold hold);

// What becomes of the deletions that are planned.
struct Guarded {
  HeldSide side = HeldSide::Mailbox;
  Kind kind = Kind::Task;
  Hold hold = Hold::No;
  int64_t waiting = 0;  // deletions that nobody has answered for
  HeldAnswer answer;
};

// Lets go, or turns into the end of the pair, what people answered for, and judges the rest: those that
// follow from a doubtful listing wait on, pass after pass, until there is an answer or until the items are
// back. Where nothing is held any more, `items` gets a plan that closes the issue that said so.
Task<Result<Guarded>> guard_deletions(Context& context, HeldSide side, Kind kind,
                                      std::vector<Planned>& items);

// Shows those of `items` that wait as a plan to be answered. What it returns opens the issue.
Task<Result<Planned>> hold_deletions(Context& context, const Guarded& guarded,
                                     const std::vector<Planned>& items);

// After what was let go is committed: answers are carried out, and a plan that waits for nothing any more
// waits no longer.
Task<Result<void>> settle_deletions(Context& context, Guarded guarded);

// The issue, as a plan of a batch.
Planned held_notice(const Context& context, HeldSide side, Kind kind, Hold hold, int64_t planned);

// Whether an issue says that deletions of this kind wait.
bool is_held(const Context& context, HeldSide side, Kind kind);

}  // namespace mailsync::sync
