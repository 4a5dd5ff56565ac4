// The contract of sync/state_store.h, over both engines.
#include "store/state_store.h"

#include <gmock/gmock.h>

#include <thread>

#include "base/random.h"
#include "store/lease_store.h"
#include "store/run_store.h"
#include "store/schema.h"
#include "tests/contract/test_database.h"

namespace mailsync::sync {
namespace {

using model::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Instant kNow{1'790'000'000'000'000};
constexpr Duration kMinute = std::chrono::minutes(1);

class StateStoreTest : public EngineTest {
 protected:
  void SetUp() override {
    auto done = mailsync::store::migrate(database(), kNow);
    ASSERT_TRUE(done) << done.error().message;
    store_ = std::make_unique<mailsync::store::StateStore>(database());
    leases_ = std::make_unique<mailsync::store::LeaseStore>(database());
  }
  mailsync::store::StateStore& store() { return *store_; }
  mailsync::store::LeaseStore& leases() { return *leases_; }

  Result<void> transact(const std::function<Result<void>(Transaction&)>& work) {
    return store().transact(Durable::No, work);
  }
  void must(const std::function<Result<void>(Transaction&)>& work) {
    auto done = transact(work);
    ASSERT_TRUE(done) << done.error().message;
  }
  MailboxId add_mailbox(const std::string& address, AccountId account = {1},
                        MailboxState state = MailboxState::Active) {
    MailboxId id;
    must([&](Transaction& tx) -> Result<void> {
      TRY(id,
          store().save_mailbox(tx, {.account = account, .user = {7}, .address = address, .state = state}));
      return {};
    });
    return id;
  }
  static Link contact(MailboxId mailbox, const std::string& remote, int64_t record) {
    return {.mailbox = mailbox, .kind = Kind::Contact, .remote_id = {remote}, .record = {record}};
  }
  Result<void> save(Link& link) {
    return transact([&](Transaction& tx) { return store().save_links(tx, std::span(&link, 1)); });
  }
  static void expect_equal(const Link& a, const Link& b) {
    EXPECT_EQ(
        std::tie(a.id, a.mailbox, a.kind, a.remote_id, a.remote_version, a.record, a.record_version, a.state),
        std::tie(b.id, b.mailbox, b.kind, b.remote_id, b.remote_version, b.record, b.record_version,
                 b.state));
    EXPECT_EQ(std::tie(a.made_by, a.marked, a.container, a.series_key, a.is_organizer, a.sequence,
                       a.base.mailbox, a.base.crm, a.hash, a.synced_at),
              std::tie(b.made_by, b.marked, b.container, b.series_key, b.is_organizer, b.sequence,
                       b.base.mailbox, b.base.crm, b.hash, b.synced_at));
  }

 private:
  std::unique_ptr<mailsync::store::StateStore> store_;
  std::unique_ptr<mailsync::store::LeaseStore> leases_;
};
MAILSYNC_BOTH_ENGINES(StateStoreTest);

TEST_P(StateStoreTest, MailboxesKeepEverything) {
  Mailbox mailbox{.account = {3},
                  .user = {9},
                  .address = "ana@contoso.example",
                  .remote_user = "AbC-1",
                  .access_method = "graph_app",
                  .state = MailboxState::NeedsLogin,
                  .state_text = "sign in again",
                  .last_pass_at = kNow};
  mailbox.profile.category = "Kunde \"x\" ü";
  mailbox.profile.capture_emails = Capture::AnyExternal;
  mailbox.profile.directions[Kind::Task] = {false, true};
  mailbox.profile.winner = Winner::Mailbox;
  mailbox.profile.no_match = NoMatch::CreatePerson;
  mailbox.profile.excluded_folders = {"Private", "Ümläut"};
  mailbox.profile.history = std::chrono::hours(5);
  mailbox.profile.meeting_days_back = 3;
  must([&](Transaction& tx) -> Result<void> {
    TRY(mailbox.id, store().save_mailbox(tx, mailbox));
    return {};
  });
  auto check = [&] {
    auto read = store().mailbox(mailbox.id);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(std::tie(read->id, read->account, read->user, read->address, read->remote_user,
                       read->access_method, read->state, read->state_text, read->last_pass_at),
              std::tie(mailbox.id, mailbox.account, mailbox.user, mailbox.address, mailbox.remote_user,
                       mailbox.access_method, mailbox.state, mailbox.state_text, mailbox.last_pass_at));
    EXPECT_EQ(read->profile.category, mailbox.profile.category);
    EXPECT_EQ(read->profile.capture_emails, mailbox.profile.capture_emails);
    EXPECT_EQ(read->profile.winner, mailbox.profile.winner);
    EXPECT_EQ(read->profile.no_match, mailbox.profile.no_match);
    EXPECT_EQ(read->profile.excluded_folders, mailbox.profile.excluded_folders);
    EXPECT_EQ(read->profile.history, mailbox.profile.history);
    EXPECT_EQ(read->profile.meeting_days_back, 3);
    EXPECT_EQ(read->profile.directions.at(Kind::Task).to_crm, false);
    EXPECT_EQ(read->profile.directions.at(Kind::Email).to_mailbox, false);
  };
  check();
  mailbox.state = MailboxState::Paused;
  mailbox.profile.category = "other";
  must([&](Transaction& tx) -> Result<void> {
    TRY(MailboxId same, store().save_mailbox(tx, mailbox));
    EXPECT_EQ(same, mailbox.id);
    return {};
  });
  check();
  add_mailbox("bo@contoso.example", {4});
  EXPECT_THAT(*store().mailboxes({3}), SizeIs(1));
  EXPECT_THAT(*store().mailboxes({0}), SizeIs(2));
  EXPECT_EQ(store().mailbox({99}).error().kind, ErrorKind::Gone);
}

TEST_P(StateStoreTest, LinksKeepEverything) {
  const MailboxId mailbox = add_mailbox("a");
  Link link{
      .mailbox = mailbox,
      .kind = Kind::Meeting,
      .remote_id = {"AAMk=/+"},
      .remote_version = {"W/\"1\""},
      .record = {5},
      .record_version = 6,
      .state = LinkState::Frozen,
      .made_by = MadeBy::Crm,
      .marked = true,
      .container = "calendar",
      .series_key = "uid",
      .is_organizer = true,
      .sequence = 4,
      .base = {.mailbox = {{"subject", "\"s\""}, {"body", "\"mailbox\""}, {"location", "null"}},
               .crm = {{"subject", "\"s\""}, {"body", "\"crm\""}, {"reminder_at", std::string(300, '7')}}},
      .hash = "0123",
      .synced_at = kNow};
  ASSERT_TRUE(save(link));
  ASSERT_TRUE(link.id);
  auto read = store().links_by_remote(mailbox, Kind::Meeting, std::vector<RemoteId>{{"AAMk=/+"}, {"none"}});
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_THAT(*read, SizeIs(1));
  expect_equal(read->front(), link);
  link.state = LinkState::Active;
  link.base = {};
  link.remote_id = {"moved"};
  ASSERT_TRUE(save(link));
  read = store().links_by_record(mailbox, std::vector<RecordId>{{5}});
  ASSERT_THAT(*read, SizeIs(1));
  expect_equal(read->front(), link);
  const std::vector<std::string> hashes{"none", "0123"};
  read = store().links_by_content(mailbox, Kind::Meeting, hashes);
  ASSERT_THAT(*read, SizeIs(1));
  expect_equal(read->front(), link);
  EXPECT_THAT(*store().links_by_content(mailbox, Kind::Task, hashes), IsEmpty());
  link.state = LinkState::Dismissed;
  ASSERT_TRUE(save(link));
  EXPECT_THAT(*store().links_by_content(mailbox, Kind::Meeting, hashes), IsEmpty());
  must([&](Transaction& tx) { return store().remove_link(tx, link.id); });
  EXPECT_THAT(*store().links(mailbox, Kind::Meeting, {}, 10), IsEmpty());
  EXPECT_EQ(save(link).error().kind, ErrorKind::VersionStale);
}

TEST_P(StateStoreTest, AnItemHasOneRecordAndARecordOneItem) {
  const MailboxId mailbox = add_mailbox("a"), other = add_mailbox("b");
  Link first = contact(mailbox, "x", 1);
  ASSERT_TRUE(save(first));
  Link same_item = contact(mailbox, "x", 2), same_record = contact(mailbox, "y", 1);
  for (Link* link : {&same_item, &same_record}) {
    auto refused = save(*link);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::VersionStale);
    EXPECT_EQ(refused.error().vendor_code, "unique");
    EXPECT_FALSE(link->id);
  }
  Link elsewhere = contact(other, "x", 1), by_case = contact(mailbox, "X", 3);  // F73
  ASSERT_TRUE(save(elsewhere));
  ASSERT_TRUE(save(by_case));
  std::vector<Link> copies = {{.mailbox = mailbox, .kind = Kind::Email, .remote_id = {"e1"}, .record = {8}},
                              {.mailbox = mailbox, .kind = Kind::Email, .remote_id = {"e2"}, .record = {8}}};
  must([&](Transaction& tx) { return store().save_links(tx, copies); });
  EXPECT_THAT(*store().links_by_record(mailbox, std::vector<RecordId>{{8}, {1}}), SizeIs(3));
  EXPECT_THAT(*store().links_of_records({1}, std::vector<RecordId>{{1}}), SizeIs(2));
  EXPECT_THAT(*store().links_of_records({2}, std::vector<RecordId>{{1}}), IsEmpty());
  EXPECT_THAT(*store().links_by_remote(mailbox, Kind::Contact, {}), IsEmpty());
}

TEST_P(StateStoreTest, LinksArePagedAndCounted) {
  const MailboxId mailbox = add_mailbox("a");
  std::vector<Link> links;
  for (int i = 0; i < 25; ++i) links.push_back(contact(mailbox, "r" + std::to_string(i), i + 1));
  links[3].state = LinkState::Tombstone;
  must([&](Transaction& tx) { return store().save_links(tx, links); });
  LinkId after;
  size_t seen = 0;
  for (;;) {
    auto page = store().links(mailbox, Kind::Contact, after, 10);
    ASSERT_TRUE(page);
    if (page->empty()) break;
    for (const Link& link : *page) expect_equal(link, links[seen++]);
    after = page->back().id;
  }
  EXPECT_EQ(seen, 25u);
  EXPECT_EQ(store().count_links(mailbox, Kind::Contact), 24);
  EXPECT_EQ(store().count_links(mailbox, Kind::Task), 0);
}

TEST_P(StateStoreTest, CursorsAndRemovalHints) {
  const MailboxId mailbox = add_mailbox("a"), other = add_mailbox("b");
  EXPECT_EQ(*store().cursor(mailbox, "inbox"), std::nullopt);
  for (bool enumerated : {false, true}) {
    must([&](Transaction& tx) {
      return store().save_cursor(tx, mailbox, "inbox", {{enumerated ? "two" : "one"}, enumerated, kNow});
    });
  }
  auto cursor = *store().cursor(mailbox, "inbox");
  ASSERT_TRUE(cursor);
  EXPECT_EQ(std::tie(cursor->cursor.value, cursor->enumerated, cursor->saved_at),
            std::tuple("two", true, kNow));
  EXPECT_FALSE(*store().cursor(other, "inbox"));
  // F55: as long as its server likes
  const std::string huge(1'000'000, 'x');
  must([&](Transaction& tx) { return store().save_cursor(tx, mailbox, "inbox", {{huge}, true, kNow}); });
  EXPECT_EQ((*store().cursor(mailbox, "inbox"))->cursor.value, huge);
  EXPECT_FALSE(*store().cursor(mailbox, "Inbox"));
  must([&](Transaction& tx) { return store().forget_cursor(tx, mailbox, "inbox"); });
  EXPECT_FALSE(*store().cursor(mailbox, "inbox"));

  const std::vector<RemovalHint> hints = {{Kind::Email, {"a"}, "inbox"}, {Kind::Email, {"A"}, "inbox"}};
  for (int i = 0; i < 2; ++i)
    must([&](Transaction& tx) { return store().note_removals(tx, mailbox, hints); });
  auto noted = *store().removals(mailbox);
  ASSERT_THAT(noted, SizeIs(2));
  EXPECT_EQ(noted[0].remote_id.value, "A");
  must([&](Transaction& tx) { return store().forget_removals(tx, mailbox, std::span(hints).first(1)); });
  EXPECT_THAT(*store().removals(mailbox), SizeIs(1));
  EXPECT_THAT(*store().removals(other), IsEmpty());
}

TEST_P(StateStoreTest, JournalKeepsEverythingAndTakesTheOutcome) {
  const MailboxId mailbox = add_mailbox("a");
  JournalEntry entry{.mailbox = mailbox,
                     .run = {"run"},
                     .kind = Kind::Contact,
                     .link = {4},
                     .record = {5},
                     .side = JournalEntry::Side::Mailbox,
                     .action = "delete",
                     .operation = {"op"},
                     .before = R"({"a":"ü"})",
                     .after = "{}",
                     .cause = "changed in the CRM",
                     .rule = "category",
                     .payload = "{}",
                     .at = kNow};
  JournalEntry done = entry;
  done.state = JournalEntry::State::Done;
  done.action = "create";
  std::vector<JournalEntry> entries = {entry, done};
  must([&](Transaction& tx) { return store().save_journal(tx, entries); });
  auto open = *store().open_intentions(mailbox);
  ASSERT_THAT(open, SizeIs(1));
  const JournalEntry& read = open[0];
  EXPECT_EQ(
      std::tie(read.id, read.mailbox, read.run, read.kind, read.link, read.remote_id, read.record, read.side),
      std::tie(entries[0].id, mailbox, entry.run, entry.kind, entry.link, entry.remote_id, entry.record,
               entry.side));
  EXPECT_EQ(std::tie(read.action, read.state, read.operation, read.before, read.after, read.cause, read.rule,
                     read.payload, read.outcome, read.at),
            std::tie(entry.action, entry.state, entry.operation, entry.before, entry.after, entry.cause,
                     entry.rule, entry.payload, entry.outcome, entry.at));
  EXPECT_EQ(store().deletions_since(mailbox, Kind::Contact, kNow), 1);
  EXPECT_EQ(store().deletions_since(mailbox, Kind::Contact, kNow + kMinute), 0);
  EXPECT_EQ(store().deletions_since(mailbox, Kind::Task, kNow), 0);

  open[0].state = JournalEntry::State::Failed;
  open[0].remote_id = {"r"};
  open[0].payload = "";
  open[0].outcome = "the server said no";
  must([&](Transaction& tx) { return store().save_journal(tx, open); });
  EXPECT_THAT(*store().open_intentions(mailbox), IsEmpty());
  EXPECT_EQ(store().deletions_since(mailbox, Kind::Contact, kNow), 0);
  auto all = *store().journal(mailbox, {}, 10);
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].outcome, "the server said no");
  EXPECT_EQ(all[0].remote_id.value, "r");
  EXPECT_THAT(*store().journal(mailbox, all[0].id, 10), SizeIs(1));
  EXPECT_THAT(*store().journal(mailbox, {}, 1), SizeIs(1));
}

