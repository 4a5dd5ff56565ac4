#include "net/rate_limit.h"

#include <gtest/gtest.h>

#include "base/seeded_executor.h"

namespace mailsync::net {
namespace {

struct World {
  SimulatedClock clock{{0}};
  SeededExecutor executor{clock, 3};
  int running = 0;
  int most = 0;
  std::vector<Instant> begun;
};

Task<void> work(World& world, RateLimit& limit, Duration length) {
  const auto permit = co_await limit.acquire();
  world.begun.push_back(world.clock.now());
  world.most = std::max(world.most, ++world.running);
  co_await world.executor.sleep_for(length);
  --world.running;
}

// F122
TEST(RateLimit, NeverMoreAtOnceThanAllowed) {
  World world;
  RateLimit limit(world.executor, {});
  for (int i = 0; i < 50; ++i) world.executor.spawn(work(world, limit, std::chrono::seconds(1)));
  world.executor.run_until({60'000'000});
  EXPECT_EQ(world.begun.size(), 50U);
  EXPECT_EQ(world.most, 4);
  EXPECT_EQ(limit.in_use(), 0);
}

TEST(RateLimit, SpreadsWhatExceedsThePeriod) {
  World world;
  RateLimit limit(world.executor, {.at_once = 100, .per_period = 10, .period = std::chrono::seconds(10)});
  for (int i = 0; i < 15; ++i) world.executor.spawn(work(world, limit, Duration(0)));
  world.executor.run_until({60'000'000});
  ASSERT_EQ(world.begun.size(), 15U);
  EXPECT_LT(world.begun[9].us, 1'000'000);
  EXPECT_GE(world.begun[10].us, 1'000'000);
  EXPECT_GE(world.begun[14].us, 5'000'000);
}

// F127
TEST(RateLimit, HoldsEverybodyBackAfterA429) {
  World world;
  RateLimit limit(world.executor, {});
  limit.pause_until({20'000'000});
  world.executor.spawn(work(world, limit, Duration(0)));
  world.executor.run_until({60'000'000});
  ASSERT_EQ(world.begun.size(), 1U);
  EXPECT_GE(world.begun[0].us, 20'000'000);
}

TEST(RateLimit, AFrameDestroyedWhileItWaitsGivesItsPlaceUp) {
  World world;
  RateLimit limit(world.executor, {.at_once = 1});
  auto holder = std::make_optional(work(world, limit, std::chrono::seconds(5)));
  auto waiter = std::make_optional(work(world, limit, Duration(0)));
  auto last = work(world, limit, Duration(0));
  holder->start();
  while (world.begun.empty()) ASSERT_TRUE(world.executor.step());
  waiter->start();
  waiter.reset();
  holder.reset();
  EXPECT_EQ(limit.in_use(), 0);
  ASSERT_TRUE(world.executor.run(last));
  EXPECT_EQ(limit.in_use(), 0);
}

TEST(RateLimit, AFrameDestroyedBetweenGrantAndResumeGivesItsPlaceBack) {
  World world;
  RateLimit limit(world.executor, {.at_once = 1});
  auto granted = std::make_optional(work(world, limit, Duration(0)));
  granted->start();
  EXPECT_EQ(limit.in_use(), 1);
  granted.reset();
  EXPECT_EQ(limit.in_use(), 0);
  while (world.executor.step()) {
  }
}

}  // namespace
}  // namespace mailsync::net
