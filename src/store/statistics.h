// sync's Statistics on our own database. Items are counted where a turn's counts are kept (counts.cc).
#pragma once

#include "db/database.h"
#include "sync/statistics.h"

namespace mailsync::store {

// The tables must be there (store::migrate). The database outlives it. Any thread.
class Statistics final : public sync::Statistics {
 public:
  explicit Statistics(db::Database& database) : database_(database) {}

  Result<std::vector<sync::DayItems>> items(AccountId account, std::span<const MailboxId> mailboxes,
                                            sync::Day first) override;
  Result<std::vector<sync::MailboxItems>> items_by_mailbox(AccountId account,
                                                           std::span<const MailboxId> mailboxes,
                                                           sync::Day first, size_t limit) override;
  Result<std::vector<sync::DayOutcome>> outcomes(AccountId account, std::span<const MailboxId> mailboxes,
                                                 sync::Day first) override;
  Result<std::vector<sync::DayDuration>> durations(AccountId account, std::span<const MailboxId> mailboxes,
                                                   sync::Day first, size_t limit) override;
  Result<std::vector<sync::IssueCount>> open_issues(AccountId account,
                                                    std::span<const MailboxId> mailboxes) override;
  Result<void> note_outcome(MailboxId mailbox, sync::Day day, std::string_view outcome) override;

 private:
  Result<db::Rows> query(std::string_view sql, std::initializer_list<db::Value> params);

  db::Database& database_;
};

}  // namespace mailsync::store
