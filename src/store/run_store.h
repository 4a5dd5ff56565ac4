// sync's RunStore on our own database. A run gets its row with its first counts (counts.cc), in the commit
// that they describe, so that what a crash broke off is listed too.
#pragma once

#include "db/database.h"
#include "sync/run_store.h"

namespace mailsync::store {

// The tables must be there (store::migrate). The database outlives the store. Any thread.
class RunStore final : public sync::RunStore {
 public:
  explicit RunStore(db::Database& database) : database_(database) {}

  Result<void> save(const sync::RunRow& run, Duration keep, size_t most) override;
  Result<std::vector<sync::RunRow>> named(MailboxId mailbox, std::span<const RunId> runs) override;
  Result<std::vector<sync::RunRow>> runs(std::span<const MailboxId> mailboxes,
                                         const std::optional<sync::RunPlace>& before, size_t limit) override;
  Result<int64_t> count(std::span<const MailboxId> mailboxes) override;

 private:
  db::Database& database_;
};

// The moment in a run's id (UUIDv7: its first 48 bits are milliseconds, RFC 9562 section 5.7); 0 for another
// id.
Instant begun_at(const RunId& run);

}  // namespace mailsync::store
