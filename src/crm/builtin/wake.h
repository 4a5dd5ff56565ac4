// Whose mailboxes should hear soon of what users changed in the CRM: the owners and watchers of changed
// people, tasks and meetings, whoever has them in his view "Exchange Sync" now, and who changed that view.
// What Mail Sync itself wrote wakes nobody.
#pragma once

#include <vector>

#include "base/instant.h"
#include "crm/builtin/record_type.h"
#include "db/database.h"

namespace mailsync::crm {

struct ChangedForUsers {
  std::vector<UserId> users;      // each once
  std::vector<RecordId> records;  // whose links, in any mailbox, are concerned
  int64_t seq = 0;                // up to here; ask from here next time
  int64_t epoch = 0;              // the same for views
};

struct Seen {
  int64_t seq = 0;    // of records
  int64_t epoch = 0;  // of views "Exchange Sync"
};

// Changes after `seen`, oldest first, at most `limit` of each kind: call again while `seq` moves.
Result<ChangedForUsers> user_changes_since(db::Session& session, AccountId account, Seen seen, size_t limit,
                                           Instant now);
// Where to begin: nothing that is there already wakes anybody.
Result<Seen> newest_change(db::Session& session, AccountId account);

}  // namespace mailsync::crm
