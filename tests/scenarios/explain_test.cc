// For any item: why it is in the CRM, or not.
#include "sync/explain.h"

#include <gmock/gmock.h>

#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

using testing::HasSubstr;
using testing::Not;

class Explain : public testing::Test {
 protected:
  std::vector<sync::Explanation> explain(sync::ExplainQuery query) {
    const uint64_t writes = stage.world.counters.writes;
    const int64_t rows = stage.rows_written();
    auto task = sync::explain(stage.workbench(ann), std::move(query));
    EXPECT_TRUE(stage.executor.run(task));
    auto made = task.take();
    EXPECT_TRUE(made) << made.error().message;
    EXPECT_EQ(stage.world.counters.writes, writes);
    EXPECT_EQ(stage.rows_written(), rows);
    return made ? *std::move(made) : std::vector<sync::Explanation>();
  }
  sync::Explanation only(sync::ExplainQuery query) {
    auto all = explain(std::move(query));
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? sync::Explanation{} : all.front();
  }

  Stage stage;
  lab::Mailbox& ann = stage.connect("ann@ours.example", "Ann");
};

TEST_F(Explain, ASharedEmail) {
  stage.add_email(ann, "the offer", true);
  stage.settle();
  const auto e = only({.words = "The Offer"});
  EXPECT_TRUE(e.shared);
  EXPECT_EQ(e.title, "the offer");
  EXPECT_EQ(e.rule, "category");
  ASSERT_EQ(e.steps.size(), 1U);
  EXPECT_EQ(e.steps.front().change->action, "create");
  EXPECT_EQ(e.steps.front().at, stage.clock.now() - std::chrono::minutes(1));
}

TEST_F(Explain, AnEmailThatWasNeverLinkedNamesTheRule) {
  stage.add_email(ann, "lunch", false);
  stage.settle();
  const auto e = only({.words = "lunch"});
  EXPECT_FALSE(e.shared);
  EXPECT_EQ(e.rule, "not_marked");
  EXPECT_THAT(e.verdict, HasSubstr("does not carry the category \"CRM\""));
  EXPECT_TRUE(explain({.words = "no such words"}).empty());
}

TEST_F(Explain, WhatWasWrittenWhereWithBeforeAndAfter) {
  auto& kim = stage.add_contact(ann, "Kim", "Lee", "kim@side.example");
  stage.settle();
  stage.edit(ann, kim, "companyName", json::value("Acme"));
  stage.settle();
  const auto e = only({.words = "kim@side.example"});
  const std::string text = sync::text_of(e, true), plain = sync::text_of(e, false);
  EXPECT_THAT(text, HasSubstr("company: nothing → Acme"));
  EXPECT_THAT(plain, HasSubstr("company"));
  for (const char* secret : {"Acme", "Kim", "kim@"}) EXPECT_THAT(plain, Not(HasSubstr(secret)));
  const auto by_record = only({.record = e.record});
  EXPECT_EQ(by_record.remote_id, e.remote_id);
  EXPECT_EQ(only({.remote_id = e.remote_id}).record, e.record);
}

TEST_F(Explain, WhatIsParkedAndWhatReleasesIt) {
  stage.add_contact(ann, "Kim", "Lee", "kim@side.example");
  stage.settle();
  stage.add_contact(ann, "Pat", "Ode", "kim@side.example");
  stage.settle();
  const auto e = only({.words = "pat ode"});
  EXPECT_EQ(e.rule, "review");
  ASSERT_EQ(e.issues.size(), 1U);
  EXPECT_THAT(e.waits_for, HasSubstr("make the names agree"));
}

TEST_F(Explain, AFrozenPair) {
  auto& mail = stage.add_email(ann, "the offer", true);
  stage.settle();
  stage.set_marked(ann, mail, false);
  stage.settle();
  const auto e = only({.words = "offer"});
  EXPECT_EQ(e.link_state, sync::LinkState::Frozen);
  EXPECT_THAT(e.verdict, HasSubstr("Not synced any more"));
  EXPECT_EQ(e.steps.size(), 2U);
}

}  // namespace
}  // namespace mailsync::scenario
