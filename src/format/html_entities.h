// HTML's character references: &amp; &#8212; &#x20AC;
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mailsync::format {

// `text` begins with '&'. Appends what the reference means, as UTF-8, and returns how many bytes of `text` it
// takes; 0 when it is none, and then nothing is appended. As browsers do: old names also count without their
// semicolon,
// &#128; to &#159; are windows-1252, and what no text may hold is U+FFFD
// (html.spec.whatwg.org/multipage/parsing.html, "character reference state").
size_t decode_entity(std::string_view text, std::string& out);

}  // namespace mailsync::format
