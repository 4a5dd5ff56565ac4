// The scheduler on virtual time, over the real store on SQLite; only the pass is scripted.
#include "schedule/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/seeded_executor.h"
#include "schedule/tuning.h"
#include "store/lease_store.h"
#include "store/panel_store.h"
#include "store/schema.h"
#include "store/state_store.h"

namespace mailsync::schedule {
namespace {

using sync::MailboxState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Instant kStart{1'790'000'000'000'000};
constexpr Duration kSecond = std::chrono::seconds(1);
constexpr Duration kMinute = std::chrono::minutes(1);
constexpr UserId kUser{7};

// What the passes do, and what was seen of them.
struct Script {
  Executor& executor;
  std::map<MailboxId, std::vector<Instant>> began;
  std::map<MailboxId, std::vector<Trigger>> because;
  std::map<MailboxId, Duration> takes;
  std::map<MailboxId, Error> fails;
  MailboxId throws;
  int running = 0, most_running = 0;

  static Task<Result<sync::PassReport>> run(Script& self, PassRequest request) {
    const MailboxId id = request.mailbox.id;
    self.began[id].push_back(self.executor.clock().now());
    self.because[id].push_back(request.trigger);
    self.most_running = std::max(self.most_running, ++self.running);
    if (const auto takes = self.takes.find(id); takes != self.takes.end())
      co_await self.executor.sleep_for(takes->second);
    --self.running;
    if (id == self.throws) throw std::runtime_error("a bug");
    if (const auto error = self.fails.find(id); error != self.fails.end()) co_return fail(error->second);
    sync::PassReport report;
    report.turns = 1;
    if (request.progress) request.progress(sync::Kind::Contact, "contacts", {});
    co_return report;
  }
};

class SchedulerTest : public ::testing::TestWithParam<uint64_t> {
 protected:
  void SetUp() override { ASSERT_TRUE(store::migrate(*database_, kStart)); }
  void TearDown() override { executor_.crash(); }

  MailboxId add(const std::string& address, MailboxState state = MailboxState::Active) {
    MailboxId id;
    auto saved = store_.transact(sync::Durable::No, [&](Transaction& tx) -> Result<void> {
      TRY(id, store_.save_mailbox(tx, {.account = {1}, .user = kUser, .address = address, .state = state}));
      return {};
    });
    EXPECT_TRUE(saved) << saved.error().message;
    return id;
  }
  void set_state(MailboxId id, MailboxState state) {
    auto mailbox = store_.mailbox(id);
    mailbox->state = state;
    ASSERT_TRUE(store_.transact(sync::Durable::No, [&](Transaction& tx) -> Result<void> {
      TRY_VOID(store_.save_mailbox(tx, *mailbox));
      return {};
    }));
  }
  std::unique_ptr<Scheduler> make(Options options = {.worker = "one"}) {
    return std::make_unique<Scheduler>(
        executor_, random_, store_, leases_,
        [this](PassRequest request) { return Script::run(script_, std::move(request)); }, options);
  }
  void advance(Duration d) { executor_.run_until(clock_.now() + d); }
  size_t passes(MailboxId id) { return script_.began[id].size(); }
  // Rows that any mailbox's lease has cost: its token and times, as text.
  std::string lease_row(MailboxId id) {
    std::string text;
    auto done = database_->read([&](db::Session& session) -> Result<void> {
      TRY(const db::Rows rows, session.query("SELECT fencing_token, until_us, due_at_us FROM mailbox_lease "
                                             "WHERE mailbox_id = $1",
                                             {id}));
      for (const db::Value& value : rows.at(0)) text += std::to_string(value.integer()) + " ";
      return {};
    });
    EXPECT_TRUE(done);
    return text;
  }

  std::unique_ptr<db::Database> database_ = std::move(*db::open("sqlite::memory:"));
  store::StateStore store_{*database_};
  store::LeaseStore leases_{*database_};
  SimulatedClock clock_{kStart};
  SeededExecutor executor_{clock_, GetParam()};
  SeededRandom random_{GetParam()};
  Script script_{executor_};
};
INSTANTIATE_TEST_SUITE_P(Seeds, SchedulerTest, ::testing::Range<uint64_t>(1, 6));

// F140
TEST_P(SchedulerTest, EveryMailboxIsPolled) {
  const MailboxId a = add("a@example.com"), b = add("b@example.com"),
                  paused = add("c@example.com", MailboxState::Paused);
  auto scheduler = make();
  scheduler->start();
  advance(10 * kSecond);
  EXPECT_EQ(passes(a), 1u);
  EXPECT_EQ(passes(b), 1u);
  advance(10 * kMinute);
  EXPECT_NEAR(static_cast<double>(passes(a)), 11, 1);
  EXPECT_EQ(passes(paused), 0u);
}

TEST_P(SchedulerTest, AMailboxAddedLaterIsFound) {
  auto scheduler = make();
  scheduler->start();
  advance(kMinute);
  const MailboxId a = add("a@example.com");
  advance(5 * kSecond);
  EXPECT_EQ(passes(a), 1u);
}

TEST_P(SchedulerTest, AnIdleMailboxWritesOneRowInTenMinutes) {
  const MailboxId a = add("a@example.com");
  auto scheduler = make();
  scheduler->start();
  advance(30 * kSecond);
  const std::string row = lease_row(a);
  advance(9 * kMinute);
  EXPECT_GE(passes(a), 9u);
  EXPECT_EQ(lease_row(a), row);
  advance(kMinute * 60);
  EXPECT_NE(lease_row(a), row);  // renewed
  EXPECT_FALSE(leases_.take(a, clock_.now(), kLease, "two")->has_value());
}

// Who changes a mailbox takes its lease with the change (store/panel_store.cc).
TEST_P(SchedulerTest, WhatAnAdministratorChangedDuringAPassIsNotOverwrittenByItsVerdict) {
  const MailboxId a = add("a@example.com");
  script_.takes[a] = 5 * kSecond;
  script_.fails[a] = Error{.kind = ErrorKind::LoginNeeded, .message = "the password was changed"};
  auto scheduler = make();
  scheduler->start();
  advance(kSecond);
  ASSERT_EQ(passes(a), 1u);
  store::PanelStore panel(*database_);
  ASSERT_TRUE(store_.transact(
      sync::Durable::No, [&](Transaction& tx) { return panel.set_state(tx, a, MailboxState::Active, ""); }));
  advance(4 * kSecond + kSecond / 2);
  EXPECT_EQ(store_.mailbox(a)->state, MailboxState::Active);
  EXPECT_THAT(*store_.open_issues(a), IsEmpty()) << "of a pass over what is no more";
  script_.fails.clear();
  advance(20 * kSecond);
  EXPECT_GE(passes(a), 2u) << "it is taken again";
}

TEST_P(SchedulerTest, AWakeUpStartsAPassAndASwarmOfThemOne) {
  const MailboxId a = add("a@example.com");
  auto scheduler = make();
  scheduler->start();
  advance(20 * kSecond);
  ASSERT_EQ(passes(a), 1u);
  for (int i = 0; i < 20; ++i) scheduler->wake(a, Trigger::Push);
  advance(kSecond);
  EXPECT_EQ(passes(a), 2u);
  for (int i = 0; i < 20; ++i) scheduler->wake(a, Trigger::Push);
  advance(kSecond / 2);
  EXPECT_EQ(passes(a), 2u);  // not at once after a pass
  advance(3 * kSecond);
  EXPECT_EQ(passes(a), 3u);
}

TEST_P(SchedulerTest, AWakeUpDuringAPassIsNotLost) {
  const MailboxId a = add("a@example.com");
  script_.takes[a] = 10 * kSecond;
  auto scheduler = make();
  scheduler->start();
  advance(5 * kSecond);
  scheduler->wake(a, Trigger::Push);
  advance(5 * kSecond + kGapAfterPass + kSecond);
  EXPECT_EQ(passes(a), 2u);
}

// Notices are noted at once, whatever a pass takes; and where none comes any more the mailbox is looked at
// all the same.
TEST_P(SchedulerTest, NoticesNeverWaitForAPassAndTheirLossCostsAPollAtMost_F139) {
  const MailboxId a = add("a@example.com");
  script_.takes[a] = 10 * kMinute;
  auto scheduler = make();
  scheduler->start();
  advance(kMinute);
  const Instant before = clock_.now();
  for (int i = 0; i < 500; ++i) scheduler->wake(a, Trigger::Push);
  EXPECT_EQ(clock_.now(), before);
  advance(9 * kMinute + kGapAfterPass + 2 * kSecond);
  EXPECT_EQ(passes(a), 2u);  // one for all of them
  script_.takes.clear();
  advance(10 * kMinute);
  const size_t from_here = passes(a);
  advance(5 * kMinute);
  EXPECT_GE(passes(a), from_here + 4);  // nobody told anything
}

// What a pass says of itself in the list of passes.
TEST_P(SchedulerTest, APassSaysWhatSetItOff) {
  const MailboxId a = add("a@example.com");
  auto scheduler = make();
  scheduler->start();
  advance(10 * kSecond);
  EXPECT_THAT(script_.because[a], ElementsAre(Trigger::FirstSync));
  scheduler->wake(a, Trigger::Push);
  advance(10 * kSecond);
  scheduler->wake(a, Trigger::CrmChange);
  advance(10 * kSecond);
  ASSERT_TRUE(scheduler->force(kUser, a));
  advance(10 * kSecond);
  advance(kMinute);
  EXPECT_THAT(script_.because[a], ElementsAre(Trigger::FirstSync, Trigger::Push, Trigger::CrmChange,
                                              Trigger::Forced, Trigger::Poll));
  script_.fails[a] = {.kind = ErrorKind::Transient, .message = "no answer"};
  scheduler->wake(a, Trigger::Push);
  advance(5 * kSecond);
  script_.fails.clear();
  scheduler->wake(a, Trigger::Push);  // does not bring the next try nearer, and did not cause it
  advance(2 * kMinute);
  const auto& all = script_.because[a];
  ASSERT_GE(all.size(), 7u);
  EXPECT_EQ(all[5], Trigger::Push);
  EXPECT_EQ(all[6], Trigger::Retry);
  scheduler->look_again(a);
  advance(kSecond);
  EXPECT_EQ(script_.because[a].back(), Trigger::Resumed);
}

TEST_P(SchedulerTest, AUserMayForceAPassOnceAMinute) {
  const MailboxId a = add("a@example.com");
  auto scheduler = make();
  scheduler->start();
  advance(10 * kSecond);
  EXPECT_TRUE(scheduler->force(kUser, a));
  advance(kSecond);
  EXPECT_EQ(passes(a), 2u);
  const auto again = scheduler->force(kUser, a);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::Throttled);
  EXPECT_EQ(again.error().retry_after, 59 * kSecond);
  EXPECT_TRUE(scheduler->force(UserId{8}, a));
  advance(kMinute);
  EXPECT_TRUE(scheduler->force(kUser, a));
}

TEST_P(SchedulerTest, PassesAreBoundedAndEveryMailboxHasItsTurn) {
  std::vector<MailboxId> all;
  for (int i = 0; i < 30; ++i) {
    all.push_back(add("m" + std::to_string(i) + "@example.com"));
    script_.takes[all.back()] = 4 * kSecond;
  }
  auto scheduler = make({.worker = "one", .poll = 30 * kSecond, .parallel = 3});
  scheduler->start();
  // One mailbox is noisy; 30 others take 40 s a round.
  for (int i = 0; i < 200; ++i) {
    scheduler->wake(all[0], Trigger::Push);
    advance(kSecond);
  }
  EXPECT_EQ(script_.most_running, 3);
  size_t least = 1000, most = 0;
  for (size_t i = 1; i < all.size(); ++i) {
    least = std::min(least, passes(all[i]));
    most = std::max(most, passes(all[i]));
  }
  EXPECT_GE(least, 3u);
  EXPECT_LE(most - least, 2u);
  EXPECT_GT(passes(all[0]), most);
}

// F126, F149
TEST_P(SchedulerTest, AnOutageBacksOffAndRecovers) {
  const MailboxId a = add("a@example.com"), well = add("b@example.com");
  script_.fails[a] = {.kind = ErrorKind::Transient, .message = "the server does not answer"};
  auto scheduler = make();
  scheduler->start();
  advance(60 * kMinute);
  EXPECT_LT(passes(a), 20u);
  EXPECT_GT(passes(well), 55u);
  EXPECT_EQ(store_.mailbox(a)->state, MailboxState::Active);
  ASSERT_THAT(*store_.open_issues(a), SizeIs(1));
  EXPECT_EQ(store_.open_issues(a)->front().key, "mailbox:unreachable");
  script_.fails.clear();
  scheduler->look_again(a);
  advance(kSecond);
  EXPECT_THAT(*store_.open_issues(a), IsEmpty());
  EXPECT_EQ(store_.mailbox(a)->state_text, "");
}

// F131
TEST_P(SchedulerTest, ARefusedSignInIsSaidAndComesBack) {
  const MailboxId a = add("a@example.com");
  script_.fails[a] = {.kind = ErrorKind::LoginNeeded, .message = "the secret has expired"};
  auto scheduler = make();
  scheduler->start();
  advance(14 * kMinute);
  EXPECT_EQ(passes(a), 1u);
  EXPECT_EQ(store_.mailbox(a)->state, MailboxState::NeedsLogin);
  EXPECT_EQ(store_.mailbox(a)->state_text, "the secret has expired");
  EXPECT_THAT(*store_.open_issues(a), SizeIs(1));
  script_.fails.clear();
  advance(90 * kSecond);
  EXPECT_EQ(passes(a), 2u);
  EXPECT_EQ(store_.mailbox(a)->state, MailboxState::Active);
  EXPECT_THAT(*store_.open_issues(a), IsEmpty());
}

// F147
TEST_P(SchedulerTest, AFaultStopsThatMailboxOnly) {
  const MailboxId a = add("a@example.com"), b = add("b@example.com");
  script_.throws = a;
  auto scheduler = make();
  scheduler->start();
  advance(10 * kMinute);
  EXPECT_EQ(passes(a), 1u);
  EXPECT_EQ(store_.mailbox(a)->state, MailboxState::Stopped);
  EXPECT_GT(passes(b), 8u);
  EXPECT_TRUE(leases_.take(a, clock_.now(), kLease, "two")->has_value());
}

TEST_P(SchedulerTest, PausingLetsGoAndResumingComesBack) {
  const MailboxId a = add("a@example.com");
  script_.takes[a] = 20 * kSecond;
  auto scheduler = make();
  scheduler->start();
  advance(10 * kSecond);
  set_state(a, MailboxState::Paused);
  scheduler->let_go(a);
  advance(kSecond);
  // The running pass cannot commit any more: its lease is free.
  EXPECT_TRUE(leases_.take(a, clock_.now(), kSecond, "two")->has_value());
  advance(10 * kMinute);
  EXPECT_EQ(passes(a), 1u);
  EXPECT_EQ(store_.mailbox(a)->state, MailboxState::Paused);
  set_state(a, MailboxState::Active);
  scheduler->look_again(a);
  advance(10 * kSecond);
  EXPECT_EQ(passes(a), 2u);
}

// F147
TEST_P(SchedulerTest, AWorkerThatDiedGoesOnAtOnceWhenItIsStartedAgain) {
  const MailboxId a = add("a@example.com");
  script_.takes[a] = kMinute;
  auto first = make();
  first->start();
  advance(10 * kSecond);
  ASSERT_EQ(passes(a), 1u);
  executor_.crash();
  script_.running = 0;
  first.reset();
  auto second = make();
  second->start();
  advance(10 * kSecond);
  EXPECT_EQ(passes(a), 2u);
}

// F11, F148
TEST_P(SchedulerTest, TwoWorkersShareAndNeverOverlap) {
  std::vector<MailboxId> all;
  for (int i = 0; i < 20; ++i) all.push_back(add("m" + std::to_string(i) + "@example.com"));
  for (const MailboxId id : all) script_.takes[id] = 2 * kSecond;
  auto one = make({.worker = "one", .parallel = 2}), two = make({.worker = "two", .parallel = 2});
  one->start();
  two->start();
  advance(5 * kMinute);
  EXPECT_EQ(one->standing().held + two->standing().held, all.size());
  EXPECT_GT(one->standing().held, 0u);
  EXPECT_GT(two->standing().held, 0u);
  // What one worker holds, a wake-up at the other does not start.
  for (const MailboxId id : all) EXPECT_NEAR(static_cast<double>(passes(id)), 5, 2);
}

TEST_P(SchedulerTest, StoppingLetsPassesEndAndFreesEveryLease) {
  const MailboxId a = add("a@example.com"), b = add("b@example.com");
  script_.takes[a] = 3 * kSecond;
  auto scheduler = make();
  scheduler->start();
  advance(4 * kMinute);
  Task<void> stop = scheduler->stop();
  ASSERT_TRUE(executor_.run(stop));
  EXPECT_EQ(scheduler->standing().running, 0u);
  const size_t before = passes(a) + passes(b);
  advance(5 * kMinute);
  EXPECT_EQ(passes(a) + passes(b), before);
  for (const MailboxId id : {a, b}) EXPECT_TRUE(leases_.take(id, clock_.now(), kLease, "two")->has_value());
}

TEST_P(SchedulerTest, OnceRunsEachAndNoMore) {
  const MailboxId a = add("a@example.com"), b = add("b@example.com"), held = add("c@example.com"),
                  paused = add("d@example.com", MailboxState::Paused);
  script_.fails[b] = {.kind = ErrorKind::Transient, .message = "no answer"};
  ASSERT_TRUE(leases_.take(held, clock_.now(), kLease, "two"));
  auto scheduler = make({.worker = "one", .parallel = 1});
  auto task = scheduler->once({a, b, held, paused});
  ASSERT_TRUE(executor_.run(task));
  const auto outcomes = task.take();
  ASSERT_THAT(outcomes, SizeIs(4));
  EXPECT_FALSE(outcomes.at(a).error);
  EXPECT_EQ(outcomes.at(b).error->kind, ErrorKind::Transient);
  EXPECT_EQ(outcomes.at(held).error->kind, ErrorKind::Cancelled);
  EXPECT_EQ(outcomes.at(paused).error->kind, ErrorKind::Cancelled);
  advance(5 * kMinute);
  EXPECT_EQ(passes(a), 1u);
  EXPECT_EQ(passes(b), 1u);
  EXPECT_TRUE(leases_.take(a, clock_.now(), kLease, "two")->has_value());
}

class Seen : public Observer {
 public:
  void pass_began(const sync::Mailbox&, Trigger) override { said.push_back("began"); }
  void turn_done(const sync::Mailbox&, sync::Kind, const std::string& collection,
                 const sync::Counts&) override {
    said.push_back(collection);
  }
  void pass_ended(const sync::Mailbox&, const Outcome& outcome) override {
    said.push_back(outcome.error ? "failed" : "ended");
  }
  std::vector<std::string> said;
};

TEST_P(SchedulerTest, ObserversSeeEveryStep) {
  const MailboxId a = add("a@example.com");
  Seen seen;
  auto scheduler = make();
  scheduler->observe(seen);
  auto task = scheduler->once({a});
  ASSERT_TRUE(executor_.run(task));
  EXPECT_THAT(seen.said, ElementsAre("began", "contacts", "ended"));
}

}  // namespace
}  // namespace mailsync::schedule
