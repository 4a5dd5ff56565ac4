// The ways in before there is a session: the first administrator of a fresh installation, and who was invited
// or has lost his password. Both prove themselves with a one-time link (auth/one_time_links.h).
#include "admin/account_json.h"
#include "admin/data.h"
#include "admin/handlers.h"
#include "auth/one_time_links.h"
#include "auth/password.h"
#include "crm/builtin/users.h"

namespace mailsync::admin {
namespace {

struct Found {
  auth::OneTimeLink link;
  Secret token;
  std::string login, name;  // of the user; empty for the first administrator
};

Problem dead_link() {
  return {
      404, "link_ended",
      "This link was used already, is too old, or was replaced by a newer one: ask your administrator for a "
      "new one."};
}

std::expected<Found, Problem> find(Api& api, const Request& request) {
  TRY(std::string token, text_in(request.body, "token"));
  if (token.empty() || token.size() > 200) return std::unexpected(dead_link());
  Found out{.link = {}, .token = Secret(std::move(token)), .login = {}, .name = {}};
  bool alive = false;
  const auto done = api.database.read([&](db::Session& session) -> Result<void> {
    TRY(const auto link, auth::find_link(session, out.token, api.now()));
    if (!link) return {};
    out.link = *link;
    if (!link->user) {
      TRY(alive, auth::nobody_yet(session));
      return {};
    }
    const auto row = auth::user_row(session, link->account, link->user);
    if (!row || row->user.disabled_at) return {};
    out.login = row->user.login;
    out.name = row->user.display_name;
    alive = true;
    return {};
  });
  if (!done) return std::unexpected(Problem(done.error()));
  if (!alive) return std::unexpected(dead_link());
  return out;
}

std::expected<std::string, Problem> hash_of(const Request& request, const std::string& login) {
  TRY(std::string typed, text_in(request.body, "password"));
  const Secret password(std::move(typed));
  if (const auto good = auth::check_new_password(password, login); !good)
    return std::unexpected(invalid("password", good.error().message));
  auto hash = auth::hash_password(password);
  if (!hash) return std::unexpected(Problem(hash.error()));
  return *std::move(hash);
}

}  // namespace

Answer get_setup(Api& api, const Request&) {
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(const bool nobody, auth::nobody_yet(session));
    return Reply{.json = boost::json::object{{"first_administrator_needed", nobody}}};
  });
}

Answer create_first_administrator(Api& api, const Request& request) {
  TRY_VOID(only_members(request.body, {"token", "login", "name", "password", "organization"}));
  TRY(const Found found, find(api, request));
  if (found.link.purpose != auth::LinkPurpose::FirstAdministrator) return std::unexpected(dead_link());
  auth::Invitation wanted{.account = found.link.account, .role = auth::Role::SystemAdmin};
  TRY(wanted.login, text_in(request.body, "login"));
  TRY(wanted.name, text_in(request.body, "name"));
  TRY(const std::string organization, text_in(request.body, "organization"));
  TRY(wanted.password_hash, hash_of(request, wanted.login));
  const auth::Actor actor{.user = {}, .name = "one-time link", .via = "web", .peer = request.http.peer};
  return writing(api, [&](db::SqlTransaction& tx) -> Answer {
    TRY(const bool nobody, auth::nobody_yet(tx));
    if (!nobody) return std::unexpected(dead_link());
    TRY_VOID(auth::end_link(tx, found.token));
    TRY_VOID(auth::ensure_organization(tx, wanted.account, api.now()));
    TRY(const auto all, auth::organizations(tx, wanted.account));
    wanted.organization = all.front().id;
    if (!organization.empty())
      TRY_VOID(
          auth::rename_organization(tx, wanted.account, wanted.organization, organization, actor, api.now()));
    TRY(const auth::UserRow row, auth::invite(tx, wanted, actor, api.now()));
    TRY(const UserId same, crm::add_user(tx, wanted.account,
                                         {.id = row.user.id,
                                          .login = row.user.login,
                                          .name = row.user.display_name,
                                          .address = row.user.login,
                                          .role = crm::Role::SystemAdministrator}));
    static_cast<void>(same);
    return Reply{.status = 201, .json = boost::json::object{{"login", row.user.login}}};
  });
}

Answer look_at_link(Api& api, const Request& request) {
  TRY_VOID(only_members(request.body, {"token"}));
  TRY(const Found found, find(api, request));
  return Reply{.json = boost::json::object{{"purpose", auth::name_of(found.link.purpose)},
                                           {"login", text_or_null(found.login)},
                                           {"name", text_or_null(found.name)},
                                           {"expires_at", time_text(found.link.expires)}}};
}

// Signs nobody in: who has a second factor shows it afterwards, as always.
Answer use_link(Api& api, const Request& request) {
  TRY_VOID(only_members(request.body, {"token", "password"}));
  TRY(const Found found, find(api, request));
  if (found.link.purpose == auth::LinkPurpose::FirstAdministrator) return std::unexpected(dead_link());
  TRY(const std::string hash, hash_of(request, found.login));
  return writing(api, [&](db::SqlTransaction& tx) -> Answer {
    TRY_VOID(auth::end_link(tx, found.token));
    TRY(const auth::UserRow row, auth::user_row(tx, found.link.account, found.link.user));
    if (row.user.disabled_at) return std::unexpected(dead_link());
    TRY_VOID(auth::choose_password(tx, row.user, hash, "", auth::actor_of(row.user, request.http.peer),
                                   api.now()));
    return Reply{.json = boost::json::object{{"login", row.user.login}}};
  });
}

}  // namespace mailsync::admin
