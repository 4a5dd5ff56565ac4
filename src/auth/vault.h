// Where grants and other secrets rest. Values are versioned, so that two workers that refresh the same grant
// cannot overwrite each other's newer one (F130).
#pragma once

#include <optional>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"

namespace mailsync::auth {

// What a secret belongs to. All three parts are bound into its encryption: a row moved elsewhere does not
// open (S7).
struct SecretName {
  AccountId account;
  std::string row;      // "mailbox:17", "tenant:3": the row it belongs to
  std::string purpose;  // "refresh_token", "client_secret", "certificate_key"
  auto operator<=>(const SecretName&) const = default;
};

struct StoredSecret {
  Secret value;
  int64_t version = 0;  // never used twice for one name
};

class Vault {
 public:
  virtual ~Vault() = default;
  // nullopt: nothing is stored. Corrupt: what is stored does not open (wrong master key, or tampered with).
  virtual Task<Result<std::optional<StoredSecret>>> read(SecretName name) = 0;
  // Stores over whatever is there; the new version.
  virtual Task<Result<int64_t>> put(SecretName name, Secret value) = 0;
  // Stores only over the version that was read; VersionStale when it has changed or is gone.
  virtual Task<Result<int64_t>> replace(SecretName name, Secret value, int64_t version) = 0;
  // Only when the owner disconnects: never because of a failure.
  virtual Task<Result<void>> remove(SecretName name) = 0;
};

}  // namespace mailsync::auth
