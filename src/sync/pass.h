// One pass over one mailbox: finish what a crash left open, take in what changed in the mailbox, plan
// removals once every collection has been round, then carry the CRM's changes over. ARCHITECTURE.md tells it
// in seven steps.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/executor.h"
#include "base/random.h"
#include "sync/crm.h"
#include "sync/outbox.h"
#include "sync/plan_report.h"
#include "sync/profile.h"
#include "sync/replica.h"
#include "sync/sender.h"
#include "sync/state_store.h"

namespace mailsync::sync {

// What a pass works with. All outlive it.
struct Engine {
  Executor& executor;
  Random& random;
  StateStore& store;
  LocalReplica& crm;
  Directory& directory;
  Outbox* outbox = nullptr;    // absent where a CRM composes no emails
  PlanStore* plans = nullptr;  // absent where nobody is asked: no undo, and what is held stays held
};

struct PassReport {
  RunId run;
  std::map<Kind, Counts> counts;
  int64_t turns = 0;
  bool empty() const;
};

// Called after every committed turn: for progress on a terminal and in the web application.
using Progress = std::function<void(Kind kind, const std::string& collection, const Counts& turn)>;

struct PassInput {
  Mailbox mailbox;
  People people;
  Lease lease;
  Sender* sender = nullptr;
  Progress progress;  // may be empty
  RunId run = {};     // its name; empty: it names itself
};

// An error ends the pass where it is: everything committed stays, the next pass goes on from there.
Task<Result<PassReport>> run_pass(Engine engine, Replica& replica, PassInput input);

}  // namespace mailsync::sync
