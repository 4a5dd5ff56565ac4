// Fixed columns of digits, as dates and times are written with.
#pragma once

#include <cstddef>
#include <string_view>

namespace mailsync {

// The number that the `count` characters from `at` stand for. False, and `out` is of no use, when one of them
// is not a digit or the text ends before.
inline bool digits(std::string_view text, size_t at, size_t count, int& out) {
  if (at + count > text.size()) return false;
  out = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    out = out * 10 + (text[i] - '0');
  }
  return true;
}

}  // namespace mailsync
