// Which users sign in with a second factor: setting it up, proving it, taking it away. The shared secret
// rests in the vault; of recovery codes the database holds hashes alone (S8).
#pragma once

#include <string>
#include <vector>

#include "auth/second_factor.h"
#include "auth/users.h"
#include "auth/vault.h"
#include "base/executor.h"
#include "base/random.h"
#include "db/database.h"

namespace mailsync::auth {

class SecondFactors {
 public:
  // All outlive it.
  SecondFactors(Executor& executor, db::Database& database, Random& random, Vault& vault)
      : executor_(executor), database_(database), random_(random), vault_(vault) {}

  struct Begun {
    Secret secret;     // raw; shown as base32() and as `link`
    std::string link;  // otpauth://…
  };
  // A new secret, which counts only when its first code was confirmed.
  Task<Result<Begun>> begin(User user);
  // The recovery codes, shown this once. ItemInvalid (member "code") when the code is not the secret's.
  Task<Result<std::vector<std::string>>> confirm(User user, std::string code, Actor actor);
  // The user's own wish needs a code; an administrator's does not.
  Task<Result<void>> remove(User user, std::string code, Actor actor);
  Task<Result<void>> take_away(User user, Actor actor);

  // What was typed at sign-in, before it is spent.
  struct Proof {
    int64_t step = 0;           // of the authenticator's code; 0: a recovery code
    std::string recovery_hash;  // of the recovery code
  };
  Task<Result<Proof>> prove(User user, std::string code);
  // LoginNeeded when it was spent before, or is no recovery code of his.
  static Result<void> spend(db::SqlTransaction& tx, const User& user, const Proof& proof);

 private:
  Task<Result<std::optional<Secret>>> secret_of(User user, std::string purpose);
  Task<Result<void>> forget(User user, Actor actor, std::string action, std::optional<Proof> proof);

  Executor& executor_;
  db::Database& database_;
  Random& random_;
  Vault& vault_;
};

}  // namespace mailsync::auth
