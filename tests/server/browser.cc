#include "tests/server/browser.h"

#include <gtest/gtest.h>

namespace mailsync::test {

namespace json = boost::json;

Browser::Browser(Running& server, const std::string& login, const std::string& password) : server_(server) {
  const auto answer = send("POST", "/api/v1/session", {{"login", login}, {"password", password}});
  EXPECT_EQ(answer.status, 200) << answer.body;
  const std::string set(answer.headers.find("Set-Cookie").value_or(""));
  cookie_ = set.substr(0, set.find(';'));
  boost::system::error_code problem;
  const auto session = json::parse(answer.body, problem);
  if (!problem && session.as_object().contains("csrf_token")) csrf_ = session.at("csrf_token").as_string();
}

json::object Browser::get(const std::string& path) {
  net::HttpRequest request{.url = path};
  request.headers.add("Cookie", cookie_);
  const auto answer = server_.send(std::move(request));
  EXPECT_EQ(answer.status, 200) << path << ": " << answer.body;
  boost::system::error_code problem;
  const auto value = json::parse(answer.body, problem);
  EXPECT_TRUE(!problem && value.is_object()) << answer.body;
  return value.is_object() ? value.as_object() : json::object{};
}

net::HttpAnswer Browser::send(const std::string& method, const std::string& path, const json::object& body) {
  net::HttpRequest request{.method = method, .url = path};
  request.headers.add("Content-Type", "application/json");
  request.headers.add("Origin", server_.url);
  if (!cookie_.empty()) request.headers.add("Cookie", cookie_);
  if (!csrf_.empty()) request.headers.add("X-CSRF-Token", csrf_);
  if (!body.empty()) request.body = json::serialize(body);
  return server_.send(std::move(request));
}

}  // namespace mailsync::test
