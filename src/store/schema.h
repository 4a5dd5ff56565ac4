// The tables in which sync keeps its state. Every one carries the account, so that a row can never be taken
// for another customer's.
#pragma once

#include "base/instant.h"
#include "base/result.h"
#include "db/database.h"

namespace mailsync::store {

// Brings the tables up to date; run at every start, before anything else is opened.
Result<void> migrate(db::Database& database, Instant now);

}  // namespace mailsync::store
