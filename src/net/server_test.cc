#include "net/server.h"

#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <memory>
#include <thread>

namespace mailsync::net {
namespace {

using boost::asio::ip::tcp;
using testing::HasSubstr;
using testing::StartsWith;

// Events that come when the test says so; tells when nobody listens any more.
struct Events {
  Executor& executor;
  std::vector<std::string> ready;
  bool* gone;
};

class EventBody final : public BodyStream {
 public:
  explicit EventBody(Events events) : events_(std::move(events)) {}
  ~EventBody() override { *events_.gone = true; }
  EventBody(const EventBody&) = delete;
  EventBody& operator=(const EventBody&) = delete;
  Task<Result<std::string>> next() override {
    if (next_ == events_.ready.size()) co_await events_.executor.sleep_for(std::chrono::hours(1));
    co_return events_.ready[next_++];
  }

 private:
  Events events_;
  size_t next_ = 0;
};

Task<ServerResponse> respond(Executor& executor, bool& gone, ServerRequest request) {
  ServerResponse response;
  response.headers.set("Content-Type", "text/plain");
  if (request.path == "/events" || request.path == "/finite") {
    Events events{.executor = executor, .ready = {"data: 1\n\n", "data: 2\n\n"}, .gone = &gone};
    if (request.path == "/finite") events.ready.emplace_back();
    response.stream = std::make_unique<EventBody>(std::move(events));
  } else if (request.path == "/throw") {
    throw std::runtime_error("a bug");
  } else if (request.path == "/split") {
    response.headers.set("X-Name", "a\r\nSet-Cookie: b");
  } else {
    response.body = request.method + " " + request.path + " " +
                    std::string(request.query_value("q").value_or("-")) + " " +
                    std::to_string(request.body.size());
  }
  co_return response;
}

class HttpServerTest : public testing::Test {
 protected:
  AsioExecutor executor;
  bool gone = false;
  ServerOptions options{
      .address = "127.0.0.1", .port = 0, .max_header_bytes = 2000, .max_body_bytes = 10'000};
  std::unique_ptr<HttpServer> server;
  std::thread loop;

  void start() {
    server = HttpServer::start(executor, options, [this](ServerRequest request) {
               return respond(executor, gone, std::move(request));
             }).value();
    loop = std::thread([this] { executor.run(false); });
  }
  ~HttpServerTest() override {
    if (!loop.joinable()) return;
    executor.stop();
    loop.join();
  }

  boost::asio::io_context context;
  tcp::socket connect() {
    tcp::socket socket(context);
    socket.connect({boost::asio::ip::address_v4::loopback(), server->port()});
    return socket;
  }
  // Everything until the server closes.
  std::string talk(const std::string& bytes) {
    auto socket = connect();
    boost::system::error_code error;
    boost::asio::write(socket, boost::asio::buffer(bytes), error);
    std::string answer;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
    return answer;
  }
  // Until the text has arrived.
  static std::string read_until(tcp::socket& socket, const std::string& text) {
    std::string answer;
    char buffer[1024];
    boost::system::error_code error;
    while (answer.find(text) == std::string::npos && !error)
      answer.append(buffer, socket.read_some(boost::asio::buffer(buffer), error));
    return answer;
  }
};

constexpr const char* kClose = "Host: x\r\nConnection: close\r\n\r\n";

TEST_F(HttpServerTest, DecodesPathAndQuery) {
  start();
  EXPECT_THAT(talk(std::string("GET /a%20b/c?q=1%262&x HTTP/1.1\r\n") + kClose),
              HasSubstr("\r\n\r\nGET /a b/c 1&2 0"));
  EXPECT_THAT(talk(std::string("GET http://x/abs HTTP/1.1\r\n") + kClose), HasSubstr("GET /abs - 0"));
}

TEST_F(HttpServerTest, AnswersSeveralRequestsOnOneConnectionInOrder) {
  start();
  const std::string answers = talk(
      std::string(
          "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc") +
      "POST /3 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET /4 "
      "HTTP/1.1\r\n" +
      kClose);
  const auto one = answers.find("GET /1 - 0"), two = answers.find("POST /2 - 3"),
             three = answers.find("POST /3 - 5"), four = answers.find("GET /4 - 0");
  EXPECT_TRUE(one < two && two < three && three < four && four != std::string::npos) << answers;
}

TEST_F(HttpServerTest, HeadHasALengthAndNoBody) {
  start();
  const auto answer = talk(std::string("HEAD /abc HTTP/1.1\r\n") + kClose);
  EXPECT_THAT(answer, HasSubstr("Content-Length: 13\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(HttpServerTest, TooMuchIsRefusedInWords) {
  start();
  EXPECT_THAT(talk("GET / HTTP/1.1\r\nX: " + std::string(3000, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(talk("POST / HTTP/1.1\r\nContent-Length: 10001\r\n\r\n" + std::string(10'001, 'x')),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(talk("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4000\r\n" +
                   std::string(0x4000, 'x') + "\r\n0\r\n\r\n"),
              HasSubstr("HTTP/1.1 413 "));
  EXPECT_THAT(talk("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10000\r\n\r\n" +
                   std::string(10'000, 'x')),
              HasSubstr(" 10000"));
}

TEST_F(HttpServerTest, WhatIsNotARequestIsRefused) {
  start();
  for (const auto* bad :
       {"nonsense\r\n\r\n", "GET  HTTP/1.1\r\n\r\n", "GET /%zz HTTP/1.1\r\n\r\n", "GET /%00 HTTP/1.1\r\n\r\n",
        "GET /a/%2e%2e/b HTTP/1.1\r\n\r\n", "GET * HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"})
    EXPECT_THAT(talk(bad), StartsWith("HTTP/1.1 400 ")) << bad;
}

TEST_F(HttpServerTest, SaysContinueToWhoAsks) {
  start();
  auto socket = connect();
  boost::asio::write(socket,
                     boost::asio::buffer(std::string(
                         "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")));
  EXPECT_THAT(read_until(socket, "\r\n\r\n"), StartsWith("HTTP/1.1 100 Continue"));
  boost::asio::write(socket, boost::asio::buffer(std::string("ab")));
  EXPECT_THAT(read_until(socket, "POST / - 2"), HasSubstr("200 OK"));
}

TEST_F(HttpServerTest, ABugInAHandlerIsA500AndALineBreakInAHeaderToo_S36) {
  start();
  EXPECT_THAT(talk(std::string("GET /throw HTTP/1.1\r\n") + kClose), StartsWith("HTTP/1.1 500 "));
  const auto split = talk(std::string("GET /split HTTP/1.1\r\n") + kClose);
  EXPECT_THAT(split, StartsWith("HTTP/1.1 500 "));
  EXPECT_EQ(split.find("Set-Cookie"), std::string::npos);
}

TEST_F(HttpServerTest, StreamsEndWhenTheyEnd) {
  start();
  auto socket = connect();
  boost::asio::write(socket, boost::asio::buffer(std::string("GET /finite HTTP/1.1\r\nHost: x\r\n\r\n")));
  EXPECT_THAT(read_until(socket, "\r\n0\r\n\r\n"), HasSubstr("9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n"));
}

TEST_F(HttpServerTest, AStreamIsGivenUpWhenItsPeerLeaves) {
  start();
  {
    auto socket = connect();
    boost::asio::write(socket, boost::asio::buffer(std::string("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")));
    EXPECT_THAT(read_until(socket, "data: 2\n\n"), HasSubstr("data: 1\n\n"));
  }
  // `gone` belongs to the loop's thread: ask there, until it is so. Each question is answered before the
  // next, so that none is left for later.
  for (bool seen = false; !seen;) {
    auto answer = std::make_shared<std::promise<bool>>();
    executor.post([this, answer] { answer->set_value(gone); });
    seen = answer->get_future().get();
  }
}

TEST_F(HttpServerTest, IdleConnectionsAreClosed) {
  options.idle_timeout = std::chrono::milliseconds(50);
  start();
  EXPECT_EQ(talk(""), "");
  EXPECT_EQ(talk("GET / HTT"), "");
}

TEST_F(HttpServerTest, EndingTheServerEndsItsConnectionsAndFrames) {
  start();
  auto socket = connect();
  boost::asio::write(socket, boost::asio::buffer(std::string("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")));
  read_until(socket, "data: 2\n\n");
  executor.stop();
  loop.join();
  server.reset();
  EXPECT_TRUE(gone);
}

TEST_F(HttpServerTest, APortInUseIsSaidSo) {
  start();
  ServerOptions same = options;
  same.port = server->port();
  const auto second = HttpServer::start(executor, same, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().vendor_code, "EADDRINUSE");
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(same.port)));
}

TEST_F(HttpServerTest, ACertificateThatCannotBeReadIsNamed) {
  options.certificate_file = "/nonexistent.pem";
  EXPECT_THAT(HttpServer::start(executor, options, {}).error().message, HasSubstr("/nonexistent.pem"));
}

}  // namespace
}  // namespace mailsync::net
