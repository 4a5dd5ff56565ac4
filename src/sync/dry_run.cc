#include "sync/dry_run.h"

namespace mailsync::sync {

DryWorld::DryWorld(Engine real, Replica& replica, Sender* sender)
    : real_(real),
      store_(real.store, staging_, notes_),
      crm_(real.crm, real.directory, staging_, notes_),
      replica_(replica, notes_) {
  if (real.outbox) outbox_.emplace(*real.outbox);
  if (sender) sender_.emplace(*sender, notes_);
}

Engine DryWorld::engine() {
  return {.executor = real_.executor,
          .random = real_.random,
          .store = store_,
          .crm = crm_,
          .directory = crm_,
          .outbox = outbox_ ? &*outbox_ : nullptr,
          .plans = real_.plans};  // read for real; written to in transactions that are rolled back
}

Task<Result<DryRun>> dry_run(Engine engine, Replica& replica, PassInput input) {
  DryWorld world(engine, replica, input.sender);
  input.sender = world.sender();
  CO_TRY(PassReport report, co_await run_pass(world.engine(), world.replica(), std::move(input)));
  DryRun out{.report = std::move(report),
             .items = world.notes().take(),
             .items_total = world.notes().total(),
             .mails = world.notes().mails()};
  co_return out;
}

}  // namespace mailsync::sync
