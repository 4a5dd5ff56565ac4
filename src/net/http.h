// HTTP as the rest of the program sees it: a request, a response whose body is pulled, and two ports.
// HttpClient has two implementations that pass one contract suite: libcurl (net/curl_client.h) and the
// in-process lab.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "base/secret.h"

namespace mailsync::net {

// Header fields in order of arrival; names compare without case (RFC 9110 section 5.1).
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  void set(std::string_view name, std::string value);
  // The first value, or nullopt.
  std::optional<std::string_view> find(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// Scheme, host and port: what a bearer belongs to (S24).
struct Origin {
  std::string scheme;
  std::string host;
  uint16_t port = 0;
  bool operator==(const Origin&) const = default;
  // ItemInvalid for anything but an absolute http or https URL.
  static Result<Origin> of(std::string_view url);
};

// Sent as "Authorization: Bearer …" to this origin and to no other: open() refuses a request that pairs them
// wrongly.
struct Bearer {
  Secret token;
  Origin origin;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // absolute
  Headers headers;
  std::string body;
  std::optional<Bearer> bearer;
  size_t max_body_bytes = 32 << 20;              // of the response, after decompression (S27)
  Duration deadline = std::chrono::seconds(60);  // for the whole exchange
};

// Pulled by the reader; an empty chunk is the end.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  virtual Task<Result<std::string>> next() = 0;
};

struct HttpResponse {
  int status = 0;
  Headers headers;
  std::unique_ptr<BodyStream> body;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Transient: not reached or broken off before anything was sent or for a safe method.
  // Ambiguous: an unsafe method (POST, PATCH, PUT, DELETE) may have been acted on, but its answer was lost.
  // Forbidden: the address policy or the bearer's origin does not allow this URL. ItemInvalid: body over the
  // cap. Any answer with a status is a value, 4xx and 5xx too. Redirects are not followed.
  virtual Task<Result<HttpResponse>> open(HttpRequest request) = 0;
};

// The whole answer in memory, under the request's cap.
struct HttpAnswer {
  int status = 0;
  Headers headers;
  std::string body;
};
Task<Result<HttpAnswer>> fetch(HttpClient& client, HttpRequest request);

// A body that is already here.
std::unique_ptr<BodyStream> body_of(std::string bytes);

// ---- server side ----

struct ServerRequest {
  std::string method;
  std::string target;                                      // as sent: path and query
  std::string path;                                        // decoded path without the query; "/" at least
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
  Headers headers;
  std::string body;  // under the server's cap
  std::string peer;  // numeric address
  std::optional<std::string_view> query_value(std::string_view name) const;
};

struct ServerResponse {
  int status = 200;
  Headers headers;
  std::string body;
  // Set instead of body for a stream (server-sent events): pulled until it ends or the peer leaves.
  std::unique_ptr<BodyStream> stream;
};

using Handler = std::function<Task<ServerResponse>(ServerRequest)>;

}  // namespace mailsync::net
