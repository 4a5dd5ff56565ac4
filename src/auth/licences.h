// Which users may sync: the Mail Sync module is switched on per account, and a licence is given to a user as
// long as one of those that were bought is left. Without either sync parks, and nothing is deleted.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "auth/audit.h"
#include "base/ids.h"
#include "db/database.h"

namespace mailsync::auth {

// What a fresh account starts with, until the number that was bought is entered.
inline constexpr int64_t kFirstLicences = 25;
inline constexpr int64_t kMostLicences = 1'000'000;

struct Licences {
  bool module_on = false;
  bool module_decided = false;  // somebody has switched it on or off
  int64_t bought = 0;
  int64_t given = 0;
  int64_t left() const { return bought > given ? bought - given : 0; }
};
Result<Licences> licences(db::Session& session, AccountId account);

// Once for an account: where mailboxes are synced already (`owners`), the module is on and they have
// licences.
Result<void> ensure_licences(db::SqlTransaction& tx, AccountId account, std::span<const UserId> owners,
                             Instant now);

// False when it was so already.
Result<bool> set_module(db::SqlTransaction& tx, AccountId account, bool on, const Actor& actor, Instant now);
// ItemInvalid (member "bought") below what is given, or out of range.
Result<void> set_bought(db::SqlTransaction& tx, AccountId account, int64_t bought, const Actor& actor,
                        Instant now);

// All or none. ItemInvalid, saying how many are left, when they are not enough; Gone for a user of another
// account. Who has one keeps it.
Result<void> give_licences(db::SqlTransaction& tx, AccountId account, std::span<const UserId> users,
                           const Actor& actor, Instant now);
Result<void> take_licences(db::SqlTransaction& tx, AccountId account, std::span<const UserId> users,
                           const Actor& actor, Instant now);
Result<std::vector<UserId>> licensed_users(db::Session& session, AccountId account);

// A user of the account in few words: cheap enough to read all of ten thousand.
struct Person {
  UserId id;
  std::string login, name;
  OrganizationId organization;
  bool disabled = false;
  bool licensed = false;
};
Result<std::vector<Person>> licensed_people(db::Session& session, AccountId account);
// Those of these that the account has, in any order.
Result<std::vector<Person>> people(db::Session& session, AccountId account, std::span<const UserId> ids);
// Everybody who has no licence and is not disabled.
Result<std::vector<Person>> unlicensed_people(db::Session& session, AccountId account);

// In words why mailboxes of a user who has a licence, or has none, do not sync; "" when they may.
std::string_view why_not(const Licences& licences, bool has_licence);
// Those words: a mailbox that stands still with them waits for a licence or the module, and for nothing else.
bool is_ours(std::string_view state_text);
// In words why this user's mailboxes do not sync; nullopt when they may.
Result<std::optional<std::string>> why_not_licensed(db::Session& session, AccountId account, UserId user);

}  // namespace mailsync::auth
