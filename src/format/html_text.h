// The words of an HTML mail, for search, preview and matching. Nothing here is ever shown as HTML: what a
// browser would run or load is not looked at (S32).
#pragma once

#include <string>
#include <string_view>

namespace mailsync::format {

// HTML bigger than this is cut before it is read: search and preview live with its beginning (S28).
inline constexpr size_t kMostHtmlBytes = 2 << 20;

// Read as the tokenizer of the HTML standard reads it (html.spec.whatwg.org/multipage/parsing.html), without
// building a tree, so that its time is the length of the mail however it is nested: scripts, styles, comments
// and the title are left out, as is what browsers show only without scripts; block elements and <br> begin a
// line; entities are decoded; blanks are folded. Valid UTF-8 without NUL; never fails, never throws.
std::string text_of_html(std::string_view html);

// Text as a part of an HTML body: what HTML would read as markup is escaped; lines stay lines of the source.
std::string html_of_text(std::string_view text);

// The first `characters` of a text with all white space folded to single blanks.
std::string preview_of_text(std::string_view text, size_t characters = 200);

}  // namespace mailsync::format
