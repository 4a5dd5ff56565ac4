// Many deletions at once, a listing that nobody should believe, and an address that leads elsewhere: nothing
// is deleted, the rest goes on, a person decides.
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

constexpr const char* kActive = "SELECT count(*) FROM link WHERE kind = 1 AND state = 0";

struct Contacts {
  explicit Contacts(int count) : ann(stage.connect("ann@ours.example", "Ann")) {
    for (int i = 0; i < count; ++i) add(i);
    stage.settle();
    EXPECT_EQ(stage.count(kActive), count);
  }
  void add(int i) {
    const std::string n = std::to_string(i);
    stage.add_contact(ann, "Given" + n, "Family" + n, "p" + n + "@side.example");
  }
  void remove(int count) {
    for (int i = 0; i < count; ++i) stage.remove(ann, *stage.items(ann, lab::IdKind::Contact).front());
  }
  int64_t issues(const std::string& key) {
    return stage.count("SELECT count(*) FROM issue WHERE key = '" + key +
                       "' AND cause <> '' AND effect <> '' AND remedy <> ''");
  }
  Stage stage;
  lab::Mailbox& ann;
};

// F77, F78.
TEST(Guard, MoreThanADaysDeletionsWaitForAPersonAndTheRestGoesOn) {
  Contacts world(10);
  world.remove(4);
  world.add(20);
  world.stage.settle();
  EXPECT_EQ(world.stage.count(kActive), 11);  // the new one came in
  EXPECT_EQ(world.issues("held:contact"), 1);
  // Pass after pass, day after day.
  for (int day = 0; day < 3; ++day) {
    world.stage.advance(std::chrono::hours(24));
    world.stage.good_pass(world.ann);
  }
  EXPECT_EQ(world.stage.count(kActive), 11);
  EXPECT_EQ(world.issues("held:contact"), 1);
  world.stage.answer_held(sync::PlanState::Approved);
  world.stage.good_pass(world.ann);
  EXPECT_EQ(world.stage.count(kActive), 7);
  EXPECT_EQ(world.stage.count("SELECT count(*) FROM issue"), 0);
  EXPECT_EQ(world.stage.records(world.ann, sync::Kind::Contact).size(), 11U);  // people stay in the CRM
}

TEST(Guard, ADayIsCountedAsItRolls) {
  Contacts world(10);
  world.remove(3);
  world.stage.good_pass(world.ann);
  EXPECT_EQ(world.stage.count(kActive), 7);
  world.stage.advance(std::chrono::hours(20));
  world.remove(1);
  world.stage.good_pass(world.ann);
  EXPECT_EQ(world.stage.count(kActive), 7);
  EXPECT_EQ(world.issues("held:contact"), 1);
  world.stage.advance(std::chrono::hours(5));
  world.stage.good_pass(world.ann);
  EXPECT_EQ(world.stage.count(kActive), 6);
  EXPECT_EQ(world.stage.count("SELECT count(*) FROM issue"), 0);
}

TEST(Guard, ManyMailboxesWithAFewDeletionsEachAreHeldToo) {
  Contacts world(10);
  auto& ben = world.stage.connect("ben@ours.example", "Ben");
  world.stage.settle();
  std::vector<sync::JournalEntry> gone(99, {.mailbox = world.stage.connected(ben).id,
                                            .run = RunId{"r"},
                                            .kind = sync::Kind::Contact,
                                            .action = "dismiss",
                                            .state = sync::JournalEntry::State::Done,
                                            .before = "{}",
                                            .after = "{}",
                                            .at = world.stage.clock.now()});
  world.stage.write([&](db::SqlTransaction& tx) { return world.stage.store->save_journal(tx, gone); });
  world.remove(1);
  world.stage.good_pass(world.ann);
  EXPECT_EQ(world.stage.count(kActive), 9);  // the hundredth of this day
  world.remove(1);
  world.stage.good_pass(world.ann);
  EXPECT_EQ(world.stage.count(kActive), 9);
  EXPECT_EQ(world.stage.count(
                "SELECT count(*) FROM issue WHERE key = 'held:contact' AND cause LIKE '%all mailboxes%'"),
            1);
}