TEST_P(StateStoreTest, IssuesAreOpenedOnceByKey) {
  const MailboxId mailbox = add_mailbox("a");
  Issue issue{.mailbox = mailbox,
              .key = "item:1",
              .kind = Kind::Task,
              .remote_id = {"1"},
              .record = {2},
              .severity = "error",
              .title = "t",
              .cause = "c",
              .effect = "e",
              .remedy = "r",
              .opened_at = kNow,
              .attempts = 1,
              .retry_at = kNow};
  must([&](Transaction& tx) { return store().open_issue(tx, issue); });
  issue.opened_at = kNow + kMinute;
  issue.title = "t2";
  issue.kind = std::nullopt;
  issue.retry_at = {0};
  must([&](Transaction& tx) { return store().open_issue(tx, issue); });
  auto open = *store().open_issues(mailbox);
  ASSERT_THAT(open, SizeIs(1));
  EXPECT_TRUE(open[0].id);
  EXPECT_EQ(std::tie(open[0].key, open[0].remote_id, open[0].record, open[0].severity, open[0].title,
                     open[0].remedy),
            std::tie(issue.key, issue.remote_id, issue.record, issue.severity, issue.title, issue.remedy));
  EXPECT_EQ(std::tie(open[0].cause, open[0].effect), std::tie(issue.cause, issue.effect));
  EXPECT_EQ(open[0].opened_at, kNow);
  EXPECT_EQ(open[0].attempts, 2);
  EXPECT_EQ(open[0].retry_at, Instant{0});
  EXPECT_EQ(open[0].kind, std::nullopt);
  must([&](Transaction& tx) { return store().close_issue(tx, mailbox, "item:1"); });
  EXPECT_THAT(*store().open_issues(mailbox), IsEmpty());
}

