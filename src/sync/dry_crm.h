// The CRM as a dry run sees it: what is there, with this run's own records, emails and people laid over it.
// Every write is asked of the real CRM, inside a transaction that is rolled back, so that its rights and
// rules answer; a record that an earlier, rolled-back transaction of this run touched is brought to that
// state again first.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "sync/crm.h"
#include "sync/dry_notes.h"
#include "sync/outbox.h"
#include "sync/sender.h"

namespace mailsync::sync {

class DryCrm final : public LocalReplica, public Directory {
 public:
  // All outlive it. One mailbox, one run.
  DryCrm(LocalReplica& inner, Directory& directory, DryStaging& staging, DryNotes& notes)
      : inner_(inner), directory_(directory), staging_(staging), notes_(notes) {}

  Capabilities capabilities(Kind kind) const override { return inner_.capabilities(kind); }
  Result<CrmChangePage> changes(Viewer viewer, Kind kind, Cursor cursor, size_t limit) override;
  std::vector<Result<CrmRecord>> fetch(Viewer viewer, Kind kind, std::span<const RecordId> ids) override;
  Result<CrmRecord> apply(Transaction& transaction, Viewer viewer, const CrmWrite& write) override;
  Result<std::vector<RecordId>> add_emails(Transaction& transaction, Viewer viewer,
                                           std::span<const EmailRecordWrite> writes) override;
  Result<void> add_email_copy(Transaction& transaction, Viewer viewer, RecordId email, MailboxId mailbox,
                              const model::EmailHead& head, Shown shown) override;
  Result<void> remove_email_copy(Transaction& transaction, Viewer viewer, RecordId email,
                                 MailboxId mailbox) override;
  // Attachments are not read: they change no count.
  std::unique_ptr<BlobSink> new_blob(AccountId account) override;

  Result<std::map<std::string, std::vector<PersonRef>>> people_by_address(
      AccountId account, std::span<const std::string> addresses) override;
  Result<std::map<std::string, RecordId>> emails_by_identity(
      AccountId account, std::span<const std::string> identities) override;
  Result<std::map<std::string, RecordId>> meetings_by_series(AccountId account,
                                                             std::span<const std::string> keys) override;
  Result<std::map<std::string, OrganisationRef>> organisations_by_domain(
      AccountId account, std::span<const std::string> domains) override {
    return directory_.organisations_by_domain(account, domains);
  }
  Result<std::set<std::string>> shared_conversations(AccountId account, MailboxId mailbox,
                                                     std::span<const std::string> conversation_ids) override;

 private:
  struct Touched {
    CrmRecord record;  // as it would be
    CrmWrite replay;   // brings the stored record, or none, to that state in one write
    int64_t order = 0;
    bool made = false;
  };

  void enter();  // a new transaction knows none of the ids of the one before
  Result<CrmRecord> materialize(Transaction& transaction, Viewer viewer, RecordId id, const Touched& touched);
  Result<CrmRecord> apply_again(Transaction& transaction, Viewer viewer, const CrmWrite& write,
                                const Touched& touched);
  void touch(Touched touched);
  void forget_addresses(RecordId record);
  std::vector<RecordId> real_ones(const std::vector<RecordId>& ids) const;  // that this transaction can name

  LocalReplica& inner_;
  Directory& directory_;
  DryStaging& staging_;
  DryNotes& notes_;
  int64_t made_ = kMadeUp, order_ = 0;
  int64_t transaction_ = -1;
  std::unordered_map<RecordId, CrmRecord> here_;  // in this transaction: our id → the record's real self

  std::unordered_map<RecordId, Touched> touched_;
  std::map<int64_t, RecordId> by_order_;
  std::map<std::string, std::vector<PersonRef>> by_address_;
  std::unordered_map<std::string, RecordId> by_series_;
  std::unordered_map<std::string, RecordId> by_identity_;
  std::set<std::string> conversations_;
};

// Emails that wait to leave, without any leaving.
class DryOutbox final : public Outbox {
 public:
  explicit DryOutbox(Outbox& inner) : inner_(inner) {}
  Result<std::vector<OutboxEntry>> due(MailboxId mailbox, Instant now, size_t limit) override {
    return inner_.due(mailbox, now, limit);
  }
  Result<void> mark(Transaction& transaction, RecordId id, OutboxState state, const std::string& words,
                    const std::optional<SentEmail>& sent, Instant next_try) override {
    return inner_.mark(transaction, id, state, words, sent, next_try);
  }

 private:
  Outbox& inner_;
};

class DrySender final : public Sender {
 public:
  DrySender(Sender& inner, DryNotes& notes) : inner_(inner), notes_(notes) {}
  Task<Result<SentEmail>> send(OutgoingEmail email) override;
  Task<Result<std::optional<SentEmail>>> find(OperationId operation) override {
    return inner_.find(std::move(operation));
  }

 private:
  Sender& inner_;
  DryNotes& notes_;
};

}  // namespace mailsync::sync
