// What one mailbox may ask of its server: so many requests at once, so many per period (Outlook: 4 at once,
// 10,000 per 10 minutes, per app and mailbox). First come, first served. Runs on any Executor, on its loop
// thread.
#pragma once

#include <chrono>
#include <coroutine>
#include <list>
#include <memory>

#include "base/executor.h"

namespace mailsync::net {

struct RateLimits {
  int at_once = 4;
  int64_t per_period = 10'000;
  Duration period = std::chrono::minutes(10);
};

class RateLimit {
 public:
  RateLimit(Executor& executor, RateLimits limits);
  ~RateLimit();
  RateLimit(const RateLimit&) = delete;
  RateLimit& operator=(const RateLimit&) = delete;

  // Holds one of the places until it is destroyed. May outlive the RateLimit.
  class Permit;
  // Waits for a place and for a token of the period. A frame destroyed while it waits leaves the queue.
  Task<Permit> acquire();
  // Nothing is granted before `until`: the server answered 429 with Retry-After.
  void pause_until(Instant until);

  int in_use() const;

 private:
  struct State;
  struct Turn;
  std::shared_ptr<State> state_;
};

class RateLimit::Permit {
 public:
  explicit Permit(std::weak_ptr<State> state) : state_(std::move(state)) {}
  Permit(Permit&& other) noexcept : state_(std::exchange(other.state_, {})) {}
  Permit& operator=(Permit&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Permit();

 private:
  std::weak_ptr<State> state_;
};

}  // namespace mailsync::net