TEST_P(StateStoreTest, CountsAddUp) {
  const MailboxId mailbox = add_mailbox("a");
  Counts counts;
  must([&](Transaction& tx) { return store().add_counts(tx, mailbox, {"r0"}, Kind::Task, counts); });
  EXPECT_THAT(*store().totals(mailbox), IsEmpty());
  counts.to_crm_created = 2;
  counts.parked = 1;
  counts.skipped["private"] = 3;
  for (const char* run : {"r1", "r1", "r2"})
    must([&](Transaction& tx) { return store().add_counts(tx, mailbox, {run}, Kind::Email, counts); });
  auto totals = *store().totals(mailbox);
  ASSERT_THAT(totals, SizeIs(1));
  EXPECT_EQ(totals[Kind::Email].to_crm_created, 6);
  EXPECT_EQ(totals[Kind::Email].to_mailbox_created, 0);
  EXPECT_EQ(totals[Kind::Email].parked, 3);
  EXPECT_THAT(totals[Kind::Email].skipped, ElementsAre(std::pair("private", 9)));
}

TEST_P(StateStoreTest, RunsAreListedNewestFirstAndForgottenInTheEndWithoutTheirCounts) {
  const MailboxId mailbox = add_mailbox("a"), other = add_mailbox("b");
  mailsync::store::RunStore runs(database());
  Counts counts;
  counts.to_crm_created = 2;
  SeededRandom random(1);
  std::vector<RunId> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(random.run_id(kNow + kMinute * i));
    must([&](Transaction& tx) { return store().add_counts(tx, mailbox, ids[i], Kind::Email, counts); });
  }
  must([&](Transaction& tx) { return store().add_counts(tx, other, ids[0], Kind::Task, counts); });
  const std::vector both{mailbox, other};
  EXPECT_EQ(*runs.count(both), 6);
  const auto one = std::span(both).first(1);
  // The id says when it began, to the millisecond; only who lives through a run knows when it ended.
  auto page = *runs.runs(one, std::nullopt, 2);
  ASSERT_THAT(page, SizeIs(2));
  EXPECT_EQ(page[0].id, ids[4]);
  EXPECT_EQ(page[0].started_at, kNow + kMinute * 4);
  EXPECT_EQ(page[0].ended_at, std::nullopt);
  EXPECT_EQ(page[0].counts.at(Kind::Email).to_crm_created, 2);
  page = *runs.runs(one, RunPlace{page[1].started_at, page[1].id}, 9);
  ASSERT_THAT(page, SizeIs(3));
  EXPECT_EQ(page[0].id, ids[2]);

  RunRow ended{.id = ids[4],
               .mailbox = mailbox,
               .started_at = kNow + kMinute * 4,
               .ended_at = kNow + kMinute * 9,
               .trigger = "poll",
               .requests = 17,
               .error = "the mail server is away"};
  ASSERT_TRUE(runs.save(ended, kMinute * 3, 9));  // younger than three minutes then: all but the first
  page = *runs.runs(one, std::nullopt, 9);
  ASSERT_THAT(page, SizeIs(4));
  EXPECT_EQ(page[0].ended_at, kNow + kMinute * 9);
  EXPECT_EQ(std::tie(page[0].trigger, page[0].requests, page[0].error),
            std::tie(ended.trigger, ended.requests, ended.error));
  const auto named = *runs.named(mailbox, std::vector{ids[4], random.run_id(kNow)});
  ASSERT_THAT(named, SizeIs(1));
  EXPECT_EQ(named[0].requests, 17);
  ASSERT_TRUE(runs.save(ended, kMinute * 60, 2));
  EXPECT_EQ(*runs.count(one), 2);
  EXPECT_EQ(*runs.count(both), 3);
  EXPECT_EQ(store().totals(mailbox)->at(Kind::Email).to_crm_created, 10);
  ended.mailbox = MailboxId{999};
  EXPECT_TRUE(runs.save(ended, kMinute, 9));  // of a mailbox that is gone: nothing is kept
}

