// An HttpClient that writes down what went over it: one JSON object a line, for checks against the vendor's
// schemas by tests/vouchers. Only when MAILSYNC_TRANSCRIPT names a file. Tokens are left out.
#pragma once

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <string>

#include "net/http.h"

namespace mailsync::tests {

class TranscriptClient final : public net::HttpClient {
 public:
  explicit TranscriptClient(net::HttpClient& inner) : inner_(inner) {
    if (const char* file = std::getenv("MAILSYNC_TRANSCRIPT"); file && *file) out_.open(file, std::ios::app);
  }

  Task<Result<net::HttpResponse>> open(net::HttpRequest request) override {
    if (!out_.is_open()) co_return co_await inner_.open(std::move(request));
    boost::json::object line{
        {"method", request.method}, {"url", request.url}, {"request", as_json(request.body)}};
    auto& headers = line["request_headers"].emplace_object();
    for (const auto& [name, words] : request.headers.all()) headers[name] = words;
    auto response = co_await inner_.open(std::move(request));
    if (response) {
      std::string body;
      while (response->body) {
        auto piece = co_await response->body->next();
        if (!piece) co_return fail(std::move(piece).error());
        if (piece->empty()) break;
        body += *piece;
      }
      line["status"] = response->status;
      line["response"] = as_json(body);
      response->body = net::body_of(std::move(body));
    } else {
      line["error"] = response.error().message;
    }
    out_ << boost::json::serialize(line) << std::endl;
    co_return response;
  }

 private:
  static boost::json::value as_json(const std::string& body) {
    boost::json::error_code failed;
    auto value = boost::json::parse(body, failed);
    return failed ? boost::json::value(nullptr) : value;
  }

  net::HttpClient& inner_;
  std::ofstream out_;
};

}  // namespace mailsync::tests
