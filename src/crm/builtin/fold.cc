#include "crm/builtin/fold.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>

namespace mailsync::crm {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string fold_wide(std::string_view utf8) {
  UErrorCode failed = U_ZERO_ERROR;
  const auto* nfkd = icu::Normalizer2::getNFKDInstance(failed);
  auto wide = icu::UnicodeString::fromUTF8({utf8.data(), static_cast<int32_t>(utf8.size())});
  if (U_SUCCESS(failed)) wide = nfkd->normalize(wide, failed);
  icu::UnicodeString bare;
  for (int32_t i = 0; i < wide.length(); i = wide.moveIndex32(i, 1))
    if (u_charType(wide.char32At(i)) != U_NON_SPACING_MARK) bare.append(wide.char32At(i));
  std::string out;
  bare.foldCase().toUTF8String(out);
  return out;
}

}  // namespace

std::string cut(std::string_view utf8, size_t max_bytes) {
  if (utf8.size() <= max_bytes) return std::string(utf8);
  size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(utf8[end]) & 0xC0) == 0x80) --end;
  return std::string(utf8.substr(0, end));
}

std::string fold(std::string_view utf8, size_t max_bytes) {
  // Folding can make text longer, never by more than this; so nothing long is folded in vain.
  const std::string some = cut(utf8, max_bytes);
  const std::string folded = is_ascii(some) ? some : fold_wide(some);
  std::string out;
  out.reserve(folded.size());
  bool gap = false;
  for (char c : folded) {
    const bool blank = static_cast<unsigned char>(c) <= ' ';
    if (blank) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return cut(out, max_bytes);
}

}  // namespace mailsync::crm
