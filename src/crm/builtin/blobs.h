// Bytes of attachments and messages, in rows of 1 MiB, kept once per account under their SHA-256.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "db/database.h"
#include "sync/crm.h"

namespace mailsync::crm {

inline constexpr size_t kBlobPartBytes = size_t{1} << 20;

// Each full MiB is a transaction of its own, so nothing long is held while the network is slow.
std::unique_ptr<sync::BlobSink> new_blob(db::Database& database, const Clock& clock, AccountId account);

struct StoredBlob {
  int64_t id = 0;
  int64_t size = 0;   // bytes
  int64_t parts = 0;  // of kBlobPartBytes, the last one shorter
};
// Gone when the account has no such content.
Result<StoredBlob> find_blob(db::Session& session, AccountId account, std::string_view sha256);
Result<std::string> read_part(db::Session& session, const StoredBlob& blob, int64_t part);

// Removes what was begun before then and never finished.
Result<int64_t> sweep_unfinished_blobs(db::Session& session, Instant begun_before);

}  // namespace mailsync::crm
