#include "net/retry.h"

namespace mailsync::net {

bool worth_retrying(const Error& error) {
  return error.kind == ErrorKind::Transient || error.kind == ErrorKind::Throttled;
}

Duration wait_before_retry(const RetryPolicy& policy, int failed, const Error& error, Random& random) {
  const int doublings = std::clamp(failed - 1, 0, 20);
  const auto ceiling = std::min<int64_t>(policy.longest_wait.count(), policy.first_wait.count() << doublings);
  const Duration own(
      static_cast<int64_t>(random.below(static_cast<uint64_t>(std::max<int64_t>(ceiling, 0)) + 1)));
  return std::max(own, error.retry_after.value_or(Duration(0)));
}

}  // namespace mailsync::net
