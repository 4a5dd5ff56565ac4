// The name that tells this installation's work in a mailbox from another one's: a customer's own trial
// installation, or one that was set up anew, may work in the same mailbox and count its records alike (F7).
#pragma once

#include <string>

#include "base/random.h"
#include "base/result.h"
#include "db/database.h"

namespace mailsync::store {

// Drawn once for this database and the same ever after, for all its workers. Blocks.
Result<std::string> installation_mark(db::Database& database, Random& random);

}  // namespace mailsync::store