TEST_P(StateStoreTest, WhatFailsLeavesNothing) {
  const MailboxId mailbox = add_mailbox("a");
  auto done = transact([&](Transaction& tx) -> Result<void> {
    TRY_VOID(store().save_cursor(tx, mailbox, "c", {}));
    Link link = contact(mailbox, "x", 1);
    TRY_VOID(store().save_links(tx, std::span(&link, 1)));
    return fail(ErrorKind::Cancelled, "crash");
  });
  EXPECT_FALSE(done);
  EXPECT_FALSE(*store().cursor(mailbox, "c"));
  EXPECT_EQ(store().count_links(mailbox, Kind::Contact), 0);
}

// F147
TEST_P(StateStoreTest, AWorkerThatIsStartedAgainTakesBackWhatItHeld) {
  const MailboxId mine = add_mailbox("a@example.com"), other = add_mailbox("b@example.com");
  const auto dead = leases().take(mine, kNow, 10 * kMinute, "one");
  ASSERT_TRUE(dead && *dead);
  ASSERT_TRUE(leases().take(other, kNow, 10 * kMinute, "two"));
  ASSERT_TRUE(leases().take_back("one"));
  EXPECT_FALSE(leases().renew(**dead, kNow + 20 * kMinute));
  const auto due = leases().take_due(kNow, 10 * kMinute, 9, "one");
  ASSERT_TRUE(due);
  ASSERT_THAT(*due, SizeIs(1));
  EXPECT_EQ(due->front().mailbox, mine);
  EXPECT_GT(due->front().fencing_token, (*dead)->fencing_token);
}

