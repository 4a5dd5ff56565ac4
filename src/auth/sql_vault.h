// The vault in the database: envelope encryption with one data key per account, wrapped by a master key (S7).
// A dump without the master key holds nothing usable (S8).
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "auth/master_key.h"
#include "auth/vault.h"
#include "base/executor.h"
#include "base/random.h"
#include "db/database.h"

namespace mailsync::auth {

class SqlVault final : public Vault {
 public:
  using ReadKeys = std::function<Result<MasterKeys>()>;
  // All outlive the vault. The tables come from migrate() in auth/migrations.h. `read_again`: asked when a
  // data key is wrapped with a master key that is not among `keys`, so that a running process follows a
  // rotation.
  SqlVault(Executor& executor, db::Database& database, Random& random, MasterKeys keys,
           ReadKeys read_again = {})
      : executor_(executor),
        database_(database),
        random_(random),
        read_again_(std::move(read_again)),
        keys_(std::make_shared<const MasterKeys>(std::move(keys))) {}

  Task<Result<std::optional<StoredSecret>>> read(SecretName name) override;
  Task<Result<int64_t>> put(SecretName name, Secret value) override;
  Task<Result<int64_t>> replace(SecretName name, Secret value, int64_t version) override;
  Task<Result<void>> remove(SecretName name) override;

  // The same within a transaction or a snapshot of the caller's, so that a secret and what belongs to it
  // change together. These block.
  Result<std::optional<StoredSecret>> read_within(db::Session& session, const SecretName& name) const;
  Result<void> put_within(db::SqlTransaction& tx, const SecretName& name, const Secret& value);
  Result<void> remove_within(db::SqlTransaction& tx, const SecretName& name);

  // Wraps every data key with the current master key; the older master keys may then be taken away. Returns
  // how many were wrapped anew. Secrets themselves are not touched, so this runs while the server works; a
  // few at a time, each commit for itself, so that it goes on where it was broken off.
  Task<Result<int64_t>> rewrap();

 private:
  struct DataKey {
    int64_t id = 0;
    Secret key;
  };
  std::shared_ptr<const MasterKeys> keys() const;
  // As they are outside by now; those of before when they cannot be read.
  std::shared_ptr<const MasterKeys> keys_read_again() const;
  Result<Secret> unwrap(AccountId account, int64_t id, const std::string& master,
                        const std::string& wrapped) const;
  Result<DataKey> data_key(db::Session& session, AccountId account, int64_t id) const;
  Result<DataKey> newest_data_key(db::SqlTransaction& tx, AccountId account);
  Result<int64_t> store(db::SqlTransaction& tx, const SecretName& name, const Secret& value,
                        std::optional<int64_t> expected);
  Result<int64_t> rewrap_now(db::SqlTransaction& tx);
  Task<Result<int64_t>> store_task(SecretName name, Secret value, std::optional<int64_t> expected);

  Executor& executor_;
  db::Database& database_;
  Random& random_;
  const ReadKeys read_again_;
  mutable std::mutex mutex_;  // of keys_: secrets are opened on several threads
  mutable std::shared_ptr<const MasterKeys> keys_;
};

}  // namespace mailsync::auth
