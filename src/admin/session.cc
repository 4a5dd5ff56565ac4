// Sign-in to Mail Sync itself.
#include "admin/data.h"
#include "admin/handlers.h"
#include "admin/json.h"

namespace mailsync::admin {
namespace {

std::string_view role_of(auth::Role role) {
  switch (role) {
    case auth::Role::SystemAdmin:
      return "system_administrator";
    case auth::Role::OrgAdmin:
      return "organization_administrator";
    case auth::Role::User:
      return "user";
  }
  std::unreachable();
}

boost::json::object session_json(const Api& api, const auth::User& user, const std::string& csrf,
                                 Instant begun) {
  const Instant idle = api.now() + api.session_limits.idle, absolute = begun + api.session_limits.absolute;
  return {{"user", boost::json::object{{"id", id_text(user.id)},
                                       {"login", user.login},
                                       {"name", user.display_name},
                                       {"email", user.login},
                                       {"role", role_of(user.role)}}},
          {"csrf_token", csrf},
          {"expires_at", time_text(std::min(idle, absolute))},
          {"product_version", api.product_version}};
}

}  // namespace

Task<Answer> sign_in(Api& api, std::shared_ptr<const Request> request) {
  const auto login = text_in(request->body, "login"), password = text_in(request->body, "password");
  if (!login || login->empty() || login->size() > 320)
    co_return std::unexpected(invalid("login", "Enter the name you sign in with."));
  if (!password || password->empty() || password->size() > 1024)
    co_return std::unexpected(invalid("password", "Enter your password."));
  for (const auto& member : request->body)
    if (member.key() != "login" && member.key() != "password")
      co_return std::unexpected(
          invalid(std::string(member.key()), "Sign-in takes a name and a password alone."));
  auth::SignIn wanted{.login = *login,
                      .password = Secret(*password),
                      .peer = request->http.peer,
                      .former_token = auth::session_token(request->http.headers, api.https)};
  auto done = co_await api.sessions.sign_in(std::move(wanted));
  if (!done) {
    Problem problem(done.error());
    if (problem.status == 401) problem.code = "sign_in_failed";
    co_return std::unexpected(std::move(problem));
  }
  Reply reply{.json = session_json(api, done->user, done->csrf, api.now())};
  reply.headers.set("Set-Cookie", auth::session_cookie(done->token, api.https));
  co_return reply;
}

Task<Answer> sign_out(Api& api, std::shared_ptr<const Request> request) {
  const auto done = co_await api.sessions.sign_out(auth::session_token(request->http.headers, api.https));
  if (!done) co_return std::unexpected(Problem(done.error()));
  api.events.end_session(request->viewer, request->session.csrf);
  Reply reply{.status = 204};
  reply.headers.set("Set-Cookie", auth::ended_session_cookie(api.https));
  co_return reply;
}

Answer get_session(Api& api, const Request& request) {
  return Reply{.json = session_json(api, request.session.user, request.session.csrf, request.session.begun)};
}

}  // namespace mailsync::admin
