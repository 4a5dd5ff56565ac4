// Whether the address still leads to the mailbox that was synced before.
#pragma once

#include <string_view>
#include <vector>

#include "sync/turn.h"

namespace mailsync::sync {

// What an error says when it does not (Error::vendor_code).
inline constexpr std::string_view kAnotherMailbox = "another_mailbox";

// Corrupt with kAnotherMailbox when nothing of what the server lists was known before, though other folders
// were and items of this mailbox are linked: it was replaced, moved to another tenant, or its ids mean
// something else now (F26, F66, F78). Going on would take every item for deleted and every other for new.
// Judged by mail folders and task lists, whose ids are the server's own; a cursor is kept for each, also when
// it is to be listed again.
Task<Result<void>> check_same_mailbox(Context& context, std::vector<Collection> collections);

}  // namespace mailsync::sync
