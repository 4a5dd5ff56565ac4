#include "net/asio_executor.h"

#include <gtest/gtest.h>

#include <thread>

namespace mailsync::net {
namespace {

Task<int> work_elsewhere(AsioExecutor& executor, std::thread::id& where) {
  where = co_await executor.blocking([] { return std::this_thread::get_id(); });
  co_await executor.sleep_for(std::chrono::milliseconds(1));
  co_return 7;
}

TEST(AsioExecutor, RunsTasksAndBlockingWorkAndCanRunAgain) {
  AsioExecutor executor;
  for (int i = 0; i < 3; ++i) {
    std::thread::id where;
    EXPECT_EQ(executor.run_task(work_elsewhere(executor, where)), 7);
    EXPECT_NE(where, std::this_thread::get_id());
  }
}

TEST(AsioExecutor, TakesPostsFromAnyThread) {
  AsioExecutor executor;
  int count = 0;  // touched on the loop's thread alone
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i)
        executor.post([&] {
          if (++count == 4000) executor.stop();
        });
    });
  executor.run(false);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(count, 4000);
}

TEST(AsioExecutor, AStopThatComesFirstIsNotLost) {
  AsioExecutor executor;
  executor.stop();
  executor.run(false);
}

struct Alive {
  int& count;
  explicit Alive(int& c) : count(c) { ++count; }
  ~Alive() { --count; }
};

Task<void> wait_long(AsioExecutor& executor, int& alive) {
  Alive here(alive);
  co_await executor.sleep_for(std::chrono::hours(1));
}

Task<void> wait_for_pool(AsioExecutor& executor, int& alive) {
  Alive here(alive);
  co_await executor.blocking([] { std::this_thread::sleep_for(std::chrono::milliseconds(5)); });
}

TEST(AsioExecutor, DestroysWaitingFramesWithItself) {
  int alive = 0;
  {
    AsioExecutor executor;
    executor.spawn(wait_long(executor, alive));
    executor.spawn(wait_for_pool(executor, alive));
    executor.post([&] { executor.stop(); });
    executor.run(false);
    EXPECT_EQ(alive, 2);
  }
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace mailsync::net
