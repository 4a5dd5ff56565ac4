#include <algorithm>

#include "mailbox/graph/client.h"

namespace mailsync::graph {
namespace {

constexpr size_t kMaxSteps = 20;  // learn.microsoft.com/graph/json-batching
// What Outlook carries out of one batch at once; more may come back as 429 MailboxConcurrency (F123).
constexpr size_t kStepsAtOnce = 4;

bool is_ok(int status) {
  return status >= 200 && status < 300;
}

Error judged(const BatchAnswer& answer, Instant now, std::string_view what) {
  if (answer.status == 0)
    return {.kind = ErrorKind::Transient,
            .message = std::string(what) + ": Microsoft 365 left one answer out; it is asked again later.",
            .vendor_code = "NoAnswer",
            .request_id = {},
            .retry_after = {}};
  return classify(refusal_of(answer.status, answer.headers, answer.body.to_json(), now), Asked{"GET", what});
}

// What the batch as a whole was answered says nothing of the items in it: they are not gone because it was
// not found.
Error about_the_whole(Error error) {
  const bool of_an_item = error.kind == ErrorKind::Gone || error.kind == ErrorKind::VersionStale ||
                          error.kind == ErrorKind::CursorLost;
  if (of_an_item) error.kind = ErrorKind::Transient;
  return error;
}

}  // namespace

Task<std::vector<Result<BatchAnswer>>> Client::read_some(std::vector<BatchStep> steps, std::string what) {
  const auto all_failed = [&steps](const Error& error) {
    return std::vector<Result<BatchAnswer>>(steps.size(), fail(error));
  };
  Call call;
  call.method = "POST";
  call.url = "/$batch";
  call.what = what;
  call.body = write_batch(steps);
  call.repeatable = true;
  auto answer = co_await this->call(std::move(call));
  if (!answer && answer.error().kind == ErrorKind::ItemInvalid && steps.size() > 1) {
    // Together they are too large: half by half, so that one giant costs only itself.
    const auto middle = steps.begin() + static_cast<ptrdiff_t>(steps.size() / 2);
    std::vector<BatchStep> first(steps.begin(), middle), second(middle, steps.end());
    auto out = co_await read_some(std::move(first), what);
    for (auto& one : co_await read_some(std::move(second), what)) out.push_back(std::move(one));
    co_return out;
  }
  if (!answer) co_return all_failed(about_the_whole(answer.error()));
  auto answers = read_batch(answer->body, steps.size());
  if (!answers) co_return all_failed(answers.error());
  std::vector<Result<BatchAnswer>> out;
  const Instant now = executor_.clock().now();
  for (BatchAnswer& one : *answers) {
    if (is_ok(one.status))
      out.emplace_back(std::move(one));
    else
      out.push_back(fail(judged(one, now, what)));
  }
  co_return out;
}

Task<std::vector<Result<BatchAnswer>>> Client::read_all(std::vector<BatchStep> steps, std::string what) {
  std::vector<Result<BatchAnswer>> out(steps.size(), fail(ErrorKind::Transient, what + ": not asked yet"));
  std::vector<size_t> waiting;
  for (size_t i = 0; i < steps.size(); ++i) waiting.push_back(i);
  size_t size = kMaxSteps;
  for (int failed = 1; !waiting.empty(); ++failed) {
    std::vector<size_t> again;
    std::optional<Error> patience;
    for (size_t at = 0; at < waiting.size(); at += size) {
      const size_t end = std::min(waiting.size(), at + size);
      std::vector<BatchStep> some;
      for (size_t i = at; i < end; ++i) some.push_back(steps[waiting[i]]);
      auto answers = co_await read_some(std::move(some), what);
      for (size_t i = at; i < end; ++i) {
        auto& answer = answers[i - at];
        if (!answer && net::worth_retrying(answer.error())) {
          again.push_back(waiting[i]);
          if (!patience || answer.error().retry_after > patience->retry_after) patience = answer.error();
        }
        out[waiting[i]] = std::move(answer);
      }
    }
    if (again.empty() || failed >= options_.retry.attempts ||
        patience->retry_after.value_or(Duration(0)) > options_.retry.longest_ordered_wait)
      break;
    if (patience->kind == ErrorKind::Throttled) size = kStepsAtOnce;
    co_await executor_.sleep_for(net::wait_before_retry(options_.retry, failed, *patience, random_));
    waiting = std::move(again);
  }
  co_return out;
}

}  // namespace mailsync::graph
