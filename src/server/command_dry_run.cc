// mailsync sync --dry-run: what a pass over each mailbox would do.
#include <fmt/format.h>

#include "server/commands.h"
#include "server/counts_json.h"
#include "server/plan_words.h"
#include "server/workplace.h"

namespace mailsync::server {
namespace {

namespace json = boost::json;

constexpr size_t kItemsTold = 20;  // of each mailbox, in words

Result<sync::PlanReport> make(Workplace& place, const sync::Mailbox& mailbox) {
  TRY(auto bench, place.executor.run_task(place.connections->workbench(mailbox)));
  TRY(auto begun, sync::begin_plan(*place.data.store, *place.data.plans,
                                   {.mailbox = mailbox.id,
                                    .purpose = sync::PlanPurpose::DryRun,
                                    .title = "What the next pass over " + mailbox.address + " would do"},
                                   place.clock.now()));
  return place.executor.run_task(sync::make_dry_run(std::move(bench), std::move(begun)));
}

}  // namespace

Exit sync_dry(const Settings& settings, Output& output, const std::vector<std::string>& addresses) {
  auto place = open_workplace(settings);
  if (!place) return output.failed(place.error());
  Data& data = (*place)->data;
  const auto mailboxes = chosen_mailboxes(data, addresses);
  if (!mailboxes) return output.failed(mailboxes.error());
  json::array list;
  std::string words;
  size_t failed = 0;
  for (const sync::Mailbox& mailbox : *mailboxes) {
    auto report = make(**place, mailbox);
    if (!report) return output.failed(report.error());
    failed += report->state == sync::PlanState::Failed ? 1 : 0;
    auto items = data.plans->plan_items(report->id, {}, output.json() ? sync::kPlanItems : kItemsTold);
    if (!items) return output.failed(items.error());
    list.push_back(json_of(*report, mailbox, *items));
    words += words_of(*report, mailbox, *items);
  }
  const Exit code = failed == 0 ? Exit::Done : failed == mailboxes->size() ? Exit::Failed : Exit::Partly;
  return output.done(json::object{{"mailboxes", std::move(list)}}, words, code);
}

}  // namespace mailsync::server
