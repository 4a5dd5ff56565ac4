#include "sync/workbench.h"

#include "sync/dry_run.h"
#include "sync/tuning.h"

namespace mailsync::sync {

Result<PlanReport> begin_plan(StateStore& store, PlanStore& plans, PlanReport report, Instant now) {
  report.state = PlanState::Running;
  report.created_at = now;
  TRY_VOID(store.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
    TRY_VOID(plans.forget_plans(tx, report.mailbox, report.purpose, kPlansKept - 1, now - kPlanAge));
    return plans.save_plan(tx, report);
  }));
  return report;
}

namespace {

Result<PlanReport> save(Workbench& bench, PlanReport report, const std::vector<PlanItem>& items) {
  TRY_VOID(bench.engine.store.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
    TRY_VOID(bench.plans.save_plan_items(tx, report.id, items));
    return bench.plans.save_plan(tx, report);
  }));
  return report;
}

}  // namespace

Task<Result<PlanReport>> make_dry_run(Workbench bench, PlanReport report) {
  auto made = co_await dry_run(bench.engine, *bench.replica, bench.input());
  report.finished_at = bench.engine.executor.clock().now();
  std::vector<PlanItem> items;
  if (made) {
    report.state = PlanState::Ready;
    report.counts = made->report.counts;
    report.run = made->report.run;
    report.mails = made->mails;
    report.items = made->items_total;
    report.shortened = made->items_total > static_cast<int64_t>(made->items.size());
    items = std::move(made->items);
  } else {
    report.state = PlanState::Failed;
    report.error = made.error().message;
  }
  co_return co_await bench.engine.executor.blocking([&] { return save(bench, report, items); });
}

}  // namespace mailsync::sync
