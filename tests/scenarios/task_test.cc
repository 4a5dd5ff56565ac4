#include "model/task.h"

#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

model::Fields task(const std::string& subject, std::optional<model::Date> due = std::nullopt) {
  model::Task out;
  out.subject = subject;
  out.status = model::Task::Status::NotStarted;
  if (due) out.due = *due;
  return model::fields_of(out);
}

lab::Item& add_task(Stage& stage, lab::Mailbox& mailbox, const std::string& title) {
  uint64_t list = 0;
  for (const auto& [number, container] : mailbox.containers)
    if (container.well_known == "defaultList") list = number;
  return stage.world.add(mailbox, lab::IdKind::Task, list,
                         {{"title", title},
                          {"status", "notStarted"},
                          {"importance", "normal"},
                          {"isReminderOn", false},
                          {"body", {{"content", ""}, {"contentType", "text"}}},
                          {"linkedResources", json::array{}},
                          {"checklistItems", json::array{}},
                          {"extensions", json::array{}},
                          {"categories", json::array{"CRM"}}},
                         stage.clock.now());
}

TEST(Tasks, GoBothWaysAndTheirEditsFollow) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& mine = add_task(stage, ann, "from the mailbox");
  const auto pushed = stage.create(ann, sync::Kind::Task, task("from the CRM", model::Date{2026, 12, 1}));
  stage.settle();
  ASSERT_EQ(stage.records(ann, sync::Kind::Task).size(), 2U);
  ASSERT_EQ(stage.items(ann, lab::IdKind::Task).size(), 2U);

  const uint64_t writes = stage.world.counters.writes;
  stage.edit(ann, mine, "title", "edited in the mailbox");
  stage.update(ann, pushed, {{"subject", R"("edited in the CRM")"}});
  stage.settle();
  EXPECT_EQ(stage.world.counters.writes, writes + 1);
  std::set<std::string> titles, subjects;
  for (auto* item : stage.items(ann, lab::IdKind::Task))
    titles.insert(std::string(item->fields.at("title").as_string()));
  for (const auto& record : stage.records(ann, sync::Kind::Task))
    subjects.insert(record.fields.at("subject"));
  EXPECT_EQ(titles, (std::set<std::string>{"edited in the mailbox", "edited in the CRM"}));
  EXPECT_EQ(subjects, (std::set<std::string>{R"("edited in the mailbox")", R"("edited in the CRM")"}));
}

TEST(Tasks, DueDatesKeepTheirDay_F105) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  const auto pushed = stage.create(ann, sync::Kind::Task, task("due", model::Date{2026, 12, 1}));
  stage.settle();
  EXPECT_EQ(stage.records(ann, sync::Kind::Task).front().fields.at("due"), R"("2026-12-01")");
  ASSERT_EQ(stage.items(ann, lab::IdKind::Task).size(), 1U);
}

TEST(Tasks, ATaskDeletedByItsAssigneeIsDeletedInTheCrm) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  stage.create(ann, sync::Kind::Task, task("to be deleted"));
  stage.settle();
  ASSERT_EQ(stage.items(ann, lab::IdKind::Task).size(), 1U);
  stage.remove(ann, *stage.items(ann, lab::IdKind::Task).front());
  stage.settle();
  EXPECT_TRUE(stage.records(ann, sync::Kind::Task).empty());
}

// F77
TEST(Tasks, ManyDeletionsAtOnceAreHeld) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  for (int i = 0; i < 12; ++i) stage.create(ann, sync::Kind::Task, task("task " + std::to_string(i)));
  stage.settle();
  for (auto* item : stage.items(ann, lab::IdKind::Task)) stage.remove(ann, *item);
  stage.good_pass(ann);
  EXPECT_EQ(stage.records(ann, sync::Kind::Task).size(), 12U);
  EXPECT_EQ(stage.count("SELECT count(*) FROM issue WHERE key LIKE 'held:%'"), 1);
}

}  // namespace
}  // namespace mailsync::scenario
