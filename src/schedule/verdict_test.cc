#include "schedule/verdict.h"

#include <gtest/gtest.h>

#include <set>

#include "schedule/tuning.h"

namespace mailsync::schedule {
namespace {

using sync::MailboxState;

class VerdictTest : public ::testing::Test {
 protected:
  Verdict judged(Error error, int failures = 0) {
    return judge(&error, failures, std::chrono::seconds(60), random_);
  }
  Verdict judged(ErrorKind kind, int failures = 0) {
    return judged(Error{.kind = kind, .message = "words"}, failures);
  }
  SeededRandom random_{7};
};

TEST_F(VerdictTest, APassThatWentThroughComesAgainAfterThePollTime) {
  const Verdict verdict = judge(nullptr, 5, std::chrono::seconds(60), random_);
  EXPECT_EQ(verdict.wait, std::chrono::seconds(60));
  EXPECT_EQ(verdict.state, MailboxState::Active);
  EXPECT_EQ(verdict.failures, 0);
  EXPECT_FALSE(verdict.issue);
}

// F126
TEST_F(VerdictTest, AnOutageBacksOffAndDisconnectsNobody) {
  for (int failures = 0; failures < 40; ++failures) {
    const Verdict verdict = judged(ErrorKind::Transient, failures);
    const Duration whole = std::min(kLongestBackOff, kFirstBackOff * (int64_t{1} << std::min(failures, 16)));
    EXPECT_GE(verdict.wait, whole / 2) << failures;
    EXPECT_LE(verdict.wait, whole) << failures;
    EXPECT_EQ(verdict.state, MailboxState::Active);
    EXPECT_EQ(verdict.issue.has_value(), failures + 1 >= kFailuresUntilIssue) << failures;
  }
}

TEST_F(VerdictTest, BackOffIsSpread) {
  std::set<int64_t> waits;
  for (int i = 0; i < 50; ++i) waits.insert(judged(ErrorKind::Transient, 8).wait.count());
  EXPECT_GT(waits.size(), 40u);
}

// F128
TEST_F(VerdictTest, ThrottledWaitsAsLongAsItWasTold) {
  const Verdict told = judged({.kind = ErrorKind::Throttled, .retry_after = std::chrono::seconds(137)}, 3);
  EXPECT_EQ(told.wait, std::chrono::seconds(137));
  EXPECT_EQ(told.failures, 3);  // patience that was asked for is no failure
  EXPECT_EQ(judged(ErrorKind::Throttled).wait, kUntoldWait);
}

// F131
TEST_F(VerdictTest, WhatAPersonMustSolveIsSaidAndRarelyTriedAgain) {
  const Verdict login = judged(ErrorKind::LoginNeeded);
  EXPECT_EQ(login.state, MailboxState::NeedsLogin);
  EXPECT_EQ(login.state_text, "words");
  EXPECT_EQ(login.wait, kRecheckRefused);
  ASSERT_TRUE(login.issue);
  EXPECT_EQ(login.issue->key, "mailbox:sign_in");
  EXPECT_FALSE(login.issue->remedy.empty());
  EXPECT_EQ(judged(ErrorKind::Forbidden).state, MailboxState::Forbidden);
  EXPECT_EQ(judged(ErrorKind::SwitchedOff).state, MailboxState::SwitchedOff);
  EXPECT_EQ(judged(ErrorKind::SwitchedOff).wait, kRecheckSwitchedOff);
  EXPECT_EQ(judged(ErrorKind::Gone).state, MailboxState::SwitchedOff);
  EXPECT_EQ(judged(ErrorKind::Corrupt).state, MailboxState::Stopped);
}

TEST_F(VerdictTest, AFullDiskOfOursIsNoStateOfTheMailbox) {
  EXPECT_EQ(judged({.kind = ErrorKind::SwitchedOff, .vendor_code = "disk_full"}).state, MailboxState::Active);
}

// F149
TEST_F(VerdictTest, EveryKindHasAVerdictThatWaits) {
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::Cancelled); ++kind) {
    const auto as_kind = static_cast<ErrorKind>(kind);
    EXPECT_EQ(judged(as_kind).wait > Duration(0), as_kind != ErrorKind::Cancelled) << name_of(as_kind);
  }
}

}  // namespace
}  // namespace mailsync::schedule
