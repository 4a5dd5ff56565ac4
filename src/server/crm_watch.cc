#include "server/crm_watch.h"

#include <set>

#include "base/log.h"
#include "crm/builtin/feed.h"

namespace mailsync::server {
namespace {

constexpr Duration kLook = std::chrono::seconds(1);
constexpr size_t kPage = 500;

Result<int64_t> newest(Data& data) {
  int64_t seq = 0;
  TRY_VOID(data.database->read([&](db::Session& session) -> Result<void> {
    TRY(seq, crm::newest_seq(session, kAccount));
    return {};
  }));
  return seq;
}

// The mailboxes that the changes after `seq` concern; moves `seq` on.
Result<std::set<MailboxId>> concerned(Data& data, int64_t& seq) {
  crm::ChangedForUsers changed;
  TRY_VOID(data.database->read([&](db::Session& session) -> Result<void> {
    TRY(changed, crm::user_changes_since(session, kAccount, seq, kPage));
    return {};
  }));
  seq = changed.seq;
  std::set<MailboxId> mailboxes;
  if (changed.records.empty()) return mailboxes;
  TRY(const auto links, data.store->links_of_records(kAccount, changed.records));
  for (const sync::Link& link : links) mailboxes.insert(link.mailbox);
  const std::set<UserId> users(changed.users.begin(), changed.users.end());
  TRY(const auto all, data.store->mailboxes(kAccount));
  for (const sync::Mailbox& mailbox : all)
    if (users.contains(mailbox.user)) mailboxes.insert(mailbox.id);
  return mailboxes;
}

}  // namespace

Task<void> watch_crm(Executor& executor, Data& data, schedule::Scheduler& scheduler) {
  auto begin = co_await executor.blocking([&data] { return newest(data); });
  int64_t seen = begin.value_or(0);
  while (true) {
    co_await executor.sleep_for(kLook);
    auto look =
        co_await executor.blocking([&data, from = seen]() -> Result<std::pair<std::set<MailboxId>, int64_t>> {
          int64_t seq = from;
          TRY(auto mailboxes, concerned(data, seq));
          return std::pair(std::move(mailboxes), seq);
        });
    if (!look) {
      log::error("crm_changes_not_read", look.error());
      co_await executor.sleep_for(std::chrono::seconds(10));
      continue;
    }
    seen = look->second;
    for (const MailboxId mailbox : look->first) scheduler.wake(mailbox);
  }
}

}  // namespace mailsync::server
