// What counts as text everywhere: UTF-8 by RFC 3629 (no surrogates, nothing above U+10FFFF, shortest form)
// without NUL (F113).
#pragma once

#include <cstddef>
#include <string_view>

namespace mailsync {

// How many bytes from the front are text: bytes.size() when all are.
size_t text_prefix(std::string_view bytes);

}  // namespace mailsync
