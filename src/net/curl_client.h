// HttpClient on libcurl's multi interface: HTTP/2, TLS always verified, connections bounded per host.
#pragma once

#include <memory>
#include <string>

#include "net/asio_executor.h"
#include "net/http.h"

namespace mailsync::net {

// Which addresses may be called (S22, S23): resolved once, every address checked, the checked one connected
// to.
struct AddressPolicy {
  bool allow_private = false;  // loopback, RFC 1918, link-local: for a lab or a server on premises
  std::vector<std::string>
      allowed_hosts;  // when not empty, only these hosts ("localhost:8443", "graph.microsoft.com")
  // Forbidden when this URL may not be called.
  Result<void> check_url(std::string_view url) const;
  bool check_address(std::string_view numeric) const;
};

struct CurlOptions {
  std::string ca_file;  // PEM, added for a private authority; empty = the system's
  AddressPolicy addresses;
  long max_connections_per_host = 4;  // PIPEWAIT alone opens every connection that is allowed
  std::string user_agent = "mailsync";
};

class CurlClient final : public HttpClient {
 public:
  CurlClient(AsioExecutor& executor, CurlOptions options);
  ~CurlClient() override;
  Task<Result<HttpResponse>> open(HttpRequest request) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mailsync::net
