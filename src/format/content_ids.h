// Which attachments an HTML body shows: inline is what its text refers to by "cid:", and nothing else (F117).
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace mailsync::format {

// Content ids named in the HTML by "cid:" (RFC 2392), percent escapes decoded, in lower case. One pass.
std::set<std::string, std::less<>> content_ids_in(std::string_view html);

// As it is looked for in that set: without angle brackets and blanks, in lower case.
std::string content_id_key(std::string_view content_id);

}  // namespace mailsync::format
