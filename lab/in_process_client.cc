#include "lab/in_process_client.h"

#include <algorithm>

#include "lab/target.h"
#include "lab/transcript.h"
#include "net/url.h"

namespace mailsync::lab {
namespace {

constexpr size_t kChunk = 64 << 10;

bool safe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

Error lost(std::string_view method, std::string_view what) {
  return {.kind = safe(method) ? ErrorKind::Transient : ErrorKind::Ambiguous,
          .message = std::string(what) + (safe(method) ? "; it will be asked again"
                                                       : "; check whether it was done before trying again")};
}

std::string key_of(const net::Origin& origin) {
  return origin.scheme + "://" + origin.host + ":" + std::to_string(origin.port);
}

// Comes in pieces, is cut off where the script says so, and never exceeds the cap.
class PiecewiseBody final : public net::BodyStream {
 public:
  PiecewiseBody(std::string bytes, size_t cap, std::optional<size_t> cut_at, std::string method)
      : bytes_(std::move(bytes)), cap_(cap), cut_at_(cut_at), method_(std::move(method)) {}
  Task<Result<std::string>> next() override {
    if (cut_at_ && at_ >= *cut_at_)
      co_return fail(lost(method_, "the connection ended in the middle of the answer"));
    if (at_ == bytes_.size()) co_return std::string();
    if (bytes_.size() > cap_ && at_ + kChunk > cap_)
      co_return fail(ErrorKind::ItemInvalid,
                     "the answer is larger than the " + std::to_string(cap_) + " bytes allowed for it");
    size_t count = std::min(kChunk, cut_at_.value_or(bytes_.size()) - at_);
    std::string piece = bytes_.substr(at_, count);
    at_ += count;
    co_return piece;
  }

 private:
  std::string bytes_;
  size_t cap_;
  std::optional<size_t> cut_at_;
  std::string method_;
  size_t at_ = 0;
};

bool has_line_break(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

Result<net::ServerRequest> as_server_sees(const net::HttpRequest& request, const net::Url& url) {
  net::ServerRequest seen;
  seen.method = request.method;
  set_target(seen, url.target);
  bool usual = url.port == (url.scheme == "https" ? 443 : 80);
  seen.headers.add("Host", usual ? url.host : url.host + ":" + std::to_string(url.port));
  for (auto& [name, value] : request.headers.all()) {
    if (name.empty() || has_line_break(name) || has_line_break(value))
      return fail(ErrorKind::ItemInvalid, "a header field has a line break in it");
    seen.headers.add(name, value);
  }
  if (request.bearer) seen.headers.set("Authorization", "Bearer " + request.bearer->token.reveal());
  seen.body = request.body;
  seen.peer = "127.0.0.1";
  return seen;
}

}  // namespace

// Shared by the caller's frame and the server's: either may be gone before the other.
struct InProcessClient::Exchange {
  std::optional<net::ServerResponse> answer;
  bool over = false;  // answered or too late
  std::coroutine_handle<> caller;

  struct Wait {
    std::shared_ptr<Exchange> exchange;
    ~Wait() { exchange->caller = nullptr; }
    bool await_ready() const { return exchange->over; }
    void await_suspend(std::coroutine_handle<> handle) { exchange->caller = handle; }
    void await_resume() const {}
  };
  void end() {
    if (std::exchange(over, true)) return;
    if (auto handle = std::exchange(caller, nullptr)) handle.resume();
  }
  // The server's side: its answer arrives as one posted step.
  static Task<void> run(Executor& executor, net::Handler& handler, net::ServerRequest request,
                        std::shared_ptr<Exchange> exchange) {
    auto answer = std::make_shared<net::ServerResponse>(co_await handler(std::move(request)));
    executor.post([exchange, answer] {
      if (exchange->over) return;
      exchange->answer.emplace(std::move(*answer));
      exchange->end();
    });
  }
};

void InProcessClient::serve(std::string_view origin, net::Handler handler) {
  if (auto parsed = net::Origin::of(origin)) handlers_[key_of(*parsed)] = std::move(handler);
}

std::optional<ScriptedFault> InProcessClient::next_fault(const net::HttpRequest& request) {
  std::string line = request.method + " " + request.url;
  for (auto& fault : script_) {
    if (!fault.times || (fault.call && fault.call != calls_)) continue;
    if (line.find(fault.match) == std::string::npos) continue;
    --fault.times;
    return fault;
  }
  return std::nullopt;
}

Task<Result<net::HttpResponse>> InProcessClient::open(net::HttpRequest request) {
  CO_TRY(net::Url url, net::parse_url(request.url));
  net::Origin origin{.scheme = url.scheme, .host = url.host, .port = url.port};
  if (request.bearer && request.bearer->origin != origin)
    co_return fail(ErrorKind::Forbidden, "a bearer token belongs to another origin than " + key_of(origin) +
                                             " and was not sent there; check the base URLs");
  CO_TRY(net::ServerRequest seen, as_server_sees(request, url));
  ++calls_;
  if (on_request) on_request(request);
  auto fault = next_fault(request);
  using What = ScriptedFault::What;
  auto handler = handlers_.find(key_of(origin));
  if (handler == handlers_.end() || (fault && fault->what == What::NotSent))
    co_return fail(ErrorKind::Transient, "nobody answers at " + key_of(origin) +
                                             "; check that the server runs and the address is right");
  auto exchange = std::make_shared<Exchange>();
  if (fault && fault->what == What::Status) {
    executor_.post([exchange] { exchange->answer.emplace(), exchange->end(); });
  } else {
    executor_.spawn(Exchange::run(executor_, handler->second, std::move(seen), exchange));
    executor_.post_at(executor_.clock().now() + request.deadline, [exchange] { exchange->end(); });
  }
  co_await Exchange::Wait{exchange};
  if (!exchange->answer) {
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%g", static_cast<double>(request.deadline.count()) / 1e6);
    co_return fail(lost(request.method, "no answer from " + url.host + " within " + seconds + " s"));
  }
  net::ServerResponse answer = std::move(*exchange->answer);
  if (on_answer) on_answer(request, answer);
  transcribe(request, answer);
  if (fault && fault->what == What::AnswerLost)
    co_return fail(lost(request.method, "the connection to " + url.host + " ended before the answer"));
  if (fault && (fault->what == What::Status || fault->what == What::LateStatus)) {
    answer = {};
    answer.status = fault->status;
    answer.body = fault->body;
    if (fault->retry_after)
      answer.headers.add("Retry-After", std::to_string(fault->retry_after->count() / 1'000'000));
  }
  if (request.method == "HEAD" || answer.status == 204 || answer.status == 304) answer.body.clear();
  net::HttpResponse response{.status = answer.status, .headers = std::move(answer.headers), .body = nullptr};
  std::optional<size_t> cut;
  if (fault && fault->what == What::AnswerCut) cut = answer.body.size() / 2;
  if (answer.stream)
    response.body = std::move(answer.stream);
  else
    response.body =
        std::make_unique<PiecewiseBody>(std::move(answer.body), request.max_body_bytes, cut, request.method);
  co_return response;
}

}  // namespace mailsync::lab
