// What Mail Sync did is taken back on both sides, and so is the taking back.
#include <gmock/gmock.h>

#include "model/task.h"
#include "tests/scenarios/seeded_world.h"

namespace mailsync::scenario {
namespace {

using testing::HasSubstr;

constexpr uint64_t kSeeds = 50;

// A field that was cleared and one that never was are the same to people.
std::string set_fields(const model::Fields& fields) {
  model::Fields out;
  for (const auto& [name, text] : fields)
    if (text != model::kCleared) out.emplace(name, text);
  return model::to_json(out);
}

// What people see on both sides, without ids: a thing that was deleted and came back is the same thing.
std::string content_of(SeededWorld& world) {
  Stage& stage = world.stage();
  std::multiset<std::string> all;
  static constexpr std::array kFields{"subject",     "title",  "givenName", "surname",
                                      "companyName", "status", "start",     "end"};
  for (size_t which = 0; which < world.mailboxes(); ++which) {
    lab::Mailbox& mailbox = world.mailbox(which);
    for (const auto& [number, item] : mailbox.items) {
      std::string text = mailbox.user.mail + " item " + std::to_string(static_cast<int>(item.kind));
      for (const char* name : kFields)
        if (item.fields.contains(name) && !item.fields.at(name).is_null())
          text += std::string(" ") + name + "=" + json::serialize(item.fields.at(name));
      if (item.fields.contains("emailAddresses") && !item.fields.at("emailAddresses").as_array().empty())
        text += json::serialize(item.fields.at("emailAddresses").at(0).at("address"));
      all.insert(text);
    }
    for (const sync::Kind kind : {sync::Kind::Contact, sync::Kind::Task, sync::Kind::Meeting})
      for (const auto& record : stage.records(mailbox, kind))
        all.insert(mailbox.user.mail + " record " + std::string(model::name_of(kind)) + " " +
                   set_fields(record.fields));
  }
  const auto read = stage.database->read([&](db::Session& session) -> Result<void> {
    TRY(const db::Rows emails,
        session.query("SELECT r.title, c.mailbox_id FROM crm_record r JOIN crm_email_copy c ON c.email_id = "
                      "r.id WHERE r.deleted = 0"));
    for (const db::Row& row : emails)
      all.insert("email " + row[0].text() + " of " + std::to_string(row[1].integer()));
    TRY(const db::Rows leads,
        session.query("SELECT title FROM crm_record WHERE type = 'lead' AND deleted = 0"));
    for (const db::Row& row : leads) all.insert("lead " + row[0].text());
    return {};
  });
  EXPECT_TRUE(read);
  std::string out;
  for (const std::string& line : all) out += line + "\n";
  return out;
}

// The pass that carried the undo out did other work after it.
bool went_on(Stage& stage, const lab::Mailbox& mailbox) {
  const auto newest = stage.store->changes({.mailbox = stage.connected(mailbox).id}, 1);
  return newest && !newest->empty() && newest->front().cause != sync::kUndoCause;
}

std::string kept_of(Stage& stage, const sync::PlanReport& report) {
  std::string out;
  const auto items = stage.plans->plan_items(report.id, {.action = sync::PlanAction::Keep}, 100);
  for (const sync::PlanItem& item : *items) out += item.title + ": " + item.note + "\n";
  return out;
}

TEST(Undo, BothSidesAreAsBeforeAndTheUndoIsUndoneToo) {
  int64_t written = 0, went = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SeededWorld world(seed);
    Stage& stage = world.stage();
    for (int round = 0; round < 2; ++round) {
      world.edit(25);
      lab::Mailbox& mailbox = world.any_mailbox();
      const std::string before = content_of(world);
      const size_t mails = stage.world.outbox().size();  // of the people themselves
      const sync::PassReport run = stage.good_pass(mailbox);
      const std::string after = content_of(world);
      if (run.empty() || after == before) continue;
      const std::string where = "seed " + std::to_string(seed) + " round " + std::to_string(round);
      const sync::PlanReport undone = stage.undo(mailbox, {.run = run.run});
      // A person that goes may release a contact that waited because of him: the world has moved on.
      if (went_on(stage, mailbox)) {
        ++went;
        continue;
      }
      ASSERT_EQ(content_of(world), before) << where << "\n" << kept_of(stage, undone);
      const sync::PassReport quiet = stage.good_pass(mailbox);
      ASSERT_EQ(content_of(world), before) << where << ": the next pass undid the undo\n"
                                           << text_of(quiet.counts);
      stage.undo(mailbox, {.run = undone.run});
      ASSERT_EQ(content_of(world), after) << where << ": the undo of the undo";
      const sync::PassReport again = stage.good_pass(mailbox);
      ASSERT_EQ(content_of(world), after) << where << ": after the undo of the undo\n"
                                          << text_of(again.counts);
      EXPECT_EQ(stage.world.outbox().size(), mails) << where << ": somebody was mailed";
      ++written;
    }
  }
  EXPECT_GT(written, static_cast<int64_t>(kSeeds) / 2);
  EXPECT_LT(went, written / 4);
}

TEST(Undo, AnEditMadeSinceIsKeptAndNamed) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& kim = stage.add_contact(ann, "Kim", "Lee", "kim@side.example");
  stage.settle();
  stage.edit(ann, kim, "companyName", json::value("Acme"));
  stage.edit(ann, kim, "surname", json::value("Lund"));
  const sync::PassReport run = stage.good_pass(ann);
  auto record = stage.records(ann, sync::Kind::Contact).front();
  record = stage.update(ann, record, {{"company", R"("Beta")"}});
  const sync::PlanReport report = stage.preview_undo(ann, {.run = run.run});
  EXPECT_THAT(kept_of(stage, report), HasSubstr("Edited since in the CRM and kept: company."));
  stage.undo(ann, {.run = run.run});
  record = stage.records(ann, sync::Kind::Contact).front();
  EXPECT_EQ(record.fields.at("company"), R"("Beta")");
  EXPECT_EQ(record.fields.at("family_name"), R"("Lee")");
}

