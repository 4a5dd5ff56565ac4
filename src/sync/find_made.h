// What an earlier try of a create left behind, when nobody knows whether it landed (F12, F14).
#pragma once

#include <optional>

#include "sync/replica.h"

namespace mailsync::sync {

// The item as it was made, not as it is found: its fields say what was sent, so that what its user has
// changed since is still seen as his edit. nullopt: nothing was made.
Task<Result<std::optional<RemoteItem>>> find_made(Replica& replica, Kind kind, OperationId operation,
                                                  Fields sent);

// `sent`, and of what was not sent only what a server says of every new item: anything else its user entered.
Fields as_made(const Fields& found, const Fields& sent, bool is_organizer);

}  // namespace mailsync::sync
