#include "net/curl_transfer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace mailsync::net {
namespace {

// The reader is this far behind before the connection is held back.
constexpr size_t kHighWater = 256 << 10;
constexpr size_t kMaxResponseHeaders = 256 << 10;
constexpr long kConnectSeconds = 20;

bool is_unsafe(std::string_view method) {
  static constexpr std::array kSafe{"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"};
  return std::ranges::find(kSafe, method) == kSafe.end();
}

std::string numeric(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address->sa_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
  } else if (address->sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, text, sizeof text);
  }
  return text;
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

}  // namespace

CurlTransfer::CurlTransfer(AsioExecutor& executor, std::shared_ptr<const CurlOptions> options,
                           HttpRequest request, std::string where)
    : executor_(executor),
      options_(std::move(options)),
      request_(std::move(request)),
      where_(std::move(where)),
      unsafe_(is_unsafe(request_.method)),
      deadline_(executor.context()) {}

CurlTransfer::~CurlTransfer() {
  release_handle();
}

Result<void> CurlTransfer::start(const std::shared_ptr<CurlMulti>& multi) {
  easy_ = curl_easy_init();
  if (!easy_) return fail(ErrorKind::Transient, "no memory for a request to " + where_);
  set_options();
  set_method();
  set_request_headers();
  multi_ = multi;
  if (multi_->add(easy_, *this) != CURLM_OK) {
    multi_.reset();
    return fail(ErrorKind::Cancelled, "the HTTP client is shutting down");
  }
  start_deadline();
  return {};
}

void CurlTransfer::set_options() {
  const auto set = [this](auto option, auto value) { curl_easy_setopt(easy_, option, value); };
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  // Wait for the first connection to say whether it multiplexes; plain HTTP would say so only with its first
  // answer.
  set(CURLOPT_PIPEWAIT, request_.url.starts_with("https:") ? 1L : 0L);
  set(CURLOPT_FOLLOWLOCATION, 0L);  // S24
  set(CURLOPT_PROXY, "");  // a proxy from the environment would hide the address that is checked (S22)
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options_->ca_file.empty()) set(CURLOPT_CAINFO, options_->ca_file.c_str());
  set(CURLOPT_ACCEPT_ENCODING, "");
  set(CURLOPT_USERAGENT, options_->user_agent.c_str());
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT,
      1L);  // a name that resolves slowly must not hold the loop when the transfer is abandoned
  set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_ERRORBUFFER, curl_message_);
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_PREREQFUNCTION, &CurlTransfer::on_request);
  set(CURLOPT_PREREQDATA, static_cast<void*>(this));
  set(CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::on_open_socket);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
}

void CurlTransfer::set_method() {
  const auto& method = request_.method;
  const bool with_body = !request_.body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
  if (with_body) {
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.body.data());
  } else if (method == "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
    return;
  }
  if (method != (with_body ? "POST" : "GET")) curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, method.c_str());
}

void CurlTransfer::set_request_headers() {
  const auto add = [this](const std::string& line) { fields_ = curl_slist_append(fields_, line.c_str()); };
  add("Expect:");
  if (!request_.headers.find("Content-Type")) add("Content-Type:");
  // "Name;" is curl's way to send a field without a value.
  for (const auto& [name, value] : request_.headers.all())
    add(value.empty() ? name + ";" : name + ": " + value);
  if (request_.bearer) {
    std::string line = "Authorization: Bearer " + request_.bearer->token.reveal();
    add(line);
    OPENSSL_cleanse(line.data(), line.size());
  }
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, fields_);
}

void CurlTransfer::start_deadline() {
  // Our own timer: curl's does not run while a transfer waits for a free connection.
  deadline_.expires_after(request_.deadline);
  deadline_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->finished_) return;
    const auto seconds = std::chrono::duration<double>(self->request_.deadline).count();
    char shown[32];
    std::snprintf(shown, sizeof shown, "%.3g", seconds);
    self->finish(self->lost("did not answer within " + std::string(shown) + " s"));
  });
}

Task<Result<void>> CurlTransfer::headers() {
  while (!headers_complete_ && !finished_) co_await Wait{*this};
  if (error_) co_return fail(*error_);
  if (!headers_complete_) co_return fail(lost("ended the connection without an answer"));
  co_return Result<void>();
}

