#include "auth/sql_vault.h"

#include "auth/sealing.h"
#include "auth/transactions.h"

namespace mailsync::auth {
namespace {

// Of one transaction: others that write wait for it.
constexpr int64_t kRewrappedAtOnce = 20;

std::string key_bound(AccountId account, int64_t id, const std::string& master) {
  return bound_text({"data-key", std::to_string(account.value), std::to_string(id), master});
}

std::string secret_bound(const SecretName& name, int64_t data_key, int64_t version) {
  return bound_text({"secret", std::to_string(name.account.value), name.row, name.purpose,
                     std::to_string(data_key), std::to_string(version)});
}

}  // namespace

std::shared_ptr<const MasterKeys> SqlVault::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

std::shared_ptr<const MasterKeys> SqlVault::keys_read_again() const {
  if (!read_again_) return keys();
  auto fresh = read_again_();
  const std::lock_guard lock(mutex_);
  if (fresh) keys_ = std::make_shared<const MasterKeys>(*std::move(fresh));
  return keys_;
}

Result<Secret> SqlVault::unwrap(AccountId account, int64_t id, const std::string& master,
                                const std::string& wrapped) const {
  auto known = keys();
  if (!known->keys.contains(master)) known = keys_read_again();
  const auto found = known->keys.find(master);
  if (found == known->keys.end())
    return fail(ErrorKind::Corrupt, "the stored secrets need the master key \"" + master +
                                        "\", which is not in the key file: put it back as a further line");
  return open_sealed(found->second, wrapped, key_bound(account, id, master));
}

Result<SqlVault::DataKey> SqlVault::data_key(db::Session& session, AccountId account, int64_t id) const {
  TRY(const auto rows,
      session.query("SELECT master_key_id, wrapped FROM auth_data_key WHERE account_id = $1 AND id = $2",
                    {account, id}));
  if (rows.empty()) return fail(ErrorKind::Corrupt, "a stored secret names a data key that does not exist");
  TRY(Secret key, unwrap(account, id, rows[0][0].text(), rows[0][1].bytes()));
  return DataKey{.id = id, .key = std::move(key)};
}

Result<SqlVault::DataKey> SqlVault::newest_data_key(db::SqlTransaction& tx, AccountId account) {
  TRY(const auto rows,
      tx.query("SELECT id FROM auth_data_key WHERE account_id = $1 ORDER BY id DESC LIMIT 1", {account}));
  if (!rows.empty()) return data_key(tx, account, rows[0][0].integer());
  DataKey made{.id = 1, .key = Secret(random_.bytes(kSealKeyBytes))};
  // Not with a key that is being taken out of use.
  const auto known = keys_read_again();
  const auto& master = known->keys.at(known->current);
  TRY_VOID(tx.execute(
      "INSERT INTO auth_data_key (account_id, id, master_key_id, wrapped, created_at_us) VALUES ($1, $2, $3, "
      "$4, $5)",
      {account, made.id, known->current,
       db::Blob{seal(master, made.key.reveal(), key_bound(account, made.id, known->current), random_)},
       executor_.clock().now()}));
  return made;
}

Result<std::optional<StoredSecret>> SqlVault::read_within(db::Session& session,
                                                          const SecretName& name) const {
  TRY(const auto rows, session.query("SELECT data_key_id, version, sealed FROM auth_secret WHERE account_id "
                                     "= $1 AND row_name = $2 AND purpose = $3",
                                     {name.account, name.row, name.purpose}));
  if (rows.empty()) return std::optional<StoredSecret>();
  const int64_t key_id = rows[0][0].integer(), version = rows[0][1].integer();
  TRY(const DataKey key, data_key(session, name.account, key_id));
  TRY(Secret value, open_sealed(key.key, rows[0][2].bytes(), secret_bound(name, key_id, version)));
  return std::optional(StoredSecret{.value = std::move(value), .version = version});
}

// What runs on the pool takes its arguments along by value: the frame that waits for it may be destroyed
// meanwhile.
Task<Result<std::optional<StoredSecret>>> SqlVault::read(SecretName name) {
  using Out = Result<std::optional<StoredSecret>>;
  co_return co_await executor_.blocking([this, name = std::move(name)]() -> Out {
    std::optional<StoredSecret> out;
    TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
      TRY(out, read_within(session, name));
      return {};
    }));
    return out;
  });
}

