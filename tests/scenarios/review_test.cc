// An ambiguous match waits for a person, never makes a second one, and is planned again when the CRM changes.
#include "sync/review.h"

#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

model::Fields person(const std::string& given, const std::string& address) {
  model::Contact contact;
  contact.given_name = given;
  contact.family_name = "Card";
  contact.emails = std::vector<std::string>{address};
  return model::fields_of(contact);
}

int64_t people(Stage& stage) {
  return stage.count("SELECT count(*) FROM crm_record WHERE type = 'person' AND deleted = 0");
}
int64_t open_issues(Stage& stage) {
  return stage.count("SELECT count(*) FROM issue WHERE key LIKE 'review:%'");
}

// Two people of one address; Ann's contact may be either.
struct Doubt {
  Stage stage;
  lab::Mailbox& ann = stage.connect("ann@ours.example", "Ann");
  lab::Mailbox& bob = stage.connect("bob@ours.example", "Bob");
  sync::CrmRecord one = stage.create(bob, sync::Kind::Contact, person("Carl", "card@side.example"));
  sync::CrmRecord two = stage.create(bob, sync::Kind::Contact, person("Carl", "card@side.example"));
  lab::Item& card = stage.add_contact(ann, "Carl", "Card", "card@side.example");

  Doubt() {
    stage.good_pass(ann);
    EXPECT_EQ(people(stage), 2);
    EXPECT_EQ(open_issues(stage), 1);
    EXPECT_EQ(linked_to(), 0);
  }
  // The record that Ann's contact is linked to; 0 = none.
  int64_t linked_to() {
    return stage.count("SELECT COALESCE(MAX(record_id), 0) FROM link WHERE mailbox_id = " +
                       std::to_string(stage.connected(ann).id.value));
  }
  void answer(const sync::Review& said) {
    const auto open = sync::open_reviews(*stage.store, stage.connected(ann).id);
    ASSERT_TRUE(open) << open.error().message;
    ASSERT_EQ(open->size(), 1U);
    const auto kept = sync::answer_review(*stage.store, stage.connected(ann).id, open->begin()->first, said);
    ASSERT_TRUE(kept) << kept.error().message;
  }
};

TEST(Reviews, AQuietPassAsksTheMailboxNothingMore) {
  Doubt doubt;
  doubt.stage.good_pass(doubt.ann);
  const int64_t rows = doubt.stage.rows_written(), commits = doubt.stage.disk.commits;
  doubt.stage.good_pass(doubt.ann);
  EXPECT_EQ(doubt.stage.rows_written(), rows);
  EXPECT_EQ(doubt.stage.disk.commits - commits, 2);  // the lease
}

TEST(Reviews, OneCandidateLessSettlesIt) {
  Doubt doubt;
  doubt.stage.erase(doubt.bob, doubt.two);
  doubt.stage.good_pass(doubt.ann);
  EXPECT_EQ(doubt.linked_to(), doubt.one.id.value);
  EXPECT_EQ(people(doubt.stage), 1);
  EXPECT_EQ(open_issues(doubt.stage), 0);
}

TEST(Reviews, AnAddressTakenAwaySettlesIt) {
  Doubt doubt;
  doubt.stage.update(doubt.bob, doubt.one, {{"emails", R"(["other@side.example"])"}});
  doubt.stage.good_pass(doubt.ann);
  EXPECT_EQ(doubt.linked_to(), doubt.two.id.value);
  EXPECT_EQ(people(doubt.stage), 2);
  EXPECT_EQ(open_issues(doubt.stage), 0);
}

TEST(Reviews, APersonSaysWhoItIs) {
  Doubt doubt;
  doubt.answer({.choice = sync::Review::Choice::LinkTo, .person = doubt.two.id});
  doubt.stage.good_pass(doubt.ann);
  EXPECT_EQ(doubt.linked_to(), doubt.two.id.value);
  EXPECT_EQ(people(doubt.stage), 2);
  EXPECT_EQ(open_issues(doubt.stage), 0);
}

TEST(Reviews, APersonKeepsThemApart) {
  Doubt doubt;
  doubt.answer({.choice = sync::Review::Choice::KeepApart});
  doubt.stage.good_pass(doubt.ann);
  EXPECT_EQ(people(doubt.stage), 3);
  EXPECT_GT(doubt.linked_to(), doubt.two.id.value);
  EXPECT_EQ(open_issues(doubt.stage), 0);
}

TEST(Reviews, AContactThatIsDeletedNeedsNoAnswer) {
  Doubt doubt;
  doubt.stage.remove(doubt.ann, doubt.card);
  doubt.stage.erase(doubt.bob, doubt.two);
  doubt.stage.good_pass(doubt.ann);
  EXPECT_EQ(open_issues(doubt.stage), 0);
  EXPECT_EQ(doubt.linked_to(), 0);
}

TEST(Reviews, TheSameContactTwiceOnOnePageIsOnePersonAndAReview) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  stage.add_contact(ann, "Carl", "Card", "card@side.example");
  stage.add_contact(ann, "Carl", "Card", "card@side.example");
  stage.settle();
  EXPECT_EQ(people(stage), 1);
  EXPECT_EQ(open_issues(stage), 1);
}

}  // namespace
}  // namespace mailsync::scenario
