#include "auth/password.h"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace mailsync::auth {
namespace {

constexpr auto kOperations = crypto_pwhash_OPSLIMIT_INTERACTIVE;
constexpr auto kMemory = crypto_pwhash_MEMLIMIT_INTERACTIVE;  // 64 MiB
constexpr size_t kShortest = 12;
constexpr size_t kLongest = 1024;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

Result<void> check_new_password(const Secret& password, std::string_view login) {
  static constexpr std::array kEverybodys{
      "123456789012",   "password1234",  "passwordpassword", "qwertyuiop12",     "qwertyuiopas",
      "letmeinletmein", "administrator", "changemechangeme", "mailsyncmailsync", "iloveyouiloveyou"};
  const auto& text = password.reveal();
  const auto characters =
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
  if (static_cast<size_t>(characters) < kShortest)
    return fail(ErrorKind::ItemInvalid, "the password is too short: use at least 12 characters");
  if (text.size() > kLongest)
    return fail(ErrorKind::ItemInvalid, "the password is too long: use at most 1,024 bytes");
  const std::string plain = lower(text);
  if (plain == lower(login) || std::ranges::find(kEverybodys, plain) != kEverybodys.end() ||
      std::ranges::all_of(text, [&](char c) { return c == text.front(); }))
    return fail(ErrorKind::ItemInvalid, "the password is one that is guessed first: choose another one");
  return {};
}

Result<std::string> hash_password(const Secret& password) {
  char out[crypto_pwhash_STRBYTES];
  const auto& text = password.reveal();
  if (crypto_pwhash_str_alg(out, text.data(), text.size(), kOperations, kMemory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    return fail(ErrorKind::Transient, "there is not enough memory to protect a password: try again");
  return std::string(out);
}

bool verify_password(const std::string& hash, const Secret& password) {
  const auto& text = password.reveal();
  return crypto_pwhash_str_verify(hash.c_str(), text.data(), text.size()) == 0;
}

bool outdated(const std::string& hash) {
  return crypto_pwhash_str_needs_rehash(hash.c_str(), kOperations, kMemory) != 0;
}

void pretend_to_verify(const Secret& password) {
  static const std::string nobodys =
      hash_password(Secret("nobody signs in with this")).value_or(std::string());
  (void)verify_password(nobodys, password);
}

}  // namespace mailsync::auth
