// The hash of canonical text: what tells "the same content" cheaply.
#pragma once

#include <sodium.h>

#include <array>
#include <string>
#include <string_view>

namespace mailsync::model {

// 128 bits of BLAKE2b as 32 hexadecimal digits.
inline std::string hex_hash(std::string_view text) {
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), nullptr, 0);
  std::array<char, 33> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
}

}  // namespace mailsync::model
