#include "sync/open_issues.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailsync::sync {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const OpenIssues kOpen({{.key = "item:a", .remote_id = {"a"}},
                        {.key = "item:record:7", .record = {7}},
                        {.key = "refused:b", .remote_id = {"b"}, .record = {8}},
                        {.key = "send:8", .record = {8}},
                        {.key = "held:contact"},
                        {.key = "mailbox:consent"}});

TEST(OpenIssues, AParkedItemIsSolvedByAnyPlanThatWorks) {
  EXPECT_THAT(kOpen.solved({"a"}, {}, false), UnorderedElementsAre("item:a"));
  EXPECT_THAT(kOpen.solved({}, {7}, false), UnorderedElementsAre("item:record:7"));
  EXPECT_THAT(kOpen.solved({"c"}, {9}, true), IsEmpty());
  EXPECT_THAT(kOpen.solved({}, {}, true), IsEmpty());
}

TEST(OpenIssues, WhatWasOnlyToldIsSolvedWhenSomethingIsCarriedOver) {
  EXPECT_THAT(kOpen.solved({"b"}, {8}, false), IsEmpty());
  EXPECT_THAT(kOpen.solved({"b"}, {8}, true), UnorderedElementsAre("refused:b"));
}

TEST(OpenIssues, KnowsKeysAndItems) {
  EXPECT_TRUE(kOpen.has("held:contact"));
  EXPECT_FALSE(kOpen.has("held:task"));
  EXPECT_TRUE(kOpen.about({"a"}));
  EXPECT_FALSE(kOpen.about({"c"}));
}

}  // namespace
}  // namespace mailsync::sync
