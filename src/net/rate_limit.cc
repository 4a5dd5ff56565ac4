#include "net/rate_limit.h"

#include <algorithm>

namespace mailsync::net {

struct RateLimit::State : std::enable_shared_from_this<State> {
  State(Executor& e, RateLimits l)
      : executor(e), limits(l), tokens(static_cast<double>(l.per_period)), filled(e.clock().now()) {}

  void refill(Instant now) {
    const double share =
        static_cast<double>((now - filled).count()) / static_cast<double>(limits.period.count());
    tokens = std::min(static_cast<double>(limits.per_period),
                      tokens + std::max(share, 0.0) * static_cast<double>(limits.per_period));
    filled = now;
  }

  // Grants what can be granted now, and sets a timer for what cannot.
  void grant();

  Executor& executor;
  RateLimits limits;
  double tokens;
  Instant filled;
  Instant paused_until{};
  int in_use = 0;
  std::list<Turn*> queue;
  bool timer_set = false;
};

struct RateLimit::Turn {
  std::shared_ptr<State> state;
  std::coroutine_handle<> waiting;
  std::list<Turn*>::iterator place;
  bool queued = false;
  bool granted = false;
  bool taken = false;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);

  explicit Turn(std::shared_ptr<State> s) : state(std::move(s)) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    *alive = false;
    if (queued) state->queue.erase(place);
    if (granted && !taken) {  // granted, but the frame was destroyed before it went on
      --state->in_use;
      state->grant();
    }
  }
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> caller) {
    waiting = caller;
    place = state->queue.insert(state->queue.end(), this);
    queued = true;
    state->grant();
  }
  Permit await_resume() {
    taken = true;
    return Permit(state);
  }
};

void RateLimit::State::grant() {
  const Instant now = executor.clock().now();
  refill(now);
  while (!queue.empty() && in_use < limits.at_once && tokens >= 1 && now >= paused_until) {
    Turn* turn = queue.front();
    queue.pop_front();
    turn->queued = false;
    turn->granted = true;
    ++in_use;
    tokens -= 1;
    executor.post([turn, still = turn->alive] {
      if (*still) turn->waiting.resume();
    });
  }
  if (queue.empty() || in_use >= limits.at_once || timer_set) return;
  Instant when = std::max(now, paused_until);
  if (tokens < 1) {
    const double missing =
        (1 - tokens) / static_cast<double>(limits.per_period) * static_cast<double>(limits.period.count());
    when = std::max(when, now + Duration(static_cast<int64_t>(missing) + 1));
  }
  timer_set = true;
  executor.post_at(when, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->timer_set = false;
    self->grant();
  });
}

RateLimit::RateLimit(Executor& executor, RateLimits limits)
    : state_(std::make_shared<State>(executor, limits)) {}
RateLimit::~RateLimit() = default;

Task<RateLimit::Permit> RateLimit::acquire() {
  Turn turn(state_);
  co_return co_await turn;
}

void RateLimit::pause_until(Instant until) {
  state_->paused_until = std::max(state_->paused_until, until);
}

int RateLimit::in_use() const {
  return state_->in_use;
}

RateLimit::Permit::~Permit() {
  if (const auto state = state_.lock()) {
    --state->in_use;
    state->grant();
  }
}

}  // namespace mailsync::net
