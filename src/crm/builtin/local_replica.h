// The built-in CRM as sync sees it: both ports of sync/crm.h. One object each per process; calls block.
#pragma once

#include "base/clock.h"
#include "crm/builtin/scope.h"
#include "db/database.h"
#include "sync/crm.h"

namespace mailsync::crm {

class BuiltinReplica final : public sync::LocalReplica {
 public:
  BuiltinReplica(db::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  sync::Capabilities capabilities(sync::Kind kind) const override;
  Result<sync::CrmChangePage> changes(sync::Viewer viewer, sync::Kind kind, Cursor cursor,
                                      size_t limit) override;
  // A deleted record is answered as such, with its last fields; one that the viewer may not see is Forbidden.
  std::vector<Result<sync::CrmRecord>> fetch(sync::Viewer viewer, sync::Kind kind,
                                             std::span<const RecordId> ids) override;
  Result<sync::CrmRecord> apply(Transaction& transaction, sync::Viewer viewer,
                                const sync::CrmWrite& write) override;
  Result<std::vector<RecordId>> add_emails(Transaction& transaction, sync::Viewer viewer,
                                           std::span<const sync::EmailRecordWrite> writes) override;
  Result<void> add_email_copy(Transaction& transaction, sync::Viewer viewer, RecordId email,
                              MailboxId mailbox, const model::EmailHead& head, sync::Shown shown) override;
  Result<void> remove_email_copy(Transaction& transaction, sync::Viewer viewer, RecordId email,
                                 MailboxId mailbox) override;
  std::unique_ptr<sync::BlobSink> new_blob(AccountId account) override;

 private:
  Result<sync::CrmRecord> answer(db::Session& session, sync::Viewer viewer, const Record& record);

  db::Database& database_;
  const Clock& clock_;
};

class BuiltinDirectory final : public sync::Directory {
 public:
  explicit BuiltinDirectory(db::Database& database) : database_(database) {}

  Result<std::map<std::string, std::vector<sync::PersonRef>>> people_by_address(
      AccountId account, std::span<const std::string> addresses) override;
  Result<std::map<std::string, RecordId>> emails_by_identity(
      AccountId account, std::span<const std::string> identities) override;
  Result<std::map<std::string, RecordId>> meetings_by_series(AccountId account,
                                                             std::span<const std::string> keys) override;
  Result<std::map<std::string, sync::OrganisationRef>> organisations_by_domain(
      AccountId account, std::span<const std::string> domains) override;
  Result<std::set<std::string>> shared_conversations(AccountId account, MailboxId mailbox,
                                                     std::span<const std::string> conversation_ids) override;

 private:
  db::Database& database_;
};

}  // namespace mailsync::crm
