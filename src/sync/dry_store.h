// The state store as a dry run sees it: what is there, with this run's own effects laid over it in memory.
// Nothing is committed: every transaction is a real one, so that the CRM's rights and rules are asked for
// real, and is rolled back at its end.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "sync/dry_notes.h"
#include "sync/state_store.h"

namespace mailsync::sync {

class DryStore final : public StateStore {
 public:
  // All outlive it. One mailbox, one run.
  DryStore(StateStore& inner, DryStaging& staging, DryNotes& notes)
      : inner_(inner), staging_(staging), notes_(notes) {}

  Result<void> transact(Durable durable, const std::function<Result<void>(Transaction&)>& work) override;

  Result<std::vector<Mailbox>> mailboxes(AccountId account) override { return inner_.mailboxes(account); }
  Result<Mailbox> mailbox(MailboxId id) override { return inner_.mailbox(id); }
  Result<std::vector<Link>> links_by_remote(MailboxId mailbox, Kind kind,
                                            std::span<const RemoteId> ids) override;
  Result<std::vector<Link>> links_by_record(MailboxId mailbox, std::span<const RecordId> records) override;
  Result<std::vector<Link>> links_by_content(MailboxId mailbox, Kind kind,
                                             std::span<const std::string> hashes) override;
  Result<std::vector<Link>> links_of_records(AccountId account, std::span<const RecordId> records) override;
  Result<std::vector<Link>> links(MailboxId mailbox, Kind kind, LinkId after, size_t limit) override;
  Result<int64_t> count_links(MailboxId mailbox, Kind kind) override;
  Result<std::optional<CursorState>> cursor(MailboxId mailbox, std::string_view collection) override;
  Result<std::vector<std::pair<std::string, CursorState>>> cursors(MailboxId mailbox, std::string_view prefix,
                                                                   size_t limit) override;
  Result<std::vector<RemovalHint>> removals(MailboxId mailbox) override;
  Result<std::vector<JournalEntry>> open_intentions(MailboxId mailbox) override;
  Result<std::vector<JournalEntry>> journal(MailboxId mailbox, JournalId after, size_t limit) override {
    return inner_.journal(mailbox, after, limit);
  }
  Result<std::vector<JournalEntry>> changes(const JournalFilter& filter, size_t limit) override {
    return inner_.changes(filter, limit);
  }
  Result<int64_t> deletions_since(MailboxId mailbox, Kind kind, Instant since) override;
  Result<std::vector<Issue>> open_issues(MailboxId mailbox) override;
  Result<std::map<Kind, Counts>> totals(MailboxId mailbox) override { return inner_.totals(mailbox); }

  Result<void> check_lease(Transaction&, const Lease&) override { return {}; }
  Result<MailboxId> save_mailbox(Transaction&, const Mailbox& mailbox) override { return mailbox.id; }
  Result<void> save_links(Transaction&, std::span<Link> links) override;
  Result<void> remove_link(Transaction&, LinkId link) override;
  Result<void> save_cursor(Transaction&, MailboxId, std::string_view collection, const CursorState&) override;
  Result<void> forget_cursor(Transaction&, MailboxId, std::string_view collection) override;
  Result<void> note_removals(Transaction&, MailboxId, std::span<const RemovalHint> hints) override;
  Result<void> forget_removals(Transaction&, MailboxId, std::span<const RemovalHint> hints) override;
  Result<void> save_journal(Transaction&, std::span<JournalEntry> entries) override;
  Result<void> open_issue(Transaction&, const Issue& issue) override;
  Result<void> close_issue(Transaction&, MailboxId, std::string_view key) override;
  Result<void> add_counts(Transaction&, MailboxId, const RunId&, Kind, const Counts&) override { return {}; }

 private:
  using ItemKey = std::pair<Kind, std::string>;
  using HintKey = std::tuple<Kind, std::string, std::string>;

  std::vector<Link> overlaid(std::vector<Link> stored) const;
  void put(Link link);
  void unindex(LinkId id);
  void record(JournalEntry entry);

  StateStore& inner_;
  DryStaging& staging_;
  DryNotes& notes_;
  int64_t made_ = kMadeUp;

  std::map<LinkId, Link> links_;  // changed and made up
  std::set<LinkId> removed_;
  std::map<ItemKey, LinkId> by_item_;
  std::unordered_map<RecordId, std::set<LinkId>> by_record_;
  std::map<std::string, std::optional<CursorState>, std::less<>> cursors_;
  std::map<HintKey, RemovalHint> noted_;
  std::set<HintKey> forgotten_;
  std::map<JournalId, JournalEntry> open_;  // intentions without an outcome yet
  std::set<JournalId> closed_;              // stored ones that this run would close
  std::map<JournalId, std::pair<Kind, Instant>> deletions_;
  std::map<std::string, std::optional<Issue>, std::less<>> issues_;  // nullopt: closed
};

}  // namespace mailsync::sync
