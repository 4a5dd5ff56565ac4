// What the passes of this process are doing: progress of the running ones, and how the last one of each
// mailbox ended. In memory: what lasts is in the journal and in sync's RunStore. On the loop thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "schedule/scheduler.h"

namespace mailsync::admin {

struct Run {
  RunId id;  // "" until the pass has ended: it is running
  sync::Mailbox mailbox;
  Instant started_at;
  std::optional<Instant> finished_at;
  std::map<sync::Kind, sync::Counts> counts;
  std::string error;             // for people
  std::string trigger = "poll";  // as in openapi.yaml
  int64_t requests = 0;          // to the mail server; told when it has ended
};

struct MailboxActivity {
  std::optional<Run> running;
  std::optional<Run> last;
  std::optional<Instant> next_pass_at;
};

class Activity final : public schedule::Observer {
 public:
  explicit Activity(const Clock& clock) : clock_(clock) {}

  void pass_began(const sync::Mailbox& mailbox, schedule::Trigger trigger) override;
  void turn_done(const sync::Mailbox& mailbox, sync::Kind kind, const std::string& collection,
                 const sync::Counts& turn) override;
  void pass_ended(const sync::Mailbox& mailbox, const schedule::Outcome& outcome) override;

  MailboxActivity of(MailboxId mailbox) const;
  std::vector<Run> running(AccountId account) const;
  // The same for all of an account, in few words.
  struct Standing {
    std::set<MailboxId> running;
    std::map<MailboxId, std::string> errors;  // of those whose last pass ended early
  };
  Standing standing(AccountId account) const;
  // Something about it changed outside a pass (paused, resumed).
  void touch(MailboxId mailbox) { touched_.insert(mailbox); }
  // Mailboxes about which anything changed since the last call.
  std::set<MailboxId> take_touched() { return std::exchange(touched_, {}); }

 private:
  const Clock& clock_;
  std::map<MailboxId, Run> running_;
  std::map<MailboxId, Run> last_;
  std::set<MailboxId> touched_;
};

}  // namespace mailsync::admin
