#include "base/seeded_executor.h"

namespace mailsync {

bool SeededExecutor::step() {
  if (ready_.empty()) {
    if (timers_.empty()) return false;
    auto first = timers_.begin();
    if (clock_.now() < first->first) clock_.set(first->first);
    ready_.push_back(std::move(first->second));
    timers_.erase(first);
  }
  const size_t pick = ready_.size() == 1 ? 0 : random_.below(ready_.size());
  Work work = std::move(ready_[pick]);
  ready_.erase(ready_.begin() + static_cast<ptrdiff_t>(pick));
  work();
  return true;
}

void SeededExecutor::run_until(Instant until) {
  while (!ready_.empty() || (!timers_.empty() && timers_.begin()->first <= until)) step();
  if (clock_.now() < until) clock_.set(until);
}

void SeededExecutor::crash() {
  destroy_frames();
  ready_.clear();
  timers_.clear();
}

}  // namespace mailsync
