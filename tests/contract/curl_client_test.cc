#include "net/curl_client.h"

#include <gmock/gmock.h>

#include <cstdio>

#include "net/certificates.h"
#include "net/server.h"
#include "tests/contract/folder.h"
#include "tests/contract/http_client_suite.h"
#include "tests/contract/raw_server.h"

namespace mailsync::net::contract {
namespace {

using testing::HasSubstr;

struct TlsFiles {
  std::string ca;
  std::string certificate;
  std::string key;
};

TlsFiles make_tls(const Folder& folder, const CertificateWish& wish, const std::string& prefix = "server") {
  const auto authority = PrivateAuthority::create("Test authority").value();
  const auto issued = authority.issue(wish).value();
  return {.ca = folder.write(prefix + "-ca.pem", authority.certificate_pem()),
          .certificate = folder.write(prefix + ".pem", issued.certificate_pem),
          .key = folder.write(prefix + "-key.pem", issued.key_pem)};
}

class CurlWorld final : public HttpClientWorld {
 public:
  explicit CurlWorld(bool tls) : tls_(tls) {
    ServerOptions options;
    CurlOptions client;
    client.addresses.allow_private = true;
    if (tls) {
      const auto files = make_tls(folder_, {.common_name = "localhost", .names = {"localhost"}});
      options.certificate_file = files.certificate;
      options.key_file = files.key;
      client.ca_file = files.ca;
    }
    const auto handler = suite_handler(executor_, [this] { return other_origin(); });
    server_ = HttpServer::start(executor_, options, handler).value();
    other_ = HttpServer::start(executor_, options, handler).value();
    client_.emplace(executor_, client);
  }

  HttpClient& client() override { return *client_; }
  Result<HttpAnswer> run(Task<Result<HttpAnswer>> task) override {
    return executor_.run_task(std::move(task));
  }
  std::string origin() const override { return at(server_->port()); }
  std::string other_origin() const override { return at(other_->port()); }
  std::string refused() const override { return at(unused_port()); }
  std::string cut() const override { return cutter_.origin(); }

 private:
  std::string at(uint16_t port) const {
    return (tls_ ? "https://localhost:" : "http://localhost:") + std::to_string(port);
  }

  bool tls_;
  Folder folder_;
  RawServer cutter_{[](int socket) { RawServer::read_request(socket); }};
  AsioExecutor executor_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<HttpServer> other_;
  std::optional<CurlClient> client_;
};

INSTANTIATE_TEST_SUITE_P(CurlPlain, HttpClientContract,
                         testing::Values(MakeWorld([] { return std::make_unique<CurlWorld>(false); })));
INSTANTIATE_TEST_SUITE_P(CurlTls, HttpClientContract,
                         testing::Values(MakeWorld([] { return std::make_unique<CurlWorld>(true); })));

// ---- what only a network can do ----

HttpRequest to(std::string url, std::string method = "GET", std::string body = {}) {
  HttpRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.body = std::move(body);
  return request;
}

struct CurlClientTest : testing::Test {
  CurlOptions options = [] {
    CurlOptions lenient;
    lenient.addresses.allow_private = true;
    return lenient;
  }();
  Folder folder;
  AsioExecutor executor;
  std::unique_ptr<CurlClient> client;

  Result<HttpAnswer> send(HttpRequest request) {
    if (!client) client = std::make_unique<CurlClient>(executor, options);
    return executor.run_task(fetch(*client, std::move(request)));
  }
  // A TLS server with this certificate; the client trusts `ca`.
  Result<HttpAnswer> greet(const TlsFiles& files, const std::string& host, const std::string& ca) {
    ServerOptions at;
    at.certificate_file = files.certificate;
    at.key_file = files.key;
    auto server =
        HttpServer::start(executor, at, suite_handler(executor, [] { return std::string(); })).value();
    options.ca_file = ca;
    return send(to("https://" + host + ":" + std::to_string(server->port()) + "/echo"));
  }
};

TEST_F(CurlClientTest, ACertificateOfAnUnknownAuthorityIsNamedAsSuch) {
  const auto files = make_tls(folder, {.common_name = "localhost", .names = {"localhost"}});
  const auto answer = greet(files, "localhost", "");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().vendor_code, "tls_untrusted");
  EXPECT_THAT(answer.error().message, HasSubstr("is not trusted"));
  EXPECT_THAT(answer.error().message, HasSubstr("ca_file"));
}

TEST_F(CurlClientTest, ACertificateForAnotherNameIsNamedAsSuch) {
  const auto files = make_tls(folder, {.common_name = "other.example", .names = {"other.example"}});
  const auto answer = greet(files, "localhost", files.ca);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().vendor_code, "tls_wrong_name") << answer.error().message;
}

