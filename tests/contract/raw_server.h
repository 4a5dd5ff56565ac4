// A server that misbehaves exactly as a test says: each connection is handed to a function as a blocking
// socket.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace mailsync::net::contract {

class RawServer {
 public:
  // `serve` runs on the server's own thread; the socket is closed when it returns.
  explicit RawServer(std::function<void(int socket)> serve);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }

  // Reads a request with its Content-Length body. Empty at the end of the connection.
  static std::string read_request(int socket);
  static void send(int socket, std::string_view bytes);

 private:
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<int> current_ = -1;
  std::function<void(int)> serve_;
  std::thread thread_;
};

// A port of this machine where nothing listens.
uint16_t unused_port();

}  // namespace mailsync::net::contract
