// A connection of the server, plain or TLS, behind one type: so that what speaks HTTP is compiled once and
// small. Buffers belong to the connection, because an operation may outlive the coroutine that asked for it.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>
#include <string>

#include "base/instant.h"
#include "base/task.h"

namespace mailsync::net {

class Stream : public std::enable_shared_from_this<Stream> {
 public:
  using Done = std::move_only_function<void(boost::system::error_code, size_t)>;

  static std::shared_ptr<Stream> plain(boost::asio::ip::tcp::socket socket);
  static std::shared_ptr<Stream> tls(boost::asio::ip::tcp::socket socket,
                                     std::shared_ptr<boost::asio::ssl::context> context);
  virtual ~Stream() = default;

  // All fail after close(), and close() comes by itself when `patience` runs out.
  Task<bool> handshake(Duration patience);
  // Appends what arrives to received(). False at the end of the connection.
  Task<bool> read(Duration patience);
  Task<bool> write(std::string bytes, Duration patience);
  std::string& received() { return received_; }

  // Calls `gone` once when the peer leaves; what it sends meanwhile is dropped. For streams of events.
  void watch(std::move_only_function<void()> gone);
  // No more is written; the peer may still be sending.
  Task<void> finish_writing(Duration patience);
  void close();
  const std::string& peer() const { return peer_; }

 protected:
  explicit Stream(boost::asio::ip::tcp::socket& socket);
  virtual void async_handshake(Done done) = 0;
  virtual void async_read(boost::asio::mutable_buffer into, Done done) = 0;
  virtual void async_write(boost::asio::const_buffer from, Done done) = 0;
  virtual void async_shutdown(Done done) = 0;
  virtual boost::asio::ip::tcp::socket& socket() = 0;

 private:
  // One operation that a coroutine waits for; forgotten when its frame is destroyed.
  struct Operation;
  struct Slot {
    std::coroutine_handle<> waiting;
    boost::system::error_code error;
    size_t count = 0;
  };
  Done complete(Slot& slot);
  void be_patient(Duration patience);
  void watch_again();

  boost::asio::steady_timer timer_;
  std::string peer_;
  std::string received_;
  std::string chunk_;    // where the socket reads to
  std::string sending_;  // what it writes from
  Slot reading_;
  Slot writing_;
  std::move_only_function<void()> gone_;
};

}  // namespace mailsync::net
