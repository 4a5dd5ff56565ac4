// The keys that wrap every account's data key. They come from outside the database: a systemd credential, a
// file or the environment (S7, S8). Text form, one key a line, the first one wraps what is new:
//   <id>:<32 bytes as base64>
// Older lines are kept until SqlVault::rewrap() has run.
#pragma once

#include <map>
#include <string>
#include <string_view>

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

// A line for such a file.
std::string new_master_key_line(Random& random, std::string_view id);

}  // namespace mailsync::auth
