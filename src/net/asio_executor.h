// The real executor: one Asio loop thread and a pool for blocking work.
#pragma once

#include <memory>

#include "base/executor.h"

namespace boost::asio {
class io_context;
}

namespace mailsync::net {

class AsioExecutor final : public Executor {
 public:
  // Database calls and file reads run on `blocking_threads` threads.
  explicit AsioExecutor(unsigned blocking_threads = 4);
  ~AsioExecutor() override;

  const Clock& clock() const override;
  void post(Work work) override;
  void post_at(Instant when, Work work) override;
  void run_blocking(Work work, Work done) override;

  // Runs the loop on the calling thread until stop(). SIGINT and SIGTERM call stop() when asked for.
  void run(bool stop_on_signals);
  void stop();
  // The end: waits for blocking work that runs, then destroys every frame, while what they use still lives.
  // Nothing may be asked of the executor afterwards. The destructor does it otherwise.
  void finish();
  // Runs the loop until the task is done.
  template <typename T>
  T run_task(Task<T> task) {
    bool ended = false;
    std::optional<Task<void>> root;
    std::conditional_t<std::is_void_v<T>, int, std::optional<T>> value{};
    root.emplace([](AsioExecutor& self, Task<T> inner, auto& out, bool& flag) -> Task<void> {
      if constexpr (std::is_void_v<T>) {
        co_await std::move(inner);
      } else {
        out.emplace(co_await std::move(inner));
      }
      flag = true;
      self.stop();
    }(*this, std::move(task), value, ended));
    post([&root] { root->start(); });
    run(false);
    if constexpr (!std::is_void_v<T>) return std::move(*value);
  }

  boost::asio::io_context& context();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mailsync::net
