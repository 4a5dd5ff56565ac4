// One chunk of an operation on users, in the caller's transaction, each change noted in the audit log.
#pragma once

#include <span>
#include <vector>

#include "admin/api.h"
#include "admin/operations.h"
#include "sync/named_profile.h"

namespace mailsync::admin {

struct ChunkDone {
  size_t changed = 0;
  std::vector<Refusal> refusals;
  std::vector<MailboxId> let_go;  // do not sync any more
  std::vector<MailboxId> awake;   // sync now, or begin anew
};

struct Wanted {
  UserAction action = UserAction::Enable;
  sync::NamedProfile profile;  // of ChangeProfile
};

// Users of the request's account whom its caller reaches.
Result<ChunkDone> change_users(Api& api, const Request& request, const Wanted& wanted,
                               std::span<const UserId> users, db::SqlTransaction& tx);

}  // namespace mailsync::admin
