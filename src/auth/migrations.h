// The tables of this folder: data keys, secrets, people who sign in and their organizations, sessions, failed
// sign-ins, one-time links, the audit log.
#pragma once

#include "db/database.h"

namespace mailsync::auth {

Result<void> migrate(db::Database& database, Instant now);

}  // namespace mailsync::auth
