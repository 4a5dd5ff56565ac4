// Carries out a page of planned undo steps: intentions, the mailbox's writes, then the CRM's with links and
// journal in one transaction.
#pragma once

#include "sync/undo.h"

namespace mailsync::sync {

Task<Result<void>> write_undo(Context& context, std::vector<UndoStep> steps, bool again,
                              UndoOutcome& outcome);

}  // namespace mailsync::sync
