#include "server/crm_watch.h"

#include <set>

#include "base/log.h"
#include "crm/builtin/feed.h"

namespace mailsync::server {
namespace {

constexpr Duration kLook = std::chrono::seconds(1);
constexpr size_t kPage = 500;

Result<crm::Seen> newest(Data& data) {
  crm::Seen seen;
  TRY_VOID(data.database->read([&](db::Session& session) -> Result<void> {
    TRY(seen, crm::newest_change(session, kAccount));
    return {};
  }));
  return seen;
}

// The mailboxes that the changes after `seen` concern; moves it on.
Result<std::set<MailboxId>> concerned(Data& data, crm::Seen& seen, Instant now) {
  crm::ChangedForUsers changed;
  TRY_VOID(data.database->read([&](db::Session& session) -> Result<void> {
    TRY(changed, crm::user_changes_since(session, kAccount, seen, kPage, now));
    return {};
  }));
  seen = {.seq = changed.seq, .epoch = changed.epoch};
  std::set<MailboxId> mailboxes;
  if (changed.records.empty() && changed.users.empty()) return mailboxes;
  if (!changed.records.empty()) {
    TRY(const auto links, data.store->links_of_records(kAccount, changed.records));
    for (const sync::Link& link : links) mailboxes.insert(link.mailbox);
  }
  const std::set<UserId> users(changed.users.begin(), changed.users.end());
  TRY(const auto all, data.store->mailboxes(kAccount));
  for (const sync::Mailbox& mailbox : all)
    if (users.contains(mailbox.user)) mailboxes.insert(mailbox.id);
  return mailboxes;
}

}  // namespace

Task<void> watch_crm(Executor& executor, Data& data, schedule::Scheduler& scheduler) {
  auto begin = co_await executor.blocking([&data] { return newest(data); });
  crm::Seen seen = begin.value_or(crm::Seen{});
  while (true) {
    co_await executor.sleep_for(kLook);
    auto look = co_await executor.blocking(
        [&data, from = seen,
         now = executor.clock().now()]() -> Result<std::pair<std::set<MailboxId>, crm::Seen>> {
          crm::Seen after = from;
          TRY(auto mailboxes, concerned(data, after, now));
          return std::pair(std::move(mailboxes), after);
        });
    if (!look) {
      log::error("crm_changes_not_read", look.error());
      co_await executor.sleep_for(std::chrono::seconds(10));
      continue;
    }
    seen = look->second;
    for (const MailboxId mailbox : look->first) scheduler.wake(mailbox, schedule::Trigger::CrmChange);
  }
}

}  // namespace mailsync::server
