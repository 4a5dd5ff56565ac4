// What one run did, as the rows of run_count say it.
#pragma once

#include <map>

#include "db/database.h"
#include "sync/state_store.h"

namespace mailsync::store {

Result<std::map<model::Kind, sync::Counts>> counts_of_run(db::Session& session, MailboxId mailbox,
                                                          const RunId& run);

}  // namespace mailsync::store
