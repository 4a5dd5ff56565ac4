#include "net/server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/log.h"
#include "net/server_session.h"

namespace mailsync::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

Error at_start(std::string code, std::string message) {
  return {.kind = ErrorKind::SwitchedOff, .message = std::move(message), .vendor_code = std::move(code)};
}

Result<std::shared_ptr<asio::ssl::context>> tls_context(const ServerOptions& options) {
  if (options.certificate_file.empty()) return nullptr;
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  context->set_options(asio::ssl::context::no_sslv2 | asio::ssl::context::no_sslv3 |
                       asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1 |
                       SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  boost::system::error_code error;
  context->use_certificate_chain_file(options.certificate_file, error);
  if (error)
    return fail(at_start("certificate", "the certificate file " + options.certificate_file +
                                            " cannot be used (" + error.message() +
                                            "): it must hold the server's certificate and its chain as PEM"));
  context->use_private_key_file(options.key_file, asio::ssl::context::pem, error);
  if (error)
    return fail(at_start("key", "the key file " + options.key_file + " cannot be used (" + error.message() +
                                    "): it must hold the private key of " + options.certificate_file +
                                    " as PEM"));
  return context;
}

class Server final : public HttpServer {
 public:
  Server(AsioExecutor& executor, ServerOptions options, Handler handler,
         std::shared_ptr<asio::ssl::context> tls)
      : context_(executor.context()),
        acceptor_(executor.context()),
        pause_(executor.context()),
        shared_(std::make_shared<Sessions>(executor, std::move(options), std::move(handler))),
        tls_(std::move(tls)) {}

  ~Server() override {
    boost::system::error_code ignored;
    *alive_ = false;
    acceptor_.close(ignored);
    pause_.cancel();
    shared_->end_all();
  }

  Result<void> listen() {
    const auto& options = shared_->options;
    const std::string where = options.address + ":" + std::to_string(options.port);
    boost::system::error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error)
      return fail(at_start(
          "address",
          "\"" + options.address + "\" is not a numeric address to listen on: use 127.0.0.1, 0.0.0.0 or ::"));
    const tcp::endpoint endpoint(address, options.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error == asio::error::address_in_use)
      return fail(
          at_start("EADDRINUSE",
                   "port " + where + " is in use by another program: stop that one or choose another port"));
    if (error == asio::error::access_denied)
      return fail(at_start("EACCES", "this user may not listen on " + where + ": choose a port above 1023"));
    if (error) return fail(at_start("listen", "cannot listen on " + where + ": " + error.message()));
    port_ = acceptor_.local_endpoint(error).port();
    accept();
    return {};
  }

  uint16_t port() const override { return port_; }

 private:
  void accept() {
    acceptor_.async_accept([this, alive = alive_](boost::system::error_code error, tcp::socket socket) {
      if (!*alive) return;
      if (!error) {
        shared_->begin(tls_ ? Stream::tls(std::move(socket), tls_) : Stream::plain(std::move(socket)));
        accept();
      } else if (error != asio::error::operation_aborted) {
        // Out of descriptors, mostly: connections wait in the backlog until some are free.
        log::warn("http.accept_failed", {{"reason", error.message()}});
        pause_.expires_after(std::chrono::milliseconds(100));
        pause_.async_wait([this, alive](boost::system::error_code cancelled) {
          if (*alive && !cancelled) accept();
        });
      }
    });
  }

  asio::io_context& context_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::shared_ptr<Sessions> shared_;
  std::shared_ptr<asio::ssl::context> tls_;
  uint16_t port_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(AsioExecutor& executor, ServerOptions options,
                                                      Handler handler) {
  TRY(auto tls, tls_context(options));
  auto server = std::make_unique<Server>(executor, std::move(options), std::move(handler), std::move(tls));
  TRY_VOID(server->listen());
  return server;
}

}  // namespace mailsync::net
