// The contract of what the Mail Sync panel keeps (sync/panel_store.h, profile_store.h, statistics.h), over
// both engines.
#include "store/panel_store.h"

#include <gmock/gmock.h>

#include "store/lease_store.h"
#include "store/profile_store.h"
#include "store/run_store.h"
#include "store/schema.h"
#include "store/state_store.h"
#include "store/statistics.h"
#include "tests/contract/test_database.h"

namespace mailsync::sync {
namespace {

using model::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Instant kNow{1'790'000'000'000'000};
constexpr AccountId kAccount{1};

class PanelStoreTest : public EngineTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(mailsync::store::migrate(database(), kNow));
    must([&](Transaction& tx) -> Result<void> {
      TRY(ann, states.save_mailbox(tx, {.account = kAccount, .user = {7}, .address = "ann@x.example"}));
      TRY(bob, states.save_mailbox(tx, {.account = kAccount, .user = {8}, .address = "bob@x.example"}));
      TRY(foreign, states.save_mailbox(tx, {.account = {2}, .user = {9}, .address = "eve@x.example"}));
      return {};
    });
  }
  void must(const std::function<Result<void>(Transaction&)>& work) {
    const auto done = states.transact(Durable::No, work);
    ASSERT_TRUE(done) << done.error().message;
  }
  void cursor(const std::string& collection, const std::string& place, bool enumerated) {
    must([&](Transaction& tx) {
      return states.save_cursor(tx, ann, collection, {{place}, enumerated, kNow});
    });
  }
  // A run id of that moment (UUIDv7).
  RunId run_at(Instant at) {
    char text[40];
    std::snprintf(text, sizeof text, "%08llx-%04llx-7000-8000-000000000000",
                  static_cast<unsigned long long>(at.us / 1000) >> 16,
                  static_cast<unsigned long long>(at.us / 1000) & 0xffff);
    return {text};
  }
  int64_t give(const NamedProfile& profile, bool reset = false) {
    int64_t changed = -1;
    must([&](Transaction& tx) -> Result<void> {
      const std::vector<MailboxId> ids{ann, bob};
      TRY(changed, profiles.give(tx, kAccount, ids, profile, reset));
      return {};
    });
    return changed;
  }
  NamedProfile saved(NamedProfile profile) {
    profile.account = kAccount;
    must([&](Transaction& tx) -> Result<void> {
      TRY(profile.id, profiles.save(tx, profile));
      return {};
    });
    return *profiles.profile(kAccount, profile.id);
  }
  NamedProfile named(const std::string& name, const std::string& category) {
    NamedProfile out;
    out.name = name;
    out.settings.category = category;
    return saved(out);
  }

  mailsync::store::StateStore states{database()};
  mailsync::store::LeaseStore leases{database()};
  mailsync::store::PanelStore panel{database()};
  mailsync::store::ProfileStore profiles{database()};
  mailsync::store::Statistics statistics{database()};
  MailboxId ann, bob, foreign;
};
MAILSYNC_BOTH_ENGINES(PanelStoreTest);

TEST_P(PanelStoreTest, TheRosterTellsEachMailboxOfTheAccountInFewWords) {
  must([&](Transaction& tx) -> Result<void> {
    for (const char* key : {"mailbox:login", "item:1"})
      TRY_VOID(states.open_issue(tx, {.mailbox = bob,
                                      .key = key,
                                      .severity = "error",
                                      .title = "Refused",
                                      .cause = "the password was changed",
                                      .remedy = "Sign in again.",
                                      .opened_at = kNow}));
    return panel.set_state(tx, bob, MailboxState::Paused, "Off.");
  });
  const auto rows = *panel.roster(kAccount);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].address, "ann@x.example");
  EXPECT_EQ(rows[0].open_issues, 0);
  EXPECT_EQ(rows[1].state, MailboxState::Paused);
  EXPECT_EQ(rows[1].state_text, "Off.");
  EXPECT_EQ(rows[1].open_issues, 2);
  const std::vector<MailboxId> both{ann, bob};
  const auto details = *panel.details(both);
  EXPECT_EQ(details.at(bob).trouble, "Refused: the password was changed");
  EXPECT_EQ(details.at(bob).remedy, "Sign in again.");
  must([&](Transaction& tx) -> Result<void> {
    const std::vector<UserId> users{{8}, {9}};
    TRY(const auto of_users, panel.roster_of(tx, kAccount, users));
    EXPECT_EQ(of_users.size(), 1U) << "not of the other account";
    EXPECT_EQ(of_users.at(0).open_issues, 2);
    const std::vector<std::string> addresses{"ann@x.example", "eve@x.example", "new@x.example"};
    TRY(const auto taken, panel.taken(tx, kAccount, addresses));
    EXPECT_THAT(taken, ElementsAre("ann@x.example"));
    return {};
  });
}

