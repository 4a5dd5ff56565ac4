#include "schedule/verdict.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "schedule/mailbox_issue.h"
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

TEST_F(VerdictTest, ThrottlingBecomesAnIssueWhenItLasts) {
  const Error error{
      .kind = ErrorKind::Throttled, .message = "words", .retry_after = std::chrono::seconds(20)};
  Verdict verdict;
  for (int times = 1; times < 10; ++times) {
    verdict = judge(&error, 0, std::chrono::seconds(60), random_, verdict.patience);
    EXPECT_EQ(verdict.issue.has_value(), times >= kPatienceUntilIssue) << times;
    EXPECT_EQ(verdict.state, MailboxState::Active);
  }
  ASSERT_TRUE(verdict.issue);
  EXPECT_EQ(verdict.issue->key, "mailbox:throttled");
  EXPECT_EQ(judge(nullptr, 0, std::chrono::seconds(60), random_, verdict.patience).patience, 0);
  const Verdict at_once = judged({.kind = ErrorKind::Throttled, .retry_after = kLongPatience});
  ASSERT_TRUE(at_once.issue);
}

TEST_F(VerdictTest, EveryTroubleHasAKeyAndWordsOfItsOwn) {
  std::set<std::string> keys, titles;
  for (int trouble = 1; trouble <= static_cast<int>(Trouble::Configuration); ++trouble) {
    const auto as_trouble = static_cast<Trouble>(trouble);
    const Verdict verdict =
        judged({.kind = ErrorKind::LoginNeeded, .message = "what the server said", .trouble = as_trouble});
    ASSERT_TRUE(verdict.issue) << name_of(as_trouble);
    const sync::Issue& issue = *verdict.issue;
    EXPECT_TRUE(keys.insert(issue.key).second) << issue.key;
    EXPECT_TRUE(titles.insert(issue.title).second) << issue.title;
    EXPECT_EQ(issue.cause, "what the server said");
    EXPECT_GT(issue.effect.size(), 20u);
    EXPECT_GT(issue.remedy.size(), 20u);
  }
  // Where no trouble is named the kind decides, and says other things again.
  for (const auto kind : {ErrorKind::Forbidden, ErrorKind::SwitchedOff, ErrorKind::Corrupt}) {
    EXPECT_TRUE(keys.insert(judged(kind).issue->key).second) << name_of(kind);
    EXPECT_TRUE(titles.insert(judged(kind).issue->title).second) << name_of(kind);
  }
  for (const std::string& key : keys) EXPECT_TRUE(std::ranges::count(mailbox_issue_keys(), key)) << key;
}

TEST_F(VerdictTest, ACertificateIsToldAtOnceAndDisconnectsNobody) {
  const Verdict verdict =
      judged({.kind = ErrorKind::Transient, .message = "words", .trouble = Trouble::Certificate});
  EXPECT_EQ(verdict.state, MailboxState::Active);
  ASSERT_TRUE(verdict.issue);
  EXPECT_EQ(verdict.issue->key, "mailbox:certificate");
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

TEST_F(VerdictTest, AnotherMailboxUnderTheAddressStopsAndSaysSo) {
  const Verdict verdict =
      judged({.kind = ErrorKind::Corrupt, .message = "words", .vendor_code = "another_mailbox"});
  EXPECT_EQ(verdict.state, MailboxState::Stopped);
  EXPECT_EQ(verdict.issue->key, "mailbox:replaced");
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
