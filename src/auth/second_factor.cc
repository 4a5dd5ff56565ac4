#include "auth/second_factor.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

#include "auth/encoding.h"

namespace mailsync::auth {
namespace {

constexpr size_t kSecretBytes = 20;
constexpr int64_t kStepSeconds = 30;
constexpr int kRecoveryCodes = 10;
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
// No letter that is read as another one.
constexpr std::string_view kReadable = "23456789abcdefghjkmnpqrstuvwxyz";

}  // namespace

Secret new_second_factor(Random& random) {
  return Secret(random.bytes(kSecretBytes));
}

std::string base32(std::string_view bytes) {
  std::string out;
  uint32_t held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = (held << 8) | static_cast<unsigned char>(c);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += kBase32[(held >> bits) & 31];
    }
  }
  if (bits > 0) out += kBase32[(held << (5 - bits)) & 31];
  return out;
}

std::string second_factor_link(const Secret& secret, std::string_view login) {
  std::string name;
  for (const char c : login) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
    name += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return "otpauth://totp/Mail%20Sync:" + name + "?secret=" + base32(secret.reveal()) + "&issuer=Mail%20Sync";
}

std::string code_of_step(const Secret& secret, int64_t step) {
  std::array<unsigned char, 8> counter{};
  for (size_t i = 0; i < counter.size(); ++i)
    counter[i] = static_cast<unsigned char>(static_cast<uint64_t>(step) >> (8 * (7 - i)));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const std::string& key = secret.reveal();
  if (HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), counter.data(), counter.size(),
           digest.data(), &size) == nullptr ||
      size != 20)
    throw std::runtime_error("HMAC-SHA-1 is not available");
  // Dynamic truncation, RFC 4226 section 5.3.
  const size_t at = digest[19] & 0xF;
  const uint32_t number = (uint32_t{digest[at]} & 0x7F) << 24 | uint32_t{digest[at + 1]} << 16 |
                          uint32_t{digest[at + 2]} << 8 | uint32_t{digest[at + 3]};
  return fmt::format("{:06}", number % 1'000'000);
}

int64_t step_at(Instant now) {
  return now.us / 1'000'000 / kStepSeconds;
}

std::optional<int64_t> matching_step(const Secret& secret, std::string_view typed, Instant now,
                                     int64_t last_used) {
  std::string digits;
  for (const char c : typed)
    if (c != ' ') digits += c;
  std::optional<int64_t> found;
  for (const int64_t step : {step_at(now) - 1, step_at(now), step_at(now) + 1})
    if (same_secret(code_of_step(secret, step), digits) && step > last_used) found = step;
  return found;
}

std::vector<std::string> new_recovery_codes(Random& random) {
  std::vector<std::string> out;
  for (int i = 0; i < kRecoveryCodes; ++i) {
    std::string code;
    for (int letter = 0; letter < 15; ++letter) {
      if (letter > 0 && letter % 5 == 0) code += '-';
      code += kReadable[random.below(kReadable.size())];
    }
    out.push_back(std::move(code));
  }
  return out;
}

std::string recovery_code_hash(std::string_view typed) {
  std::string plain;
  for (const char c : typed)
    if (c != ' ' && c != '-') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return sha256("recovery code\n" + plain);
}

}  // namespace mailsync::auth
