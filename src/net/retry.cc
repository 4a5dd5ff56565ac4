#include "net/retry.h"

#include <curl/curl.h>

#include <charconv>

namespace mailsync::net {

std::optional<Duration> retry_after(const Headers& headers, Instant now) {
  const auto value = headers.find("Retry-After");
  if (!value || value->empty()) return std::nullopt;
  int64_t seconds = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), seconds);
  if (error == std::errc() && (end == value->data() + value->size() || *end == '.'))
    return std::chrono::seconds(std::clamp<int64_t>(seconds, 0, 7 * 86'400));
  const time_t date = curl_getdate(std::string(*value).c_str(), nullptr);
  if (date < 0) return std::nullopt;
  return std::max(Instant{static_cast<int64_t>(date) * 1'000'000} - now, Duration(0));
}

bool worth_retrying(const Error& error) {
  if (error.trouble == Trouble::Certificate) return false;  // it will be the same in a second
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
