// What the passes of this process are doing and did: progress of the running ones, and the latest runs. In
// memory: the journal is what lasts. On the loop thread.
#pragma once

#include <deque>
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
  RunId id;  // "" until the pass has ended
  sync::Mailbox mailbox;
  Instant started_at;
  std::optional<Instant> finished_at;
  std::map<sync::Kind, sync::Counts> counts;
  std::string error;   // for people
  bool first = false;  // the mailbox's first sync
};

struct MailboxActivity {
  std::optional<Run> running;
  std::optional<Run> last;
  std::optional<Instant> next_pass_at;
};

class Activity final : public schedule::Observer {
 public:
  explicit Activity(const Clock& clock) : clock_(clock) {}

  void pass_began(const sync::Mailbox& mailbox) override;
  void turn_done(const sync::Mailbox& mailbox, sync::Kind kind, const std::string& collection,
                 const sync::Counts& turn) override;
  void pass_ended(const sync::Mailbox& mailbox, const schedule::Outcome& outcome) override;

  MailboxActivity of(MailboxId mailbox) const;
  // Newest first; running ones too.
  std::vector<Run> runs(AccountId account) const;
  // Something about it changed outside a pass (paused, resumed).
  void touch(MailboxId mailbox) { touched_.insert(mailbox); }
  // Mailboxes about which anything changed since the last call.
  std::set<MailboxId> take_touched() { return std::exchange(touched_, {}); }

 private:
  const Clock& clock_;
  std::map<MailboxId, Run> running_;
  std::map<MailboxId, Run> last_;
  std::deque<Run> ended_;  // newest first
  std::set<MailboxId> touched_;
};

}  // namespace mailsync::admin
