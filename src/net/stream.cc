#include "net/stream.h"

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

namespace mailsync::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr size_t kReadChunk = 8 << 10;

class PlainStream final : public Stream {
 public:
  explicit PlainStream(tcp::socket socket) : Stream(socket), socket_(std::move(socket)) {}

 private:
  void async_handshake(Done done) override {
    asio::post(socket_.get_executor(), [done = std::move(done)]() mutable { done({}, 0); });
  }
  void async_read(asio::mutable_buffer into, Done done) override {
    socket_.async_read_some(into, std::move(done));
  }
  void async_write(asio::const_buffer from, Done done) override {
    asio::async_write(socket_, from, std::move(done));
  }
  void async_shutdown(Done done) override {
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    asio::post(socket_.get_executor(), [done = std::move(done)]() mutable { done({}, 0); });
  }
  tcp::socket& socket() override { return socket_; }

  tcp::socket socket_;
};

class TlsStream final : public Stream {
 public:
  TlsStream(tcp::socket socket, std::shared_ptr<asio::ssl::context> context)
      : Stream(socket), context_(std::move(context)), tls_(std::move(socket), *context_) {}

 private:
  void async_handshake(Done done) override {
    tls_.async_handshake(
        asio::ssl::stream_base::server,
        [done = std::move(done)](boost::system::error_code error) mutable { done(error, 0); });
  }
  void async_read(asio::mutable_buffer into, Done done) override {
    tls_.async_read_some(into, std::move(done));
  }
  void async_write(asio::const_buffer from, Done done) override {
    asio::async_write(tls_, from, std::move(done));
  }
  void async_shutdown(Done done) override {
    tls_.async_shutdown(
        [done = std::move(done)](boost::system::error_code error) mutable { done(error, 0); });
  }
  tcp::socket& socket() override { return tls_.next_layer(); }

  std::shared_ptr<asio::ssl::context> context_;
  asio::ssl::stream<tcp::socket> tls_;
};

}  // namespace

struct Stream::Operation {
  Slot& slot;
  std::function<void()> begin;
  ~Operation() { slot.waiting = nullptr; }
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> caller) {
    slot.waiting = caller;
    begin();
  }
  bool await_resume() const { return !slot.error; }
};

Stream::Stream(tcp::socket& socket) : timer_(socket.get_executor()) {
  boost::system::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (!error) peer_ = endpoint.address().to_string();
  socket.set_option(tcp::no_delay(true), error);
}

std::shared_ptr<Stream> Stream::plain(tcp::socket socket) {
  return std::make_shared<PlainStream>(std::move(socket));
}

std::shared_ptr<Stream> Stream::tls(tcp::socket socket, std::shared_ptr<asio::ssl::context> context) {
  return std::make_shared<TlsStream>(std::move(socket), std::move(context));
}

Stream::Done Stream::complete(Slot& slot) {
  return [self = shared_from_this(), &slot](boost::system::error_code error, size_t count) {
    self->timer_.cancel();
    slot.error = error;
    slot.count = count;
    if (slot.waiting) std::exchange(slot.waiting, nullptr).resume();
  };
}

void Stream::be_patient(Duration patience) {
  timer_.expires_after(patience);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    if (const auto self = weak.lock(); self && !error) self->close();
  });
}

Task<bool> Stream::handshake(Duration patience) {
  be_patient(patience);
  co_return co_await Operation{reading_, [this] { async_handshake(complete(reading_)); }};
}

Task<bool> Stream::read(Duration patience) {
  be_patient(patience);
  chunk_.resize(kReadChunk);
  const bool good =
      co_await Operation{reading_, [this] { async_read(asio::buffer(chunk_), complete(reading_)); }};
  if (good) received_.append(chunk_, 0, reading_.count);
  co_return good;
}

Task<bool> Stream::write(std::string bytes, Duration patience) {
  be_patient(patience);
  sending_ = std::move(bytes);
  co_return co_await Operation{writing_, [this] { async_write(asio::buffer(sending_), complete(writing_)); }};
}

Task<void> Stream::finish_writing(Duration patience) {
  be_patient(patience);
  co_await Operation{writing_, [this] { async_shutdown(complete(writing_)); }};
}

void Stream::watch(std::move_only_function<void()> gone) {
  gone_ = std::move(gone);
  chunk_.resize(64);
  chunk_.shrink_to_fit();
  watch_again();
}

void Stream::watch_again() {
  async_read(asio::buffer(chunk_), [self = shared_from_this()](boost::system::error_code error, size_t) {
    if (!error) {
      self->watch_again();
    } else if (self->gone_) {
      std::exchange(self->gone_, nullptr)();
    }
  });
}

void Stream::close() {
  boost::system::error_code ignored;
  timer_.cancel();
  gone_ = nullptr;
  socket().close(ignored);
}

}  // namespace mailsync::net
