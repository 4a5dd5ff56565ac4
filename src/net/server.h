// HTTP/1.1 server: Beast's parser behind a type-erased stream, plain or TLS. HTTP/2 comes from a reverse
// proxy.
#pragma once

#include <memory>
#include <string>

#include "net/asio_executor.h"
#include "net/http.h"

namespace mailsync::net {

struct ServerOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 0;             // 0 = any free one; see port()
  std::string certificate_file;  // PEM; empty = plain HTTP
  std::string key_file;
  size_t max_header_bytes = 16 << 10;
  size_t max_body_bytes = 16 << 20;
  Duration idle_timeout = std::chrono::seconds(60);
};

class HttpServer {
 public:
  // Listens at once; a port in use is an error that says so. Handlers run on the executor's loop.
  static Result<std::unique_ptr<HttpServer>> start(AsioExecutor& executor, ServerOptions options,
                                                   Handler handler);
  virtual ~HttpServer() = default;
  virtual uint16_t port() const = 0;
};

}  // namespace mailsync::net
