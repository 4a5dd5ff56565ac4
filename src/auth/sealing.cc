#include "auth/sealing.h"

#include <sodium.h>

namespace mailsync::auth {
namespace {

constexpr size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kSealKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* raw(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

std::string seal(const Secret& key, std::string_view plain, std::string_view bound, Random& random) {
  const std::string nonce = random.bytes(kNonce);
  std::string cipher(plain.size() + kTag, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(raw(cipher), nullptr, raw(plain), plain.size(), raw(bound),
                                             bound.size(), nullptr, raw(nonce),
                                             raw(std::string_view(key.reveal())));
  return nonce + cipher;
}

Result<Secret> open_sealed(const Secret& key, std::string_view sealed, std::string_view bound) {
  if (key.reveal().size() == kSealKeyBytes && sealed.size() >= kNonce + kTag) {
    const auto nonce = sealed.substr(0, kNonce), cipher = sealed.substr(kNonce);
    std::string plain(cipher.size() - kTag, '\0');
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(raw(plain), nullptr, nullptr, raw(cipher), cipher.size(),
                                                   raw(bound), bound.size(), raw(nonce),
                                                   raw(std::string_view(key.reveal()))) == 0)
      return Secret(std::move(plain));
  }
  return fail(
      ErrorKind::Corrupt,
      "a stored secret does not open: the master key is another one, or the row was changed or moved");
}

std::string bound_text(std::initializer_list<std::string_view> parts) {
  std::string out = "mailsync-1";
  for (const auto part : parts) out += "|" + std::to_string(part.size()) + ":" + std::string(part);
  return out;
}

}  // namespace mailsync::auth
