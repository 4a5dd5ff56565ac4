// The contract of sync/plan_report.h's PlanStore, and of the journal's filter, over both engines.
#include "store/plan_store.h"

#include <gmock/gmock.h>

#include "store/schema.h"
#include "store/state_store.h"
#include "tests/contract/test_database.h"

namespace mailsync::sync {
namespace {

using model::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Instant kNow{1'790'000'000'000'000};
constexpr AccountId kAccount{1};

class PlanStoreTest : public EngineTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(mailsync::store::migrate(database(), kNow));
    must([&](Transaction& tx) -> Result<void> {
      TRY(ann, states().save_mailbox(tx, {.account = kAccount, .user = {7}, .address = "ann@x.example"}));
      TRY(bob, states().save_mailbox(tx, {.account = {2}, .user = {8}, .address = "bob@x.example"}));
      return {};
    });
  }
  mailsync::store::StateStore& states() { return states_; }
  mailsync::store::PlanStore& plans() { return plans_; }
  void must(const std::function<Result<void>(Transaction&)>& work) {
    auto done = states().transact(Durable::No, work);
    ASSERT_TRUE(done) << done.error().message;
  }
  PlanReport saved(PlanReport report) {
    must([&](Transaction& tx) { return plans().save_plan(tx, report); });
    return report;
  }
  std::vector<PlanReport> listed(PlanFilter filter) {
    auto out = plans().plans(filter, 10);
    EXPECT_TRUE(out) << out.error().message;
    return out ? *out : std::vector<PlanReport>();
  }

  MailboxId ann, bob;

 private:
  mailsync::store::StateStore states_{database()};
  mailsync::store::PlanStore plans_{database()};
};
MAILSYNC_BOTH_ENGINES(PlanStoreTest);

TEST_P(PlanStoreTest, KeepsEverythingOfAPlan) {
  PlanReport report = saved({.mailbox = ann,
                             .purpose = PlanPurpose::Undo,
                             .key = "k",
                             .title = "Undo \"ü\"",
                             .created_at = kNow,
                             .target = {.run = RunId{"r-1"}, .since = kNow}});
  ASSERT_TRUE(report.id);
  report.state = PlanState::Ready;
  report.error = "none";
  report.finished_at = kNow + std::chrono::seconds(1);
  report.counts[Kind::Task] = {.to_crm_created = 2, .skipped = {{"not_marked", 4}}, .parked = 1};
  report.mails = 3;
  report.items = 5;
  report.shortened = true;
  report.run = RunId{"r-2"};
  saved(report);
  const auto read = plans().plan(report.id);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(std::tie(read->mailbox, read->purpose, read->state, read->key, read->title, read->error),
            std::tie(report.mailbox, report.purpose, report.state, report.key, report.title, report.error));
  EXPECT_EQ(
      std::tie(read->created_at, read->finished_at, read->mails, read->items, read->shortened, read->run),
      std::tie(report.created_at, report.finished_at, report.mails, report.items, report.shortened,
               report.run));
  EXPECT_EQ(read->target.run, RunId{"r-1"});
  EXPECT_EQ(read->target.since, kNow);
  EXPECT_EQ(read->counts.at(Kind::Task).to_crm_created, 2);
  EXPECT_EQ(read->counts.at(Kind::Task).skipped.at("not_marked"), 4);
  EXPECT_EQ(plans().plan(PlanId{report.id.value + 100}).error().kind, ErrorKind::Gone);
}

TEST_P(PlanStoreTest, ItemsAreFilteredAndPaged) {
  const PlanReport report = saved({.mailbox = ann, .created_at = kNow});
  std::vector<PlanItem> items;
  for (int64_t n = 1; n <= 4; ++n)
    items.push_back({.number = n,
                     .kind = n % 2 == 0 ? Kind::Task : Kind::Contact,
                     .side = n < 3 ? JournalEntry::Side::Crm : JournalEntry::Side::Mailbox,
                     .action = n == 4 ? PlanAction::Delete : PlanAction::Create,
                     .title = "t" + std::to_string(n),
                     .remote_id = RemoteId{"AbC"},
                     .record = RecordId{int64_t{1} << 62},
                     .before = R"({"a":null})",
                     .note = "why"});
  must([&](Transaction& tx) { return plans().save_plan_items(tx, report.id, items); });
  const auto numbers = [&](PlanItemFilter filter, size_t limit = 10) {
    std::vector<int64_t> out;
    const auto read = plans().plan_items(report.id, filter, limit);
    EXPECT_TRUE(read) << read.error().message;
    for (const PlanItem& item : *read) out.push_back(item.number);
    return out;
  };
  EXPECT_THAT(numbers({}), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(numbers({}, 2), ElementsAre(1, 2));
  EXPECT_THAT(numbers({.after = 2}), ElementsAre(3, 4));
  EXPECT_THAT(numbers({.kind = Kind::Task}), ElementsAre(2, 4));
  EXPECT_THAT(numbers({.side = JournalEntry::Side::Crm}), ElementsAre(1, 2));
  EXPECT_THAT(numbers({.action = PlanAction::Delete}), ElementsAre(4));
  const auto all = plans().plan_items(report.id, {}, 10);
  EXPECT_EQ((*all)[0].title, "t1");
  EXPECT_EQ((*all)[0].before, R"({"a":null})");
  EXPECT_EQ((*all)[0].record, RecordId{int64_t{1} << 62});
  must([&](Transaction& tx) { return plans().clear_plan_items(tx, report.id); });
  EXPECT_THAT(numbers({}), IsEmpty());
}

TEST_P(PlanStoreTest, ListsNewestFirstAndWithinTheAccount) {
  const PlanReport first = saved({.mailbox = ann, .created_at = kNow});
  const PlanReport second = saved({.mailbox = ann, .purpose = PlanPurpose::Held, .created_at = kNow});
  saved({.mailbox = bob, .created_at = kNow});
  const auto all = listed({.account = kAccount});
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].id, second.id);
  EXPECT_THAT(listed({.account = kAccount, .mailbox = bob}), IsEmpty());
  EXPECT_THAT(listed({.account = kAccount, .purpose = PlanPurpose::Held}), SizeIs(1));
  EXPECT_THAT(listed({.account = kAccount, .state = PlanState::Done}), IsEmpty());
  EXPECT_THAT(listed({.account = kAccount, .before = second.id}), SizeIs(1));
  EXPECT_EQ(listed({.account = kAccount, .before = second.id})[0].id, first.id);
}

