#include "schedule/scheduler.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

#include "base/log.h"
#include "schedule/mailbox_issue.h"
#include "schedule/tuning.h"

namespace mailsync::schedule {
namespace {

// What the store keeps of it; writes nothing when nothing changed.
Result<sync::Mailbox> save_verdict(sync::StateStore& store, const sync::Lease& lease, const Verdict& verdict,
                                   bool passed, bool quiet, Instant now) {
  const MailboxId id = lease.mailbox;
  // Read again: a person may have paused it meanwhile, or the pass itself has put it on hold.
  TRY(sync::Mailbox mailbox, store.mailbox(id));
  TRY(const auto issues, store.open_issues(id));
  const auto is_open = [&](std::string_view key) {
    return std::ranges::any_of(issues, [&](const sync::Issue& issue) { return issue.key == key; });
  };
  // Another reason under the same key is told anew; opened_at stays.
  const auto is_told = [&](const sync::Issue& wanted) {
    return std::ranges::any_of(issues, [&](const sync::Issue& issue) {
      return issue.key == wanted.key && issue.cause == wanted.cause;
    });
  };
  bool changed = false;
  if (sync::is_runnable(mailbox.state) &&
      (mailbox.state != verdict.state || mailbox.state_text != verdict.state_text)) {
    mailbox.state = verdict.state;
    mailbox.state_text = verdict.state_text;
    changed = true;
  }
  if (passed && (changed || !quiet || now - mailbox.last_pass_at >= kBookkeeping)) {
    mailbox.last_pass_at = now;
    changed = true;
  }
  std::vector<std::string_view> solved;
  for (const std::string_view key : mailbox_issue_keys())
    if ((!verdict.issue || verdict.issue->key != key) && is_open(key)) solved.push_back(key);
  const bool opens = verdict.issue && !is_told(*verdict.issue);
  if (!changed && !opens && solved.empty()) return mailbox;
  TRY_VOID(store.transact(sync::Durable::No, [&](Transaction& tx) -> Result<void> {
    // Who changed the mailbox since it was read has taken the lease: his change is not overwritten.
    TRY_VOID(store.check_lease(tx, lease));
    if (changed) {
      TRY(mailbox.id, store.save_mailbox(tx, mailbox));
    }
    if (opens) {
      sync::Issue issue = *verdict.issue;
      issue.mailbox = id;
      issue.opened_at = now;
      TRY_VOID(store.open_issue(tx, issue));
    }
    for (const std::string_view key : solved) {
      TRY_VOID(store.close_issue(tx, id, key));
    }
    return {};
  }));
  return mailbox;
}

}  // namespace

Scheduler::Scheduler(Executor& executor, Random& random, sync::StateStore& store, sync::LeaseStore& leases,
                     RunPass run_pass, Options options)
    : executor_(executor),
      random_(random),
      store_(store),
      leases_(leases),
      run_pass_(std::move(run_pass)),
      options_(std::move(options)),
      signal_(executor),
      settled_(executor) {}

void Scheduler::start() {
  loop_runs_ = true;
  executor_.spawn(run_loop(*this));
}

Task<void> Scheduler::run_loop(Scheduler& self) {
  // What this worker held when it died is free again at once, not only when the leases run out.
  auto back =
      co_await self.executor_.blocking([&self] { return self.leases_.take_back(self.options_.worker); });
  if (!back) log::error("leases_not_taken_back", back.error());
  while (!self.stopping_) {
    co_await self.take_woken();
    if (self.now() >= self.next_take_ && self.running_ < self.options_.parallel) co_await self.take_due();
    co_await self.renew_leases();
    if (self.stopping_) break;
    self.start_ready();
    co_await self.signal_.wait_until(self.next_wake(self.now()));
  }
  self.loop_runs_ = false;
  self.settled_.raise();
}

// ---- taking and holding ----

Task<void> Scheduler::take_due() {
  next_take_ = now() + kLookForDue;
  const size_t room = kMostHeld - std::min(kMostHeld, places_.size());
  const size_t limit = std::min(room, options_.parallel);
  if (limit == 0) co_return;
  auto taken = co_await executor_.blocking(
      [this, limit, at = now()] { return leases_.take_due(at, kLease, limit, options_.worker); });
  if (!taken) {
    log::error("leases_not_taken", taken.error());
    co_return;
  }
  for (const sync::Lease& lease : *taken) hold(lease, now(), false);
  if (taken->size() == limit) next_take_ = now();  // there may be more
}

Task<void> Scheduler::take_woken() {
  while (!woken_.empty() && places_.size() < kMostHeld) {
    const MailboxId id = woken_.front();
    woken_.pop_front();
    if (places_.contains(id)) continue;
    auto taken = co_await executor_.blocking(
        [this, id, at = now()] { return leases_.take(id, at, kLease, options_.worker); });
    if (!taken)
      log::error("lease_not_taken", taken.error(), {{"mailbox", id}});
    else if (*taken)
      hold(**taken, now(), true);
  }
}

void Scheduler::hold(const sync::Lease& lease, Instant due, bool urgent) {
  places_[lease.mailbox].lease = lease;
  set_due(lease.mailbox, due, urgent);
}

void Scheduler::set_due(MailboxId id, Instant due, bool urgent) {
  Place& place = places_.at(id);
  due_.erase({place.due, id});
  urgent_.erase({place.due, id});
  place.due = due;
  place.urgent = urgent;
  if (!place.running) (urgent ? urgent_ : due_).emplace(due, id);
}

void Scheduler::forget(MailboxId id) {
  const auto found = places_.find(id);
  if (found == places_.end()) return;
  due_.erase({found->second.due, id});
  urgent_.erase({found->second.due, id});
  places_.erase(found);
}

Task<void> Scheduler::renew_leases() {
  std::vector<sync::Lease> ageing;
  for (const auto& [id, place] : places_)
    if (!place.letting_go && place.lease.until - now() < kLease / 2) ageing.push_back(place.lease);
  for (const sync::Lease& lease : ageing) {
    auto renewed = co_await executor_.blocking(
        [this, lease, until = now() + kLease] { return leases_.renew(lease, until); });
    const auto place = places_.find(lease.mailbox);
    if (place == places_.end() || place->second.lease.fencing_token != lease.fencing_token) continue;
    if (renewed) {
      place->second.lease = *renewed;
    } else if (renewed.error().kind == ErrorKind::Cancelled) {
      log::warn("lease_lost", {{"mailbox", lease.mailbox}});
      // A running pass cannot commit any more and ends by itself.
      place->second.letting_go = true;
      if (!place->second.running) forget(lease.mailbox);
    }
  }
}

Task<void> Scheduler::release_one(Scheduler& self, sync::Lease lease, Instant next_due) {
  auto released = co_await self.executor_.blocking(
      [&self, lease, next_due] { return self.leases_.release(lease, next_due); });
  if (!released) log::error("lease_not_released", released.error(), {{"mailbox", lease.mailbox}});
}

Task<void> Scheduler::release_all() {
  std::vector<std::pair<sync::Lease, Instant>> all;
  for (auto& [id, place] : places_)
    if (!std::exchange(place.letting_go, true))
      all.emplace_back(place.lease, place.running ? now() : place.due);
  for (const auto& [lease, due] : all) co_await release_one(*this, lease, due);
}

// ---- running ----

Instant Scheduler::next_wake(Instant at) const {
  Instant wake = at + kLookForDue;
  if (running_ >= options_.parallel) return wake;  // a pass that ends raises the signal
  if (!due_.empty()) wake = std::min(wake, due_.begin()->first);
  if (!urgent_.empty()) wake = std::min(wake, urgent_.begin()->first);
  return std::max(wake, at);
}

std::optional<MailboxId> Scheduler::pick(Instant at) {
  const bool has_urgent = !urgent_.empty() && urgent_.begin()->first <= at;
  const bool has_due = !due_.empty() && due_.begin()->first <= at;
  if (!has_urgent && !has_due) return std::nullopt;
  // Neither a swarm of notices nor a backlog may starve the other.
  const bool take_urgent = has_urgent && (urgent_next_ || !has_due);
  if (has_urgent && has_due) urgent_next_ = !urgent_next_;
  auto& from = take_urgent ? urgent_ : due_;
  const MailboxId id = from.begin()->second;
  from.erase(from.begin());
  return id;
}

void Scheduler::start_ready() {
  while (running_ < options_.parallel) {
    const auto id = pick(now());
    if (!id) return;
    Place& place = places_.at(*id);
    place.running = true;
    place.again = false;
    ++running_;
    executor_.spawn(run_one(*this, *id));
  }
}

Trigger Scheduler::trigger_of(const sync::Mailbox& mailbox, int failures) {
  const auto asked = asked_.extract(mailbox.id);
  if (mailbox.last_pass_at == Instant{}) return Trigger::FirstSync;
  const bool by_a_person =
      !asked.empty() && (asked.mapped() == Trigger::Forced || asked.mapped() == Trigger::Resumed);
  if (failures > 0 && !by_a_person) return Trigger::Retry;
  if (!asked.empty()) return asked.mapped();
  return once_ ? Trigger::Forced : Trigger::Poll;
}

Task<Outcome> Scheduler::attempt(const sync::Mailbox& mailbox, const sync::Lease& lease, Trigger trigger) {
  for (Observer* observer : observers_) observer->pass_began(mailbox, trigger);
  const Instant began = now();
  Outcome outcome{.report = {.run = random_.run_id(began)}, .trigger = trigger};
  const auto committed = std::make_shared<std::map<sync::Kind, sync::Counts>>();
  try {
    const sync::Progress progress = [this, mailbox, committed](sync::Kind kind, const std::string& collection,
                                                               const sync::Counts& counts) {
      (*committed)[kind].add(counts);
      for (Observer* observer : observers_) observer->turn_done(mailbox, kind, collection, counts);
    };
    PassRequest request{.mailbox = mailbox,
                        .lease = lease,
                        .progress = progress,
                        .run = outcome.report.run,
                        .trigger = trigger,
                        .requests = &outcome.requests};
    auto report = co_await run_pass_(std::move(request));
    if (report)
      outcome.report = std::move(*report);
    else
      outcome.error = std::move(report).error();
  } catch (const std::exception& bug) {
    // One mailbox cannot hurt another (invariant 8).
    outcome.error =
        Error{.kind = ErrorKind::Corrupt,
              .message = "syncing " + mailbox.address + " met a fault in Mail Sync: " + bug.what()};
  }
  // What was committed before it ended stays, and is told.
  if (outcome.error) outcome.report.counts = *committed;
  outcome.took = now() - began;
  co_return outcome;
}

Task<void> Scheduler::run_one(Scheduler& self, MailboxId id) {
  auto mailbox = co_await self.executor_.blocking([&self, id] { return self.store_.mailbox(id); });
  Outcome outcome;
  Verdict verdict;
  bool leave = false;
  if (!mailbox) {
    outcome.error = mailbox.error();
    leave = mailbox.error().kind == ErrorKind::Gone;
    verdict = judge(&*outcome.error, self.places_.at(id).failures, self.options_.poll, self.random_);
  } else if (!sync::is_runnable(mailbox->state)) {
    leave = true;
    outcome.error = Error{.kind = ErrorKind::Cancelled,
                          .message = mailbox->address + " is " + std::string(sync::name_of(mailbox->state)) +
                                     (mailbox->state_text.empty() ? "" : ": " + mailbox->state_text)};
  } else {
    const sync::Lease lease = self.places_.at(id).lease;
    const Trigger trigger = self.trigger_of(*mailbox, self.places_.at(id).failures);
    outcome = co_await self.attempt(*mailbox, lease, trigger);
    verdict = judge(outcome.error ? &*outcome.error : nullptr, self.places_.at(id).failures,
                    self.options_.poll, self.random_, self.places_.at(id).patience);
    const auto settled = co_await self.settle(*mailbox, lease, outcome, verdict);
    const sync::Mailbox& now_stored = settled ? *settled : *mailbox;
    if (settled)
      leave = !sync::is_runnable(settled->state) ||
              (outcome.error && outcome.error->kind == ErrorKind::Cancelled);
    else
      verdict = {.wait = kGapAfterPass};
    for (Observer* observer : self.observers_) observer->pass_ended(now_stored, outcome);
  }

  Place& place = self.places_.at(id);
  place.ended = self.now();
  place.failures = verdict.failures;
  place.patience = verdict.patience;
  if (self.once_) self.outcomes_[id] = outcome;
  if (leave || self.once_ || self.stopping_ || place.letting_go) {
    if (!std::exchange(place.letting_go, true))
      co_await release_one(self, place.lease,
                           self.once_ || place.again ? self.now() : self.now() + verdict.wait);
    self.forget(id);
  } else {
    place.running = false;
    const bool again = place.again && !outcome.error;
    self.set_due(id, self.now() + (again ? kGapAfterPass : verdict.wait), again);
  }
  --self.running_;
  self.signal_.raise();
  self.settled_.raise();
}

Task<std::optional<sync::Mailbox>> Scheduler::settle(sync::Mailbox mailbox, sync::Lease lease,
                                                     const Outcome& outcome, Verdict verdict) {
  if (outcome.error && outcome.error->kind == ErrorKind::Cancelled) co_return mailbox;
  if (outcome.error)
    log::error("pass_ended_early", *outcome.error,
               {{"mailbox", mailbox.id}, {"again_seconds", verdict.wait.count() / 1'000'000}});
  auto saved = co_await executor_.blocking(
      [this, lease, verdict, quiet = outcome.error || outcome.report.empty(), passed = !outcome.error] {
        return save_verdict(store_, lease, verdict, passed, quiet, now());
      });
  if (saved) co_return *saved;
  if (saved.error().kind != ErrorKind::Cancelled) {
    log::error("mailbox_state_not_saved", saved.error(), {{"mailbox", mailbox.id}});
    co_return mailbox;
  }
  // Whoever took the lease decides what comes next; this worker itself when it was here that it was due
  // again.
  Place& place = places_.at(mailbox.id);
  if (place.lease.fencing_token == lease.fencing_token) place.letting_go = true;
  co_return std::nullopt;
}

// ---- what others ask ----

void Scheduler::wake(MailboxId mailbox, Trigger because) {
  asked_.insert_or_assign(mailbox, because);
  const auto found = places_.find(mailbox);
  if (found == places_.end()) {
    if (std::ranges::find(woken_, mailbox) == woken_.end() && woken_.size() < kMostHeld)
      woken_.push_back(mailbox);
  } else if (found->second.running) {
    found->second.again = true;
  } else if (found->second.failures == 0) {
    // A mailbox that is backing off is not helped by being asked sooner.
    set_due(mailbox, std::min(std::max(now(), found->second.ended + kGapAfterPass), found->second.due), true);
  }
  signal_.raise();
}

void Scheduler::look_again(MailboxId mailbox, Trigger because) {
  if (const auto found = places_.find(mailbox); found != places_.end() && !found->second.running)
    set_due(mailbox, now(), true);
  wake(mailbox, because);
}

Result<void> Scheduler::force(UserId user, MailboxId mailbox) {
  std::erase_if(forced_, [this](const auto& entry) { return now() - entry.second >= kForceGap; });
  if (const auto last = forced_.find(user); last != forced_.end()) {
    const Duration wait = last->second + kForceGap - now();
    return fail({.kind = ErrorKind::Throttled,
                 .message = "a pass can be started once a minute: try again in " +
                            std::to_string((wait.count() + 999'999) / 1'000'000) + " seconds",
                 .retry_after = wait});
  }
  forced_[user] = now();
  look_again(mailbox, Trigger::Forced);
  return {};
}

void Scheduler::let_go(MailboxId mailbox) {
  std::erase(woken_, mailbox);
  asked_.erase(mailbox);
  const auto found = places_.find(mailbox);
  if (found == places_.end() || std::exchange(found->second.letting_go, true)) return;
  const sync::Lease lease = found->second.lease;
  if (!found->second.running) forget(mailbox);
  executor_.spawn(release_one(*this, lease, now()));
}

Task<void> Scheduler::wait_for_passes(Instant until) {
  while ((running_ > 0 || loop_runs_) && now() < until) co_await settled_.wait_until(until);
}

Task<void> Scheduler::stop() {
  stopping_ = true;
  signal_.raise();
  co_await wait_for_passes(now() + kStopGrace);
  co_await release_all();
  co_await wait_for_passes(now() + kStopGrace);
}

Task<std::map<MailboxId, Outcome>> Scheduler::once(std::vector<MailboxId> mailboxes) {
  once_ = true;
  outcomes_.clear();
  auto back = co_await executor_.blocking([this] { return leases_.take_back(options_.worker); });
  if (!back) log::error("leases_not_taken_back", back.error());
  for (const MailboxId id : mailboxes) {
    auto taken = co_await executor_.blocking(
        [this, id, at = now()] { return leases_.take(id, at, kLease, options_.worker); });
    if (taken && *taken)
      hold(**taken, now(), false);
    else if (!taken)
      outcomes_[id].error = taken.error();
    else
      outcomes_[id].error =
          Error{.kind = ErrorKind::Cancelled,
                .message = "another worker is syncing this mailbox: let it, or stop it first"};
  }
  while (!places_.empty()) {
    co_await renew_leases();
    start_ready();
    if (!places_.empty()) co_await settled_.wait_until(now() + kLease / 4);
  }
  once_ = false;
  co_return std::exchange(outcomes_, {});
}

Scheduler::Standing Scheduler::standing() const {
  Standing all{.held = places_.size(), .running = running_};
  const auto count = [at = now()](const auto& queue) {
    return static_cast<size_t>(std::distance(queue.begin(), queue.upper_bound({at, MailboxId{INT64_MAX}})));
  };
  all.waiting = count(due_) + count(urgent_) + woken_.size();
  return all;
}

bool Scheduler::is_running(MailboxId mailbox) const {
  const auto found = places_.find(mailbox);
  return found != places_.end() && found->second.running;
}

std::optional<Instant> Scheduler::next_due(MailboxId mailbox) const {
  const auto found = places_.find(mailbox);
  if (found == places_.end()) return std::nullopt;
  return found->second.due;
}

}  // namespace mailsync::schedule
