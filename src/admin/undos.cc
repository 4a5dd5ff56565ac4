// The preview of an undo: planned like a dry run, while nobody waits. Approving it is plans.cc's matter.
#include "admin/handlers.h"
#include "admin/plan_json.h"
#include "base/log.h"
#include "crm/builtin/json_text.h"
#include "sync/undo.h"

namespace mailsync::admin {
namespace {

Task<void> make(Api& api, sync::Workbench bench, sync::PlanReport report) {
  const MailboxId mailbox = bench.mailbox.id;
  auto made = co_await sync::make_undo_preview(std::move(bench), std::move(report));
  if (!made) log::error("undo_preview_not_saved", made.error(), {{"mailbox", mailbox}});
  api.activity.touch(mailbox);
}

std::expected<sync::UndoTarget, Problem> target_in(const boost::json::object& body) {
  for (const auto& [name, given] : body)
    if (name != "change_id" && name != "run_id" && name != "since")
      return std::unexpected(invalid(std::string(name), "There is no such member."));
  TRY(const std::string change, text_in(body, "change_id"));
  TRY(const std::string run, text_in(body, "run_id"));
  TRY(const std::string since, text_in(body, "since"));
  if ((change.empty() ? 0 : 1) + (run.empty() ? 0 : 1) + (since.empty() ? 0 : 1) != 1)
    return std::unexpected(invalid("run_id", "Name one change, one run, or one moment."));
  sync::UndoTarget out{.run = RunId{run}};
  if (!change.empty()) {
    const auto id = crm::id_from(change);
    if (!id) return std::unexpected(invalid("change_id", "This is not the id of a change."));
    out.change = JournalId{*id};
  }
  if (!since.empty()) {
    const auto at = Instant::from_iso(since);
    if (!at) return std::unexpected(invalid("since", "This is not a moment, such as 2026-11-22T10:00:00Z."));
    out.since = *at;
  }
  return out;
}

std::string title_of(const sync::UndoTarget& target) {
  if (target.change) return "Undo of one change";
  if (target.run) return "Undo of one run";
  return "Undo of everything since " + target.since.to_iso();
}

}  // namespace

Task<Answer> preview_undo(Api& api, std::shared_ptr<const Request> request) {
  auto mailbox = co_await api.executor.blocking([&] { return wanted_mailbox(api, *request); });
  if (!mailbox) co_return std::unexpected(std::move(mailbox).error());
  if (!api.plans || !api.workbench)
    co_return std::unexpected(Problem(503, "unavailable", "Nothing syncs in this process."));
  auto target = target_in(request->body);
  if (!target) co_return std::unexpected(std::move(target).error());
  auto bench = co_await api.workbench(*mailbox);
  if (!bench) co_return std::unexpected(Problem(bench.error()));
  auto begun = co_await api.executor.blocking([&] {
    return sync::begin_plan(api.store, *api.plans,
                            {.mailbox = mailbox->id,
                             .purpose = sync::PlanPurpose::Undo,
                             .title = title_of(*target),
                             .target = *target},
                            api.now());
  });
  if (!begun) co_return std::unexpected(Problem(begun.error()));
  api.executor.spawn(make(api, *std::move(bench), *begun));
  co_return Reply{.status = 202, .json = plan_json(*begun, *mailbox)};
}

}  // namespace mailsync::admin
