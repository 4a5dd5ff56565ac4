#include "server/push_keeper.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "mailbox/graph/webhook.h"

namespace mailsync::server {
namespace {

constexpr Duration kLookAgain = std::chrono::hours(1);  // where nothing is granted
constexpr Duration kSoonest = std::chrono::minutes(1);
constexpr Duration kLongestBackOff = std::chrono::minutes(30);

}  // namespace

void PushKeeper::pass_ended(const sync::Mailbox& mailbox, const schedule::Outcome& outcome) {
  if (outcome.error) return;
  std::string way = connections_.way_of(mailbox.id);
  if (const auto found = watched_.find(mailbox.id); found != watched_.end() && found->second.way == way)
    return;
  auto push = connections_.push(mailbox, url_);
  if (!push) return log::error("no_change_notices", push.error(), {{"mailbox", mailbox.id}});
  watched_[mailbox.id] = {
      .push = std::move(*push), .way = std::move(way), .subscriptions = {}, .due = executor_.clock().now()};
  signal_.raise();
}

Task<void> PushKeeper::run(PushKeeper& self) {
  while (true) {
    const Instant now = self.executor_.clock().now();
    Instant next = now + kLookAgain;
    std::vector<MailboxId> due;
    for (const auto& [id, watched] : self.watched_) {
      if (watched.due <= now) due.push_back(id);
      next = std::min(next, watched.due);
    }
    for (const MailboxId id : due) co_await self.reconcile(id);
    if (due.empty()) co_await self.signal_.wait_until(next);
  }
}

Task<void> PushKeeper::reconcile(MailboxId id) {
  Watched& watched = watched_.at(id);
  const bool had_none = watched.subscriptions.empty();
  // To renew one is to ask whether it lives: what is gone is made anew.
  if (std::exchange(watched.doubted, false))
    for (sync::Subscription& subscription : watched.subscriptions)
      subscription.expires = executor_.clock().now();
  subscribing_ = true;
  const auto push = watched.push;
  auto alive = co_await push->reconcile(watched.subscriptions);
  subscribing_ = false;
  if (watched.push != push) co_return;  // the way to the mailbox has changed meanwhile
  const Instant now = executor_.clock().now();
  if (!alive) {
    // Polling is the safety net: nobody is told.
    const Duration wait =
        std::min(kLongestBackOff, kSoonest * (int64_t{1} << std::min(watched.failures++, 10)));
    watched.due = now + wait;
    log::error("change_notices_not_renewed", alive.error(), {{"mailbox", id}});
    co_return;
  }
  watched.failures = 0;
  watched.subscriptions = std::move(*alive);
  watched.due = now + kLookAgain;
  for (const sync::Subscription& subscription : watched.subscriptions)
    watched.due = std::min(watched.due, std::max(now + kSoonest, now + (subscription.expires - now) / 2));
  if (watched.doubted) watched.due = now;  // told so meanwhile
  list_known();
  // What changed before the subscription was known here was told to nobody.
  if (had_none && !watched.subscriptions.empty()) scheduler_.wake(id, schedule::Trigger::Push);
}

void PushKeeper::list_known() {
  known_.clear();
  for (const auto& [id, watched] : watched_)
    known_.insert(known_.end(), watched.subscriptions.begin(), watched.subscriptions.end());
}

bool PushKeeper::active(MailboxId mailbox) const {
  const auto found = watched_.find(mailbox);
  return found != watched_.end() && !found->second.subscriptions.empty();
}

net::ServerResponse PushKeeper::receive(const net::ServerRequest& request) {
  net::ServerResponse response{.status = 202};
  if (request.method != "POST") {
    response.status = 405;
    response.headers.set("Allow", "POST");
    return response;
  }
  if (subscribing_)
    if (auto answer = graph::answer_validation(request)) {
      metrics_.notice("validation");
      return std::move(*answer);
    }
  const auto notices = graph::read_notices(request.body, known_);
  if (!notices) {
    metrics_.notice("broken");
    response.status = 400;
    return response;
  }
  metrics_.notice(notices->wake.empty() ? "unknown" : "accepted");
  for (const MailboxId id : notices->wake) scheduler_.wake(id, schedule::Trigger::Push);
  for (const MailboxId id : notices->reconcile)
    if (const auto found = watched_.find(id); found != watched_.end()) {
      found->second.doubted = true;
      found->second.due = executor_.clock().now();
    }
  if (!notices->reconcile.empty()) signal_.raise();
  return response;
}

}  // namespace mailsync::server