TEST_P(StateStoreTest, OnlyTheHolderOfTheLeaseCommits) {
  const MailboxId mailbox = add_mailbox("a");
  auto check = [&](const Lease& lease) {
    return transact([&](Transaction& tx) { return store().check_lease(tx, lease); });
  };
  auto first = *leases().take(mailbox, kNow, kMinute, "w1");
  ASSERT_TRUE(first);
  EXPECT_TRUE(check(*first));
  EXPECT_FALSE(*leases().take(mailbox, kNow, kMinute, "w2"));
  auto renewed = leases().renew(*first, kNow + 3 * kMinute);
  ASSERT_TRUE(renewed);
  EXPECT_FALSE(*leases().take(mailbox, kNow + 2 * kMinute, kMinute, "w2"));
  // The first worker slept through its lease (F148).
  auto second = *leases().take(mailbox, kNow + 4 * kMinute, kMinute, "w2");
  ASSERT_TRUE(second);
  EXPECT_GT(second->fencing_token, first->fencing_token);
  EXPECT_EQ(check(*renewed).error().kind, ErrorKind::Cancelled);
  EXPECT_EQ(leases().renew(*renewed, kNow + 9 * kMinute).error().kind, ErrorKind::Cancelled);
  EXPECT_TRUE(leases().release(*renewed, kNow));
  EXPECT_TRUE(check(*second));
  EXPECT_TRUE(leases().release(*second, kNow + 9 * kMinute));
  EXPECT_EQ(check(*second).error().kind, ErrorKind::Cancelled);
  EXPECT_EQ(leases().renew(*second, kNow + 20 * kMinute).error().kind, ErrorKind::Cancelled);
}