TEST_P(PanelStoreTest, APausedMailboxIsNotTakenByTheScheduler) {
  must([&](Transaction& tx) { return panel.set_state(tx, ann, MailboxState::Paused, ""); });
  for (const Lease& lease : *leases.take_due(kNow, std::chrono::minutes(1), 10, "w"))
    EXPECT_NE(lease.mailbox, ann);
  must([&](Transaction& tx) { return panel.set_state(tx, ann, MailboxState::Active, ""); });
  const auto due = *leases.take_due(kNow, std::chrono::minutes(1), 10, "w");
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].mailbox, ann);
}

TEST_P(PanelStoreTest, ProgressAndLastSyncAreToldByKind) {
  cursor("settings", R"({"followed":{"email":["a","b"],"task":["t"]}})", true);
  cursor("email:a", "1", true);
  cursor("email:b", "1", false);
  cursor("crm:task", "1", true);
  const Instant later = kNow + std::chrono::hours(5);
  must([&](Transaction& tx) -> Result<void> {
    TRY_VOID(states.add_counts(tx, ann, run_at(kNow), Kind::Email, {.to_crm_created = 3}));
    TRY_VOID(states.add_counts(tx, ann, run_at(later), Kind::Email, {.to_crm_updated = 1}));
    return states.add_counts(tx, ann, run_at(kNow), Kind::Task, {.to_mailbox_created = 2});
  });
  const std::vector<MailboxId> one{ann};
  const auto details = *panel.details(one);
  EXPECT_EQ(details.at(ann).collections, 3);
  EXPECT_EQ(details.at(ann).listed, 1);
  EXPECT_EQ(details.at(ann).last_synced.at(Kind::Email), later);
  EXPECT_EQ(details.at(ann).last_synced.at(Kind::Task), kNow);
  EXPECT_FALSE(details.at(ann).last_synced.contains(Kind::Meeting));
}

// A pass that runs must not write its own place over that.
TEST_P(PanelStoreTest, ListingAgainEndsTheLeaseOfAPassThatRuns) {
  cursor("email:a", "7", true);
  cursor("settings", "{}", true);
  const auto lease = *leases.take(ann, kNow, std::chrono::minutes(20), "w");
  ASSERT_TRUE(lease);
  must([&](Transaction& tx) { return panel.list_again(tx, ann); });
  const auto state = *states.cursor(ann, "email:a");
  EXPECT_TRUE(state->enumerated);
  EXPECT_EQ(state->cursor.value, "");
  EXPECT_EQ(states.cursor(ann, "settings")->value().cursor.value, "{}");
  const auto late =
      states.transact(Durable::No, [&](Transaction& tx) { return states.check_lease(tx, *lease); });
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::Cancelled);
  EXPECT_TRUE(leases.take(ann, kNow, std::chrono::minutes(1), "w")->has_value()) << "free at once";
}

TEST_P(PanelStoreTest, ADatabaseIsConnectedOnceAndTheDefaultOrganizationIsKept) {
  const ConnectedDatabase ours{.account = kAccount,
                               .connector = "builtin",
                               .name = "CRM",
                               .connected_at = kNow,
                               .connected_by = "root"};
  for (int i = 0; i < 2; ++i) must([&](Transaction& tx) { return panel.connect_database(tx, ours); });
  EXPECT_EQ(panel.databases(kAccount)->size(), 1U);
  EXPECT_THAT(*panel.databases({2}), IsEmpty());
  EXPECT_EQ(panel.default_organization(kAccount)->value, 0);
  for (const int64_t id : {4, 5})
    must([&](Transaction& tx) { return panel.set_default_organization(tx, kAccount, {id}); });
  EXPECT_EQ(panel.default_organization(kAccount)->value, 5);
}

TEST_P(PanelStoreTest, AProfileIsGivenAndKeepsWhatAUserMayHaveChanged) {
  NamedProfile profile = named("Sales", "Sales");
  EXPECT_EQ(give(profile), 2);
  EXPECT_EQ(states.mailbox(ann)->profile.category, "Sales");
  EXPECT_EQ(states.mailbox(foreign)->profile.category, "CRM");
  EXPECT_EQ(profiles.assigned(kAccount)->at(bob), profile.id);
  must([&](Transaction& tx) -> Result<void> {
    TRY_VOID(db::SqlTransaction::of(tx).execute("UPDATE mailbox_profile SET own = $2 WHERE mailbox_id = $1",
                                                {ann, R"({"category":"Mine","completed_task_days":3})"}));
    return {};
  });
  profile.forced = {"category"};
  profile = saved(profile);
  EXPECT_EQ(give(profile), 1) << "Ann's own number of days";
  EXPECT_EQ(states.mailbox(ann)->profile.category, "Sales") << "forced";
  EXPECT_EQ(states.mailbox(ann)->profile.completed_task_days, 3) << "allowed";
  EXPECT_EQ(give(profile, true), 1);
  EXPECT_EQ(states.mailbox(ann)->profile.completed_task_days, 14) << "a reset forgets it";
  EXPECT_EQ(profiles.profile(kAccount, profile.id)->mailboxes, 2);
  EXPECT_THAT(*profiles.holders(kAccount, profile.id, {}, 1), ElementsAre(ann));
  EXPECT_THAT(*profiles.holders(kAccount, profile.id, ann, 9), ElementsAre(bob));
}

