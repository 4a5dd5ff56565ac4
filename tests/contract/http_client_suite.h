// What every HttpClient must do, whatever carries it: libcurl over the network, or the lab in process.
// An implementation joins with one INSTANTIATE_TEST_SUITE_P that makes its HttpClientWorld.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "base/executor.h"
#include "net/http.h"

namespace mailsync::net::contract {

// A client under test and the servers it is to meet.
class HttpClientWorld {
 public:
  virtual ~HttpClientWorld() = default;
  virtual HttpClient& client() = 0;
  virtual Result<HttpAnswer> run(Task<Result<HttpAnswer>> task) = 0;
  // Without a slash at the end. Two origins, both answered by suite_handler().
  virtual std::string origin() const = 0;
  virtual std::string other_origin() const = 0;
  // Nothing listens there.
  virtual std::string refused() const = 0;
  // Reads the whole request and ends the connection without an answer.
  virtual std::string cut() const = 0;
};

// The paths: /echo (method, then "authorization: …", then the body, on lines of their own), /bytes?n=5,
// /status?code=204, /redirect (302 to other_origin), /never (no answer).
Handler suite_handler(Executor& executor, std::function<std::string()> other_origin);

using MakeWorld = std::function<std::unique_ptr<HttpClientWorld>()>;

class HttpClientContract : public testing::TestWithParam<MakeWorld> {
 protected:
  std::unique_ptr<HttpClientWorld> world = GetParam()();

  Result<HttpAnswer> send(HttpRequest request) {
    return world->run(fetch(world->client(), std::move(request)));
  }
  Result<HttpAnswer> get(std::string url) {
    HttpRequest request;
    request.url = std::move(url);
    return send(std::move(request));
  }
};

}  // namespace mailsync::net::contract
