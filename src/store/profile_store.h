// sync's ProfileStore on our own database.
#pragma once

#include "db/database.h"
#include "sync/profile_store.h"

namespace mailsync::store {

// The tables must be there (store::migrate). The database outlives it. Any thread.
class ProfileStore final : public sync::ProfileStore {
 public:
  explicit ProfileStore(db::Database& database) : database_(database) {}

  Result<std::vector<sync::NamedProfile>> profiles(AccountId account) override;
  Result<sync::NamedProfile> profile(AccountId account, sync::ProfileId id) override;
  Result<std::map<MailboxId, sync::ProfileId>> assigned(AccountId account) override;

  Result<std::optional<sync::NamedProfile>> profile_in(Transaction&, AccountId account,
                                                       OrganizationId organization) override;
  Result<sync::NamedProfile> profile_of_mailbox(Transaction&, AccountId account, MailboxId mailbox,
                                                const sync::Profile& of_settings) override;
  Result<sync::ProfileId> save(Transaction&, const sync::NamedProfile& profile) override;
  Result<void> remove(Transaction&, AccountId account, sync::ProfileId id) override;
  Result<void> set_profile_of(Transaction&, AccountId account, OrganizationId organization,
                              sync::ProfileId id) override;
  Result<int64_t> give(Transaction&, AccountId account, std::span<const MailboxId> mailboxes,
                       const sync::NamedProfile& profile, bool reset) override;
  Result<std::vector<MailboxId>> holders(AccountId account, sync::ProfileId id, MailboxId after,
                                         size_t limit) override;

 private:
  db::Database& database_;
};

}  // namespace mailsync::store
