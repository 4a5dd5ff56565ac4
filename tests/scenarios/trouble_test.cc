// A mailbox that is out of reach is not empty, and a worker that lost its lease writes nothing.
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

constexpr const char* kActiveLinks = "SELECT count(*) FROM link WHERE state = 0";

void fill(Stage& stage, lab::Mailbox& mailbox) {
  for (int i = 0; i < 10; ++i) stage.add_email(mailbox, "mail " + std::to_string(i), true);
  for (int i = 0; i < 4; ++i)
    stage.create(mailbox, sync::Kind::Task,
                 {{"subject", "\"task " + std::to_string(i) + "\""}, {"status", R"("not_started")"}});
  stage.settle();
}

// Its licence is taken away and given back: nothing is read as deleted meanwhile, and it goes on by itself.
TEST(Trouble, AMailboxWithoutLicenceIsNotEmpty_F134) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  fill(stage, ann);
  ann.user.mailbox_enabled = false;
  for (int pass = 0; pass < 3; ++pass) {
    const auto report = stage.pass(ann);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().kind, ErrorKind::SwitchedOff);
    stage.advance(std::chrono::hours(30));
  }
  EXPECT_EQ(stage.count(kActiveLinks), 14);
  EXPECT_EQ(stage.records(ann, sync::Kind::Task).size(), 4U);
  ann.user.mailbox_enabled = true;
  stage.add_email(ann, "afterwards", true);
  stage.settle();
  EXPECT_EQ(stage.count(kActiveLinks), 15);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 11);
}

// The worker sleeps in the middle of its pass until its lease is another's: what it then wants to commit is
// refused.
TEST(Trouble, AWorkerWhoseLeaseWasTakenCommitsNothing_F148) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  for (int i = 0; i < 30; ++i) stage.add_email(ann, "mail " + std::to_string(i), true);
  store::LeaseStore leases(*stage.database);
  std::optional<sync::Lease> others;
  stage.http.on_answer = [&](const net::HttpRequest& request, const net::ServerResponse&) {
    if (others || request.url.find("$batch") == std::string::npos) return;
    stage.advance(std::chrono::minutes(11));
    const auto taken =
        leases.take(stage.connected(ann).id, stage.clock.now(), std::chrono::minutes(10), "another");
    ASSERT_TRUE(taken && *taken) << "the lease did not run out";
    others = **taken;
  };
  EXPECT_FALSE(stage.pass(ann));
  stage.http.on_answer = nullptr;
  ASSERT_TRUE(others);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 0);
  EXPECT_EQ(stage.rows_written(), 0);
  ASSERT_TRUE(leases.release(*others, stage.clock.now()));
  stage.settle();
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 30);
}

// Whoever held the mailbox died without a word: nothing says "busy" for longer than a lease lasts.
TEST(Trouble, AMailboxIsNotBusyForEver_F147) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  stage.add_email(ann, "mail", true);
  store::LeaseStore leases(*stage.database);
  const auto dead = leases.take(stage.connected(ann).id, stage.clock.now(), std::chrono::minutes(10), "dead");
  ASSERT_TRUE(dead && *dead);
  EXPECT_FALSE(stage.pass(ann));  // it is busy, for now
  stage.advance(std::chrono::minutes(11));
  stage.settle();
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 1);
}

// The permission ends, and is given again days later: the mailbox goes on from where it was read up to, and
// nothing is read as new or as gone.
TEST(Trouble, ASignInThatIsMendedLosesNothing_F80) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  fill(stage, ann);
  const int64_t rows = stage.rows_written();
  const auto grant = *stage.tokens.find("app", stage.clock.now());
  stage.tokens.revoke_app("app-1");
  for (int pass = 0; pass < 3; ++pass) {
    const auto report = stage.pass(ann);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().kind, ErrorKind::LoginNeeded);
    stage.advance(std::chrono::hours(30));
  }
  EXPECT_EQ(stage.count(kActiveLinks), 14);
  EXPECT_EQ(stage.rows_written(), rows);
  stage.add_email(ann, "meanwhile", true);
  stage.tokens.put("app", grant);
  size_t fetched = 0;
  stage.http.on_request = [&](const net::HttpRequest& request) {
    for (size_t at = 0; (at = request.body.find("/messages/", at)) != std::string::npos; ++at) ++fetched;
  };
  stage.good_pass(ann);
  stage.http.on_request = nullptr;
  EXPECT_EQ(fetched, 1U);  // the one new email
  EXPECT_EQ(stage.count(kActiveLinks), 15);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 11);
  EXPECT_EQ(stage.records(ann, sync::Kind::Task).size(), 4U);
}

