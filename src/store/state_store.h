// sync's StateStore on our own database. SQL is written once; src/db knows the engines.
#pragma once

#include "db/database.h"
#include "sync/state_store.h"

namespace mailsync::store {

// The tables must be there (store::migrate). The database outlives the store. Any thread.
class StateStore final : public sync::StateStore {
 public:
  explicit StateStore(db::Database& database) : database_(database) {}

  Result<void> transact(sync::Durable durable,
                        const std::function<Result<void>(Transaction&)>& work) override;

  // mailboxes.cc
  Result<std::vector<sync::Mailbox>> mailboxes(AccountId account) override;
  Result<sync::Mailbox> mailbox(MailboxId id) override;
  Result<MailboxId> save_mailbox(Transaction&, const sync::Mailbox& mailbox) override;
  // Everything that sync keeps of it, in one transaction; nothing of the mailbox or of the CRM. A pass that
  // runs ends at its next commit.
  Result<void> remove_mailbox(MailboxId id);

  // leases.cc
  Result<void> check_lease(Transaction&, const sync::Lease& lease) override;

  // links.cc
  Result<std::vector<sync::Link>> links_by_remote(MailboxId mailbox, model::Kind kind,
                                                  std::span<const RemoteId> ids) override;
  Result<std::vector<sync::Link>> links_by_record(MailboxId mailbox,
                                                  std::span<const RecordId> records) override;
  Result<std::vector<sync::Link>> links_by_content(MailboxId mailbox, model::Kind kind,
                                                   std::span<const std::string> hashes) override;
  Result<std::vector<sync::Link>> links_of_records(AccountId account,
                                                   std::span<const RecordId> records) override;
  Result<std::vector<sync::Link>> links(MailboxId mailbox, model::Kind kind, LinkId after,
                                        size_t limit) override;
  Result<int64_t> count_links(MailboxId mailbox, model::Kind kind) override;
  Result<void> save_links(Transaction&, std::span<sync::Link> links) override;
  Result<void> remove_link(Transaction&, LinkId link) override;

  // cursors.cc
  Result<std::optional<sync::CursorState>> cursor(MailboxId mailbox, std::string_view collection) override;
  Result<std::vector<std::pair<std::string, sync::CursorState>>> cursors(MailboxId mailbox,
                                                                         std::string_view prefix,
                                                                         size_t limit) override;
  Result<std::vector<sync::RemovalHint>> removals(MailboxId mailbox) override;
  Result<void> save_cursor(Transaction&, MailboxId mailbox, std::string_view collection,
                           const sync::CursorState&) override;
  Result<void> forget_cursor(Transaction&, MailboxId mailbox, std::string_view collection) override;
  Result<void> note_removals(Transaction&, MailboxId mailbox,
                             std::span<const sync::RemovalHint> hints) override;
  Result<void> forget_removals(Transaction&, MailboxId mailbox,
                               std::span<const sync::RemovalHint> hints) override;

  // journal.cc
  Result<std::vector<sync::JournalEntry>> open_intentions(MailboxId mailbox) override;
  Result<std::vector<sync::JournalEntry>> journal(MailboxId mailbox, JournalId after, size_t limit) override;
  Result<std::vector<sync::JournalEntry>> changes(const sync::JournalFilter& filter, size_t limit) override;
  Result<int64_t> deletions_since(MailboxId mailbox, model::Kind kind, Instant since) override;
  Result<std::pair<int64_t, int64_t>> account_deletions(AccountId account, model::Kind kind,
                                                        Instant since) override;
  Result<void> save_journal(Transaction&, std::span<sync::JournalEntry> entries) override;

  // issues.cc
  Result<std::vector<sync::Issue>> open_issues(MailboxId mailbox) override;
  Result<std::vector<sync::Issue>> open_issues_about(AccountId account,
                                                     std::span<const RecordId> records) override;
  Result<void> open_issue(Transaction&, const sync::Issue& issue) override;
  Result<void> close_issue(Transaction&, MailboxId mailbox, std::string_view key) override;

  // counts.cc
  Result<std::map<model::Kind, sync::Counts>> totals(MailboxId mailbox) override;
  Result<void> add_counts(Transaction&, MailboxId mailbox, const RunId& run, model::Kind kind,
                          const sync::Counts&) override;

 private:
  Result<db::Rows> query(std::string_view sql, std::initializer_list<db::Value> params);
  Result<std::vector<sync::Link>> find_links(std::string_view sql, std::initializer_list<db::Value> params);

  db::Database& database_;
};

}  // namespace mailsync::store
