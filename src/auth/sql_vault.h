// The vault in the database: envelope encryption with one data key per account, wrapped by a master key (S7).
// A dump without the master key holds nothing usable (S8).
#pragma once

#include "auth/master_key.h"
#include "auth/vault.h"
#include "base/executor.h"
#include "base/random.h"
#include "db/database.h"

namespace mailsync::auth {

class SqlVault final : public Vault {
 public:
  // All outlive the vault. The tables come from migrate() in auth/migrations.h.
  SqlVault(Executor& executor, db::Database& database, Random& random, MasterKeys keys)
      : executor_(executor), database_(database), random_(random), keys_(std::move(keys)) {}

  Task<Result<std::optional<StoredSecret>>> read(SecretName name) override;
  Task<Result<int64_t>> put(SecretName name, Secret value) override;
  Task<Result<int64_t>> replace(SecretName name, Secret value, int64_t version) override;
  Task<Result<void>> remove(SecretName name) override;

  // Wraps every data key with the current master key; the older master keys may then be taken away. Returns
  // how many were wrapped anew. Secrets themselves are not touched, so this runs while the server works.
  Task<Result<int64_t>> rewrap();

 private:
  struct DataKey {
    int64_t id = 0;
    Secret key;
  };
  Result<std::optional<StoredSecret>> read_now(db::Session& session, const SecretName& name);
  Result<Secret> unwrap(AccountId account, int64_t id, const std::string& master,
                        const std::string& wrapped) const;
  Result<DataKey> data_key(db::Session& session, AccountId account, int64_t id);
  Result<DataKey> newest_data_key(db::SqlTransaction& tx, AccountId account);
  Result<int64_t> store(db::SqlTransaction& tx, const SecretName& name, const Secret& value,
                        std::optional<int64_t> expected);
  Result<int64_t> rewrap_now(db::SqlTransaction& tx);
  Task<Result<int64_t>> store_task(SecretName name, Secret value, std::optional<int64_t> expected);

  Executor& executor_;
  db::Database& database_;
  Random& random_;
  const MasterKeys keys_;
};

}  // namespace mailsync::auth
