// What dry runs, previews of undos and explanations of one mailbox work with: the same parts that its passes
// use.
#pragma once

#include <functional>
#include <memory>

#include "sync/pass.h"
#include "sync/plan_report.h"

namespace mailsync::sync {

struct Workbench {
  Engine engine;
  PlanStore& plans;
  Mailbox mailbox;
  std::shared_ptr<Replica> replica;  // its own: what a pass remembers between pages is not disturbed
  People people;
  std::shared_ptr<Sender> sender;  // may be empty

  PassInput input() const {
    return {.mailbox = mailbox, .people = people, .lease = {}, .sender = sender.get(), .progress = {}};
  }
};

// On the loop.
using MakeWorkbench = std::function<Task<Result<Workbench>>(Mailbox)>;

// Saves a plan that is about to be made (state Running) and forgets old ones of its purpose. Blocks.
Result<PlanReport> begin_plan(StateStore& store, PlanStore& plans, PlanReport report, Instant now);

// Makes the dry run that `report` (begun) stands for, and saves what came of it. Errors are those of saving;
// what went wrong in the dry run itself is in the report.
Task<Result<PlanReport>> make_dry_run(Workbench bench, PlanReport report);

}  // namespace mailsync::sync
