#include "server/site.h"

#include <boost/json.hpp>

#include "base/log.h"

namespace mailsync::server {
namespace {

namespace json = boost::json;

net::ServerResponse json_answer(int status, const json::value& body, const char* type = "application/json") {
  net::ServerResponse response{.status = status};
  response.headers.set("Content-Type", type);
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.body = json::serialize(body) + "\n";
  return response;
}

net::ServerResponse problem(int status, const char* code, const char* detail) {
  return json_answer(status, json::object{{"status", status}, {"code", code}, {"detail", detail}},
                     "application/problem+json");
}

bool is_under(std::string_view path, std::string_view root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

}  // namespace

net::Handler Site::handler() {
  return [this](net::ServerRequest request) { return answer(*this, std::move(request)); };
}

Task<net::ServerResponse> Site::answer(Site& self, net::ServerRequest request) {
  const Instant began = self.executor_.clock().now();
  std::string_view area = "page";
  net::ServerResponse response;
  try {
    response = co_await self.dispatch(std::move(request), area);
  } catch (const std::exception& bug) {
    log::error("request_met_a_fault", {.kind = ErrorKind::Corrupt, .message = bug.what()}, {{"area", area}});
    response = problem(500, "fault", "The server met a fault. It was logged; try again.");
  }
  if (self.parts_.https) response.headers.set("Strict-Transport-Security", "max-age=31536000");
  self.metrics_.request_done(area, response.status, self.executor_.clock().now() - began);
  co_return response;
}

Task<net::ServerResponse> Site::dispatch(net::ServerRequest request, std::string_view& area) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (is_under(request.path, "/api")) {
    area = "api";
    if (parts_.api) co_return co_await parts_.api(std::move(request));
    co_return problem(404, "not_found", "There is no such operation.");
  }
  if (request.path == "/notifications/graph") {
    area = "notice";
    if (parts_.notices) co_return co_await parts_.notices(std::move(request));
    co_return problem(404, "not_found", "Change notices are not switched on here.");
  }
  area = "health";
  if (reads && request.path == "/healthz") co_return json_answer(200, {{"status", "ok"}});
  if (reads && request.path == "/readyz") co_return co_await readiness();
  if (reads && request.path == "/metrics") {
    net::ServerResponse response;
    response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.body = metrics_.text(parts_.scheduler);
    co_return response;
  }
  area = "page";
  if (parts_.web) co_return parts_.web->answer(request);
  co_return problem(404, "not_found", "The web application is not installed here: set [server] web_dir.");
}

Task<net::ServerResponse> Site::readiness() {
  auto reached = co_await executor_.blocking([this]() -> Result<void> {
    return database_.read([](db::Session& session) -> Result<void> {
      TRY(const db::Rows rows, session.query("SELECT 1"));
      static_cast<void>(rows);
      return {};
    });
  });
  json::array checks;
  checks.push_back({{"name", "database"},
                    {"ok", reached.has_value()},
                    {"detail", reached ? "answers" : "does not answer: see the log"}});
  checks.push_back(
      {{"name", "running"}, {"ok", !stopping_}, {"detail", stopping_ ? "shutting down" : "yes"}});
  if (!reached) log::error("database_not_ready", reached.error());
  const bool ready = reached && !stopping_;
  co_return json_answer(ready ? 200 : 503,
                        json::object{{"status", ready ? "ok" : "failing"}, {"checks", std::move(checks)}});
}

}  // namespace mailsync::server
