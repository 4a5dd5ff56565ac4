#include "auth/master_key.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

#include "auth/encoding.h"

namespace mailsync::auth {
namespace {

constexpr size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;

std::unexpected<Error> unusable(std::string words) {
  return fail(
      Error{.kind = ErrorKind::LoginNeeded, .message = std::move(words), .vendor_code = "master_key"});
}

std::string credential_path() {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  return folder ? std::string(folder) + "/mailsync-master-key" : "";
}

// The old content or the new one is there, whatever happens in between; owner and mode stay.
bool replace_file(const std::string& path, const std::string& text) {
  struct stat about{};
  if (stat(path.c_str(), &about) != 0) return false;
  const std::string beside = path + ".new";
  const int target = open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (target < 0) return false;
  const bool written =
      fchmod(target, about.st_mode & 0700) == 0 && fchown(target, about.st_uid, about.st_gid) == 0 &&
      write(target, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(target) == 0;
  const int problem = errno;
  close(target);
  if (written && rename(beside.c_str(), path.c_str()) == 0) return true;
  errno = written ? errno : problem;
  unlink(beside.c_str());
  return false;
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

KeySource master_key_source(const std::string& file) {
  struct stat about{};
  const std::string path = credential_path();
  if (!path.empty() && stat(path.c_str(), &about) == 0) return KeySource::Credential;
  return file.empty() ? KeySource::Environment : KeySource::File;
}

Result<MasterKeys> load_master_keys(const std::string& file) {
  switch (master_key_source(file)) {
    case KeySource::Credential:
      return read_file(credential_path());
    case KeySource::File:
      return read_file(file);
    case KeySource::Environment:
      break;
  }
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

Result<std::string> add_master_key(const std::string& file, Random& random, Instant now) {
  TRY(const MasterKeys keys, read_file(file));
  const std::string day = "k" + now.to_iso().substr(0, 10);
  std::string id = day;
  for (int next = 2; keys.keys.contains(id); ++next) id = day + "-" + std::to_string(next);
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  text.insert(0, new_master_key_line(random, id));
  const bool replaced = replace_file(file, text);
  const int problem = errno;
  sodium_memzero(text.data(), text.size());
  if (!replaced)
    return fail(ErrorKind::Forbidden, "the master key file " + file +
                                          " was not changed: " + std::strerror(problem) +
                                          ". Run this as the owner of the file and of its folder.");
  return id;
}

std::string new_master_key_line(Random& random, std::string_view id) {
  return std::string(id) + ":" + base64(random.bytes(kKeyBytes)) + "\n";
}

}  // namespace mailsync::auth
