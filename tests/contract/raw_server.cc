#include "tests/contract/raw_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace mailsync::net::contract {
namespace {

int listen_anywhere(uint16_t& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, 64) != 0)
    std::abort();
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return listener;
}

}  // namespace

RawServer::RawServer(std::function<void(int)> serve) : serve_(std::move(serve)) {
  listener_ = listen_anywhere(port_);
  thread_ = std::thread([this] {
    while (true) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      ++connections_;
      current_ = socket;
      serve_(socket);
      current_ = -1;
      ::close(socket);
    }
  });
}

RawServer::~RawServer() {
  ::shutdown(listener_, SHUT_RDWR);
  if (const int socket = current_; socket >= 0) ::shutdown(socket, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::string RawServer::read_request(int socket) {
  std::string bytes;
  char buffer[4096];
  while (true) {
    if (const auto end = bytes.find("\r\n\r\n"); end != std::string::npos) {
      const auto field = bytes.find("Content-Length: ");
      const size_t length = field < end ? std::strtoul(bytes.c_str() + field + 16, nullptr, 10) : 0;
      if (bytes.size() >= end + 4 + length) return bytes;
    }
    const ssize_t count = ::recv(socket, buffer, sizeof buffer, 0);
    if (count <= 0) return {};
    bytes.append(buffer, static_cast<size_t>(count));
  }
}

void RawServer::send(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
}

uint16_t unused_port() {
  uint16_t port = 0;
  ::close(listen_anywhere(port));
  return port;
}

}  // namespace mailsync::net::contract
