// mailsync undo: shows what an undo would do; with --yes it is carried out by one pass over the mailbox.
#include <fmt/format.h>

#include "server/commands.h"
#include "server/plan_words.h"
#include "server/workplace.h"
#include "sync/undo.h"

namespace mailsync::server {
namespace {

namespace json = boost::json;

constexpr size_t kItemsTold = 50;

Result<sync::UndoTarget> target_of(const UndoWish& wish) {
  sync::UndoTarget out{.run = RunId{wish.run}};
  if (!wish.change.empty()) {
    const int64_t number = std::strtoll(wish.change.c_str(), nullptr, 10);
    if (number <= 0) return fail(ErrorKind::ItemInvalid, "--change needs the number of a change");
    out.change = JournalId{number};
  }
  if (!wish.since.empty()) {
    const auto at = Instant::from_iso(wish.since);
    if (!at) return fail(ErrorKind::ItemInvalid, "--since needs a moment, such as 2026-11-22T10:00:00Z");
    out.since = *at;
  }
  return out;
}

Result<sync::PlanReport> preview(Workplace& place, const sync::Mailbox& mailbox,
                                 const sync::UndoTarget& target) {
  TRY(auto bench, place.executor.run_task(place.connections->workbench(mailbox)));
  TRY(auto begun, sync::begin_plan(*place.data.store, *place.data.plans,
                                   {.mailbox = mailbox.id,
                                    .purpose = sync::PlanPurpose::Undo,
                                    .title = "Undo for " + mailbox.address,
                                    .target = target},
                                   place.clock.now()));
  return place.executor.run_task(sync::make_undo_preview(std::move(bench), std::move(begun)));
}

// Approves it and runs the pass that carries it out.
Result<sync::PlanReport> carry_out(Workplace& place, const sync::Mailbox& mailbox, sync::PlanReport report) {
  report.state = sync::PlanState::Approved;
  TRY_VOID(place.data.store->transact(
      sync::Durable::Yes, [&](Transaction& tx) { return place.data.plans->save_plan(tx, report); }));
  schedule::Scheduler scheduler(place.executor, place.random, *place.data.store, *place.data.leases,
                                place.connections->run_pass(), {.worker = place.instance.name()});
  const auto outcomes = place.executor.run_task(scheduler.once({mailbox.id}));
  if (outcomes.at(mailbox.id).error) return fail(*outcomes.at(mailbox.id).error);
  return place.data.plans->plan(report.id);
}

}  // namespace

Exit undo(const Settings& settings, Output& output, const UndoWish& wish) {
  const auto target = target_of(wish);
  if (!target) return output.failed(target.error(), Exit::Usage);
  auto place = open_workplace(settings);
  if (!place) return output.failed(place.error());
  Data& data = (*place)->data;
  const auto mailbox = find_mailbox(*data.store, wish.address);
  if (!mailbox) return output.failed(mailbox.error());
  auto report = preview(**place, *mailbox, *target);
  if (!report) return output.failed(report.error());
  const bool possible = report->state == sync::PlanState::Ready;
  if (possible && wish.yes) report = carry_out(**place, *mailbox, *std::move(report));
  if (!report) return output.failed(report.error());
  const auto items = data.plans->plan_items(report->id, {}, output.json() ? sync::kPlanItems : kItemsTold);
  if (!items) return output.failed(items.error());
  std::string words = words_of(*report, *mailbox, *items);
  if (possible)
    words += wish.yes ? fmt::format("Done, as run {}: undo that run to have it back.\n", report->run.value)
                      : std::string("Nothing was written. With --yes it is carried out.\n");
  return output.done(json_of(*report, *mailbox, *items), words, possible ? Exit::Done : Exit::Failed);
}

}  // namespace mailsync::server
