// sync's PanelStore on our own database.
#pragma once

#include "db/database.h"
#include "sync/panel_store.h"

namespace mailsync::store {

// The tables must be there (store::migrate). The database outlives it. Any thread.
class PanelStore final : public sync::PanelStore {
 public:
  explicit PanelStore(db::Database& database) : database_(database) {}

  Result<std::vector<sync::ConnectedDatabase>> databases(AccountId account) override;
  Result<void> connect_database(Transaction&, const sync::ConnectedDatabase& database) override;
  Result<OrganizationId> default_organization(AccountId account) override;
  Result<void> set_default_organization(Transaction&, AccountId account, OrganizationId id) override;

  Result<std::vector<sync::RosterRow>> roster(AccountId account) override;
  Result<std::map<MailboxId, sync::RosterDetails>> details(std::span<const MailboxId> mailboxes) override;

  Result<std::vector<sync::RosterRow>> roster_of(Transaction&, AccountId account,
                                                 std::span<const UserId> users) override;
  Result<std::vector<std::string>> taken(Transaction&, AccountId account,
                                         std::span<const std::string> addresses) override;
  Result<void> set_state(Transaction&, MailboxId mailbox, sync::MailboxState state,
                         std::string_view words) override;
  Result<void> list_again(Transaction&, MailboxId mailbox) override;

 private:
  db::Database& database_;
};

}  // namespace mailsync::store
