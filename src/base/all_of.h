// Runs several tasks at once and waits for all of them. Their frames live in the waiting frame.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>
#include <vector>

#include "base/task.h"

namespace mailsync {

namespace all_of_detail {

struct Gate {
  size_t left = 0;
  std::coroutine_handle<> waiting;
};

// A task that opens the gate when it is suspended for good: only then may the waiting frame, which owns it,
// go on.
struct Child {
  struct promise_type {
    Gate* gate;
    promise_type(Task<void>&, Gate& g) : gate(&g) {}
    Child get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct Open {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        Gate& opened = *self.promise().gate;
        if (--opened.left == 0 && opened.waiting) return opened.waiting;
        return std::noop_coroutine();
      }
      void await_resume() noexcept {}
    };
    Open final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }  // tasks report errors as values
  };

  std::coroutine_handle<promise_type> handle;
  Child(std::coroutine_handle<promise_type> h) : handle(h) {}
  Child(Child&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
  Child& operator=(Child&&) = delete;
  ~Child() {
    if (handle) handle.destroy();
  }
};

inline Child child(Task<void> task, Gate&) {
  co_await std::move(task);
}

struct Awaiter {
  std::vector<Child>& children;
  Gate& gate;
  bool await_ready() const { return children.empty(); }
  bool await_suspend(std::coroutine_handle<> caller) {
    // Held open while starting, so that tasks that end at once cannot resume the caller too early.
    ++gate.left;
    for (Child& each : children) each.handle.resume();
    gate.waiting = caller;
    return --gate.left != 0;
  }
  void await_resume() const {}
};

}  // namespace all_of_detail

inline Task<void> all_of(std::vector<Task<void>> tasks) {
  all_of_detail::Gate gate{.left = tasks.size()};
  std::vector<all_of_detail::Child> children;
  children.reserve(tasks.size());
  for (Task<void>& task : tasks) children.push_back(all_of_detail::child(std::move(task), gate));
  co_await all_of_detail::Awaiter{children, gate};
}

}  // namespace mailsync
