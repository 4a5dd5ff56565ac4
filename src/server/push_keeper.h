// Keeps change notices flowing for the mailboxes of this process: subscribes after a mailbox's first pass,
// renews, and turns what the vendor posts into wake-ups. Subscriptions are kept in memory alone: after a
// start, those of the last run are deleted and made anew, so that no secret of theirs is ever stored.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/http.h"
#include "schedule/scheduler.h"
#include "schedule/signal.h"
#include "server/connections.h"
#include "server/metrics.h"

namespace mailsync::server {

class PushKeeper final : public schedule::Observer {
 public:
  // `url`: where the vendor reaches receive(). All outlive it.
  PushKeeper(Executor& executor, Connections& connections, schedule::Scheduler& scheduler, Metrics& metrics,
             std::string url)
      : executor_(executor),
        connections_(connections),
        scheduler_(scheduler),
        metrics_(metrics),
        url_(std::move(url)),
        signal_(executor) {}

  // Subscribes and renews until the executor destroys its frame.
  static Task<void> run(PushKeeper& self);
  // What the vendor posts: the validation of our address, or notices (answered at once; they only wake).
  net::ServerResponse receive(const net::ServerRequest& request);
  // Something of this mailbox is watched now.
  bool active(MailboxId mailbox) const;

  void pass_ended(const sync::Mailbox& mailbox, const schedule::Outcome& outcome) override;

 private:
  struct Watched {
    std::shared_ptr<sync::Push> push;
    std::string way;  // that it was made for (Connections::way_of)
    std::vector<sync::Subscription> subscriptions;
    Instant due;
    int failures = 0;
    bool doubted = false;  // the vendor said that a subscription is ending or gone: ask it about each
  };
  Task<void> reconcile(MailboxId id);
  void list_known();

  Executor& executor_;
  Connections& connections_;
  schedule::Scheduler& scheduler_;
  Metrics& metrics_;
  const std::string url_;
  schedule::Signal signal_;
  std::map<MailboxId, Watched> watched_;
  std::vector<sync::Subscription> known_;  // of all mailboxes
  bool subscribing_ = false;               // only then may somebody ask us to prove our address
};

}  // namespace mailsync::server
