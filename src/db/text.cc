#include "db/text.h"

#include <cstring>

namespace mailsync::db {
namespace {

// Bytes of the character that starts at `at`; 0 when it is none.
size_t character(std::string_view text, size_t at) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char lead = byte(at);
  size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length == 0 || at + length > text.size() || lead == 0) return 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
  if (lead == 0xe0 && byte(at + 1) < 0xa0) return 0;   // overlong
  if (lead == 0xed && byte(at + 1) >= 0xa0) return 0;  // surrogate
  if (lead == 0xf0 && byte(at + 1) < 0x90) return 0;   // overlong
  if (lead == 0xf4 && byte(at + 1) >= 0x90) return 0;  // above U+10FFFF
  return length;
}

// True when none of the eight bytes is NUL or above 127, which is nearly always.
bool plain_ascii(const char* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  constexpr uint64_t kHigh = 0x8080808080808080, kOne = 0x0101010101010101;
  return ((word | (word - kOne)) & kHigh) == 0;
}

}  // namespace

bool is_storable_text(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (at + 8 <= text.size() && plain_ascii(text.data() + at)) {
      at += 8;
      continue;
    }
    size_t length = character(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

Result<void> check_texts(std::span<const Value> params) {
  for (size_t i = 0; i < params.size(); ++i) {
    const auto* text = std::get_if<std::string>(&params[i].variant());
    if (text == nullptr || is_storable_text(*text)) continue;
    return fail(
        Error{.kind = ErrorKind::ItemInvalid,
              .message = "a text (value " + std::to_string(i + 1) +
                         " of its row) holds a NUL character or is not UTF-8, so it cannot be stored; "
                         "clean it where it is read",
              .vendor_code = "text"});
  }
  return {};
}

}  // namespace mailsync::db
