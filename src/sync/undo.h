// Takes back what Mail Sync did: one change, one run, or everything since a moment, at most 30 days ago. Each
// step is journaled like any other write, so an undo can be undone.
//
// Carried out at the beginning of a pass, under its lease. A crash in between is safe: the rest is planned
// anew from the journal and from what both sides hold then.
#pragma once

#include "sync/plan_report.h"
#include "sync/turn.h"
#include "sync/undo_plan.h"
#include "sync/workbench.h"

namespace mailsync::sync {

struct UndoOutcome {
  std::map<Kind, Counts> counts;
  std::vector<PlanItem> kept;  // what was left as it is, and why
  size_t items = 0;            // that were looked at
};

// `again`: an earlier try may have made items already; they are looked for.
Task<Result<UndoOutcome>> carry_out_undo(Context& context, UndoTarget target, bool again);

// Undos that were approved.
Task<Result<void>> undo_turn(Context& context);

// Makes the preview that `report` (begun) stands for, and saves it. Errors are those of saving.
Task<Result<PlanReport>> make_undo_preview(Workbench bench, PlanReport report);

}  // namespace mailsync::sync
