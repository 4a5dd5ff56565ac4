// sync's PlanStore on our own database.
#pragma once

#include "db/database.h"
#include "sync/plan_report.h"

namespace mailsync::store {

// The tables must be there (store::migrate). The database outlives the store. Any thread.
class PlanStore final : public sync::PlanStore {
 public:
  explicit PlanStore(db::Database& database) : database_(database) {}

  Result<sync::PlanReport> plan(sync::PlanId id) override;
  Result<std::vector<sync::PlanReport>> plans(const sync::PlanFilter& filter, size_t limit) override;
  Result<std::vector<sync::PlanItem>> plan_items(sync::PlanId id, const sync::PlanItemFilter& filter,
                                                 size_t limit) override;
  Result<void> save_plan(Transaction& transaction, sync::PlanReport& report) override;
  Result<void> save_plan_items(Transaction& transaction, sync::PlanId id,
                               std::span<const sync::PlanItem> items) override;
  Result<void> clear_plan_items(Transaction& transaction, sync::PlanId id) override;
  Result<void> forget_plans(Transaction& transaction, MailboxId mailbox, sync::PlanPurpose purpose,
                            size_t keep, Instant before) override;
  Result<void> fail_running(Transaction& transaction, std::string_view words, Instant now) override;

 private:
  Result<db::Rows> query(std::string_view sql, std::initializer_list<db::Value> params);
  db::Database& database_;
};

}  // namespace mailsync::store
