// What the Mail Sync panel keeps and asks: the databases that are connected, the default organization, all
// mailboxes of an account at a glance, and what an administrator does to many of them at once. Implemented by
// src/store. All calls block.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/transaction.h"
#include "model/kind.h"
#include "sync/state_store.h"

namespace mailsync::sync {

// A CRM database that an administrator connected to Mail Sync.
struct ConnectedDatabase {
  int64_t id = 0;
  AccountId account;
  std::string connector;  // "builtin"
  std::string name;
  Instant connected_at;
  std::string connected_by;  // as the audit log names him
};

// One mailbox in few words: cheap enough to read all of ten thousand.
struct RosterRow {
  MailboxId mailbox;
  UserId user;
  std::string address;
  std::string access_method;
  MailboxState state = MailboxState::Active;
  std::string state_text;
  Instant last_pass_at;
  int64_t open_issues = 0;
};

// More about the mailboxes of one page.
struct RosterDetails {
  std::map<model::Kind, Instant> last_synced;  // the newest pass that did something to this kind
  int collections = 0;                         // folders, lists and calendars it follows
  int listed = 0;                              // of these, read to their end once
  std::string trouble, remedy;                 // of the issue about the mailbox itself; empty without one
};

class PanelStore {
 public:
  virtual ~PanelStore() = default;

  virtual Result<std::vector<ConnectedDatabase>> databases(AccountId account) = 0;
  virtual Result<void> connect_database(Transaction&, const ConnectedDatabase& database) = 0;
  // 0: none was chosen yet.
  virtual Result<OrganizationId> default_organization(AccountId account) = 0;
  virtual Result<void> set_default_organization(Transaction&, AccountId account, OrganizationId id) = 0;

  // By mailbox.
  virtual Result<std::vector<RosterRow>> roster(AccountId account) = 0;
  virtual Result<std::map<MailboxId, RosterDetails>> details(std::span<const MailboxId> mailboxes) = 0;

  // The state as it is now, for who changes it in the same transaction: nothing of a pass is overwritten.
  virtual Result<std::vector<RosterRow>> roster_of(Transaction&, AccountId account,
                                                   std::span<const UserId> users) = 0;
  // Of these addresses, those that a mailbox of the account has.
  virtual Result<std::vector<std::string>> taken(Transaction&, AccountId account,
                                                 std::span<const std::string> addresses) = 0;
  virtual Result<void> set_state(Transaction&, MailboxId mailbox, MailboxState state,
                                 std::string_view words) = 0;
  // Everything is listed once more and merged into the links, as after a lost cursor; never a fresh import. A
  // pass that runs ends at its next commit.
  virtual Result<void> list_again(Transaction&, MailboxId mailbox) = 0;
};

}  // namespace mailsync::sync