TEST_F(CurlClientTest, AnExpiredCertificateIsNamedAsSuch) {
  const auto files = make_tls(
      folder,
      {.common_name = "localhost", .names = {"localhost"}, .valid_from_days = -9, .valid_to_days = -2});
  const auto answer = greet(files, "localhost", files.ca);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().vendor_code, "tls_expired") << answer.error().message;
}

TEST_F(CurlClientTest, TlsFailuresComeBeforeSendingSoTheyAreTransientForPostToo) {
  const auto files = make_tls(folder, {.common_name = "localhost", .names = {"localhost"}});
  ServerOptions at{
      .address = "127.0.0.1", .port = 0, .certificate_file = files.certificate, .key_file = files.key};
  auto server =
      HttpServer::start(executor, at, suite_handler(executor, [] { return std::string(); })).value();
  const auto answer = send(to("https://localhost:" + std::to_string(server->port()) + "/echo", "POST", "x"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Transient);
}

TEST_F(CurlClientTest, ADeadlineBeforeSendingIsTransientForPostToo) {
  RawServer silent([](int socket) { RawServer::read_request(socket); });  // never answers the TLS greeting
  auto request =
      to("https://localhost:" + silent.origin().substr(silent.origin().rfind(':') + 1) + "/", "POST", "x");
  request.deadline = std::chrono::milliseconds(200);
  const auto answer = send(std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Transient) << answer.error().message;
}

TEST_F(CurlClientTest, AMissingCaFileIsNamed) {
  const auto files = make_tls(folder, {.common_name = "localhost", .names = {"localhost"}});
  const auto answer = greet(files, "localhost", "/nonexistent/ca.pem");
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("/nonexistent/ca.pem"));
}

