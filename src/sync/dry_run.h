// A pass that writes nothing: the real turns over ports that read everything and keep what would be written
// in memory, laid over what is there, so that later pages see what earlier ones would have done. On a world
// that does not change meanwhile, the pass that follows has the same counts.
//
// Memory grows with what would be written (a link of about 1 KB an item, more with much content), not with
// what is read. No database transaction is held while the network is waited for; each is rolled back.
#pragma once

#include "sync/dry_crm.h"
#include "sync/dry_notes.h"
#include "sync/dry_replica.h"
#include "sync/dry_store.h"
#include "sync/pass.h"

namespace mailsync::sync {

// The ports of one dry run over the real ones, which outlive it.
class DryWorld {
 public:
  DryWorld(Engine real, Replica& replica, Sender* sender);
  Engine engine();
  Replica& replica() { return replica_; }
  Sender* sender() { return sender_ ? &*sender_ : nullptr; }
  DryNotes& notes() { return notes_; }

 private:
  Engine real_;
  DryNotes notes_;
  DryStaging staging_;
  DryStore store_;
  DryCrm crm_;
  DryReplica replica_;
  std::optional<DryOutbox> outbox_;
  std::optional<DrySender> sender_;
};

struct DryRun {
  PassReport report;            // as the pass would have given it
  std::vector<PlanItem> items;  // at most kPlanItems
  int64_t items_total = 0;
  int64_t mails = 0;
};

// The lease of `input` is not looked at: a dry run only reads. Errors as run_pass.
Task<Result<DryRun>> dry_run(Engine engine, Replica& replica, PassInput input);

}  // namespace mailsync::sync
