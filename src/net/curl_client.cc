#include "net/curl_client.h"

#include <algorithm>

#include "net/curl_transfer.h"
#include "net/url.h"

namespace mailsync::net {
namespace {

// Owns the exchange for as long as somebody may read it.
class CurlBody final : public BodyStream {
 public:
  explicit CurlBody(std::shared_ptr<CurlTransfer> transfer) : transfer_(std::move(transfer)) {}
  ~CurlBody() override { transfer_->abandon(); }
  CurlBody(const CurlBody&) = delete;
  CurlBody& operator=(const CurlBody&) = delete;
  Task<Result<std::string>> next() override { return transfer_->next_chunk(); }
  CurlTransfer& transfer() { return *transfer_; }

 private:
  std::shared_ptr<CurlTransfer> transfer_;
};

bool is_token(std::string_view text) {  // RFC 9110 section 5.6.2
  static constexpr std::string_view kOther = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kOther.contains(c);
  });
}

bool is_field_value(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != 0x7f); });
}

Result<void> check(const HttpRequest& request, const Url& at) {
  if (!is_token(request.method)) return fail(ErrorKind::ItemInvalid, "the HTTP method is not one");
  for (const auto& [name, value] : request.headers.all()) {
    if (!is_token(name) || !is_field_value(value))
      return fail(ErrorKind::ItemInvalid,
                  "a header field of the request to " + at.host + " holds a line break or control character");
    Headers lone{{name, ""}};
    if (lone.find("Authorization"))
      return fail(ErrorKind::Forbidden,
                  "sign-in to " + at.host + " is only sent as a bearer bound to its origin");
  }
  if (!request.bearer) return {};
  const Origin origin{.scheme = at.scheme, .host = at.host, .port = at.port};
  if (request.bearer->origin != origin)
    return fail(ErrorKind::Forbidden, "the sign-in for " + request.bearer->origin.host + " is not sent to " +
                                          at.host + ":" + std::to_string(at.port) +
                                          ": the address in the answer leads elsewhere");
  if (!is_field_value(request.bearer->token.reveal()) || request.bearer->token.empty())
    return fail(ErrorKind::LoginNeeded, "the sign-in for " + at.host + " is not usable: sign in again");
  return {};
}

}  // namespace

struct CurlClient::Impl {
  Impl(AsioExecutor& e, CurlOptions o)
      : executor(e),
        options(std::make_shared<const CurlOptions>(std::move(o))),
        multi(std::make_shared<CurlMulti>(e.context(), options->max_connections_per_host)) {}
  AsioExecutor& executor;
  std::shared_ptr<const CurlOptions> options;
  std::shared_ptr<CurlMulti> multi;
};

CurlClient::CurlClient(AsioExecutor& executor, CurlOptions options) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)ready;
  impl_ = std::make_unique<Impl>(executor, std::move(options));
}

CurlClient::~CurlClient() {
  impl_->multi->shut_down();
}

Task<Result<HttpResponse>> CurlClient::open(HttpRequest request) {
  CO_TRY(const Url at, parse_url(request.url));
  CO_TRY_VOID(check(request, at));
  CO_TRY_VOID(impl_->options->addresses.check_url(request.url));
  const std::string where = at.host + ":" + std::to_string(at.port);
  auto body = std::make_unique<CurlBody>(
      std::make_shared<CurlTransfer>(impl_->executor, impl_->options, std::move(request), where));
  CO_TRY_VOID(body->transfer().start(impl_->multi));
  CO_TRY_VOID(co_await body->transfer().headers());
  HttpResponse response{
      .status = body->transfer().status(), .headers = body->transfer().take_headers(), .body = nullptr};
  response.body = std::move(body);
  co_return response;
}

}  // namespace mailsync::net
