#include <gtest/gtest.h>

#include "base/all_of.h"
#include "base/result.h"
#include "base/seeded_executor.h"

namespace mailsync {
namespace {

Task<Result<int>> half(int n) {
  if (n % 2 != 0) co_return fail(ErrorKind::ItemInvalid, "odd");
  co_return n / 2;
}

Task<Result<int>> quarter(int n) {
  CO_TRY(const int first, co_await half(n));
  CO_TRY(const int second, co_await half(first));
  co_return second;
}

TEST(Task, CarriesValuesAndErrorsThroughAwaits) {
  SimulatedClock clock({0});
  SeededExecutor executor(clock, 1);
  auto good = quarter(8);
  ASSERT_TRUE(executor.run(good));
  EXPECT_EQ(good.take().value(), 2);
  auto bad = quarter(6);
  ASSERT_TRUE(executor.run(bad));
  EXPECT_EQ(bad.take().error().kind, ErrorKind::ItemInvalid);
}

Task<void> nap(Executor& executor, int seconds, int& sum) {
  if (seconds > 0) co_await executor.sleep_for(std::chrono::seconds(seconds));
  sum += seconds + 1;
}

Task<int> naps(Executor& executor, std::vector<int> seconds) {
  int sum = 0;
  std::vector<Task<void>> tasks;
  for (const int each : seconds) tasks.push_back(nap(executor, each, sum));
  co_await all_of(std::move(tasks));
  co_return sum;
}

TEST(AllOf, WaitsForTasksThatEndAtOnceAndForThoseThatTakeTime) {
  SimulatedClock clock({0});
  SeededExecutor executor(clock, 1);
  for (const std::vector<int>& seconds : {std::vector<int>{}, {0}, {0, 0}, {3, 1, 2}, {0, 2}}) {
    auto task = naps(executor, seconds);
    ASSERT_TRUE(executor.run(task));
    int expected = 0;
    for (const int each : seconds) expected += each + 1;
    EXPECT_EQ(task.take(), expected);
  }
}

struct Alive {
  int& count;
  explicit Alive(int& c) : count(c) { ++count; }
  ~Alive() { --count; }
};

Task<void> sleeper(Executor& executor, int& alive, std::vector<int>& order, int id) {
  Alive here(alive);
  co_await executor.sleep_for(std::chrono::seconds(id));
  order.push_back(id);
}

TEST(SeededExecutor, MovesTimeAndWakesInOrder) {
  SimulatedClock clock({0});
  SeededExecutor executor(clock, 1);
  int alive = 0;
  std::vector<int> order;
  for (int id : {3, 1, 2}) executor.spawn(sleeper(executor, alive, order, id));
  executor.run_until({10'000'000});
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(clock.now().us, 10'000'000);
}

TEST(SeededExecutor, CrashDestroysEveryFrameAndResumesNone) {
  SimulatedClock clock({0});
  SeededExecutor executor(clock, 1);
  int alive = 0;
  std::vector<int> order;
  executor.spawn(sleeper(executor, alive, order, 1));
  executor.step();
  EXPECT_EQ(alive, 1);
  executor.crash();
  EXPECT_EQ(alive, 0);
  EXPECT_FALSE(executor.step());
  EXPECT_TRUE(order.empty());
}

TEST(SeededExecutor, TheSeedDecidesTheOrder) {
  const auto run = [](uint64_t seed) {
    SimulatedClock clock({0});
    SeededExecutor executor(clock, seed);
    std::vector<int> order;
    for (int i = 0; i < 20; ++i) executor.post([&order, i] { order.push_back(i); });
    while (executor.step()) {
    }
    return order;
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

}  // namespace
}  // namespace mailsync
