#include "mailbox/graph/client.h"

#include "net/url.h"

namespace mailsync::graph {
namespace {

constexpr std::string_view kImmutableIds = "IdType=\"ImmutableId\"";

// claims="…" of a WWW-Authenticate challenge (learn.microsoft.com/entra/identity-platform/claims-challenge).
std::optional<std::string> claims_of(const net::Headers& headers) {
  const auto challenge = headers.find("WWW-Authenticate");
  if (!challenge) return std::nullopt;
  const size_t at = challenge->find("claims=\"");
  if (at == std::string_view::npos) return std::nullopt;
  const size_t from = at + 8, end = challenge->find('"', from);
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(challenge->substr(from, end - from));
}

bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

}  // namespace

Client::Client(net::HttpClient& http, TokenSource tokens, Executor& executor, Random& random,
               net::RateLimit& limit, ClientOptions options)
    : http_(http),
      tokens_(std::move(tokens)),
      executor_(executor),
      random_(random),
      limit_(limit),
      options_(std::move(options)) {
  while (options_.base_url.ends_with('/')) options_.base_url.pop_back();
}

std::string Client::path(std::string_view below_user) const {
  std::string out = options_.user.empty() ? "/me" : "/users/" + net::percent_encode(options_.user);
  return out.append(below_user);
}

OperationId Client::own(OperationId operation) const {
  if (!options_.mark.empty()) operation.value += "-" + options_.mark;
  return operation;
}

std::string Client::resource(std::string_view below_user) const {
  // A value in a JSON body, not a URL: nothing in it is escaped.
  std::string out = options_.user.empty() ? "me" : "users/" + options_.user;
  return out.append(below_user);
}

Client::Call Client::delta_call(std::string first, std::string link, std::string what,
                                std::string prefer) const {
  Call call;
  call.url = link.empty() ? std::move(first) : std::move(link);
  call.what = std::move(what);
  call.prefer = "odata.maxpagesize=" + std::to_string(options_.page_size);
  if (!prefer.empty()) call.prefer += ", " + prefer;
  return call;
}

Task<Result<net::HttpRequest>> Client::request_for(const Call& call, std::optional<std::string> claims) {
  net::HttpRequest request;
  request.method = call.method;
  request.url = call.url.starts_with('/') ? options_.base_url + call.url : call.url;
  request.body = call.body;
  request.headers = call.headers;
  request.max_body_bytes = call.max_bytes;
  if (call.anonymous) co_return request;
  CO_TRY(const net::Origin home, net::Origin::of(options_.base_url));
  const auto there = net::Origin::of(request.url);
  if (!there || *there != home)
    co_return fail(Error{.kind = ErrorKind::Forbidden,
                         .message = call.what +
                                    ": the server named a page on another host, which is not followed. "
                                    "Check the Graph address in the settings.",
                         .vendor_code = "ForeignLink",
                         .request_id = {},
                         .retry_after = {}});
  request.headers.add("Prefer", std::string(kImmutableIds) + (call.prefer.empty() ? "" : ", " + call.prefer));
  request.headers.add("client-request-id", random_.run_id(executor_.clock().now()).value);
  request.headers.add("return-client-request-id", "true");
  request.headers.add("Accept", "application/json");
  if (!call.change_key.empty()) request.headers.add("If-Match", "W/\"" + call.change_key + "\"");
  if (!call.body.empty()) request.headers.add("Content-Type", "application/json");
  CO_TRY(request.bearer, co_await tokens_(std::move(claims)));
  co_return request;
}

Task<Result<net::HttpResponse>> Client::open_once(const Call& call, std::optional<std::string> claims) {
  // The token first: waiting for it must not hold one of the four places.
  CO_TRY(net::HttpRequest request, co_await request_for(call, std::move(claims)));
  const auto permit = co_await limit_.acquire();
  ++requests_;
  co_return co_await http_.open(std::move(request));
}

Task<Error> Client::refused(const Call& call, net::HttpResponse response,
                            std::optional<std::string>* claims) {
  std::string body;
  constexpr size_t kMaxErrorBytes = 1 << 20;
  while (response.body && body.size() < kMaxErrorBytes) {
    auto piece = co_await response.body->next();
    if (!piece || piece->empty()) break;
    body += *piece;
  }
  const Instant now = executor_.clock().now();
  const Refusal refusal = refusal_of(response.status, response.headers, body, now);
  // A token may have been withdrawn before its time, with or without a word of why: one more try with a fresh
  // one.
  if (refusal.status == 401) *claims = claims_of(response.headers).value_or("");
  if (refusal.status == 429 && refusal.retry_after) limit_.pause_until(now + *refusal.retry_after);
  const bool safe = is_safe(call.method) || call.repeatable;
  co_return classify(refusal, Asked{safe ? "GET" : call.method, call.what});
}

Task<Result<net::HttpResponse>> Client::open(Call call) {
  std::optional<std::string> claims;
  bool challenged = false;
  const Instant began = executor_.clock().now();
  for (int failed = 1;; ++failed) {
    auto response = co_await open_once(call, std::exchange(claims, std::nullopt));
    if (response && response->status >= 200 && response->status < 300) co_return response;
    Error error;
    if (response) {
      error = co_await refused(call, *std::move(response), &claims);
      if (claims && !std::exchange(challenged, true)) continue;
      claims.reset();
    } else {
      error = std::move(response).error();
      // A batch of reads may be repeated, though it is a POST.
      if (error.kind == ErrorKind::Ambiguous && call.repeatable) error.kind = ErrorKind::Transient;
      if (!error.message.starts_with(call.what)) error = std::move(error).within(call.what);
    }
    const bool patient = error.retry_after.value_or(Duration(0)) <= options_.retry.longest_ordered_wait;
    const bool late = executor_.clock().now() - began > options_.retry.give_up_after;
    if (failed >= options_.retry.attempts || !net::worth_retrying(error) || !patient || late)
      co_return fail(std::move(error));
    co_await executor_.sleep_for(net::wait_before_retry(options_.retry, failed, error, random_));
  }
}

Task<Result<net::HttpAnswer>> Client::call(Call call) {
  const size_t cap = call.max_bytes;
  const bool safe = is_safe(call.method) || call.repeatable;
  const std::string what = call.what;
  CO_TRY(net::HttpResponse response, co_await open(std::move(call)));
  net::HttpAnswer answer{.status = response.status, .headers = std::move(response.headers), .body = {}};
  while (response.body) {
    auto piece = co_await response.body->next();
    if (!piece) {
      Error error = std::move(piece).error();
      if (error.kind == ErrorKind::Ambiguous && safe) error.kind = ErrorKind::Transient;
      co_return fail(std::move(error).within(what));
    }
    if (piece->empty()) break;
    if (answer.body.size() + piece->size() > cap)
      co_return fail(ErrorKind::ItemInvalid, what + ": the answer of Microsoft 365 is larger than " +
                                                 std::to_string(cap >> 20) + " MB, so it was not read.");
    answer.body += *piece;
  }
  co_return answer;
}

Task<Result<void>> Client::nothing(Call call) {
  CO_TRY_VOID(co_await this->call(std::move(call)));
  co_return Result<void>{};
}

Task<Result<std::unique_ptr<net::BodyStream>>> Client::stream(Call call) {
  CO_TRY(net::HttpResponse response, co_await open(std::move(call)));
  if (!response.body) co_return net::body_of({});
  co_return std::move(response.body);
}

}  // namespace mailsync::graph
