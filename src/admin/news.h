// What has happened since the last look, told to the open pages of one account, each only what it may see.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "admin/events.h"
#include "base/ids.h"

namespace mailsync::admin {

// How far an account's pages have been told.
struct News {
  std::optional<std::map<std::string, int64_t>> seq_by_type;   // of the CRM's feed; nothing: not looked yet
  std::map<MailboxId, std::map<int64_t, std::string>> issues;  // open ones as they were told, by id
  std::map<int64_t, std::string> outbox;                       // composed emails as they were told, by id
  std::set<UserId> outbox_known;                               // whose emails are in it
};

Task<void> tell_news(Api& api, AccountId account, std::vector<std::shared_ptr<Subscriber>> readers,
                     std::set<MailboxId> touched, News& news);

}  // namespace mailsync::admin
