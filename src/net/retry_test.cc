#include "net/retry.h"

#include <gtest/gtest.h>

#include "base/seeded_executor.h"

namespace mailsync::net {
namespace {

struct World {
  SimulatedClock clock{{0}};
  SeededExecutor executor{clock, 1};
  SeededRandom random{1};
  int calls = 0;
};

Task<Result<int>> run(World& world, std::vector<std::optional<Error>> answers, RetryPolicy policy = {}) {
  co_return co_await with_retry(world.executor, world.random, policy, [&]() -> Task<Result<int>> {
    const auto& answer = answers.at(static_cast<size_t>(world.calls++));
    if (answer) co_return fail(*answer);
    co_return 42;
  });
}

const Error kDown{.kind = ErrorKind::Transient, .message = "down"};

TEST(Retry, TriesAgainUntilItWorks) {
  World world;
  auto task = run(world, {kDown, kDown, std::nullopt});
  ASSERT_TRUE(world.executor.run(task));
  EXPECT_EQ(task.take().value(), 42);
  EXPECT_EQ(world.calls, 3);
}

TEST(Retry, GivesUpAfterItsAttempts) {
  World world;
  auto task = run(world, {kDown, kDown, kDown}, {.attempts = 3});
  ASSERT_TRUE(world.executor.run(task));
  EXPECT_EQ(task.take().error().kind, ErrorKind::Transient);
  EXPECT_EQ(world.calls, 3);
}

// F13
TEST(Retry, NeverRepeatsWhatMayHaveBeenDone) {
  for (const auto kind :
       {ErrorKind::Ambiguous, ErrorKind::Forbidden, ErrorKind::LoginNeeded, ErrorKind::VersionStale}) {
    World world;
    auto task = run(world, {Error{.kind = kind, .message = "x"}});
    ASSERT_TRUE(world.executor.run(task));
    EXPECT_EQ(task.take().error().kind, kind);
    EXPECT_EQ(world.calls, 1);
  }
}

// F124
TEST(Retry, WaitsAsLongAsTheServerAsked) {
  World world;
  Error throttled{.kind = ErrorKind::Throttled, .message = "slow down"};
  throttled.retry_after = std::chrono::seconds(37);
  auto task = run(world, {throttled, std::nullopt});
  ASSERT_TRUE(world.executor.run(task));
  EXPECT_TRUE(task.take());
  EXPECT_GE(world.clock.now().us, 37'000'000);
}

TEST(Retry, ReadsRetryAfterAsSecondsAndAsDate) {
  const Instant now = *Instant::from_iso("2026-11-22T13:00:00Z");
  const auto wait = [&](std::string value) {
    return retry_after(Headers{{"retry-after", std::move(value)}}, now);
  };
  EXPECT_EQ(wait("120"), std::chrono::seconds(120));
  EXPECT_EQ(wait("1.5"), std::chrono::seconds(1));
  EXPECT_EQ(wait("-5"), std::chrono::seconds(0));
  EXPECT_EQ(wait("Sun, 22 Nov 2026 13:01:00 GMT"), std::chrono::seconds(60));
  EXPECT_EQ(wait("Sun, 22 Nov 2026 12:00:00 GMT"), std::chrono::seconds(0));
  EXPECT_EQ(wait("soon"), std::nullopt);
  EXPECT_EQ(retry_after({}, now), std::nullopt);
}

// F128
TEST(Retry, LeavesLongOrderedWaitsToTheScheduler) {
  World world;
  Error throttled{.kind = ErrorKind::Throttled, .message = "slow down"};
  throttled.retry_after = std::chrono::minutes(10);
  auto task = run(world, {throttled});
  ASSERT_TRUE(world.executor.run(task));
  EXPECT_EQ(task.take().error().kind, ErrorKind::Throttled);
  EXPECT_EQ(world.clock.now().us, 0);
}

TEST(Retry, JitterSpreadsUpToADoublingCeiling) {
  SeededRandom random(7);
  const RetryPolicy policy{.attempts = 5, .first_wait = Duration(1000), .longest_wait = Duration(3000)};
  for (const auto& [failed, ceiling] : {std::pair{1, 1000}, {2, 2000}, {3, 3000}, {60, 3000}}) {
    int64_t most = 0;
    for (int i = 0; i < 500; ++i)
      most = std::max<int64_t>(most, wait_before_retry(policy, failed, kDown, random).count());
    EXPECT_LE(most, ceiling);
    EXPECT_GT(most, ceiling * 9 / 10);
  }
}

}  // namespace
}  // namespace mailsync::net