TEST_F(CurlClientTest, AnUnknownNameSaysSo) {
  const auto answer = send(to("https://no-such-host.invalid/"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Transient);
  EXPECT_THAT(answer.error().message, HasSubstr("no-such-host.invalid"));
}

TEST_F(CurlClientTest, ANameThatLeadsToAPrivateAddressIsNotConnectedTo_S22) {
  RawServer server([](int socket) { RawServer::read_request(socket); });
  options.addresses.allow_private = false;
  const std::string port = server.origin().substr(server.origin().rfind(':') + 1);
  options.addresses.allowed_hosts = {"localhost:" + port};
  const auto answer = send(to("https://localhost:" + port + "/"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Forbidden) << answer.error().message;
  EXPECT_EQ(server.connections(), 0);
}

std::string output_of(const char* command) {
  std::string bytes;
  FILE* pipe = popen(command, "r");
  char buffer[65536];
  for (size_t count; (count = fread(buffer, 1, sizeof buffer, pipe)) > 0;) bytes.append(buffer, count);
  pclose(pipe);
  return bytes;
}

TEST_F(CurlClientTest, ACompressedBombStopsAtTheCap_S27) {
  const std::string bomb = output_of("head -c 300000000 /dev/zero | gzip -9");
  ASSERT_LT(bomb.size(), 1'000'000U);
  RawServer server([&](int socket) {
    RawServer::read_request(socket);
    RawServer::send(socket, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
                                std::to_string(bomb.size()) + "\r\n\r\n" + bomb);
  });
  auto request = to(server.origin() + "/");
  request.max_body_bytes = 1 << 20;
  const auto answer = send(std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::ItemInvalid);
}

TEST_F(CurlClientTest, AnUnsafeRequestIsNotRepeatedWhenAReusedConnectionDies) {
  std::atomic<int> posts = 0;
  RawServer server([&](int socket) {
    if (RawServer::read_request(socket).starts_with("POST")) ++posts;
    RawServer::send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    if (RawServer::read_request(socket).starts_with("POST")) ++posts;
  });
  ASSERT_TRUE(send(to(server.origin() + "/")));
  const auto answer = send(to(server.origin() + "/send", "POST"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Ambiguous) << answer.error().message;
  EXPECT_EQ(posts, 1);
}

TEST_F(CurlClientTest, ABodyCutShortIsAnError) {
  RawServer server([&](int socket) {
    RawServer::read_request(socket);
    RawServer::send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort");
  });
  EXPECT_EQ(send(to(server.origin() + "/")).error().kind, ErrorKind::Transient);
  EXPECT_EQ(send(to(server.origin() + "/", "POST", "x")).error().kind, ErrorKind::Ambiguous);
}

TEST_F(CurlClientTest, EndlessHeadersAreCutOff) {
  RawServer server([&](int socket) {
    RawServer::read_request(socket);
    RawServer::send(socket, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 100'000; ++i) RawServer::send(socket, "X-Filler: " + std::string(100, 'x') + "\r\n");
  });
  EXPECT_EQ(send(to(server.origin() + "/")).error().kind, ErrorKind::ItemInvalid);
}

TEST_F(CurlClientTest, InterimAnswersArePassedOver) {
  RawServer server([&](int socket) {
    RawServer::read_request(socket);
    RawServer::send(socket,
                    "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nX-Real: "
                    "1\r\nContent-Length: 0\r\n\r\n");
  });
  const auto answer = send(to(server.origin() + "/", "POST", "x"));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 201);
  EXPECT_FALSE(answer->headers.find("Link"));
}

Task<void> one_of_many(HttpClient& client, std::string url, size_t size, int& good, int& left,
                       AsioExecutor& executor) {
  const auto answer = co_await fetch(client, to(std::move(url)));
  if (answer && answer->body.size() == size) ++good;
  if (--left == 0) executor.stop();
}

TEST_F(CurlClientTest, ManyAtOnceOverFewConnections) {
  auto server =
      HttpServer::start(executor, {}, suite_handler(executor, [] { return std::string(); })).value();
  client = std::make_unique<CurlClient>(executor, options);
  int good = 0, left = 300;
  for (int i = 0; i < 300; ++i) {
    const size_t size = static_cast<size_t>(i) * 37;
    executor.spawn(one_of_many(
        *client, "http://127.0.0.1:" + std::to_string(server->port()) + "/bytes?n=" + std::to_string(size),
        size, good, left, executor));
  }
  executor.run(false);
  EXPECT_EQ(good, 300);
}

Task<void> abandoned(AsioExecutor& executor, HttpClient& client, std::string url, bool& opened) {
  auto response = co_await client.open(to(std::move(url)));
  opened = response.has_value();
  if (!response) co_return;
  (void)co_await response->body->next();
  co_await executor.sleep_for(std::chrono::hours(1));
}

TEST_F(CurlClientTest, ADestroyedFrameTakesItsTransferWithIt) {
  auto server =
      HttpServer::start(executor, {}, suite_handler(executor, [] { return std::string(); })).value();
  client = std::make_unique<CurlClient>(executor, options);
  const std::string origin = "http://127.0.0.1:" + std::to_string(server->port());
  for (const auto* path : {"/never", "/bytes?n=20000000"}) {
    bool opened = false;
    std::optional<Task<void>> task = abandoned(executor, *client, origin + path, opened);
    task->start();
    // A few exchanges pass meanwhile, so that the first one is well under way.
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(send(to(origin + "/echo")));
    task.reset();
    ASSERT_TRUE(send(to(origin + "/echo")));
  }
}

TEST_F(CurlClientTest, EndingTheClientEndsItsTransfers) {
  auto server =
      HttpServer::start(executor, {}, suite_handler(executor, [] { return std::string(); })).value();
  client = std::make_unique<CurlClient>(executor, options);
  auto task = fetch(*client, to("http://127.0.0.1:" + std::to_string(server->port()) + "/never"));
  task.start();
  ASSERT_TRUE(send(to("http://127.0.0.1:" + std::to_string(server->port()) + "/echo")));
  client.reset();
  executor.post([&] { executor.stop(); });
  executor.run(false);
  ASSERT_TRUE(task.done());
  EXPECT_EQ(task.take().error().kind, ErrorKind::Cancelled);
}

}  // namespace
}  // namespace mailsync::net::contract
