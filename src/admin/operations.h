// What an administrator does to many users of Mail Sync at once: one request, carried out in chunks, each a
// transaction of its own, so that nobody waits for all of it. How far it is, is kept in memory: after a
// restart of the server it is asked for again, and what was done already stays done.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/instant.h"

namespace mailsync::admin {

enum class UserAction {
  Add,           // a licence and a mailbox
  Remove,        // the licence back: sync parks, nothing is deleted, and adding again goes on from there
  Enable,        // sync on; makes the mailbox where there is none
  Disable,       // sync off
  ForceSync,     // a pass at once
  DryRun,        // what a pass would do
  Reset,         // forgets what the user changed for himself, and leaves sync off
  Reinitialize,  // lists everything again, merged into the links
  ChangeProfile,
};
std::string_view name_of(UserAction action);
std::optional<UserAction> user_action(std::string_view name);

struct Refusal {
  UserId user;
  std::string name;
  std::string reason;  // what stood in the way, and what to do
};

struct Operation {
  int64_t id = 0;
  AccountId account;
  UserId by;
  UserAction action = UserAction::Enable;
  Instant began;
  size_t total = 0;    // users
  size_t done = 0;     // looked at
  size_t changed = 0;  // for whom something became different
  size_t refused = 0;
  std::vector<Refusal> refusals;                         // the first kMostRefusals
  std::vector<std::pair<MailboxId, std::string>> plans;  // of dry runs: mailbox, plan
  bool running = true;
  std::string error;  // why it ended early
};

inline constexpr size_t kMostRefusals = 100;

// On the loop thread.
class Operations {
 public:
  // Forgets the oldest that are done when there are too many.
  std::shared_ptr<Operation> begin(Operation operation);
  // Nothing for another account's, and for what is forgotten.
  std::shared_ptr<const Operation> find(AccountId account, int64_t id) const;
  // Whether this user may force passes of many now: once a minute.
  bool may_force(UserId user, Instant now);

 private:
  int64_t last_ = 0;
  std::map<int64_t, std::shared_ptr<Operation>> all_;
  std::map<UserId, Instant> forced_;
};

}  // namespace mailsync::admin
