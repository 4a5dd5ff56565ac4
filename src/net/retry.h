// Trying again: exponential back-off with full jitter, never sooner than the server asked, never for what may
// have been carried out already.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/executor.h"
#include "base/random.h"
#include "base/result.h"
#include "net/http.h"

namespace mailsync::net {

struct RetryPolicy {
  int attempts = 5;  // the first one included
  Duration first_wait = std::chrono::milliseconds(500);
  Duration longest_wait = std::chrono::seconds(30);
  // A server that asks for more patience than this gets it from the scheduler: the error is returned with
  // retry_after.
  Duration longest_ordered_wait = std::chrono::minutes(2);
  // After this the caller decides: a process that stood still may have lost what entitled it to the call.
  Duration give_up_after = std::chrono::minutes(5);
};

// The field Retry-After: seconds, or a date (RFC 9110 section 10.2.3), as a wait from now. nullopt when
// absent or unreadable.
std::optional<Duration> retry_after(const Headers& headers, Instant now);

// Only Transient and Throttled; Ambiguous is looked into by the caller first.
bool worth_retrying(const Error& error);

// The wait before attempt number `failed` + 1 (failed counts from 1): max(retry_after, full jitter of
// min(longest_wait, first_wait * 2^(failed-1))).
Duration wait_before_retry(const RetryPolicy& policy, int failed, const Error& error, Random& random);

// attempt() -> Task<Result<T>>, called until it succeeds, fails for good, or the attempts are used up.
template <typename F>
auto with_retry(Executor& executor, Random& random, RetryPolicy policy, F attempt) -> decltype(attempt()) {
  for (int failed = 1;; ++failed) {
    auto result = co_await attempt();
    if (result || failed >= policy.attempts || !worth_retrying(result.error())) co_return result;
    if (result.error().retry_after.value_or(Duration(0)) > policy.longest_ordered_wait) co_return result;
    co_await executor.sleep_for(wait_before_retry(policy, failed, result.error(), random));
  }
}

}  // namespace mailsync::net
