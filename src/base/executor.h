// All waiting goes through here. The real executor runs on Asio and a thread pool (net/asio_executor.h);
// the simulated one (base/seeded_executor.h) picks the next ready step by seed and moves time by itself.
//
// Thread rule: everything posted runs on one loop thread; only the work given to blocking() runs elsewhere.
// post() may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

#include "base/clock.h"
#include "base/instant.h"
#include "base/task.h"

namespace mailsync {

class Executor {
 public:
  using Work = std::move_only_function<void()>;

  virtual ~Executor() = default;
  virtual const Clock& clock() const = 0;
  virtual void post(Work work) = 0;
  virtual void post_at(Instant when, Work work) = 0;
  // Runs work off the loop (a thread pool; inline in simulation), then posts done to the loop.
  virtual void run_blocking(Work work, Work done) = 0;

  // Starts a task that nobody awaits; the executor owns its frame until it ends. It must handle its own
  // errors.
  void spawn(Task<void> task);
  // Destroys every frame started with spawn, as a crash would.
  void destroy_frames();

  auto sleep_until(Instant when);
  auto sleep_for(Duration d);
  // co_await executor.blocking([&] { return database.query(…); })
  template <typename F>
  auto blocking(F work);

 protected:
  struct Sleep;

 private:
  Sleep sleep_until_(Instant when);
  std::vector<std::unique_ptr<Task<void>>> roots_;
};

struct Executor::Sleep {
  Executor& executor;
  Instant when;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  ~Sleep() { *alive = false; }
  bool await_ready() const { return executor.clock().now() >= when; }
  void await_suspend(std::coroutine_handle<> caller) {
    executor.post_at(when, [caller, still = alive] {
      if (*still) caller.resume();
    });
  }
  void await_resume() const {}
};

inline Executor::Sleep Executor::sleep_until_(Instant when) {
  return {*this, when};
}
inline auto Executor::sleep_until(Instant when) {
  return sleep_until_(when);
}
inline auto Executor::sleep_for(Duration d) {
  return sleep_until_(clock().now() + d);
}

template <typename F>
auto Executor::blocking(F work) {
  using T = std::invoke_result_t<F&>;
  // The state outlives a destroyed frame, because the pool may still be working for it.
  struct State {
    F work;
    std::conditional_t<std::is_void_v<T>, std::optional<bool>, std::optional<T>> value;
    std::exception_ptr exception;
    bool alive = true;
  };
  struct Awaiter {
    Executor& executor;
    std::shared_ptr<State> state;
    Awaiter(Executor& e, F f) : executor(e), state(std::make_shared<State>(std::move(f))) {}
    ~Awaiter() { state->alive = false; }
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> caller) {
      executor.run_blocking(
          [s = state] {
            try {
              if constexpr (std::is_void_v<T>) {
                s->work();
              } else {
                s->value.emplace(s->work());
              }
            } catch (...) {
              s->exception = std::current_exception();
            }
          },
          [s = state, caller] {
            if (s->alive) caller.resume();
          });
    }
    T await_resume() {
      if (state->exception) std::rethrow_exception(state->exception);
      if constexpr (!std::is_void_v<T>) return std::move(*state->value);
    }
  };
  return Awaiter(*this, std::move(work));
}

}  // namespace mailsync
