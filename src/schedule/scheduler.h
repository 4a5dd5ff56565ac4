// Who syncs when: holds the leases of this worker's mailboxes, runs their passes a bounded number at a time,
// and decides from how each ended when it comes again.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/random.h"
#include "schedule/signal.h"
#include "schedule/trigger.h"
#include "schedule/verdict.h"
#include "sync/pass.h"
#include "sync/state_store.h"

namespace mailsync::schedule {

struct PassRequest {
  sync::Mailbox mailbox;
  sync::Lease lease;
  sync::Progress progress;
  RunId run = {};  // how the pass is named, also when it ends early
  Trigger trigger = Trigger::Poll;
  int64_t* requests = nullptr;  // where the requests to the mail server are counted, also when it ends early
};
// Builds what the mailbox needs and runs one pass over it (sync::run_pass).
using RunPass = std::function<Task<Result<sync::PassReport>>(PassRequest)>;

struct Outcome {
  sync::PassReport report;     // of what was committed, also when it ended early
  std::optional<Error> error;  // why it ended early
  Duration took{0};
  Trigger trigger = Trigger::Poll;
  int64_t requests = 0;  // to the mail server
};

// Told on the loop thread; must return at once. Outlives the scheduler's passes.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void pass_began(const sync::Mailbox&, Trigger) {}
  virtual void turn_done(const sync::Mailbox&, sync::Kind, const std::string& /*collection*/,
                         const sync::Counts&) {}
  // The mailbox with its state as it is now.
  virtual void pass_ended(const sync::Mailbox&, const Outcome&) {}
};

struct Options {
  std::string
      worker;  // one name, one living process: what an earlier process of this name held is taken back
  Duration poll = std::chrono::seconds(60);
  size_t parallel = 4;  // passes at once
};

// Lives on one executor's loop thread. Before it is destroyed: stop(), or executor.destroy_frames().
class Scheduler {
 public:
  Scheduler(Executor& executor, Random& random, sync::StateStore& store, sync::LeaseStore& leases,
            RunPass run_pass, Options options);
  void observe(Observer& observer) { observers_.push_back(&observer); }

  // Begins to take mailboxes and to run their passes.
  void start();
  // Starts no new pass, lets running ones end, then takes their leases away, so that they end at their next
  // commit; frees all leases.
  Task<void> stop();

  // A change notice, or a change in the CRM: a pass as soon as a place is free.
  void wake(MailboxId mailbox, Trigger because);
  // The same without waiting out a back-off: what was wrong has been put right (a new sign-in, a resume).
  void look_again(MailboxId mailbox, Trigger because = Trigger::Resumed);
  // A person asked. Throttled with retry_after when the same user asked less than a minute ago.
  Result<void> force(UserId user, MailboxId mailbox);
  // Paused or removed: no new pass; a running one ends at its next turn.
  void let_go(MailboxId mailbox);

  // One pass over each of these and no more, without start(). Mailboxes that another worker holds end with
  // Cancelled.
  Task<std::map<MailboxId, Outcome>> once(std::vector<MailboxId> mailboxes);

  struct Standing {
    size_t held = 0, running = 0, waiting = 0;  // waiting: due, but no place is free
  };
  Standing standing() const;
  bool is_running(MailboxId mailbox) const;
  // When it is due here; nullopt when this worker does not hold it.
  std::optional<Instant> next_due(MailboxId mailbox) const;

 private:
  struct Place {
    sync::Lease lease;
    Instant due;
    Instant ended;
    bool urgent = false;  // somebody waits for it
    bool running = false;
    bool again = false;  // woken during its pass
    bool letting_go = false;
    int failures = 0;
    int patience = 0;
  };

  static Task<void> run_loop(Scheduler& self);
  static Task<void> run_one(Scheduler& self, MailboxId id);
  static Task<void> release_one(Scheduler& self, sync::Lease lease, Instant next_due);
  Task<void> take_due();
  Task<void> take_woken();
  Task<void> renew_leases();
  Task<void> release_all();
  Task<void> wait_for_passes(Instant until);
  Task<Outcome> attempt(const sync::Mailbox& mailbox, const sync::Lease& lease, Trigger trigger);
  // What sets off the pass that begins now; asks made until now are answered by it.
  Trigger trigger_of(const sync::Mailbox& mailbox, int failures);
  // The mailbox as it is after the verdict.
  // Nothing when somebody changed the mailbox during the pass: then the verdict is about what is no more.
  Task<std::optional<sync::Mailbox>> settle(sync::Mailbox mailbox, sync::Lease lease, const Outcome& outcome,
                                            Verdict verdict);
  void start_ready();
  std::optional<MailboxId> pick(Instant now);
  void hold(const sync::Lease& lease, Instant due, bool urgent);
  void set_due(MailboxId id, Instant due, bool urgent);
  void forget(MailboxId id);
  Instant next_wake(Instant now) const;
  Instant now() const { return executor_.clock().now(); }

  Executor& executor_;
  Random& random_;
  sync::StateStore& store_;
  sync::LeaseStore& leases_;
  RunPass run_pass_;
  Options options_;
  std::vector<Observer*> observers_;
  Signal signal_;   // for the loop
  Signal settled_;  // for stop() and once(): a pass has ended

  std::map<MailboxId, Place> places_;
  std::set<std::pair<Instant, MailboxId>> due_, urgent_;  // places that do not run
  std::deque<MailboxId> woken_;                           // not held here
  std::map<UserId, Instant> forced_;
  std::map<MailboxId, Trigger> asked_;     // for a pass that has not begun yet
  std::map<MailboxId, Outcome> outcomes_;  // of once()
  Instant next_take_;
  size_t running_ = 0;
  bool urgent_next_ = true;  // who asked and who is due take turns
  bool once_ = false;
  bool stopping_ = false;
  bool loop_runs_ = false;
};

}  // namespace mailsync::schedule