Task<Result<std::string>> CurlTransfer::next_chunk() {
  while (true) {
    if (error_) co_return fail(*error_);
    if (!buffer_.empty()) {
      std::string chunk = std::exchange(buffer_, {});
      if (paused_ && easy_) {
        paused_ = false;
        // May call on_body at once, which only fills buffer_.
        const CURLcode code = curl_easy_pause(easy_, CURLPAUSE_CONT);
        if (code != CURLE_OK || over_cap_) on_done(code == CURLE_OK ? CURLE_WRITE_ERROR : code);
      }
      co_return chunk;
    }
    if (finished_) co_return std::string();
    co_await Wait{*this};
  }
}

void CurlTransfer::abandon() {
  waiting_ = nullptr;
  if (!finished_)
    finish(Error{.kind = ErrorKind::Cancelled, .message = "the request to " + where_ + " was given up"});
}

size_t CurlTransfer::on_header(char* data, size_t size, size_t count, void* raw) {
  auto& self = *static_cast<CurlTransfer*>(raw);
  const size_t bytes = size * count;
  self.header_bytes_ += bytes;
  if (self.header_bytes_ > kMaxResponseHeaders) {
    self.over_cap_ = true;
    return 0;
  }
  if (!self.headers_complete_) self.header_line(std::string_view(data, bytes));  // later ones are trailers
  return bytes;
}

void CurlTransfer::header_line(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.empty()) {
    long code = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &code);
    if (code >= 200) {
      status_ = static_cast<int>(code);
      headers_complete_ = true;
      wake();
    }
    return;
  }
  if (line.starts_with("HTTP/")) {
    headers_ = {};  // an interim answer (1xx) came before
    return;
  }
  const auto colon = line.find(':');
  if (colon != std::string_view::npos)
    headers_.add(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
}

size_t CurlTransfer::on_body(char* data, size_t size, size_t count, void* raw) {
  auto& self = *static_cast<CurlTransfer*>(raw);
  const size_t bytes = size * count;
  if (self.received_ + bytes > self.request_.max_body_bytes) {
    self.over_cap_ = true;
    return CURL_WRITEFUNC_ERROR;
  }
  if (self.buffer_.size() >= kHighWater) {
    self.paused_ = true;
    return CURL_WRITEFUNC_PAUSE;  // curl keeps these bytes and gives them again
  }
  self.received_ += bytes;
  self.buffer_.append(data, bytes);
  self.wake();
  return bytes;
}

int CurlTransfer::on_request(void* raw, char*, char*, int, int) {
  auto& self = *static_cast<CurlTransfer*>(raw);
  // When a reused connection dies without an answer, curl repeats the request by itself. An unsafe one may
  // have been acted on already, so it is not repeated: the caller looks first.
  if (self.sent_ && self.unsafe_) {
    self.sent_twice_ = true;
    return CURL_PREREQFUNC_ABORT;
  }
  self.sent_ = true;
  return CURL_PREREQFUNC_OK;
}

