// HTTP/2, which our server does not speak: nghttpx (Debian: nghttp2-proxy) in front of it speaks it with our
// client.
#include <gmock/gmock.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "net/certificates.h"
#include "net/curl_client.h"
#include "net/server.h"
#include "tests/contract/folder.h"
#include "tests/contract/http_client_suite.h"
#include "tests/contract/raw_server.h"

extern char** environ;

namespace mailsync::net::contract {
namespace {

// A program that ends with the test.
class Child {
 public:
  explicit Child(std::vector<std::string> words) {
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (posix_spawnp(&id_, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) id_ = -1;
  }
  ~Child() {
    if (id_ <= 0) return;
    kill(id_, SIGKILL);
    waitpid(id_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  bool running() const { return id_ > 0 && waitpid(id_, nullptr, WNOHANG) == 0; }

 private:
  pid_t id_ = -1;
};

class ProxyWorld final : public HttpClientWorld {
 public:
  ProxyWorld() {
    const auto authority = PrivateAuthority::create("Test authority").value();
    const auto issued = authority.issue({.common_name = "localhost", .names = {"localhost"}}).value();
    const std::string certificate = folder_.write("server.pem", issued.certificate_pem);
    const std::string key = folder_.write("key.pem", issued.key_pem);
    const auto handler = [this](ServerRequest request) { return count(*this, std::move(request)); };
    inner_ = suite_handler(executor_, [this] { return other_origin(); });
    server_ = HttpServer::start(executor_, {}, handler).value();
    for (int i = 0; i < 2; ++i) {
      ports_[i] = unused_port();
      proxies_[i].emplace(
          std::vector<std::string>{"nghttpx", "--conf=/dev/null", "--single-process", "--log-level=FATAL",
                                   "--frontend=127.0.0.1," + std::to_string(ports_[i]),
                                   "--backend=127.0.0.1," + std::to_string(server_->port()), "--workers=1",
                                   "--no-ocsp", "--no-location-rewrite", "--accesslog-file=/dev/null",
                                   "--errorlog-file=/dev/null", key, certificate});
    }
    CurlOptions client;
    client.addresses.allow_private = true;
    client.ca_file = folder_.write("ca.pem", authority.certificate_pem());
    client_.emplace(executor_, client);
    for (int i = 0; i < 2; ++i) await(i);
  }

  HttpClient& client() override { return *client_; }
  Result<HttpAnswer> run(Task<Result<HttpAnswer>> task) override {
    return executor_.run_task(std::move(task));
  }
  std::string origin() const override { return at(ports_[0]); }
  std::string other_origin() const override { return at(ports_[1]); }
  std::string refused() const override { return at(unused_port()); }
  std::string cut() const override { return cutter_.origin(); }
  AsioExecutor& executor() { return executor_; }
  const std::string& via() const { return via_; }

 private:
  static std::string at(uint16_t port) { return "https://localhost:" + std::to_string(port); }
  static Task<ServerResponse> count(ProxyWorld& self, ServerRequest request) {
    self.via_ = std::string(request.headers.find("Via").value_or(""));
    return self.inner_(std::move(request));
  }
  // Asks until the proxy listens; it says nothing when it does.
  void await(int which) {
    while (proxies_[which]->running()) {
      HttpRequest request;
      request.url = at(ports_[which]) + "/echo";
      if (run(fetch(*client_, std::move(request)))) return;
    }
    throw std::runtime_error("nghttpx does not run: apt-get install nghttp2-proxy");
  }

  Folder folder_;
  RawServer cutter_{[](int socket) { RawServer::read_request(socket); }};
  AsioExecutor executor_;
  std::string via_;
  Handler inner_;
  std::unique_ptr<HttpServer> server_;
  uint16_t ports_[2] = {};
  std::optional<Child> proxies_[2];
  std::optional<CurlClient> client_;
};

INSTANTIATE_TEST_SUITE_P(CurlHttp2, HttpClientContract,
                         testing::Values(MakeWorld([] { return std::make_unique<ProxyWorld>(); })));

TEST(Http2, IsSpokenWhereItIsOffered) {
  ProxyWorld world;
  HttpRequest request;
  request.url = world.origin() + "/echo";
  ASSERT_TRUE(world.run(fetch(world.client(), std::move(request))));
  EXPECT_EQ(world.via(), "2 nghttpx");
}

Task<void> one(HttpClient& client, std::string url, size_t size, int& good, int& left,
               AsioExecutor& executor) {
  HttpRequest request;
  request.url = std::move(url);
  const auto answer = co_await fetch(client, std::move(request));
  if (answer && answer->body.size() == size) ++good;
  if (--left == 0) executor.stop();
}

TEST(Http2, ManyStreamsWithLargeBodiesEndWell) {
  ProxyWorld world;
  int good = 0, left = 100;
  for (int i = 0; i < 100; ++i) {
    const size_t size = i % 10 == 0 ? 2'000'000 : 1'000;
    world.executor().spawn(one(world.client(), world.origin() + "/bytes?n=" + std::to_string(size), size,
                               good, left, world.executor()));
  }
  world.executor().run(false);
  EXPECT_EQ(good, 100);
}

}  // namespace
}  // namespace mailsync::net::contract