TEST_P(PanelStoreTest, AProfileIsChangedByItsVersionAndDeletedWhenNobodyHasIt) {
  NamedProfile profile = named("Sales", "Sales");
  NamedProfile other = named("Service", "CRM");
  other.name = "SALES";
  auto done = states.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
    TRY(other.id, profiles.save(tx, other));
    return {};
  });
  EXPECT_EQ(done.error().vendor_code, "name");
  NamedProfile stale = profile;
  profile = saved(profile);
  done = states.transact(Durable::No, [&](Transaction& tx) -> Result<void> {
    TRY(stale.id, profiles.save(tx, stale));
    return {};
  });
  EXPECT_EQ(done.error().kind, ErrorKind::VersionStale);
  const auto remove = [&] {
    return states.transact(Durable::No,
                           [&](Transaction& tx) { return profiles.remove(tx, kAccount, profile.id); });
  };
  give(profile);
  EXPECT_EQ(remove().error().kind, ErrorKind::ItemInvalid);
  give({});
  must([&](Transaction& tx) { return profiles.set_profile_of(tx, kAccount, {3}, profile.id); });
  EXPECT_EQ(remove().error().kind, ErrorKind::ItemInvalid) << "new users of an organization get it";
  must([&](Transaction& tx) -> Result<void> {
    TRY(const auto given, profiles.profile_in(tx, kAccount, {3}));
    EXPECT_EQ(given->name, "Sales");
    return profiles.set_profile_of(tx, kAccount, {3}, {});
  });
  EXPECT_TRUE(remove());
  EXPECT_FALSE(profiles.profile(kAccount, profile.id));
  EXPECT_FALSE(profiles.profile({2}, other.id)) << "another account's";
}

TEST_P(PanelStoreTest, ItemsOutcomesAndDurationsAreCountedByDay) {
  const Day today = day_of(kNow);
  const Instant yesterday = kNow - std::chrono::hours(24);
  must([&](Transaction& tx) -> Result<void> {
    TRY_VOID(states.add_counts(tx, ann, run_at(yesterday), Kind::Email,
                               {.to_crm_created = 3, .to_crm_linked = 1}));
    TRY_VOID(states.add_counts(tx, ann, run_at(kNow), Kind::Email,
                               {.to_crm_created = 1, .to_mailbox_updated = 2}));
    TRY_VOID(states.add_counts(tx, ann, run_at(kNow), Kind::Email, {.to_crm_created = 1}));
    TRY_VOID(states.add_counts(tx, bob, run_at(kNow), Kind::Task, {.to_mailbox_created = 9}));
    return states.add_counts(tx, foreign, run_at(kNow), Kind::Task, {.to_mailbox_created = 50});
  });
  const std::vector<MailboxId> both{ann, bob};
  const auto items = *statistics.items(kAccount, both, today - 1);
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].day, today - 1);
  EXPECT_EQ(items[0].to_crm, 4);
  EXPECT_EQ(items[1].to_crm, 2);
  EXPECT_EQ(items[1].to_mailbox, 2);
  EXPECT_EQ(statistics.items(kAccount, both, today)->size(), 2U);
  const auto by_mailbox = *statistics.items_by_mailbox(kAccount, both, today - 1, 1);
  ASSERT_EQ(by_mailbox.size(), 1U);
  EXPECT_EQ(by_mailbox[0].mailbox, bob) << "who has the most";
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(statistics.note_outcome(ann, today, "throttled"));
  ASSERT_TRUE(statistics.note_outcome({999}, today, "throttled")) << "of no mailbox: nothing";
  const auto outcomes = *statistics.outcomes(kAccount, both, today);
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0].passes, 3);
  mailsync::store::RunStore runs(database());
  ASSERT_TRUE(runs.save({.id = run_at(kNow),
                         .mailbox = ann,
                         .started_at = kNow,
                         .ended_at = kNow + std::chrono::seconds(2),
                         .counts = {}},
                        std::chrono::hours(24 * 35), 100));
  const auto took = *statistics.durations(kAccount, both, today, 10);
  ASSERT_EQ(took.size(), 1U);
  EXPECT_EQ(took[0].took, std::chrono::seconds(2));
  ASSERT_TRUE(states.remove_mailbox(ann)) << "with all that was counted";
  EXPECT_THAT(*statistics.outcomes(kAccount, both, today), IsEmpty());
}

}  // namespace
}  // namespace mailsync::sync
