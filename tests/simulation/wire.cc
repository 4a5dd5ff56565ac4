#include "tests/simulation/wire.h"

#include <algorithm>

namespace mailsync::sim {
namespace {

bool is_feed(const net::HttpRequest& request) {
  return request.method == "GET" && request.url.find("delta") != std::string::npos;
}

bool is_item(const net::HttpRequest& request) {
  if (request.method != "GET" || is_feed(request)) return false;
  for (const char* part : {"/contacts/", "/events/", "/tasks/", "/messages/"})
    if (request.url.find(part) != std::string::npos) return request.url.find("$filter") == std::string::npos;
  return false;
}

bool is_write(const net::HttpRequest& request) {
  return request.method != "GET" && request.url.find("$batch") == std::string::npos;
}

bool fits(const Trouble& trouble, const net::HttpRequest& request) {
  using What = Trouble::What;
  if (trouble.what == What::LaggingFeed)
    return is_feed(request) && request.url.find("deltatoken") != std::string::npos;
  if (trouble.what == What::StaleItem) return is_item(request);
  switch (trouble.on) {
    case On::Any:
      return true;
    case On::Reads:
      return !is_write(request);
    case On::Writes:
      return is_write(request);
    case On::Feeds:
      return is_feed(request);
  }
  std::unreachable();
}

net::HttpResponse ok(std::string body) {
  net::HttpResponse out{.status = 200, .headers = {{"Content-Type", "application/json"}}, .body = nullptr};
  out.body = net::body_of(std::move(body));
  return out;
}

}  // namespace

std::optional<Trouble> Wire::next(const net::HttpRequest& request) {
  for (auto at = armed_.begin(); at != armed_.end(); ++at) {
    if (!fits(*at, request)) continue;
    if (at->what == Trouble::What::StaleItem && !last_.contains(request.url)) continue;
    if (at->after > 0) {
      --at->after;
      continue;
    }
    Trouble out = std::move(*at);
    armed_.erase(at);
    return out;
  }
  return std::nullopt;
}

Task<Result<net::HttpResponse>> Wire::pass_on(net::HttpRequest request) {
  const bool keep = is_item(request);
  const std::string url = request.url;
  auto answer = co_await inner_.open(std::move(request));
  if (!keep || !answer || answer->status != 200) co_return answer;
  std::string body;
  for (;;) {
    CO_TRY(std::string piece, co_await answer->body->next());
    if (piece.empty()) break;
    body += piece;
  }
  last_[url] = body;
  answer->body = net::body_of(std::move(body));
  co_return answer;
}

Task<Result<net::HttpResponse>> Wire::open(net::HttpRequest request) {
  ++calls;
  if (on_request) on_request(request);
  const auto trouble = next(request);
  if (!trouble) co_return co_await pass_on(std::move(request));
  using What = Trouble::What;
  if (on_strike && !trouble->name.empty()) on_strike(trouble->name);
  switch (trouble->what) {
    case What::Script: {
      lab::ScriptedFault fault = trouble->fault;
      fault.call = inner_.calls() + 1;
      inner_.script(std::move(fault));
      co_return co_await inner_.open(std::move(request));
    }
    case What::DieBefore:
      on_death();
      co_await executor_.sleep_for(std::chrono::hours(1));
      co_return fail(ErrorKind::Cancelled, "the process is dead");
    case What::DieAfter: {
      auto answer = co_await inner_.open(std::move(request));
      on_death();
      co_await executor_.sleep_for(std::chrono::hours(1));
      co_return answer;
    }
    case What::LaggingFeed:
      co_return ok(R"({"value":[],"@odata.deltaLink":")" + request.url + "\"}");
    case What::StaleItem:
      co_return ok(last_.at(request.url));
    case What::Slow:
      co_await executor_.sleep_for(std::chrono::seconds(40));
      co_return co_await pass_on(std::move(request));
    case What::EvilLink:
      co_return ok(
          R"({"value":[],"@odata.nextLink":"https://evil.lab/v1.0/me/messages/delta?$skiptoken=1"})");
    case What::Freeze: {
      using Script = lab::ScriptedFault::What;
      const bool acted = request.method != "GET" && calls % 2 == 0;
      inner_.script({.what = acted ? Script::AnswerLost : Script::NotSent, .call = inner_.calls() + 1});
      auto answer = co_await inner_.open(std::move(request));
      trouble->act();
      co_return answer;
    }
    case What::Act:
      trouble->act();
      co_return co_await pass_on(std::move(request));
  }
  std::unreachable();
}

}  // namespace mailsync::sim
