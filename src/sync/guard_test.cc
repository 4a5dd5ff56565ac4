#include "sync/guard.h"

#include <gtest/gtest.h>

namespace mailsync::sync {
namespace {

TEST(Guard, AMailboxMayLoseFivePercentADayAtLeastThreeAtMostAHundred) {
  struct Row {
    int64_t links, recent, planned;
    bool held;
  };
  // links: what is still there; recent: what went in the rolling day already.
  for (const Row& row :
       {Row{0, 0, 0, false}, Row{1, 0, 1, false}, Row{3, 0, 3, false}, Row{4, 0, 4, true},
        Row{59, 0, 3, false}, Row{59, 0, 4, true}, Row{79, 0, 3, false}, Row{80, 0, 4, false},
        Row{80, 0, 5, true}, Row{78, 2, 2, false}, Row{78, 2, 3, true}, Row{57, 3, 1, true},
        Row{2000, 0, 100, false}, Row{2000, 0, 101, true}, Row{100'000, 0, 100, false},
        Row{100'000, 0, 101, true}, Row{100'000, 100, 1, true}, Row{100'000, 100, 0, false}})
    EXPECT_EQ(is_mass_deletion(row.links, row.recent, row.planned), row.held)
        << row.links << " " << row.recent << " " << row.planned;
}

TEST(Guard, AnAccountMayLoseAHundredOrFivePercentADay) {
  EXPECT_FALSE(is_mass_deletion_of_account(50, 0, 50));  // each mailbox has its own limit
  EXPECT_FALSE(is_mass_deletion_of_account(1000, 97, 3));
  EXPECT_TRUE(is_mass_deletion_of_account(1000, 98, 3));
  EXPECT_FALSE(is_mass_deletion_of_account(100'000, 4'900, 100));
  EXPECT_TRUE(is_mass_deletion_of_account(100'000, 5'300, 100));
}

TEST(Guard, AListingThatLostMostOfItsItemsIsDoubted) {
  EXPECT_FALSE(is_doubtful_listing(0, 0));
  EXPECT_FALSE(is_doubtful_listing(10, 0));
  EXPECT_TRUE(is_doubtful_listing(1, 1));
  EXPECT_TRUE(is_doubtful_listing(3, 3));
  EXPECT_TRUE(is_doubtful_listing(10, 6));
  EXPECT_FALSE(is_doubtful_listing(10, 5));
}

TEST(Guard, SaysWhatHolds) {
  const DeletionFacts calm{.links = 1000, .recent = 0, .account_links = 2000, .account_recent = 0};
  EXPECT_EQ(judge_deletions(calm, 2, false), Hold::No);
  EXPECT_EQ(judge_deletions(calm, 0, true), Hold::No);
  EXPECT_EQ(judge_deletions(calm, 1, true), Hold::Listing);
  EXPECT_EQ(judge_deletions(calm, 51, false), Hold::Mailbox);
  const DeletionFacts busy{.links = 1000, .recent = 0, .account_links = 2000, .account_recent = 99};
  EXPECT_EQ(judge_deletions(busy, 2, false), Hold::No);
  EXPECT_EQ(judge_deletions(busy, 10, false), Hold::Account);
}

}  // namespace
}  // namespace mailsync::sync