TEST_P(StateStoreTest, DueMailboxesAreTakenOnce) {
  const MailboxId a = add_mailbox("a"), b = add_mailbox("b"), c = add_mailbox("c");
  add_mailbox("paused", {1}, MailboxState::Paused);
  add_mailbox("stopped", {1}, MailboxState::Stopped);
  auto taken = leases().take_due(kNow, kMinute, 2, "w1");
  ASSERT_TRUE(taken) << taken.error().message;
  ASSERT_THAT(*taken, SizeIs(2));
  auto rest = *leases().take_due(kNow, kMinute, 10, "w2");
  ASSERT_THAT(rest, SizeIs(1));
  EXPECT_EQ(rest[0].mailbox, c);
  EXPECT_EQ(rest[0].until, kNow + kMinute);
  ASSERT_TRUE(leases().release(rest[0], kNow + 5 * kMinute));
  EXPECT_THAT(*leases().take_due(kNow, kMinute, 10, "w2"), IsEmpty());
  // w1 died: its mailboxes are free when its leases have run out; c is not due yet.
  EXPECT_THAT(*leases().take_due(kNow + 2 * kMinute, kMinute, 10, "w2"), SizeIs(2));
  EXPECT_THAT(*leases().take_due(kNow + 6 * kMinute, kMinute, 10, "w2"), SizeIs(3));
  (void)a;
  (void)b;
}

