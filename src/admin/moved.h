// Mailboxes that a change of the account has parked or let go on, and who has to hear of it.
#pragma once

#include <vector>

#include "admin/api.h"

namespace mailsync::admin {

struct Moved {
  std::vector<MailboxId> parked, resumed;
};

// On the loop, when the transaction has landed.
inline void tell(Api& api, const Moved& moved) {
  for (const MailboxId id : moved.parked) {
    api.activity.touch(id);
    if (api.scheduler) api.scheduler->let_go(id);
  }
  for (const MailboxId id : moved.resumed) {
    api.activity.touch(id);
    if (api.scheduler) api.scheduler->look_again(id);
  }
}

}  // namespace mailsync::admin
