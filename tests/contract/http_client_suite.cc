#include "tests/contract/http_client_suite.h"

namespace mailsync::net::contract {

namespace {

Task<ServerResponse> respond(Executor& executor, const std::function<std::string()>& other_origin,
                             ServerRequest request) {
  ServerResponse response;
  response.headers.set("Content-Type", "text/plain");
  const auto number = [&](std::string_view name) {
    return std::stoul(std::string(request.query_value(name).value_or("0")));
  };
  if (request.path == "/echo") {
    response.body = request.method + "\nauthorization: " +
                    std::string(request.headers.find("Authorization").value_or("none")) + "\n" + request.body;
  } else if (request.path == "/bytes") {
    response.body = std::string(number("n"), 'x');
  } else if (request.path == "/status") {
    response.status = static_cast<int>(number("code"));
  } else if (request.path == "/redirect") {
    response.status = 302;
    response.headers.set("Location", other_origin() + "/echo");
  } else if (request.path == "/never") {
    co_await executor.sleep_for(std::chrono::hours(1));
  } else {
    response.status = 404;
  }
  co_return response;
}

}  // namespace

Handler suite_handler(Executor& executor, std::function<std::string()> other_origin) {
  // Not a coroutine itself: what it captured lives as long as the handler.
  return [&executor, other = std::move(other_origin)](ServerRequest request) {
    return respond(executor, other, std::move(request));
  };
}

namespace {

HttpRequest request_to(std::string url, std::string method = "GET") {
  HttpRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  return request;
}

TEST_P(HttpClientContract, CarriesMethodHeadersAndBody) {
  for (const auto* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    auto request = request_to(world->origin() + "/echo", method);
    request.body = std::string("a\0b\xff", 4);
    const auto answer = send(std::move(request));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->headers.find("content-TYPE"), "text/plain");
    EXPECT_EQ(answer->body, std::string(method) + "\nauthorization: none\n" + std::string("a\0b\xff", 4));
  }
  EXPECT_EQ(send(request_to(world->origin() + "/echo", "POST"))->body, "POST\nauthorization: none\n");
  EXPECT_EQ(send(request_to(world->origin() + "/echo", "HEAD"))->body, "");
}

TEST_P(HttpClientContract, AnswersWithAnyStatusAreValues) {
  for (const int status : {204, 304, 400, 401, 404, 410, 412, 429, 500, 503}) {
    const auto answer = get(world->origin() + "/status?code=" + std::to_string(status));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, status);
    EXPECT_EQ(answer->body, "");
  }
}

TEST_P(HttpClientContract, TheBearerReachesItsOrigin) {
  auto request = request_to(world->origin() + "/echo");
  request.bearer = Bearer{.token = Secret("t0ken"), .origin = Origin::of(world->origin()).value()};
  const auto answer = send(std::move(request));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "GET\nauthorization: Bearer t0ken\n");
}

TEST_P(HttpClientContract, TheBearerReachesNoOtherOrigin_S24) {
  auto request = request_to(world->other_origin() + "/echo");
  request.bearer = Bearer{.token = Secret("t0ken"), .origin = Origin::of(world->origin()).value()};
  const auto answer = send(std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Forbidden);
  EXPECT_EQ(answer.error().message.find("t0ken"), std::string::npos);
}

TEST_P(HttpClientContract, RedirectsAreNotFollowed) {
  const auto answer = get(world->origin() + "/redirect");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(answer->headers.find("location"), world->other_origin() + "/echo");
  EXPECT_EQ(answer->body, "");  // not the other origin's
}

TEST_P(HttpClientContract, TheBodyMayFillItsCapAndNotMore) {
  auto request = request_to(world->origin() + "/bytes?n=1000000");
  request.max_body_bytes = 1'000'000;
  const auto full = send(request);
  ASSERT_TRUE(full) << full.error().message;
  EXPECT_EQ(full->body, std::string(1'000'000, 'x'));
  request.max_body_bytes = 999'999;
  const auto over = send(std::move(request));
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().kind, ErrorKind::ItemInvalid);
  EXPECT_NE(over.error().message.find("999999 bytes"), std::string::npos);
}

TEST_P(HttpClientContract, TheDeadlineEndsASafeRequestAsTransientAndAnUnsafeOneAsAmbiguous) {
  auto request = request_to(world->origin() + "/never");
  request.deadline = std::chrono::milliseconds(200);
  const auto safe = send(request);
  ASSERT_FALSE(safe);
  EXPECT_EQ(safe.error().kind, ErrorKind::Transient);
  EXPECT_NE(safe.error().message.find("0.2 s"), std::string::npos) << safe.error().message;
  request.method = "POST";
  const auto unsafe = send(std::move(request));
  ASSERT_FALSE(unsafe);
  EXPECT_EQ(unsafe.error().kind, ErrorKind::Ambiguous);
}

TEST_P(HttpClientContract, NobodyThereIsTransientForEveryMethod) {
  for (const auto* method : {"GET", "POST"}) {
    const auto answer = send(request_to(world->refused() + "/echo", method));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::Transient) << answer.error().message;
    EXPECT_NE(answer.error().message.find("check"), std::string::npos) << answer.error().message;
  }
}

TEST_P(HttpClientContract, AnAnswerLostAfterSendingIsAmbiguousUnlessTheMethodIsSafe) {
  for (const auto* method : {"POST", "PATCH", "PUT", "DELETE"}) {
    auto request = request_to(world->cut() + "/echo", method);
    request.body = "{}";
    const auto answer = send(std::move(request));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::Ambiguous) << method << ": " << answer.error().message;
  }
  const auto answer = get(world->cut() + "/echo");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Transient) << answer.error().message;
}

TEST_P(HttpClientContract, WhatIsNoUrlOrHeaderIsRefused) {
  for (const auto* url : {"", "/echo", "file:///etc/passwd", "ftp://localhost/", "https://"})
    EXPECT_EQ(get(url).error().kind, ErrorKind::ItemInvalid) << url;
  auto request = request_to(world->origin() + "/echo");
  request.headers.add("X-Name", "a\r\nAuthorization: Bearer stolen");
  EXPECT_EQ(send(std::move(request)).error().kind, ErrorKind::ItemInvalid);
}

TEST_P(HttpClientContract, AnswersKeepApartWhenBodiesAreReadLate) {
  const auto read_late = [](HttpClient& client, std::string origin) -> Task<Result<HttpAnswer>> {
    HttpRequest first, second;
    first.url = origin + "/bytes?n=3000000";
    second.url = origin + "/bytes?n=7";
    CO_TRY(HttpResponse large, co_await client.open(first));
    CO_TRY(HttpResponse small, co_await client.open(second));
    CO_TRY(const std::string seven, co_await small.body->next());
    HttpAnswer answer{.status = large.status, .headers = {}, .body = seven};
    while (true) {
      CO_TRY(const std::string chunk, co_await large.body->next());
      if (chunk.empty()) co_return answer;
      answer.body += chunk;
    }
  };
  const auto answer = world->run(read_late(world->client(), world->origin()));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body.size(), 3'000'007U);
}

}  // namespace
}  // namespace mailsync::net::contract