// Taken out of the synchronisation and connected anew: the CRM keeps what it has, the places it was read up
// to are forgotten with it, and what comes in again meets what is there.
TEST(Trouble, AMailboxThatIsConnectedAnewIsReadFromTheBeginning_F52_F80) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  for (int i = 0; i < 30; ++i) stage.add_email(ann, "mail " + std::to_string(i), true);
  stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  stage.settle();
  sync::Mailbox& row = stage.connected(ann);
  ASSERT_TRUE(stage.store->remove_mailbox(row.id));
  for (const char* table : {"sync_cursor", "removal_hint", "link"})
    EXPECT_EQ(stage.count(std::string("SELECT count(*) FROM ") + table), 0) << table;
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_record WHERE type = 'email' AND deleted = 0"), 30);
  EXPECT_EQ(stage.items(ann, lab::IdKind::Contact).size(), 1U);
  stage.add_email(ann, "meanwhile", true);
  row.id = {};
  stage.write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(row.id, stage.store->save_mailbox(tx, row));
    return {};
  });
  stage.settle();
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_record WHERE type = 'email' AND deleted = 0"), 31);
  EXPECT_EQ(stage.records(ann, sync::Kind::Contact).size(), 1U);
  EXPECT_EQ(stage.items(ann, lab::IdKind::Contact).size(), 1U);
  EXPECT_EQ(stage.count(kActiveLinks), 32);
}

// She marries, and her address with her: the same mailbox, known by its id. Mail under either address is
// hers, and she becomes nobody's lead.
TEST(Trouble, AnotherAddressIsTheSameMailbox_F138) {
  Stage stage;
  sync::Profile profile;
  profile.capture_emails = sync::Capture::AnyExternal;
  profile.no_match = sync::NoMatch::CreateLead;
  auto& ann = stage.connect("ann@ours.example", "Ann", profile);
  fill(stage, ann);
  const auto people = [&] {
    return stage.count("SELECT count(*) FROM crm_record WHERE type IN ('lead', 'person') AND deleted = 0");
  };
  const int64_t before = people();
  ann.user.aliases.push_back(ann.user.mail);
  ann.user.mail = ann.user.upn = "ann.married@ours.example";
  stage.add_email(ann, "to the new address", false);
  stage.add_email(ann, "from the new address", false, "sentitems", "ann.married@ours.example");
  stage.settle();
  EXPECT_EQ(stage.count(kActiveLinks), 15);  // the second is to herself alone
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 11);
  EXPECT_EQ(people(), before);
  EXPECT_EQ(stage.records(ann, sync::Kind::Task).size(), 4U);
}

// One item after another fails for a while, in every pass a different one: each is parked for itself and
// comes in.
TEST(Trouble, PoisonInManyPassesIsParkedEachTime_F62_F63) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  for (int round = 0; round < 5; ++round) {
    auto& mail = stage.add_email(ann, "poison " + std::to_string(round), true);
    stage.add_email(ann, "good " + std::to_string(round), true);
    stage.world.faults.planned.push_back({.match = "messages/" + ann.id_of(mail, true),
                                          .status = 400,
                                          .code = "ErrorInvalidRequest",
                                          .times = 1});
    stage.good_pass(ann);
    EXPECT_EQ(stage.count("SELECT count(*) FROM issue WHERE key LIKE 'item:%'"), 1);
    stage.advance(std::chrono::minutes(11));
    stage.good_pass(ann);
    EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 2 * (round + 1));
    EXPECT_EQ(stage.count("SELECT count(*) FROM issue WHERE key LIKE 'item:%'"), 0);
  }
}

}  // namespace
}  // namespace mailsync::scenario