// F21, F77: the ids are not found either, and still a person decides.
TEST(Guard, AListingThatIsSuddenlyEmptyAuthorisesNothing) {
  Contacts world(2);
  world.remove(2);
  world.stage.front.forget_delta_tokens(world.stage.clock.now());
  for (int round = 0; round < 3; ++round) {
    world.stage.good_pass(world.ann);
    world.stage.restart();
    world.stage.advance(std::chrono::hours(25));
    EXPECT_EQ(world.stage.count(kActive), 2);
    EXPECT_EQ(world.issues("held:listing:contact"), 1);
  }
  world.stage.answer_held(sync::PlanState::Approved);
  world.stage.good_pass(world.ann);
  EXPECT_EQ(world.stage.count(kActive), 0);
  EXPECT_EQ(world.stage.count("SELECT count(*) FROM issue"), 0);
}

TEST(Guard, ALostCursorAloneHoldsNothing) {
  Contacts world(4);
  world.remove(1);
  world.stage.front.forget_delta_tokens(world.stage.clock.now());
  world.stage.good_pass(world.ann);
  EXPECT_EQ(world.stage.count(kActive), 3);
  EXPECT_EQ(world.stage.count("SELECT count(*) FROM issue"), 0);
}

TEST(Guard, RecordsDeletedInTheCrmAtOnceKeepTheirCopies) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  std::vector<sync::CrmRecord> made;
  for (int i = 0; i < 10; ++i) {
    model::Contact contact;
    contact.given_name = "Crm" + std::to_string(i);
    made.push_back(stage.create(ann, sync::Kind::Contact, model::fields_of(contact)));
  }
  stage.settle();
  ASSERT_EQ(stage.items(ann, lab::IdKind::Contact).size(), 10U);
  for (const sync::CrmRecord& record : stage.records(ann, sync::Kind::Contact)) stage.erase(ann, record);
  stage.good_pass(ann);
  EXPECT_EQ(stage.items(ann, lab::IdKind::Contact).size(), 10U);
  EXPECT_EQ(stage.count("SELECT count(*) FROM issue WHERE key = 'held:crm:contact'"), 1);
  stage.answer_held(sync::PlanState::Approved);
  stage.good_pass(ann);
  EXPECT_EQ(stage.items(ann, lab::IdKind::Contact).size(), 0U);
  EXPECT_EQ(stage.count("SELECT count(*) FROM issue"), 0);
}

// Links are there before the first cursor is.
TEST(Guard, AFirstSyncThatBreaksOffIsNoOtherMailbox) {
  constexpr int kEmails = 50;  // of a size that one commit does not take all
  const json::object body{{"contentType", "text"}, {"content", std::string(150'000, 'x')}};
  for (int commit = 1; commit <= 3; ++commit) {
    Stage stage;
    auto& ann = stage.connect("ann@ours.example", "Ann");
    for (int i = 0; i < kEmails; ++i)
      stage.add_email(ann, "mail " + std::to_string(i), true).fields["body"] = body;
    stage.die_at_commit(commit, true);
    EXPECT_FALSE(stage.pass(ann));
    stage.advance(std::chrono::minutes(11));  // its lease ends
    stage.good_pass(ann);
    EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), kEmails);
  }
}

// F26, F78: another id space under the same address.
TEST(Guard, AnAddressThatLeadsToAnotherMailboxIsNotFollowed) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& other = stage.world.add_user("new.ann@ours.example", "Another Ann");
  for (int i = 0; i < 3; ++i) stage.add_email(ann, "mine " + std::to_string(i), true);
  stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  stage.settle();
  for (int i = 0; i < 5; ++i) stage.add_email(other, "hers " + std::to_string(i), true);
  const std::string mine = stage.connected(ann).remote_user;
  stage.connected(ann).remote_user = other.user.id;
  stage.restart();
  const int64_t rows = stage.rows_written();
  const auto pass = stage.pass(ann);
  ASSERT_FALSE(pass);
  EXPECT_EQ(pass.error().kind, ErrorKind::Corrupt);
  EXPECT_EQ(pass.error().vendor_code, "another_mailbox");
  EXPECT_EQ(stage.rows_written(), rows);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 3);
  EXPECT_EQ(stage.count("SELECT count(*) FROM link WHERE state <> 0"), 0);
  stage.connected(ann).remote_user = mine;
  stage.restart();
  stage.good_pass(ann);
}

}  // namespace
}  // namespace mailsync::scenario
