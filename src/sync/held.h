// The plan that people answer for what a guard holds (sync/guarded.h): it shows the deletions, and exactly
// those that were shown are made when it is approved. Where they are refused, both sides stay as they are and
// the pairs end.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "sync/turn.h"

namespace mailsync::sync {

// What people answered to plans of this guard, and has not been carried out yet.
struct HeldAnswer {
  std::set<LinkId> approved, rejected;
  std::vector<PlanReport> answered;
  bool is_empty() const { return answered.empty(); }
};

// `key` names the guard: "held:task", "held:crm:task".
Task<Result<HeldAnswer>> held_answer(Context& context, std::string key);

// Lets approved deletions go, and turns refused ones into the end of the pair. Deletions that nobody has
// answered are left as they are; their number is returned.
int64_t apply_answer(const HeldAnswer& answer, std::vector<Planned>& items);

// Whether nobody has answered for this planned deletion.
bool is_unanswered(const HeldAnswer& answer, const Planned& planned);

// Shows these deletions as a plan that waits. Nothing is written while the same ones wait already.
Task<Result<void>> hold_plan(Context& context, std::string key, Kind kind, std::string title,
                             std::vector<PlanItem> deletions);
PlanItem held_item(const Planned& planned);

// The answers have been carried out. `was_held`: so may have been what still waits, because the items are
// back or because the day is over; nobody is asked about it any more.
Task<Result<void>> settle_answer(Context& context, std::string key, HeldAnswer answer, bool was_held);

}  // namespace mailsync::sync
