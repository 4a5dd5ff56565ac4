// The text of our cursors: where a change feed of Graph goes on, and what we must remember with it. A link
// holds a token, so a cursor is treated as a secret (S46).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "model/when.h"

namespace mailsync::graph {

// Days of the calendar that are followed; `to` is exclusive.
struct Window {
  model::Date from, to;
  bool operator==(const Window&) const = default;
};

struct FeedCursor {
  enum class Phase {
    Listing,    // an enumeration that began with an empty cursor
    Following,  // changes since then
    Moving,     // calendar: the window has moved, its new days and all others are listed again
    Catching,   // calendar: what changed in the old window while the new one was listed
  };
  Phase phase = Phase::Listing;
  std::string link;  // "" = the first page
  std::optional<Window> window;
  std::string kept;  // Moving: the old window's delta link; Catching: the new window's
};

// CursorLost when the text is none of ours, or its link leads to another origin than `base_url` (a setting
// changed, or somebody tampered with it: S24), or to /me where `user` is named: it was got while its owner
// was signed in, and the application that asks for itself now is nobody's "me".
Result<FeedCursor> read_cursor(const Cursor& cursor, std::string_view base_url, std::string_view user = {});
Cursor write_cursor(const FeedCursor& cursor);

}  // namespace mailsync::graph
