// An executor whose clock runs ahead of (or behind) the one it rests on, so that a running lab can be moved
// in time.
#pragma once

#include "base/executor.h"

namespace mailsync::lab {

class ShiftedExecutor final : public Executor {
 public:
  explicit ShiftedExecutor(Executor& real) : real_(real), clock_(*this) {}
  ~ShiftedExecutor() override { destroy_frames(); }

  const Clock& clock() const override { return clock_; }
  void post(Work work) override { real_.post(std::move(work)); }
  // What waits already keeps the moment it was given, on the clock of that time.
  void post_at(Instant when, Work work) override { real_.post_at(when - shift, std::move(work)); }
  void run_blocking(Work work, Work done) override { real_.run_blocking(std::move(work), std::move(done)); }

  Duration shift{0};

 private:
  struct ShiftedClock final : Clock {
    explicit ShiftedClock(const ShiftedExecutor& executor) : owner(executor) {}
    Instant now() const override { return owner.real_.clock().now() + owner.shift; }
    const ShiftedExecutor& owner;
  };

  Executor& real_;
  ShiftedClock clock_;
};

}  // namespace mailsync::lab
