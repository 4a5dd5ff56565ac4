#include "base/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace mailsync {
namespace {

// Bytes of the character that starts at `at`; 0 when it is none.
size_t character(std::string_view text, size_t at) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  const size_t length = lead < 0x80   ? 1
                        : lead < 0xc2 ? 0
                        : lead < 0xe0 ? 2
                        : lead < 0xf0 ? 3
                        : lead < 0xf5 ? 4
                                      : 0;
  if (length == 0 || at + length > text.size() || lead == 0) return 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
  if (lead == 0xe0 && byte(at + 1) < 0xa0) return 0;   // overlong
  if (lead == 0xed && byte(at + 1) >= 0xa0) return 0;  // surrogate
  if (lead == 0xf0 && byte(at + 1) < 0x90) return 0;   // overlong
  if (lead == 0xf4 && byte(at + 1) >= 0x90) return 0;  // above U+10FFFF
  return length;
}

// True when none of the block's bytes is NUL or above 127, which is nearly always. A plain loop, so that the
// compiler can take many bytes at once.
constexpr size_t kBlock = 64;
bool plain_ascii(const char* bytes) {
  constexpr uint64_t kHigh = 0x8080808080808080, kOne = 0x0101010101010101;
  uint64_t seen = 0;
  for (size_t i = 0; i < kBlock; i += sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, bytes + i, sizeof word);
    seen |= word | (word - kOne);
  }
  return (seen & kHigh) == 0;
}

}  // namespace

size_t text_prefix(std::string_view bytes) {
  for (size_t at = 0; at < bytes.size();) {
    if (at + kBlock <= bytes.size() && plain_ascii(bytes.data() + at)) {
      at += kBlock;
      continue;
    }
    // Character by character to the end of the block, or a little beyond.
    for (const size_t end = std::min(at + kBlock, bytes.size()); at < end;) {
      const size_t length = character(bytes, at);
      if (length == 0) return at;
      at += length;
    }
  }
  return bytes.size();
}

}  // namespace mailsync
