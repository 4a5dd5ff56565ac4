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

// Items to gather, plan and carry out together.
struct ItemPage {
  Kind kind = Kind::Contact;
  std::string name;  // for progress
  std::vector<RemoteItem> items;
  std::vector<Issue> unreadable;
  std::vector<RemovalHint> note;
  std::optional<std::pair<std::string, CursorState>> cursor;
  bool was_parked = false;  // a success closes the item's issue
};
ItemPage item_page(const Context& context, const Collection& collection, const ChangePage& changes);
// Takes a page in. Items that may be the same person or meeting as one before them are planned when that one
// is linked. The cursor commits with the last of it.
Task<Result<void>> take_items(Context& context, ItemPage page);

}  // namespace mailsync::sync
