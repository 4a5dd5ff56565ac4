// The simulated executor: one thread, virtual time, the next ready step chosen by seed.
// Same seed and same code, same run.
#pragma once

#include <deque>
#include <map>

#include "base/executor.h"
#include "base/random.h"

namespace mailsync {

class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(Instant start) : now_(start) {}
  Instant now() const override { return now_; }
  void set(Instant now) { now_ = now; }
  void advance(Duration d) { now_ = now_ + d; }

 private:
  Instant now_;
};

class SeededExecutor final : public Executor {
 public:
  SeededExecutor(SimulatedClock& clock, uint64_t seed) : clock_(clock), random_(seed) {}
  ~SeededExecutor() override { crash(); }

  const Clock& clock() const override { return clock_; }
  void post(Work work) override { ready_.push_back(std::move(work)); }
  void post_at(Instant when, Work work) override { timers_.emplace(when, std::move(work)); }
  void run_blocking(Work work, Work done) override {
    work();
    post(std::move(done));
  }

  // Runs one ready step, or moves the clock to the next timer. False when nothing is left.
  bool step();
  // Steps until nothing is ready and no timer is due before `until`.
  void run_until(Instant until);
  // Steps until the task is done. Returns false when it waits for something that never comes.
  template <typename T>
  bool run(Task<T>& task) {
    post([&task] { task.start(); });
    while (!task.done())
      if (!step()) return false;
    return true;
  }
  // Destroys every frame and everything that waits, as a crash would.
  void crash();

 private:
  SimulatedClock& clock_;
  SeededRandom random_;
  std::deque<Work> ready_;
  std::multimap<Instant, Work> timers_;
};

}  // namespace mailsync
