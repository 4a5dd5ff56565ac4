// Deletions that the guard holds wait with what they are for approve or reject, and the mailbox goes on.
#include "model/task.h"
#include "tests/scenarios/seeded_world.h"

namespace mailsync::scenario {
namespace {

class Held : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 10; ++i) {
      model::Task task;
      task.subject = "task " + std::to_string(i);
      task.status = model::Task::Status::NotStarted;
      stage.create(ann, sync::Kind::Task, model::fields_of(task));
    }
    stage.settle();
  }
  std::optional<sync::PlanReport> waiting() {
    const auto found = stage.plans->plans(
        {.account = Stage::kAccount, .purpose = sync::PlanPurpose::Held, .state = sync::PlanState::Waiting},
        10);
    EXPECT_TRUE(found && found->size() <= 1);
    return found->empty() ? std::nullopt : std::optional(found->front());
  }
  void answer(sync::PlanReport report, sync::PlanState state) {
    report.state = state;
    ASSERT_TRUE(stage.store->transact(sync::Durable::No,
                                      [&](Transaction& tx) { return stage.plans->save_plan(tx, report); }));
  }
  size_t items() { return stage.items(ann, lab::IdKind::Task).size(); }
  size_t records() { return stage.records(ann, sync::Kind::Task).size(); }
  void delete_items(size_t count) {
    auto all = stage.items(ann, lab::IdKind::Task);
    for (size_t i = 0; i < count; ++i) stage.remove(ann, *all[i]);
  }
  bool has_issue(const std::string& key) {
    const auto issues = stage.store->open_issues(stage.connected(ann).id);
    return std::ranges::any_of(*issues, [&](const sync::Issue& issue) { return issue.key == key; });
  }

  Stage stage;
  lab::Mailbox& ann = stage.connect("ann@ours.example", "Ann");
};

TEST_F(Held, AnApprovalMakesExactlyTheDeletionsThatWereShown) {
  delete_items(6);
  stage.good_pass(ann);
  const auto plan = waiting();
  ASSERT_TRUE(plan);
  const auto shown = stage.plans->plan_items(plan->id, {}, 100);
  EXPECT_EQ(shown->size(), 6U);
  EXPECT_EQ(shown->front().action, sync::PlanAction::Delete);
  EXPECT_TRUE(shown->front().title.starts_with("task "));
  EXPECT_EQ(records(), 10U);
  stage.add_email(ann, "meanwhile", true);
  stage.good_pass(ann);
  EXPECT_EQ(waiting()->id, plan->id);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 1) << "the mailbox goes on reading";
  answer(*plan, sync::PlanState::Approved);
  const sync::DryRun dry = stage.dry_run(ann);
  const sync::PassReport pass = stage.good_pass(ann);
  EXPECT_EQ(pass.counts.at(sync::Kind::Task).to_crm_deleted, 6);
  EXPECT_EQ(text_of(dry.report.counts), text_of(pass.counts));
  EXPECT_EQ(records(), 4U);
  EXPECT_EQ(stage.plans->plan(plan->id)->state, sync::PlanState::Done);
  EXPECT_FALSE(has_issue("held:task"));
}

TEST_F(Held, WhatWasNotShownIsNotApproved) {
  delete_items(5);
  stage.good_pass(ann);
  const auto plan = waiting();
  ASSERT_TRUE(plan);
  delete_items(4);
  answer(*plan, sync::PlanState::Approved);
  stage.good_pass(ann);
  EXPECT_EQ(records(), 5U);
  ASSERT_TRUE(waiting());
  EXPECT_EQ(stage.plans->plan_items(waiting()->id, {}, 100)->size(), 4U);
}

TEST_F(Held, ARefusalKeepsTheRecordsAndAsksNoMore) {
  delete_items(6);
  stage.good_pass(ann);
  answer(*waiting(), sync::PlanState::Rejected);
  stage.settle();
  EXPECT_EQ(records(), 10U);
  EXPECT_EQ(items(), 4U);
  EXPECT_FALSE(waiting());
  EXPECT_FALSE(has_issue("held:task"));
}

TEST_F(Held, DeletionsInTheCrmWaitToo) {
  for (const auto& record : stage.records(ann, sync::Kind::Task))
    if (record.fields.at("subject") < "\"task 6\"") stage.erase(ann, record);
  stage.good_pass(ann);
  const auto plan = waiting();
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->key, "held:crm:task");
  EXPECT_EQ(items(), 10U);
  answer(*plan, sync::PlanState::Approved);
  stage.good_pass(ann);
  EXPECT_EQ(items(), 4U);
  EXPECT_EQ(stage.plans->plan(plan->id)->state, sync::PlanState::Done);
}

TEST_F(Held, ARefusalKeepsTheCopiesInTheMailbox) {
  for (const auto& record : stage.records(ann, sync::Kind::Task)) stage.erase(ann, record);
  stage.good_pass(ann);
  answer(*waiting(), sync::PlanState::Rejected);
  stage.settle();
  EXPECT_EQ(items(), 10U);
  EXPECT_EQ(records(), 0U);
  EXPECT_FALSE(waiting());
}

}  // namespace
}  // namespace mailsync::scenario
