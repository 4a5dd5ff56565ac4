// Text as people compare it: lower case, without accents (for search, sorting and filters; never for
// identity).
#pragma once

#include <string>
#include <string_view>

namespace mailsync::crm {

// NFKD without combining marks, case folded, white space folded to one blank; at most `max_bytes` bytes, cut
// between characters.
std::string fold(std::string_view utf8, size_t max_bytes = 1000);
// Cut between characters.
std::string cut(std::string_view utf8, size_t max_bytes);

}  // namespace mailsync::crm
