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
  const auto plan = stage.held();
  ASSERT_TRUE(plan);
  const auto shown = stage.plans->plan_items(plan->id, {}, 100);
  EXPECT_EQ(shown->size(), 6U);
  EXPECT_EQ(shown->front().action, sync::PlanAction::Delete);
  EXPECT_TRUE(shown->front().title.starts_with("task "));
  EXPECT_EQ(records(), 10U);
  stage.add_email(ann, "meanwhile", true);
  stage.good_pass(ann);
  EXPECT_EQ(stage.held()->id, plan->id);
  EXPECT_EQ(stage.count("SELECT count(*) FROM crm_email"), 1) << "the mailbox goes on reading";
  stage.answer_held(sync::PlanState::Approved);
  const sync::DryRun dry = stage.dry_run(ann);
  const sync::PassReport pass = stage.good_pass(ann);
  EXPECT_EQ(pass.counts.at(sync::Kind::Task).to_crm_deleted, 6);
  EXPECT_EQ(text_of(dry.report.counts), text_of(pass.counts));
  EXPECT_EQ(records(), 4U);
  EXPECT_EQ(stage.plans->plan(plan->id)->state, sync::PlanState::Done);
  EXPECT_FALSE(has_issue("held:task"));
}

TEST_F(Held, AnEmailThatLeavesTheMailboxMeanwhileEndsNoPlanOfTasks) {
  stage.add_email(ann, "an email", true);
  stage.settle();
  delete_items(6);
  stage.good_pass(ann);
  const auto plan = stage.held();
  ASSERT_TRUE(plan);
  stage.remove(ann, *stage.items(ann, lab::IdKind::Message).front());
  stage.good_pass(ann);
  ASSERT_TRUE(stage.held());
  EXPECT_EQ(stage.held()->id, plan->id);
}

TEST_F(Held, WhatWasNotShownIsNotApproved) {
  delete_items(5);
  stage.good_pass(ann);
  const auto plan = stage.held();
  ASSERT_TRUE(plan);
  delete_items(4);
  stage.answer_held(sync::PlanState::Approved);
  stage.good_pass(ann);
  EXPECT_EQ(records(), 5U);
  ASSERT_TRUE(stage.held());
  EXPECT_EQ(stage.plans->plan_items(stage.held()->id, {}, 100)->size(), 4U);
}

TEST_F(Held, ARefusalKeepsTheRecordsAndAsksNoMore) {
  delete_items(6);
  stage.good_pass(ann);
  stage.answer_held(sync::PlanState::Rejected);
  stage.settle();
  EXPECT_EQ(records(), 10U);
  EXPECT_EQ(items(), 4U);
  EXPECT_FALSE(stage.held());
  EXPECT_FALSE(has_issue("held:task"));
}

TEST_F(Held, DeletionsInTheCrmWaitToo) {
  for (const auto& record : stage.records(ann, sync::Kind::Task))
    if (record.fields.at("subject") < "\"task 6\"") stage.erase(ann, record);
  stage.good_pass(ann);
  const auto plan = stage.held();
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->key, "held:crm:task");
  EXPECT_EQ(items(), 10U);
  stage.answer_held(sync::PlanState::Approved);
  stage.good_pass(ann);
  EXPECT_EQ(items(), 4U);
  EXPECT_EQ(stage.plans->plan(plan->id)->state, sync::PlanState::Done);
}

TEST_F(Held, ARefusalKeepsTheCopiesInTheMailbox) {
  for (const auto& record : stage.records(ann, sync::Kind::Task)) stage.erase(ann, record);
  stage.good_pass(ann);
  stage.answer_held(sync::PlanState::Rejected);
  stage.settle();
  EXPECT_EQ(items(), 10U);
  EXPECT_EQ(records(), 0U);
  EXPECT_FALSE(stage.held());
}

// F21, F77: a person knows better than a listing that is doubted.
TEST_F(Held, AnAnswerEndsTheDoubtAboutAListing) {
  for (const auto answer : {sync::PlanState::Rejected, sync::PlanState::Approved}) {
    const size_t before = records(), gone = items() / 2 + 1;
    delete_items(gone);
    stage.front.forget_delta_tokens(stage.clock.now());
    stage.good_pass(ann);
    EXPECT_TRUE(has_issue("held:listing:task"));
    EXPECT_EQ(records(), before);
    const sync::PlanReport plan = stage.answer_held(answer);
    EXPECT_EQ(plan.key, "held:task");
    EXPECT_EQ(plan.items, static_cast<int64_t>(gone));
    stage.good_pass(ann);
    EXPECT_FALSE(has_issue("held:listing:task"));
    EXPECT_EQ(records(), answer == sync::PlanState::Approved ? before - gone : before);
    EXPECT_FALSE(stage.held());
    stage.advance(std::chrono::hours(25));
    stage.settle();
    EXPECT_EQ(stage.count("SELECT count(*) FROM issue"), 0);
  }
}

// Three in a day are no mass, the fourth is; the next day it is one of one.
TEST_F(Held, WhatWaitsForNothingAnyMoreIsNotAskedAbout) {
  delete_items(3);
  stage.good_pass(ann);
  stage.advance(std::chrono::hours(20));
  delete_items(1);
  stage.good_pass(ann);
  const auto plan = stage.held();
  ASSERT_TRUE(plan);
  stage.advance(std::chrono::hours(5));
  stage.good_pass(ann);
  EXPECT_EQ(records(), 6U);
  EXPECT_FALSE(stage.held());
  EXPECT_EQ(stage.plans->plan(plan->id)->state, sync::PlanState::Done);
  EXPECT_FALSE(has_issue("held:task"));
}

}  // namespace
}  // namespace mailsync::scenario
