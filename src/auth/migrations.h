// The tables of this folder: data keys, secrets, people who sign in, their sessions, failed sign-ins.
#pragma once

#include "db/database.h"

namespace mailsync::auth {

Result<void> migrate(db::Database& database, Instant now);

}  // namespace mailsync::auth
