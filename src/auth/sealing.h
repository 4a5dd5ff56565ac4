// Authenticated encryption: XChaCha20-Poly1305 (libsodium), whose nonces may be drawn at random.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace mailsync::auth {

constexpr size_t kSealKeyBytes = 32;

// Nonce, then ciphertext with tag. `bound` must be the same for open(), but is not stored.
std::string seal(const Secret& key, std::string_view plain, std::string_view bound, Random& random);
// Corrupt when key or `bound` differ from sealing, or a bit was changed.
Result<Secret> open_sealed(const Secret& key, std::string_view sealed, std::string_view bound);

// Parts joined so that different parts never give the same text.
std::string bound_text(std::initializer_list<std::string_view> parts);

}  // namespace mailsync::auth
