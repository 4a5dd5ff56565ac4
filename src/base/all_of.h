// Runs several tasks at once and waits for all of them. Their frames live in the waiting frame.
#pragma once

#include <algorithm>
#include <coroutine>
#include <vector>

#include "base/task.h"

namespace mailsync {

namespace all_of_detail {

struct Gate {
  size_t left = 0;
  std::coroutine_handle<> waiting;
};

inline Task<void> counted(Task<void> task, Gate& gate) {
  co_await std::move(task);
  if (--gate.left == 0 && gate.waiting) gate.waiting.resume();
}

struct Awaiter {
  std::vector<Task<void>>& tasks;
  Gate& gate;
  bool await_ready() const { return tasks.empty(); }
  bool await_suspend(std::coroutine_handle<> caller) {
    // Held open while starting, so that tasks that end at once cannot resume the caller too early.
    ++gate.left;
    for (Task<void>& task : tasks) task.start();
    gate.waiting = caller;
    return --gate.left != 0;
  }
  void await_resume() const {}
};

}  // namespace all_of_detail

inline Task<void> all_of(std::vector<Task<void>> tasks) {
  all_of_detail::Gate gate{.left = tasks.size()};
  std::vector<Task<void>> counted;
  counted.reserve(tasks.size());
  for (Task<void>& task : tasks) counted.push_back(all_of_detail::counted(std::move(task), gate));
  co_await all_of_detail::Awaiter{counted, gate};
}

}  // namespace mailsync
