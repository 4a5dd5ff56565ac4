// sync's LeaseStore on our own database: who may speak to a mailbox, and until when.
#pragma once

#include "db/database.h"
#include "sync/state_store.h"

namespace mailsync::store {

// The tables must be there (store::migrate). The database outlives the store. Any thread.
class LeaseStore final : public sync::LeaseStore {
 public:
  explicit LeaseStore(db::Database& database) : database_(database) {}

  Result<std::vector<sync::Lease>> take_due(Instant now, Duration length, size_t limit,
                                            std::string_view worker) override;
  // Also before it is due, and in any state: a person asked. nullopt when another worker holds it.
  Result<std::optional<sync::Lease>> take(MailboxId mailbox, Instant now, Duration length,
                                          std::string_view worker) override;
  Result<sync::Lease> renew(const sync::Lease& lease, Instant until) override;
  // A lease that was lost meanwhile is left to its new holder.
  Result<void> release(const sync::Lease& lease, Instant next_due) override;
  Result<void> take_back(std::string_view worker) override;

 private:
  Result<db::Rows> write(std::string_view sql, std::initializer_list<db::Value> params);

  db::Database& database_;
};

}  // namespace mailsync::store
