#include "lab/item_id.h"

#include <array>

namespace mailsync::lab {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kOrdinary = "AAMkAGI1AAAoZCfHAAA";
constexpr std::string_view kImmutable = "AAkALgAAAAAAHYQDEap";

int value_of(char c) {
  auto at = kAlphabet.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

// 16 bytes: mailbox 2, kind 1, number 6, place 4, day 3. The number's low six bits fill one character, so
// that the items 1…25 and 27…51 have ids that differ by case alone.
std::string ItemId::text() const {
  std::array<uint8_t, 18> bytes{};
  size_t at = 0;
  auto put = [&](uint64_t value, int width) {
    for (int i = width - 1; i >= 0; --i) bytes[at++] = static_cast<uint8_t>(value >> (8 * i));
  };
  put(mailbox, 2);
  put(static_cast<uint8_t>(kind), 1);
  put(number, 6);
  put(immutable ? 0 : place, 4);
  put(day, 3);
  std::string out(immutable ? kImmutable : kOrdinary);
  for (size_t bit = 0; bit + 6 <= 132; bit += 6) {
    unsigned pair = (static_cast<unsigned>(bytes[bit / 8]) << 8) | bytes[bit / 8 + 1];
    out += kAlphabet[(pair >> (10 - bit % 8)) & 63];
  }
  return out + "==";
}

std::optional<ItemId> ItemId::parse(std::string_view text) {
  ItemId id;
  if (text.size() != kOrdinary.size() + 24) return std::nullopt;
  if (text.starts_with(kImmutable))
    id.immutable = true;
  else if (!text.starts_with(kOrdinary))
    return std::nullopt;
  if (!text.ends_with("==")) return std::nullopt;
  std::array<uint8_t, 18> bytes{};
  for (size_t i = 0; i < 22; ++i) {
    int value = value_of(text[kOrdinary.size() + i]);
    if (value < 0) return std::nullopt;
    for (size_t b = 0; b < 6; ++b)
      if (value >> (5 - b) & 1) bytes[(i * 6 + b) / 8] |= static_cast<uint8_t>(128 >> ((i * 6 + b) % 8));
  }
  size_t at = 0;
  auto take = [&](int width) {
    uint64_t value = 0;
    for (int i = 0; i < width; ++i) value = value << 8 | bytes[at++];
    return value;
  };
  id.mailbox = static_cast<uint16_t>(take(2));
  auto kind = take(1);
  if (kind < 1 || kind > 6) return std::nullopt;
  id.kind = static_cast<IdKind>(kind);
  id.number = take(6);
  id.place = static_cast<uint32_t>(take(4));
  id.day = static_cast<uint32_t>(take(3));
  if (id.text() != text) return std::nullopt;
  return id;
}

}  // namespace mailsync::lab