TEST_P(PlanStoreTest, ForgetsOldOnesAndNeverOneThatIsNeeded) {
  std::vector<PlanReport> made;
  for (int n = 0; n < 4; ++n)
    made.push_back(saved({.mailbox = ann, .state = PlanState::Ready, .created_at = kNow}));
  const PlanReport waiting = saved({.mailbox = ann, .state = PlanState::Waiting, .created_at = kNow});
  must([&](Transaction& tx) {
    return plans().forget_plans(tx, ann, PlanPurpose::DryRun, 2, kNow - std::chrono::hours(1));
  });
  std::vector<PlanId> left;
  for (const PlanReport& report : listed({.account = kAccount})) left.push_back(report.id);
  EXPECT_THAT(left, ElementsAre(waiting.id, made[3].id));
  must([&](Transaction& tx) {
    return plans().forget_plans(tx, ann, PlanPurpose::DryRun, 9, kNow + std::chrono::hours(1));
  });
  EXPECT_THAT(listed({.account = kAccount}), SizeIs(1));
}

TEST_P(PlanStoreTest, WhatWasBeingMadeFails) {
  const PlanReport running = saved({.mailbox = ann, .created_at = kNow});
  const PlanReport ready = saved({.mailbox = ann, .state = PlanState::Ready, .created_at = kNow});
  must([&](Transaction& tx) { return plans().fail_running(tx, "stopped", kNow); });
  EXPECT_EQ(plans().plan(running.id)->state, PlanState::Failed);
  EXPECT_EQ(plans().plan(running.id)->error, "stopped");
  EXPECT_EQ(plans().plan(ready.id)->state, PlanState::Ready);
}

TEST_P(PlanStoreTest, GoesWithItsMailbox) {
  const PlanReport report = saved({.mailbox = ann, .created_at = kNow});
  const PlanItem item{.number = 1};
  must([&](Transaction& tx) { return plans().save_plan_items(tx, report.id, {&item, 1}); });
  const auto removed = states().remove_mailbox(ann);
  ASSERT_TRUE(removed) << removed.error().message;
  EXPECT_EQ(plans().plan(report.id).error().kind, ErrorKind::Gone);
}

TEST_P(PlanStoreTest, TheJournalIsFiltered) {
  std::vector<JournalEntry> entries;
  for (int n = 1; n <= 4; ++n)
    entries.push_back({.mailbox = ann,
                       .run = RunId{n < 3 ? "r-1" : "r-2"},
                       .remote_id = RemoteId{"i" + std::to_string(n)},
                       .record = RecordId{n},
                       .action = "update",
                       .at = kNow + std::chrono::seconds(n)});
  must([&](Transaction& tx) { return states().save_journal(tx, entries); });
  const auto found = [&](JournalFilter filter) {
    filter.mailbox = ann;
    std::vector<int64_t> out;
    const auto read = states().changes(filter, 10);
    EXPECT_TRUE(read) << read.error().message;
    for (const JournalEntry& entry : *read) out.push_back(entry.record.value);
    return out;
  };
  EXPECT_THAT(found({}), ElementsAre(4, 3, 2, 1));
  EXPECT_THAT(found({.run = RunId{"r-1"}}), ElementsAre(2, 1));
  EXPECT_THAT(found({.record = RecordId{3}}), ElementsAre(3));
  EXPECT_THAT(found({.remote_id = RemoteId{"i4"}}), ElementsAre(4));
  EXPECT_THAT(found({.id = entries[1].id}), ElementsAre(2));
  EXPECT_THAT(found({.since = kNow + std::chrono::seconds(3)}), ElementsAre(4, 3));
  EXPECT_THAT(found({.before = entries[2].id}), ElementsAre(2, 1));
}

}  // namespace
}  // namespace mailsync::sync
