// One coroutine waits, for a moment in time or for somebody's word, whichever comes first. On the loop
// thread.
#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/executor.h"

namespace mailsync::schedule {

class Signal {
 public:
  explicit Signal(Executor& executor) : executor_(executor) {}

  // Ends the wait, or the next one when nobody waits now.
  void raise() {
    state_->raised = true;
    if (state_->waiting) executor_.post(resume_turn(state_, state_->turn));
  }
  // co_await signal.wait_until(when)
  auto wait_until(Instant when) { return Wait{executor_, state_, when}; }

 private:
  struct State {
    std::coroutine_handle<> waiting;
    uint64_t turn = 0;  // which wait: an old timer must not end a new one
    bool raised = false;
  };
  struct Wait {
    Executor& executor;
    std::shared_ptr<State> state;
    Instant when;
    std::coroutine_handle<> caller = {};
    ~Wait() {
      if (caller && state->waiting == caller) state->waiting = nullptr;
    }
    bool await_ready() const { return state->raised || executor.clock().now() >= when; }
    void await_suspend(std::coroutine_handle<> handle) {
      caller = state->waiting = handle;
      ++state->turn;
      executor.post_at(when, resume_turn(state, state->turn));
    }
    void await_resume() const { state->raised = false; }
  };

  static Executor::Work resume_turn(std::shared_ptr<State> state, uint64_t turn) {
    return [state = std::move(state), turn] {
      if (state->turn == turn && state->waiting) std::exchange(state->waiting, nullptr).resume();
    };
  }

  Executor& executor_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace mailsync::schedule
