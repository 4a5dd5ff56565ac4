// Wakes mailboxes when users change the CRM, whichever process they did it in: looks at the change feed every
// second, which costs a few index look-ups.
#pragma once

#include "base/executor.h"
#include "crm/builtin/wake.h"
#include "schedule/scheduler.h"
#include "server/data.h"

namespace mailsync::server {

// Runs until the executor destroys its frame. All outlive it.
Task<void> watch_crm(Executor& executor, Data& data, schedule::Scheduler& scheduler);

}  // namespace mailsync::server
