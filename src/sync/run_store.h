// The passes that did something, kept for a bounded time: what a person sees in the list of runs, and what an
// undo of a run begins from. Its changes are in the journal, its counts beside it; here is when, why and how
// it ended.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sync/state_store.h"

namespace mailsync::sync {

struct RunRow {
  RunId id;
  MailboxId mailbox;
  Instant started_at;
  std::optional<Instant> ended_at;  // absent: it was broken off, with the process
  std::string trigger;              // "first_sync", "poll", …: schedule/trigger.h
  int64_t requests = 0;             // to the mail server
  std::string error;                // for people; "" when it finished
  std::map<Kind, Counts> counts;
};

// Runs newest first; the place after which the next page begins.
struct RunPlace {
  Instant started_at;
  RunId id;
};

class RunStore {
 public:
  virtual ~RunStore() = default;
  // Once when a run is over. Forgets the runs of this mailbox that are older than `keep` or beyond the `most`
  // newest; their counts stay in the mailbox's totals.
  virtual Result<void> save(const RunRow& run, Duration keep, size_t most) = 0;
  // Of these mailboxes, the next `limit` before `before` (from the newest without one).
  virtual Result<std::vector<RunRow>> runs(std::span<const MailboxId> mailboxes,
                                           const std::optional<RunPlace>& before, size_t limit) = 0;
  // Those of these that are kept, in any order.
  virtual Result<std::vector<RunRow>> named(MailboxId mailbox, std::span<const RunId> runs) = 0;
  virtual Result<int64_t> count(std::span<const MailboxId> mailboxes) = 0;
};

}  // namespace mailsync::sync