curl_socket_t CurlTransfer::on_open_socket(void* raw, curlsocktype, curl_sockaddr* address) {
  auto& self = *static_cast<CurlTransfer*>(raw);
  // The very address that is about to be connected to: there is no second look-up that could answer
  // differently (S22).
  const std::string text = numeric(&address->addr);
  if (!self.options_->addresses.check_address(text)) {
    self.refused_address_ = text.empty() ? "unknown" : text;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void CurlTransfer::on_done(CURLcode code) {
  if (finished_) return;
  if (code == CURLE_OK) {
    finish(std::nullopt);
  } else {
    finish(error_of(code));
  }
}

void CurlTransfer::on_shutdown() {
  finish(Error{.kind = unsafe_ && sent_ ? ErrorKind::Ambiguous : ErrorKind::Cancelled,
               .message = "the request to " + where_ + " was stopped because the program is shutting down"});
}

void CurlTransfer::finish(std::optional<Error> error) {
  finished_ = true;
  error_ = std::move(error);
  if (error_) buffer_.clear();
  deadline_.cancel();
  release_handle();
  wake();
}

void CurlTransfer::release_handle() {
  if (multi_ && easy_) multi_->remove(easy_);
  multi_.reset();
  if (easy_) curl_easy_cleanup(std::exchange(easy_, nullptr));
  for (auto* field = fields_; field; field = field->next)
    OPENSSL_cleanse(field->data, std::char_traits<char>::length(field->data));
  curl_slist_free_all(std::exchange(fields_, nullptr));
}

void CurlTransfer::wake() {
  if (wake_posted_ || !waiting_) return;  // who does not wait looks before it waits
  const auto self = weak_from_this().lock();
  if (!self) return;
  wake_posted_ = true;
  executor_.post([self] {
    self->wake_posted_ = false;
    if (self->waiting_) std::exchange(self->waiting_, nullptr).resume();
  });
}

Error CurlTransfer::lost(std::string what) const {
  if (unsafe_ && sent_)
    return {.kind = ErrorKind::Ambiguous,
            .message = where_ + " " + what + " after the request was sent: it may have been carried out"};
  return {.kind = ErrorKind::Transient, .message = where_ + " " + what + ": it is tried again later"};
}

namespace {

Error transient(std::string code, std::string message) {
  return {.kind = ErrorKind::Transient,
          .message = std::move(message),
          .vendor_code = std::move(code),
          .request_id = {},
          .retry_after = {}};
}

Error untrusted(std::string code, std::string message) {
  Error error = transient(std::move(code), std::move(message));
  error.trouble = Trouble::Certificate;
  return error;
}

Error certificate_error(const std::string& where, std::string_view detail) {
  const std::string begin = "the certificate of " + where + " ";
  const auto has = [&](std::string_view text) { return detail.find(text) != std::string_view::npos; };
  if (has("subject name") || has("match"))
    return untrusted("tls_wrong_name", begin +
                                           "was issued for another name: check the address, or have the "
                                           "server present a certificate for this name");
  if (has("expired"))
    return untrusted("tls_expired", begin + "has expired: it must be renewed on that server");
  if (has("not yet valid"))
    return untrusted("tls_not_yet_valid", begin + "is not valid yet: check the clocks of both machines");
  return untrusted("tls_untrusted", begin + "is not trusted (" + std::string(detail) +
                                        "): if it comes from your own authority, name that authority's "
                                        "certificate file in the settings (ca_file)");
}

}  // namespace

Error CurlTransfer::error_of(CURLcode code) const {
  const std::string_view detail = curl_message_[0] ? curl_message_ : curl_easy_strerror(code);
  if (over_cap_)
    return {.kind = ErrorKind::ItemInvalid,
            .message = "the answer of " + where_ + " is larger than the " +
                       std::to_string(request_.max_body_bytes) + " bytes allowed for it"};
  if (sent_twice_) return lost("closed the connection");
  if (sent_) return lost("broke off the connection (" + std::string(curl_easy_strerror(code)) + ")");
  if (!refused_address_.empty())
    return {.kind = ErrorKind::Forbidden,
            .message = where_ +
                       " may not be called: its address is private or reserved (setting \"allow_private\")"};
  if (code == CURLE_COULDNT_RESOLVE_HOST)
    return transient("dns", "the name of " + where_ +
                                " was not found: check its spelling and this machine's name service");
  if (code == CURLE_COULDNT_CONNECT)
    return transient("connect", where_ +
                                    " refused the connection or cannot be reached: check that the server "
                                    "runs there and that no firewall is between");
  if (code == CURLE_OPERATION_TIMEDOUT)
    return transient("connect_timeout", where_ + " cannot be reached: no connection within " +
                                            std::to_string(kConnectSeconds) +
                                            " s; check the network and firewalls");
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR)
    return certificate_error(where_, detail);
  if (code == CURLE_SSL_CACERT_BADFILE)
    return transient("ca_file", "the certificate file " + options_->ca_file +
                                    " cannot be read: check the setting ca_file");
  if (code == CURLE_SSL_CONNECT_ERROR)
    return transient(
        "tls", where_ + " and this program found no common way to encrypt, or nothing there speaks TLS (" +
                   std::string(detail) + ")");
  return lost("could not be asked (" + std::string(curl_easy_strerror(code)) + ")");
}

}  // namespace mailsync::net
