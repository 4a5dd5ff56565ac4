#include "admin/router.h"

#include <algorithm>

#include "admin/api.h"
#include "base/log.h"

namespace mailsync::admin {
namespace {

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> out;
  for (size_t at = 0; at < path.size();) {
    const size_t start = path.find_first_not_of('/', at);
    if (start == std::string_view::npos) break;
    const size_t end = std::min(path.find('/', start), path.size());
    out.push_back(path.substr(start, end - start));
    at = end;
  }
  return out;
}

bool is_variable(std::string_view segment) {
  return segment.starts_with('{');
}

// How many segments fit word for word; nullopt when the path is another one. "/emails/outbox" is rather the
// outbox than an email of that id.
std::optional<int> fit(std::string_view pattern, const std::vector<std::string_view>& path) {
  const auto wanted = segments(pattern);
  if (wanted.size() != path.size()) return std::nullopt;
  int literal = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (is_variable(wanted[i])) continue;
    if (wanted[i] != path[i]) return std::nullopt;
    ++literal;
  }
  return literal;
}

bool admits(Access access, auth::Role role) {
  switch (access) {
    case Access::Public:
    case Access::SignedIn:
      return true;
    case Access::Administrators:
      return role != auth::Role::User;
    case Access::SystemAdministrators:
      return role == auth::Role::SystemAdmin;
  }
  std::unreachable();
}

bool is_unsafe(std::string_view method) {
  return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

// A sign-in sent by another site's page is refused: the browser says where it comes from.
bool from_our_origin(const net::ServerRequest& request) {
  const auto origin = request.headers.find("Origin");
  const auto host = request.headers.find("Host");
  if (!origin) return true;
  const size_t at = origin->find("://");
  return host && at != std::string_view::npos && origin->substr(at + 3) == *host;
}

std::expected<boost::json::object, Problem> body_of(const net::ServerRequest& request) {
  if (request.body.empty()) return boost::json::object();
  const auto type = request.headers.find("Content-Type").value_or("");
  if (!type.starts_with("application/json"))
    return std::unexpected(Problem(422, "invalid", "The body must be JSON, sent as application/json."));
  boost::system::error_code failed;
  auto value = boost::json::parse(request.body, failed);
  if (failed || !value.is_object())
    return std::unexpected(
        Problem(422, "invalid", "The body is not a JSON object; correct it and send it again."));
  return std::move(value.get_object());
}

net::ServerResponse response_of(Reply reply) {
  net::ServerResponse out{.status = reply.status, .headers = std::move(reply.headers)};
  if (reply.stream) {
    out.stream = std::move(reply.stream);
  } else if (!reply.bytes.empty()) {
    out.body = std::move(reply.bytes);
  } else if (reply.status != 204) {
    out.headers.set("Content-Type", "application/json");
    out.body = boost::json::serialize(reply.json);
  }
  return out;
}

}  // namespace

bool Router::serves(std::string_view path) {
  return path.starts_with("/api/") || path == "/healthz" || path == "/readyz" || path == "/metrics";
}

Router::Match Router::match(const net::ServerRequest& request) const {
  const auto path = segments(request.path);
  Match out;
  int best = -1;
  for (const Route& route : routes_) {
    const auto literal = fit(route.pattern, path);
    if (!literal || *literal < best) continue;
    if (*literal > best) out = {};
    best = *literal;
    out.allow += (out.allow.empty() ? "" : ", ") + std::string(route.method);
    if (route.method == request.method) out.route = &route;
  }
  if (!out.route) return out;
  const auto wanted = segments(out.route->pattern);
  for (size_t i = 0; i < wanted.size(); ++i)
    if (is_variable(wanted[i])) out.path.emplace(wanted[i].substr(1, wanted[i].size() - 2), path[i]);
  return out;
}

Task<Answer> Router::admit(const Route& route, Request& request) {
  if (route.access == Access::Public) {
    if (is_unsafe(route.method) && !from_our_origin(request.http))
      co_return std::unexpected(Problem(403, "origin", "Sign in from the page of this server."));
    co_return Reply();
  }
  auto session = co_await api_.sessions.check(auth::session_token(request.http.headers, api_.https));
  if (!session) co_return std::unexpected(Problem(session.error()));
  request.session = *std::move(session);
  request.viewer = {request.session.user.account, request.session.user.id};
  if (is_unsafe(route.method) && !auth::csrf_matches(request.session, request.http.headers))
    co_return std::unexpected(
        Problem(403, "csrf", "The request does not carry this session's token; load the page again."));
  // Before the body is even read (S39).
  if (!admits(route.access, request.session.user.role))
    co_return std::unexpected(Problem(403, "forbidden",
                                      route.access == Access::SystemAdministrators
                                          ? "Only a system administrator may do this: ask one."
                                          : "Only an administrator may do this: ask yours."));
  co_return Reply();
}

Task<Answer> Router::answer(net::ServerRequest http) {
  Match found = match(http);
  if (!found.route && found.allow.empty()) co_return std::unexpected(not_found("page"));
  if (!found.route) {
    Reply reply{.status = 405};
    reply.headers.set("Allow", found.allow);
    co_return reply;
  }
  auto request = std::make_shared<Request>();
  request->http = std::move(http);
  request->path = std::move(found.path);
  const Route& route = *found.route;
  Answer admitted = co_await admit(route, *request);
  if (!admitted) co_return admitted;
  auto body = body_of(request->http);
  if (!body) co_return std::unexpected(std::move(body).error());
  request->body = *std::move(body);
  if (const Act* act = std::get_if<Act>(&route.handle)) co_return co_await (*act)(api_, request);
  const Work work = std::get<Work>(route.handle);
  co_return co_await api_.executor.blocking([&api = api_, work, request] { return work(api, *request); });
}

Task<net::ServerResponse> Router::handle(net::ServerRequest request) {
  const std::string method = request.method;
  Answer answered = co_await answer(std::move(request));
  net::ServerResponse out;
  if (answered) {
    for (MailboxId mailbox : answered->wake) api_.wake(mailbox);
    out = response_of(*std::move(answered));
  } else {
    if (answered.error().status >= 500)
      log::warn("request failed", {{"method", method}, {"status", answered.error().status}});
    out = admin::response_of(answered.error());
  }
  out.headers.set("Cache-Control", "no-store");
  out.headers.set("X-Content-Type-Options", "nosniff");
  co_return out;
}

}  // namespace mailsync::admin
