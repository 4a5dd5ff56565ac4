// The port to named profiles, and to which mailbox and which organization has which. Implemented by
// src/store. All calls block.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/transaction.h"
#include "sync/named_profile.h"

namespace mailsync::sync {

class ProfileStore {
 public:
  virtual ~ProfileStore() = default;

  // By name.
  virtual Result<std::vector<NamedProfile>> profiles(AccountId account) = 0;
  // Gone when the account has none of this number.
  virtual Result<NamedProfile> profile(AccountId account, ProfileId id) = 0;
  // Those that have a profile of the database.
  virtual Result<std::map<MailboxId, ProfileId>> assigned(AccountId account) = 0;

  // In the transaction of who gives them. Nothing: the profile of the settings file.
  virtual Result<std::optional<NamedProfile>> profile_in(Transaction&, AccountId account,
                                                         OrganizationId organization) = 0;
  // Number 0 with `of_settings` for a mailbox that has no profile of the database.
  virtual Result<NamedProfile> profile_of_mailbox(Transaction&, AccountId account, MailboxId mailbox,
                                                  const Profile& of_settings) = 0;
  // Inserts (number 0) or changes. ItemInvalid "name" when the name is taken; VersionStale when
  // profile.version is not the stored one.
  virtual Result<ProfileId> save(Transaction&, const NamedProfile& profile) = 0;
  // ItemInvalid while a mailbox or an organization has it.
  virtual Result<void> remove(Transaction&, AccountId account, ProfileId id) = 0;
  // Number 0: of the settings file.
  virtual Result<void> set_profile_of(Transaction&, AccountId account, OrganizationId organization,
                                      ProfileId id) = 0;
  // Gives these mailboxes the profile, with what their users changed for themselves where it allows that;
  // `reset` forgets what they changed. A running server follows at the next pass. How many became different.
  virtual Result<int64_t> give(Transaction&, AccountId account, std::span<const MailboxId> mailboxes,
                               const NamedProfile& profile, bool reset) = 0;
  // At most `limit` mailboxes above `after` that have it.
  virtual Result<std::vector<MailboxId>> holders(AccountId account, ProfileId id, MailboxId after,
                                                 size_t limit) = 0;
};

}  // namespace mailsync::sync
