// Sign-in to Mail Sync itself.
#include "admin/account_json.h"
#include "admin/data.h"
#include "admin/handlers.h"
#include "admin/json.h"
#include "auth/password.h"
#include "auth/user_admin.h"

namespace mailsync::admin {
namespace {

boost::json::object session_json(const Api& api, const auth::User& user, const std::string& csrf,
                                 Instant begun) {
  const Instant idle = api.now() + api.session_limits.idle, absolute = begun + api.session_limits.absolute;
  return {{"user", boost::json::object{{"id", id_text(user.id)},
                                       {"login", user.login},
                                       {"name", user.display_name},
                                       {"email", user.login},
                                       {"role", spelled(user.role)},
                                       {"second_factor", user.second_factor}}},
          {"second_factor_possible", api.second_factors != nullptr},
          {"csrf_token", csrf},
          {"expires_at", time_text(std::min(idle, absolute))},
          {"product_version", api.product_version}};
}

}  // namespace

Task<Answer> sign_in(Api& api, std::shared_ptr<const Request> request) {
  const auto login = text_in(request->body, "login"), password = text_in(request->body, "password"),
             code = text_in(request->body, "code");
  if (!login || login->empty() || login->size() > 320)
    co_return std::unexpected(invalid("login", "Enter the name you sign in with."));
  if (!password || password->empty() || password->size() > 1024)
    co_return std::unexpected(invalid("password", "Enter your password."));
  if (!code || code->size() > 64)
    co_return std::unexpected(invalid("code", "Enter the six digits of your authenticator app."));
  if (auto known = only_members(request->body, {"login", "password", "code"}); !known)
    co_return std::unexpected(std::move(known).error());
  auth::SignIn wanted{.login = *login,
                      .password = Secret(*password),
                      .code = *code,
                      .peer = request->http.peer,
                      .former_token = auth::session_token(request->http.headers, api.https)};
  auto done = co_await api.sessions.sign_in(std::move(wanted));
  if (!done) {
    Problem problem(done.error());
    if (problem.status == 401)
      problem.code = done.error().vendor_code.empty() ? "sign_in_failed" : done.error().vendor_code;
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

// The user's own wish: the old password is asked for, and the other sessions end.
Answer change_password(Api& api, const Request& request) {
  TRY_VOID(only_members(request.body, {"current", "password"}));
  TRY(const std::string current, text_in(request.body, "current"));
  TRY(const std::string wanted, text_in(request.body, "password"));
  const auth::User& user = request.session.user;
  if (const auto good = auth::check_new_password(Secret(wanted), user.login); !good)
    return std::unexpected(invalid("password", good.error().message));
  std::string hash;
  const auto known = api.database.read([&](db::Session& session) -> Result<void> {
    TRY(const db::Rows rows,
        session.query("SELECT password_hash FROM user_account WHERE id = $1", {user.id}));
    if (!rows.empty()) hash = rows[0][0].text();
    return {};
  });
  if (!known) return std::unexpected(Problem(known.error()));
  if (current.empty() || current.size() > 1024 || !auth::verify_password(hash, Secret(current)))
    return std::unexpected(invalid("current", "This is not your password of now: enter it again."));
  const auto newer = auth::hash_password(Secret(wanted));
  if (!newer) return std::unexpected(Problem(newer.error()));
  return writing(api, [&](db::SqlTransaction& tx) -> Answer {
    TRY_VOID(auth::choose_password(tx, user, *newer, request.session.csrf,
                                   auth::actor_of(user, request.http.peer), api.now()));
    return Reply{.status = 204};
  });
}

}  // namespace mailsync::admin
