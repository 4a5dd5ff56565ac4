#include "sync/pass.h"

#include "sync/same_mailbox.h"
#include "sync/tuning.h"
#include "sync/turn.h"
#include "sync/undo.h"

namespace mailsync::sync {

bool PassReport::empty() const {
  for (const auto& [kind, counted] : counts)
    if (!counted.empty()) return false;
  return true;
}

namespace {

Task<Result<void>> walk_collection(Context& context, const Collection& collection) {
  for (int turn = 0; turn < kTurnsPerPass; ++turn) {
    Result<bool> more = false;
    if (collection.kind == Kind::Email)
      more = co_await email_turn(context, collection);
    else
      more = co_await item_turn(context, collection);
    if (!more) co_return fail(std::move(more).error());
    if (!*more) break;
  }
  co_return Result<void>{};
}

Task<Result<void>> walk_crm(Context& context, Kind kind) {
  for (int turn = 0; turn < kTurnsPerPass; ++turn) {
    CO_TRY(const bool more, co_await crm_turn(context, kind));
    if (!more) break;
  }
  co_return Result<void>{};
}

}  // namespace

Task<Result<PassReport>> run_pass(Engine engine, Replica& replica, PassInput input) {
  const RunId run = input.run.value.empty() ? engine.random.run_id(engine.executor.clock().now()) : input.run;
  Context context{.engine = engine, .replica = replica, .input = std::move(input), .run = run};
  context.report.run = context.run;
  auto issues =
      co_await engine.executor.blocking([&] { return engine.store.open_issues(context.mailbox()); });
  if (!issues) co_return fail(std::move(issues).error());
  context.open = OpenIssues(*issues);
  CO_TRY(const auto collections, co_await replica.collections());
  CO_TRY_VOID(co_await check_same_mailbox(context, collections));
  CO_TRY_VOID(co_await resume(context));
  CO_TRY_VOID(co_await send_turn(context));  // somebody waits for it
  CO_TRY_VOID(co_await undo_turn(context));
  for (const Collection& collection : collections) {
    // A folder that is gone or forbidden does not stop the others (F64); a mailbox that is, does.
    auto walked = co_await walk_collection(context, collection);
    if (!walked && walked.error().kind != ErrorKind::Gone) co_return fail(std::move(walked).error());
  }
  CO_TRY_VOID(co_await settings_turn(context, collections));
  CO_TRY_VOID(co_await conversation_turn(context));
  CO_TRY_VOID(co_await sweep_turn(context, collections));
  CO_TRY_VOID(co_await removal_turn(context));
  for (const Kind kind : {Kind::Contact, Kind::Task, Kind::Meeting})
    CO_TRY_VOID(co_await walk_crm(context, kind));
  CO_TRY_VOID(co_await review_turn(context));
  CO_TRY_VOID(co_await retry_turn(context));
  co_return context.report;
}

}  // namespace mailsync::sync
