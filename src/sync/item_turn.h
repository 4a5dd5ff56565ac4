// What mailbox turns of every kind share about cursors and removals.
#pragma once

#include "sync/turn.h"

namespace mailsync::sync {

// The next page; a lost cursor starts the enumeration again and remembers that it is one.
Task<Result<ChangePage>> read_page(Context& context, const Collection& collection, const PageCursor& cursor);

// The cursor to commit with the page; nothing for a page that brought nothing, except once in ten minutes.
std::optional<std::pair<std::string, CursorState>> cursor_to_save(const Context& context,
                                                                  const Collection& collection,
                                                                  const PageCursor& before,
                                                                  const ChangePage& page);

// Linked items that the page says are removed, and, at the end of a whole listing, those it did not name.
// Items without a link are nobody's business.
Task<Result<std::vector<RemovalHint>>> removal_hints(Context& context, const Collection& collection,
                                                     const ChangePage& page);

// Moves a listing in memory on, once its page is committed.
void page_committed(Context& context, const Collection& collection, const ChangePage& page);

}  // namespace mailsync::sync
