#include "base/random.h"

#include <sodium.h>

#include <cstdio>
#include <stdexcept>

namespace mailsync {

uint64_t Random::below(uint64_t bound) {
  // Rejection keeps the draw even.
  const uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  uint64_t draw = next();
  while (draw >= limit) draw = next();
  return draw % bound;
}

std::string Random::bytes(size_t count) {
  std::string out;
  out.reserve(count + 8);
  while (out.size() < count) {
    const uint64_t draw = next();
    out.append(reinterpret_cast<const char*>(&draw), sizeof draw);
  }
  out.resize(count);
  return out;
}

std::string Random::token(size_t byte_count) {
  const std::string raw = bytes(byte_count);
  std::string out(sodium_base64_ENCODED_LEN(raw.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(raw.data()), raw.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  out.resize(out.find('\0'));
  return out;
}

RunId Random::run_id(Instant now) {
  const uint64_t ms = static_cast<uint64_t>(now.us / 1000);
  const uint64_t a = next();
  const uint64_t b = next();
  char text[40];
  std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(ms >> 16),
                static_cast<unsigned>(ms & 0xffff), static_cast<unsigned>(0x7000 | (a & 0x0fff)),
                static_cast<unsigned>(0x8000 | (b >> 50)),
                static_cast<unsigned long long>(b & 0xffffffffffffULL));
  return {text};
}

SystemRandom::SystemRandom() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be initialised: no source of randomness");
}

uint64_t SystemRandom::next() {
  uint64_t draw = 0;
  randombytes_buf(&draw, sizeof draw);
  return draw;
}

}  // namespace mailsync
