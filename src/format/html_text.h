// The words of an HTML mail, for search, preview and matching. Nothing here is ever shown as HTML: what a
// browser would run or load is not looked at (S32).
#pragma once

#include <string>
#include <string_view>

namespace mailsync::format {

// One pass, linear in the input, no recursion (S28). Scripts, styles, comments and the head are left out;
// block elements and <br> begin a line; entities are decoded; blanks are folded. Never fails.
std::string text_of_html(std::string_view html);

// The first `characters` of a text with all white space folded to single blanks.
std::string preview_of_text(std::string_view text, size_t characters = 200);

}  // namespace mailsync::format