Result<int64_t> SqlVault::store(db::SqlTransaction& tx, const SecretName& name, const Secret& value,
                                std::optional<int64_t> expected) {
  TRY(const DataKey key, newest_data_key(tx, name.account));
  // Drawn at random, so that a secret removed and stored again cannot be taken for the old one.
  const auto version = static_cast<int64_t>(random_.next() >> 1);
  const db::Blob sealed{seal(key.key, value.reveal(), secret_bound(name, key.id, version), random_)};
  const Instant now = executor_.clock().now();
  if (!expected) {
    TRY_VOID(
        tx.execute("INSERT INTO auth_secret (account_id, row_name, purpose, data_key_id, version, sealed, "
                   "changed_at_us) VALUES ($1, $2, $3, $4, $5, $6, $7) "
                   "ON CONFLICT (account_id, row_name, purpose) DO UPDATE SET data_key_id = "
                   "excluded.data_key_id, version = excluded.version, "
                   "sealed = excluded.sealed, changed_at_us = excluded.changed_at_us",
                   {name.account, name.row, name.purpose, key.id, version, sealed, now}));
    return version;
  }
  TRY(const int64_t changed,
      tx.execute("UPDATE auth_secret SET data_key_id = $4, version = $5, sealed = $6, changed_at_us = $7 "
                 "WHERE account_id = $1 AND row_name = $2 AND purpose = $3 AND version = $8",
                 {name.account, name.row, name.purpose, key.id, version, sealed, now, *expected}));
  if (changed == 0)
    return fail(ErrorKind::VersionStale, "the stored secret was changed by another worker meanwhile");
  return version;
}

Result<void> SqlVault::put_within(db::SqlTransaction& tx, const SecretName& name, const Secret& value) {
  TRY(const int64_t version, store(tx, name, value, std::nullopt));
  static_cast<void>(version);
  return {};
}

Result<void> SqlVault::remove_within(db::SqlTransaction& tx, const SecretName& name) {
  TRY_VOID(tx.execute("DELETE FROM auth_secret WHERE account_id = $1 AND row_name = $2 AND purpose = $3",
                      {name.account, name.row, name.purpose}));
  return {};
}

Task<Result<int64_t>> SqlVault::store_task(SecretName name, Secret value, std::optional<int64_t> expected) {
  co_return co_await executor_.blocking(
      [this, name = std::move(name), value = std::move(value), expected]() -> Result<int64_t> {
        int64_t version = 0;
        TRY_VOID(write_again(database_, db::Durability::Durable, [&](db::SqlTransaction& tx) -> Result<void> {
          TRY(version, store(tx, name, value, expected));
          return {};
        }));
        return version;
      });
}

Task<Result<int64_t>> SqlVault::put(SecretName name, Secret value) {
  return store_task(std::move(name), std::move(value), std::nullopt);
}

Task<Result<int64_t>> SqlVault::replace(SecretName name, Secret value, int64_t version) {
  return store_task(std::move(name), std::move(value), version);
}

Task<Result<void>> SqlVault::remove(SecretName name) {
  co_return co_await executor_.blocking([this, name = std::move(name)] {
    return write_again(database_, db::Durability::Durable,
                       [&](db::SqlTransaction& tx) { return remove_within(tx, name); });
  });
}

Result<int64_t> SqlVault::rewrap_now(db::SqlTransaction& tx) {
  const auto known = keys();
  const auto& master = known->keys.at(known->current);
  TRY(const auto rows, tx.query("SELECT account_id, id, master_key_id, wrapped FROM auth_data_key WHERE "
                                "master_key_id <> $1 ORDER BY account_id, id LIMIT $2 {{for_update}}",
                                {known->current, kRewrappedAtOnce}));
  for (const auto& row : rows) {
    const auto account = row[0].id<AccountId>();
    const int64_t id = row[1].integer();
    TRY(const Secret key, unwrap(account, id, row[2].text(), row[3].bytes()));
    const db::Blob wrapped{seal(master, key.reveal(), key_bound(account, id, known->current), random_)};
    TRY_VOID(tx.execute(
        "UPDATE auth_data_key SET master_key_id = $3, wrapped = $4 WHERE account_id = $1 AND id = $2",
        {account, id, known->current, wrapped}));
  }
  return static_cast<int64_t>(rows.size());
}

Task<Result<int64_t>> SqlVault::rewrap() {
  co_return co_await executor_.blocking([this]() -> Result<int64_t> {
    int64_t all = 0;
    for (int64_t wrapped = kRewrappedAtOnce; wrapped == kRewrappedAtOnce; all += wrapped)
      TRY_VOID(write_again(database_, db::Durability::Durable, [&](db::SqlTransaction& tx) -> Result<void> {
        TRY(wrapped, rewrap_now(tx));
        return {};
      }));
    return all;
  });
}

}  // namespace mailsync::auth
