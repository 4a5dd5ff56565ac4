// Which mailboxes of a tenant an app-only permission opens although they are not synced here. Permissions of
// the app registration open all of them, whatever RBAC for Applications narrows beside them: what is really
// reached shows only by trying (S9). https://learn.microsoft.com/graph/auth-limit-mailbox-access
#pragma once

#include <set>

#include "auth/email_reach.h"
#include "server/connections.h"

namespace mailsync::server {

// `synced`: addresses in lower case, and object ids, of mailboxes that are ours to open. Reads nothing but
// whether the inbox answers. Never fails: what went wrong is in the result.
Task<auth::EmailReach> check_reach(Connections& connections, Executor& executor, Random& random,
                                   std::shared_ptr<const Access> access, std::set<std::string> synced);

}  // namespace mailsync::server
