#include "crm/builtin/blobs.h"

#include <sodium.h>

#include <array>

#include "crm/builtin/ran.h"

namespace mailsync::crm {
namespace {

class Sink final : public sync::BlobSink {
 public:
  Sink(db::Database& database, const Clock& clock, AccountId account)
      : database_(database), clock_(clock), account_(account) {
    crypto_hash_sha256_init(&hash_);
  }

  Result<void> append(std::string_view bytes) override {
    crypto_hash_sha256_update(&hash_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    size_ += static_cast<int64_t>(bytes.size());
    while (!bytes.empty()) {
      const size_t room = kBlobPartBytes - pending_.size();
      pending_ += bytes.substr(0, room);
      bytes.remove_prefix(std::min(room, bytes.size()));
      if (pending_.size() == kBlobPartBytes) TRY_VOID(write_part());
    }
    return {};
  }

  Result<std::string> finish() override {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256_final(&hash_, digest.data());
    std::array<char, 2 * crypto_hash_sha256_BYTES + 1> hex{};
    sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
    const std::string sha256 = hex.data();
    TRY_VOID(database_.write(db::Durability::Normal,
                             [&](db::SqlTransaction& transaction) { return close(transaction, sha256); }));
    return sha256;
  }

 private:
  Result<void> begin(db::Session& session) {
    if (id_ != 0) return {};
    TRY(const db::Rows made, session.query("INSERT INTO crm_blob (account_id, sha256, size, created_at_us) "
                                           "VALUES ($1, '', 0, $2) RETURNING id",
                                           {account_, clock_.now()}));
    id_ = made.front()[0].integer();
    return {};
  }

  Result<void> insert_part(db::Session& session) {
    TRY_VOID(ran(session.execute("INSERT INTO crm_blob_part (blob_id, part, bytes) VALUES ($1, $2, $3)",
                                 {id_, parts_, db::Blob{pending_}})));
    return {};
  }

  Result<void> write_part() {
    const int64_t id = id_;
    auto written =
        database_.write(db::Durability::Normal, [&](db::SqlTransaction& transaction) -> Result<void> {
          TRY_VOID(begin(transaction));
          return insert_part(transaction);
        });
    if (!written) {
      id_ = id;  // what begin() made was rolled back
      return written;
    }
    ++parts_;
    pending_.clear();
    return {};
  }

  // The same content is there already: ours goes. Else it gets its name.
  Result<void> close(db::Session& session, const std::string& sha256) {
    TRY(const db::Rows there,
        session.query("SELECT id FROM crm_blob WHERE account_id = $1 AND sha256 = $2", {account_, sha256}));
    if (!there.empty()) {
      TRY_VOID(ran(session.execute("DELETE FROM crm_blob_part WHERE blob_id = $1", {id_})));
      return ran(session.execute("DELETE FROM crm_blob WHERE id = $1", {id_}));
    }
    TRY_VOID(begin(session));
    if (!pending_.empty()) TRY_VOID(insert_part(session));
    TRY_VOID(ran(
        session.execute("UPDATE crm_blob SET sha256 = $2, size = $3 WHERE id = $1", {id_, sha256, size_})));
    return {};
  }

  db::Database& database_;
  const Clock& clock_;
  AccountId account_;
  crypto_hash_sha256_state hash_{};
  std::string pending_;
  int64_t id_ = 0;  // 0 until the first part is written
  int64_t parts_ = 0;
  int64_t size_ = 0;
};

}  // namespace

std::unique_ptr<sync::BlobSink> new_blob(db::Database& database, const Clock& clock, AccountId account) {
  return std::make_unique<Sink>(database, clock, account);
}

Result<StoredBlob> find_blob(db::Session& session, AccountId account, std::string_view sha256) {
  TRY(const db::Rows rows,
      session.query("SELECT id, size FROM crm_blob WHERE account_id = $1 AND sha256 = $2 AND "
                    "sha256 <> ''",
                    {account, sha256}));
  if (rows.empty()) return fail(ErrorKind::Gone, "the attachment's content is not kept here");
  StoredBlob out{.id = rows.front()[0].integer(), .size = rows.front()[1].integer()};
  constexpr auto kPart = static_cast<int64_t>(kBlobPartBytes);
  out.parts = (out.size + kPart - 1) / kPart;
  return out;
}

Result<std::string> read_part(db::Session& session, const StoredBlob& blob, int64_t part) {
  TRY(const db::Rows rows,
      session.query("SELECT bytes FROM crm_blob_part WHERE blob_id = $1 AND part = $2", {blob.id, part}));
  if (rows.empty()) return fail(ErrorKind::Corrupt, "a part of an attachment is missing in the database");
  return rows.front()[0].bytes();
}

Result<int64_t> sweep_unfinished_blobs(db::Session& session, Instant begun_before) {
  TRY_VOID(
      ran(session.execute("DELETE FROM crm_blob_part WHERE blob_id IN "
                          "(SELECT id FROM crm_blob WHERE sha256 = '' AND created_at_us < $1)",
                          {begun_before})));
  return session.execute("DELETE FROM crm_blob WHERE sha256 = '' AND created_at_us < $1", {begun_before});
}

}  // namespace mailsync::crm
