// Dry runs: begun by a request, made beside the passes, read from where they are kept.
#include <algorithm>

#include "admin/handlers.h"
#include "admin/plan_json.h"
#include "base/log.h"

namespace mailsync::admin {
namespace {

// Made while nobody waits: the request has its answer, the plan tells the rest.
Task<void> make(Api& api, sync::Workbench bench, sync::PlanReport report) {
  const MailboxId mailbox = bench.mailbox.id;
  auto made = co_await sync::make_dry_run(std::move(bench), std::move(report));
  if (!made) log::error("dry_run_not_saved", made.error(), {{"mailbox", mailbox}});
  api.activity.touch(mailbox);
}

using Begun = std::expected<sync::PlanReport, Problem>;

// The one that is being made already, else a new one. `fresh` says which.
Begun begin(Api& api, const sync::Mailbox& mailbox, bool& fresh) {
  TRY(const auto running, api.plans->plans({.account = mailbox.account,
                                            .mailbox = mailbox.id,
                                            .purpose = sync::PlanPurpose::DryRun,
                                            .state = sync::PlanState::Running},
                                           1));
  fresh = running.empty();
  if (!fresh) return running.front();
  TRY(auto begun, sync::begin_plan(api.store, *api.plans,
                                   {.mailbox = mailbox.id,
                                    .purpose = sync::PlanPurpose::DryRun,
                                    .title = "What the next pass over " + mailbox.address + " would do"},
                                   api.now()));
  return begun;
}

Task<Begun> start(Api& api, sync::Mailbox mailbox) {
  auto bench = co_await api.workbench(mailbox);
  if (!bench) co_return std::unexpected(Problem(bench.error()));
  bool fresh = false;
  Begun begun = co_await api.executor.blocking([&] { return begin(api, mailbox, fresh); });
  if (begun && fresh) api.executor.spawn(make(api, *std::move(bench), *begun));
  co_return begun;
}

bool is_possible(const Api& api) {
  return api.plans && api.workbench;
}

}  // namespace

Task<Result<std::string>> dry_run_to_end(Api& api, sync::Mailbox mailbox) {
  if (!is_possible(api)) co_return fail(ErrorKind::SwitchedOff, "Nothing syncs in this process.");
  CO_TRY(sync::Workbench bench, co_await api.workbench(mailbox));
  bool fresh = false;
  const Begun begun = co_await api.executor.blocking([&] { return begin(api, mailbox, fresh); });
  if (!begun) co_return fail(ErrorKind::Transient, begun.error().detail);
  if (fresh) co_await make(api, std::move(bench), *begun);
  co_return std::to_string(begun->id.value);
}

Task<Answer> start_dry_run(Api& api, std::shared_ptr<const Request> request) {
  auto mailbox = co_await api.executor.blocking([&] { return wanted_mailbox(api, *request); });
  if (!mailbox) co_return std::unexpected(std::move(mailbox).error());
  if (!is_possible(api))
    co_return std::unexpected(Problem(503, "unavailable", "Nothing syncs in this process."));
  Begun begun = co_await start(api, *mailbox);
  if (!begun) co_return std::unexpected(std::move(begun).error());
  co_return Reply{.status = 202, .json = plan_json(*begun, *mailbox)};
}

Task<Answer> start_dry_runs(Api& api, std::shared_ptr<const Request> request) {
  if (!is_possible(api))
    co_return std::unexpected(Problem(503, "unavailable", "Nothing syncs in this process."));
  auto mailboxes =
      co_await api.executor.blocking([&] { return api.store.mailboxes(request->viewer.account); });
  if (!mailboxes) co_return std::unexpected(Problem(mailboxes.error()));
  boost::json::array items;
  for (const sync::Mailbox& mailbox : *mailboxes) {
    if (!may_see(*request, mailbox)) continue;
    Begun begun = co_await start(api, mailbox);
    if (!begun) co_return std::unexpected(std::move(begun).error());
    items.push_back(plan_json(*begun, mailbox));
  }
  co_return Reply{.status = 202, .json = boost::json::object{{"items", std::move(items)}}};
}

}  // namespace mailsync::admin
