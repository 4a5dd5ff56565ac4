#include "auth/master_key.h"

#include <sodium.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "auth/encoding.h"

namespace mailsync::auth {
namespace {

constexpr size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;

std::unexpected<Error> unusable(std::string words) {
  return fail(
      Error{.kind = ErrorKind::LoginNeeded, .message = std::move(words), .vendor_code = "master_key"});
}

Result<MasterKeys> read_file(const std::string& path) {
  struct stat about{};
  if (stat(path.c_str(), &about) != 0)
    return unusable("the master key file " + path +
                    " cannot be read: check the setting and the file's owner");
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return unusable("the master key file " + path + " may be read by others: run chmod 600 " + path);
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  std::string bytes = text.str();
  auto keys = parse_master_keys(bytes);
  if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
  if (!keys) return fail(std::move(keys).error().within("master key file " + path));
  return keys;
}

}  // namespace

Result<MasterKeys> parse_master_keys(std::string_view text) {
  MasterKeys out;
  int line_number = 0;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    ++line_number;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const auto colon = line.find(':');
    const auto bytes = colon == std::string_view::npos ? std::nullopt : from_base64(line.substr(colon + 1));
    const std::string id(line.substr(0, colon));
    if (!bytes || bytes->size() != kKeyBytes || id.empty() || id.size() > 60)
      return unusable("line " + std::to_string(line_number) +
                      " is not a master key: it must be <id>:<32 bytes as base64>");
    if (!out.keys.emplace(id, Secret(*bytes)).second)
      return unusable("line " + std::to_string(line_number) + " repeats the master key id " + id +
                      ": give every key its own id");
    if (out.current.empty()) out.current = id;
  }
  if (out.keys.empty())
    return unusable("there is no master key in it: make one with \"mailsync master-key FILE\"");
  return out;
}

Result<MasterKeys> load_master_keys(const std::string& file) {
  if (const char* folder = std::getenv("CREDENTIALS_DIRECTORY")) {
    const std::string path = std::string(folder) + "/mailsync-master-key";
    struct stat about{};
    if (stat(path.c_str(), &about) == 0) return read_file(path);
  }
  if (!file.empty()) return read_file(file);
  if (const char* text = std::getenv("MAILSYNC_MASTER_KEY")) {
    auto keys = parse_master_keys(text);
    if (!keys) return fail(std::move(keys).error().within("environment variable MAILSYNC_MASTER_KEY"));
    return keys;
  }
  return unusable(
      "no master key is set, so no secret can be kept: make one with \"mailsync master-key FILE\" and name "
      "its file "
      "in the settings (vault.master_key_file)");
}

std::string new_master_key_line(Random& random, std::string_view id) {
  return std::string(id) + ":" + base64(random.bytes(kKeyBytes)) + "\n";
}

}  // namespace mailsync::auth
