// The keys that wrap every account's data key. They come from outside the database: a systemd credential, a
// file or the environment (S7, S8). Text form, one key a line, the first one wraps what is new:
//   <id>:<32 bytes as base64>
// Older lines are kept until SqlVault::rewrap() has run.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace mailsync::auth {

struct MasterKeys {
  std::string current;                 // id
  std::map<std::string, Secret> keys;  // id -> 32 bytes
};

Result<MasterKeys> parse_master_keys(std::string_view text);

// $CREDENTIALS_DIRECTORY/mailsync-master-key, else `file` where it is not empty, else $MAILSYNC_MASTER_KEY. A
// file that others may read is refused. LoginNeeded, with the command that makes a key, when there is none.
Result<MasterKeys> load_master_keys(const std::string& file);

// Where load_master_keys() finds them.
enum class KeySource { Credential, File, Environment };
KeySource master_key_source(const std::string& file);

// Puts a new key before those in `file`, in one step: whoever reads it meanwhile sees the old lines or all of
// them. The new key's id. Forbidden when the file cannot be written.
Result<std::string> add_master_key(const std::string& file, Random& random, Instant now);

// A line for such a file.
std::string new_master_key_line(Random& random, std::string_view id);

}  // namespace mailsync::auth
