// mailsync sync --once: one pass over every mailbox, then the counts.
#include <fmt/format.h>

#include "server/commands.h"
#include "server/connections.h"
#include "server/counts_json.h"
#include "server/instance.h"
#include "server/progress.h"

namespace mailsync::server {
namespace {

namespace json = boost::json;

Exit report(Output& output, const std::vector<sync::Mailbox>& mailboxes,
            const std::map<MailboxId, schedule::Outcome>& outcomes) {
  json::array list;
  std::map<model::Kind, sync::Counts> total;
  std::string words;
  size_t failed = 0;
  for (const sync::Mailbox& mailbox : mailboxes) {
    const schedule::Outcome& outcome = outcomes.at(mailbox.id);
    for (const auto& [kind, counts] : outcome.report.counts) total[kind].add(counts);
    json::object entry{{"address", mailbox.address},
                       {"seconds", static_cast<double>(outcome.took.count()) / 1e6},
                       {"turns", outcome.report.turns},
                       {"counts", json_of(outcome.report.counts)},
                       {"error", nullptr}};
    if (outcome.error) {
      ++failed;
      entry["error"] = json::object{{"kind", name_of(outcome.error->kind)},
                                    {"message", outcome.error->message},
                                    {"vendor_code", outcome.error->vendor_code},
                                    {"request_id", outcome.error->request_id}};
      words += fmt::format("{} did not finish: {}\n", mailbox.address, outcome.error->message);
    }
    list.push_back(std::move(entry));
  }
  words = words_of(total) + words;
  const Exit code = failed == 0 ? Exit::Done : failed == mailboxes.size() ? Exit::Failed : Exit::Partly;
  return output.done(json::object{{"mailboxes", std::move(list)}, {"counts", json_of(total)}}, words, code);
}

}  // namespace

Result<std::vector<sync::Mailbox>> chosen_mailboxes(Data& data, const std::vector<std::string>& addresses) {
  if (addresses.empty()) return data.store->mailboxes(kAccount);
  std::vector<sync::Mailbox> chosen;
  for (const std::string& address : addresses) {
    TRY(chosen.emplace_back(), find_mailbox(*data.store, address));
  }
  return chosen;
}

Exit sync_once(const Settings& settings, Output& output, const std::vector<std::string>& addresses) {
  const auto instance = Instance::begin(settings.server.data_dir);
  if (!instance) return output.failed(instance.error());
  SystemRandom random;
  SystemClock clock;
  auto data = open_data(settings, clock);
  if (!data) return output.failed(data.error());
  const auto mailboxes = chosen_mailboxes(*data, addresses);
  if (!mailboxes) return output.failed(mailboxes.error());
  if (mailboxes->empty())
    return output.failed(
        {.kind = ErrorKind::Gone,
         .message = "there is no mailbox to sync. Add one: mailsync mailbox add ann@example.com"});
  if (configuration_of(settings))
    if (const auto app = app_registration(settings); !app) return output.failed(app.error());
  auto keys = master_keys(settings);
  if (!keys) return output.failed(keys.error());

  net::AsioExecutor executor;
  Connections connections(settings, executor, random, *data, std::move(*keys));
  schedule::Scheduler scheduler(
      executor, random, *data->store, *data->leases, connections.run_pass(),
      {.worker = instance->name(), .parallel = static_cast<size_t>(settings.sync.parallel)});
  ProgressLines progress(clock, output.terminal(), output.json());
  scheduler.observe(progress);
  std::vector<MailboxId> ids;
  for (const sync::Mailbox& mailbox : *mailboxes) ids.push_back(mailbox.id);
  const auto outcomes = executor.run_task(scheduler.once(ids));
  executor.finish();
  return report(output, *mailboxes, outcomes);
}

}  // namespace mailsync::server
