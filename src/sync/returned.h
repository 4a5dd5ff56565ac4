// Items that come back under another id: put into another list, restored from a backup, or counted anew by
// their server (F26, F71). They are known again by their content, once the item they were is certainly gone.
#pragma once

#include "sync/turn.h"

namespace mailsync::sync {

// Gives the links of such items their new ids, before the items are planned. Marked items alone: what nobody
// shares needs no pair. Costs one look-up a page, and a read by id where the contents agree.
Task<Result<void>> know_again(Context& context, Kind kind, const std::vector<RemoteItem>& items);

}  // namespace mailsync::sync