TEST(Undo, AnUndoneEmailStaysOutUntilItIsMarkedAgain) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann", {.capture_emails = sync::Capture::AnyExternal});
  auto& mail = stage.add_email(ann, "hello", true);
  const sync::PassReport run = stage.good_pass(ann);
  const auto emails = [&] {
    return stage.count("SELECT count(*) FROM crm_record WHERE type = 'email' AND deleted = 0");
  };
  ASSERT_EQ(emails(), 1);
  stage.undo(ann, {.run = run.run});
  EXPECT_EQ(emails(), 0);
  stage.edit(ann, mail, "importance", "high");
  stage.settle();
  EXPECT_EQ(emails(), 0);
  stage.set_marked(ann, mail, false);
  stage.settle();
  stage.set_marked(ann, mail, true);
  stage.settle();
  EXPECT_EQ(emails(), 1);
}

TEST(Undo, AnItemThatTheCrmDeletedComesBackWithItsContent) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  model::Task task;
  task.subject = "call Kim";
  task.body = "about the offer";
  task.status = model::Task::Status::NotStarted;
  const auto record = stage.create(ann, sync::Kind::Task, model::fields_of(task));
  stage.settle();
  stage.erase(ann, record);
  const sync::PassReport run = stage.good_pass(ann);
  ASSERT_TRUE(stage.items(ann, lab::IdKind::Task).empty());
  stage.undo(ann, {.run = run.run});
  ASSERT_EQ(stage.items(ann, lab::IdKind::Task).size(), 1U);
  EXPECT_EQ(stage.items(ann, lab::IdKind::Task).front()->fields.at("title").as_string(), "call Kim");
  stage.settle();
  EXPECT_EQ(stage.items(ann, lab::IdKind::Task).size(), 1U);
  EXPECT_TRUE(stage.records(ann, sync::Kind::Task).empty());
}

// The category came off by mistake, on a contact and on an email; the undo of that pass ties both again, and
// the undo of the undo parts them.
TEST(Undo, AFrozenPairGoesOnAgain) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& kim = stage.add_contact(ann, "Kim", "Lee", "kim@side.example");
  auto& mail = stage.add_email(ann, "offer", true);
  stage.settle();
  stage.set_marked(ann, kim, false);
  stage.set_marked(ann, mail, false);
  const sync::PassReport run = stage.good_pass(ann);
  const auto in_state = [&](int state) {
    return stage.count("SELECT count(*) FROM link WHERE state = " + std::to_string(state));
  };
  ASSERT_EQ(in_state(1), 2);
  const sync::PlanReport undone = stage.undo(ann, {.run = run.run});
  EXPECT_EQ(in_state(0), 2);
  stage.edit(ann, kim, "companyName", json::value("Acme"));
  stage.settle();
  EXPECT_EQ(in_state(0), 2);
  EXPECT_EQ(stage.records(ann, sync::Kind::Contact).front().fields.at("company"), R"("Acme")");
  stage.undo(ann, {.run = undone.run});
  EXPECT_EQ(in_state(1), 2);
}

// What its owner deleted is not made again behind his back; the preview says what would bring it back.
TEST(Undo, ADismissedPairNeedsItsItem) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& kim = stage.add_contact(ann, "Kim", "Lee", "kim@side.example");
  stage.settle();
  stage.remove(ann, kim);
  const sync::PassReport run = stage.good_pass(ann);
  ASSERT_EQ(stage.count("SELECT count(*) FROM link WHERE state = 2"), 1);
  const sync::PlanReport report = stage.preview_undo(ann, {.run = run.run});
  EXPECT_THAT(kept_of(stage, report), HasSubstr("Its item is not in the mailbox any more"));
  stage.undo(ann, {.run = run.run});
  EXPECT_EQ(stage.count("SELECT count(*) FROM link WHERE state = 2"), 1);
  EXPECT_TRUE(stage.items(ann, lab::IdKind::Contact).empty());
}

TEST(Undo, OneChangeAlone) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  stage.add_contact(ann, "Kim", "Lee", "kim@side.example");
  stage.add_contact(ann, "Pat", "Ode", "pat@side.example");
  const sync::PassReport run = stage.good_pass(ann);
  const auto changes = stage.store->changes({.mailbox = stage.connected(ann).id, .run = run.run}, 10);
  ASSERT_EQ(changes->size(), 2U);
  stage.undo(ann, {.change = changes->front().id});
  EXPECT_EQ(stage.records(ann, sync::Kind::Contact).size(), 1U);
}

TEST(Undo, WhatIsOlderThanAMonthStays) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  stage.add_contact(ann, "Kim", "Lee", "kim@side.example");
  const sync::PassReport run = stage.good_pass(ann);
  stage.advance(std::chrono::hours(24 * 31));
  const sync::PlanReport report = stage.preview_undo(ann, {.run = run.run});
  EXPECT_EQ(report.state, sync::PlanState::Failed);
  EXPECT_THAT(report.error, HasSubstr("nothing to undo"));
}

}  // namespace
}  // namespace mailsync::scenario
