// Whose mailboxes should hear soon of what users changed in the CRM: the owners and watchers of changed
// people, tasks and meetings. What Mail Sync itself wrote wakes nobody.
#pragma once

#include <vector>

#include "crm/builtin/record_type.h"
#include "db/database.h"

namespace mailsync::crm {

struct ChangedForUsers {
  std::vector<UserId> users;      // each once
  std::vector<RecordId> records;  // whose links, in any mailbox, are concerned
  int64_t seq = 0;                // up to here; ask from here next time
};

// Changes after `seq`, oldest first, at most `limit` of each kind: call again while `seq` moves.
Result<ChangedForUsers> user_changes_since(db::Session& session, AccountId account, int64_t seq,
                                           size_t limit);

}  // namespace mailsync::crm
