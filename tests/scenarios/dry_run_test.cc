// A dry run says what the pass that follows on an unchanged world does: the same counts, always. And it
// writes nothing: not to the mailbox (Stage checks), not to the database.
#include "tests/scenarios/seeded_world.h"

namespace mailsync::scenario {
namespace {

constexpr uint64_t kSeeds = 60;
constexpr int kRounds = 3;

// Everything the database holds that a pass may touch, as one text.
std::string database_of(Stage& stage) {
  std::string out;
  for (const char* table :
       {"link", "journal", "issue", "run_count", "sync_cursor", "removal_hint", "crm_record", "crm_email",
        "crm_email_copy", "crm_relation", "crm_attachment", "plan_report"})
    out += std::string(table) + " " +
           std::to_string(stage.count(std::string("SELECT count(*) FROM ") + table)) + "\n";
  out += "seq " + std::to_string(stage.count("SELECT coalesce(max(seq), 0) FROM crm_record")) + "\n";
  out += "link " + std::to_string(stage.count("SELECT coalesce(sum(record_version + state), 0) FROM link"));
  return out;
}

TEST(DryRun, ItsCountsAreThoseOfThePassThatFollows) {
  std::map<std::string, int64_t> met;  // that the worlds are not empty
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SeededWorld world(seed);
    for (int round = 0; round < kRounds; ++round) {
      world.edit(25);
      lab::Mailbox& mailbox = world.any_mailbox();
      const std::string before = database_of(world.stage());
      const size_t mails = world.stage().world.outbox().size();  // of the people themselves
      const sync::DryRun dry = world.stage().dry_run(mailbox);
      EXPECT_EQ(database_of(world.stage()), before) << "seed " << seed << " round " << round;
      const sync::PassReport real = world.stage().good_pass(mailbox);
      ASSERT_EQ(text_of(dry.report.counts), text_of(real.counts)) << "seed " << seed << " round " << round;
      EXPECT_EQ(dry.mails, 0);
      EXPECT_EQ(world.stage().world.outbox().size(), mails) << "the pass mailed somebody";
      for (const auto& [kind, c] : real.counts) {
        met["created"] += c.to_crm_created;
        met["updated"] += c.to_crm_updated;
        met["deleted"] += c.to_crm_deleted;
        met["linked"] += c.to_crm_linked;
        met["down created"] += c.to_mailbox_created;
        met["down updated"] += c.to_mailbox_updated;
        met["down deleted"] += c.to_mailbox_deleted;
      }
    }
  }
  for (const auto& [what, number] : met) {
    EXPECT_GT(number, 0) << what;
    std::cout << what << " " << number << "\n";
  }
}

TEST(DryRun, TellsWhatWouldHappenFieldByField) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& kim = stage.add_contact(ann, "Kim", "Lee", "kim@side.example");
  stage.settle();
  stage.edit(ann, kim, "companyName", json::value("Acme"));
  stage.add_email(ann, "hello", true);
  const sync::DryRun dry = stage.dry_run(ann);
  ASSERT_EQ(dry.items.size(), 2U);
  const auto change = std::ranges::find(dry.items, sync::PlanAction::Change, &sync::PlanItem::action);
  ASSERT_NE(change, dry.items.end());
  EXPECT_EQ(change->title, "Kim Lee");
  EXPECT_EQ(change->before, R"({"company":null})");
  EXPECT_EQ(change->after, R"({"company":"Acme"})");
  const auto created = std::ranges::find(dry.items, sync::PlanAction::Create, &sync::PlanItem::action);
  ASSERT_NE(created, dry.items.end());
  EXPECT_EQ(created->title, "hello");
  EXPECT_EQ(created->kind, sync::Kind::Email);
  EXPECT_EQ(stage.records(ann, sync::Kind::Contact).front().fields.at("company"), "null");
}

TEST(DryRun, OneEmailInTwoFoldersIsOneRecordAndACopy) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  stage.add_email(ann, "twice", true, "inbox");
  stage.add_email(ann, "twice", true, "sentitems");
  const sync::DryRun dry = stage.dry_run(ann);
  EXPECT_EQ(dry.report.counts.at(sync::Kind::Email).to_crm_created, 1);
  EXPECT_EQ(dry.report.counts.at(sync::Kind::Email).to_crm_linked, 1);
}

TEST(DryRun, HoldsWhatThePassWouldHold) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  for (int i = 0; i < 10; ++i) stage.add_contact(ann, "Kim" + std::to_string(i), "Lee", "");
  stage.settle();
  for (auto* item : stage.items(ann, lab::IdKind::Contact)) stage.remove(ann, *item);
  const sync::DryRun dry = stage.dry_run(ann);
  const sync::PassReport real = stage.good_pass(ann);
  EXPECT_EQ(text_of(dry.report.counts), text_of(real.counts));
  EXPECT_EQ(real.counts.at(sync::Kind::Contact).skipped.at("held"), 1);
}

}  // namespace
}  // namespace mailsync::scenario