// F11, F148
TEST_P(StateStoreTest, WorkersThatRaceNeverShareALease) {
  for (int i = 0; i < 30; ++i) add_mailbox("m" + std::to_string(i));
  std::vector<Lease> taken[4];
  std::vector<std::thread> workers;
  for (auto& mine : taken) {
    workers.emplace_back([&] {
      for (int quiet = 0; quiet < 3;) {
        auto some = leases().take_due(kNow, kMinute, 4, "w");
        if (!some) continue;
        quiet = some->empty() ? quiet + 1 : 0;
        mine.insert(mine.end(), some->begin(), some->end());
      }
    });
  }
  for (auto& worker : workers) worker.join();
  std::set<MailboxId> mailboxes;
  size_t total = 0;
  for (const auto& mine : taken) {
    total += mine.size();
    for (const Lease& lease : mine) mailboxes.insert(lease.mailbox);
  }
  EXPECT_EQ(total, 30u);
  EXPECT_THAT(mailboxes, SizeIs(30));
}

// F150
TEST_P(StateStoreTest, LookUpsUseIndexes) {
  for (const char* sql :
       {"SELECT id FROM link WHERE mailbox_id = 1 AND kind = 2 AND remote_key IN {{texts '[]'}}",
        "SELECT id FROM link WHERE account_id = 1 AND record_id IN {{ints '[]'}}",
        "SELECT id FROM link WHERE mailbox_id = 1 AND kind = 2 AND id > 3 ORDER BY id LIMIT 10",
        "SELECT count(*) FROM link WHERE mailbox_id = 1 AND kind = 2 AND state = 0",
        "SELECT id FROM journal WHERE mailbox_id = 1 AND state = 0 ORDER BY id",
        "SELECT id FROM journal WHERE mailbox_id = 1 AND id > 2 ORDER BY id LIMIT 10",
        "SELECT count(*) FROM journal WHERE action = 'delete' AND mailbox_id = 1 AND kind = 2 AND at_us >= 3",
        "SELECT cursor FROM sync_cursor WHERE mailbox_id = 1 AND collection = 'x'",
        "SELECT id FROM issue WHERE mailbox_id = 1 ORDER BY id",
        "SELECT kind, what, sum(count) FROM run_count WHERE mailbox_id = 1 GROUP BY kind, what",
        "SELECT mailbox_id FROM mailbox_lease WHERE takeable = 1 AND due_at_us <= 1 AND until_us <= 1 "
        "ORDER BY due_at_us, mailbox_id LIMIT 5"}) {
    auto done = database().read([&](db::Session& session) -> Result<void> {
      // An empty table is read whole where that is allowed.
      if (postgres()) TRY_VOID(session.query("SELECT set_config('enable_seqscan', 'off', true)"));
      TRY(db::Rows plan, session.query((postgres() ? "EXPLAIN " : "EXPLAIN QUERY PLAN ") + std::string(sql)));
      for (const db::Row& row : plan) {
        const std::string& step = row[postgres() ? 0 : 3].text();
        const bool whole =
            postgres() ? step.contains("Seq Scan") : step.contains("SCAN") && !step.contains("json_each");
        EXPECT_FALSE(whole) << sql << ": " << step;
      }
      return {};
    });
    EXPECT_TRUE(done) << done.error().message;
  }
}

}  // namespace
}  // namespace mailsync::sync
