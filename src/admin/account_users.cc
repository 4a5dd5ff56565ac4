// Users of the account, for administrators: who they are, invitation, change, password reset.
#include "admin/account_json.h"
#include "admin/data.h"
#include "admin/handlers.h"
#include "auth/one_time_links.h"
#include "crm/builtin/json_text.h"
#include "crm/builtin/lists.h"
#include "crm/builtin/users.h"

namespace mailsync::admin {
namespace {

constexpr size_t kMostWords = 200;

auth::Actor actor_of(const Request& request) {
  return auth::actor_of(request.session.user, request.http.peer);
}

std::optional<std::vector<OrganizationId>> scope_of(const Request& request) {
  if (request.session.user.role == auth::Role::SystemAdmin) return std::nullopt;
  return request.session.administers;
}

std::expected<OrganizationId, Problem> organization_in(const boost::json::object& body,
                                                       std::string_view member) {
  TRY(const std::string text, text_in(body, member));
  const auto id = crm::id_from(text);
  if (!id) return std::unexpected(invalid(std::string(member), "Choose an organization."));
  return OrganizationId{*id};
}

std::expected<std::vector<OrganizationId>, Problem> organizations_in(const boost::json::object& body) {
  TRY(const auto ids, ids_in(body, "administers"));
  std::vector<OrganizationId> out;
  for (const int64_t id : ids) out.push_back({id});
  return out;
}

std::expected<auth::Role, Problem> role_in(const boost::json::object& body) {
  TRY(const std::string text, text_in(body, "role"));
  const auto role = role_spelled(text);
  if (!role) return std::unexpected(invalid("role", "Choose one of the roles."));
  return *role;
}

// What an organization administrator may not hand out.
std::expected<void, Problem> check_reach(const Request& request, std::optional<auth::Role> role,
                                         std::optional<OrganizationId> organization,
                                         bool names_administered) {
  if (request.session.user.role == auth::Role::SystemAdmin) return {};
  if ((role && *role != auth::Role::User) || names_administered)
    return std::unexpected(
        Problem(403, "forbidden", "Only a system administrator makes somebody an administrator: ask one."));
  if (organization && !request.session.reaches(*organization))
    return std::unexpected(
        invalid("organization_id", "Choose one of the organizations that you administer."));
  return {};
}

std::expected<auth::UserFilter, Problem> filter_of(const Request& request) {
  auth::UserFilter out{.account = request.viewer.account, .within = scope_of(request)};
  out.words = std::string(request.http.query_value("q").value_or("")).substr(0, kMostWords);
  if (const auto text = request.http.query_value("role"); text && !text->empty()) {
    out.role = role_spelled(*text);
    if (!out.role) return std::unexpected(Problem(400, "filter_invalid", "There is no such role."));
  }
  if (const auto text = request.http.query_value("state"); text && !text->empty()) {
    for (const auto state : {auth::UserState::Active, auth::UserState::Invited, auth::UserState::Disabled})
      if (auth::name_of(state) == *text) out.state = state;
    if (!out.state) return std::unexpected(Problem(400, "filter_invalid", "There is no such state."));
  }
  if (const auto text = request.http.query_value("licensed"); text && !text->empty()) {
    if (*text != "true" && *text != "false")
      return std::unexpected(Problem(400, "filter_invalid", "licensed is true or false."));
    out.licensed = *text == "true";
  }
  if (const auto text = request.http.query_value("organization_id"); text && !text->empty()) {
    const auto id = crm::id_from(*text);
    if (!id) return std::unexpected(Problem(400, "filter_invalid", "This is not an organization's id."));
    out.organization = {*id};
  }
  return out;
}

std::string binding_of(const auth::UserFilter& filter) {
  return "account users " + filter.words + " " +
         (filter.role ? std::string(auth::name_of(*filter.role)) : "") + " " +
         (filter.state ? std::string(auth::name_of(*filter.state)) : "") + " " +
         std::to_string(filter.organization.value) + " " +
         (filter.licensed ? *filter.licensed ? "licensed" : "unlicensed" : "");
}

// The CRM keeps name, role and whether he is there beside ours.
Result<void> tell_crm(db::SqlTransaction& tx, const auth::UserRow& row) {
  TRY(crm::User there, crm::user(tx, row.user.account, row.user.id));
  there.name = row.user.display_name;
  there.role = crm_role(row.user.role);
  there.disabled = row.user.disabled_at.has_value();
  return crm::update_user(tx, row.user.account, there);
}

Answer shown(db::Session& session, const auth::UserRow& row, int status) {
  TRY(const auto names, organization_names(session, row.user.account));
  return Reply{.status = status, .json = account_user_json(row, names)};
}

Answer link_for(Api& api, db::SqlTransaction& tx, const auth::UserRow& row, auth::LinkPurpose purpose,
                Duration lasts, int status) {
  const Instant expires = api.now() + lasts;
  TRY(const Secret token, auth::make_link(tx, api.random, {row.user.account, row.user.id, purpose, expires}));
  TRY(const auto names, organization_names(tx, row.user.account));
  return Reply{.status = status, .json = link_json(row, names, token, expires)};
}

std::expected<auth::UserChange, Problem> change_in(const Request& request, const auth::UserRow& row) {
  const auto& body = request.body;
  TRY_VOID(only_members(body, {"name", "role", "organization_id", "administers", "disabled"}));
  auth::UserChange out;
  if (body.contains("name")) {
    TRY(out.name, text_in(body, "name"));
  }
  if (body.contains("role")) {
    TRY(out.role, role_in(body));
  }
  if (body.contains("organization_id")) {
    TRY(out.organization, organization_in(body, "organization_id"));
  }
  if (body.contains("administers")) {
    TRY(out.administers, organizations_in(body));
  }
  if (const auto* disabled = body.if_contains("disabled")) {
    if (!disabled->is_bool()) return std::unexpected(invalid("disabled", "This must be true or false."));
    out.disabled = disabled->get_bool();
  }
  TRY_VOID(check_reach(request, out.role, out.organization, out.administers.has_value()));
  if (row.user.id == request.viewer.user &&
      (out.role.value_or(row.user.role) != row.user.role || out.disabled.value_or(false)))
    return std::unexpected(
        Problem(422, "invalid", "You cannot take your own rights away: ask another system administrator."));
  return out;
}

}  // namespace

std::expected<auth::UserRow, Problem> governed_user(Api& api, const Request& request) {
  const auto id = crm::id_from(request.path.at("id"));
  if (!id) return std::unexpected(not_found("user"));
  std::optional<auth::UserRow> row;
  const auto done = api.database.read([&](db::Session& session) -> Result<void> {
    TRY(row, auth::user_row(session, request.viewer.account, UserId{*id}));
    return {};
  });
  if (!done && done.error().kind != ErrorKind::Gone) return std::unexpected(Problem(done.error()));
  if (!row || !request.session.reaches(row->user.organization)) return std::unexpected(not_found("user"));
  if (request.session.user.role != auth::Role::SystemAdmin && row->user.role != auth::Role::User &&
      request.http.method != "GET")
    return std::unexpected(
        Problem(403, "forbidden", "Only a system administrator changes an administrator: ask one."));
  return *std::move(row);
}

Answer list_account_users(Api& api, const Request& request) {
  TRY(const size_t limit, limit_of(request.http));
  TRY(auth::UserFilter filter, filter_of(request));
  const std::string binding = binding_of(filter);
  if (const auto cursor = request.http.query_value("cursor")) {
    const auto place = crm::decode_cursor(binding, *cursor);
    if (place.size() != 1 || !std::holds_alternative<std::string>(place[0].variant()))
      return std::unexpected(
          Problem(400, "cursor_invalid", "The cursor belongs to another list; start again."));
    filter.after = place[0].text();
  }
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(auto rows, auth::user_rows(session, filter, limit + 1));
    TRY(const int64_t total, auth::count_users(session, filter));
    TRY(const auto names, organization_names(session, request.viewer.account));
    PageInfo info{.total = total};
    if (rows.size() > limit) {
      rows.resize(limit);
      info.next_cursor = crm::encode_cursor(binding, {rows.back().user.login});
    }
    boost::json::array items;
    for (const auth::UserRow& row : rows) items.push_back(account_user_json(row, names));
    return Reply{.json = page_of(std::move(items), info)};
  });
}

Answer get_account_user(Api& api, const Request& request) {
  TRY(const auth::UserRow row, governed_user(api, request));
  return reading(api, [&](db::Session& session) -> Answer { return shown(session, row, 200); });
}

Answer invite_user(Api& api, const Request& request) {
  TRY_VOID(only_members(request.body, {"login", "name", "role", "organization_id", "administers"}));
  auth::Invitation wanted{.account = request.viewer.account};
  TRY(wanted.login, text_in(request.body, "login"));
  TRY(wanted.name, text_in(request.body, "name"));
  TRY(wanted.role, role_in(request.body));
  TRY(wanted.organization, organization_in(request.body, "organization_id"));
  TRY(wanted.administers, organizations_in(request.body));
  TRY_VOID(check_reach(request, wanted.role, wanted.organization, !wanted.administers.empty()));
  if (wanted.role != auth::Role::OrgAdmin) wanted.administers.clear();
  return writing(api, [&](db::SqlTransaction& tx) -> Answer {
    TRY(const auth::UserRow row, auth::invite(tx, wanted, actor_of(request), api.now()));
    TRY(const UserId same, crm::add_user(tx, wanted.account,
                                         {.id = row.user.id,
                                          .login = row.user.login,
                                          .name = row.user.display_name,
                                          .address = row.user.login,
                                          .role = crm_role(row.user.role)}));
    static_cast<void>(same);
    return link_for(api, tx, row, auth::LinkPurpose::Invitation, auth::kInvitationLasts, 201);
  });
}

Answer change_account_user(Api& api, const Request& request) {
  TRY(const auth::UserRow before, governed_user(api, request));
  TRY(const auth::UserChange change, change_in(request, before));
  return writing(api, [&](db::SqlTransaction& tx) -> Answer {
    TRY(const auth::UserRow row,
        auth::change_user(tx, request.viewer.account, before.user.id, change, actor_of(request), api.now()));
    TRY_VOID(tell_crm(tx, row));
    return shown(tx, row, 200);
  });
}

// Also for who was invited and lost his link.
Answer reset_password(Api& api, const Request& request) {
  TRY(const auth::UserRow before, governed_user(api, request));
  if (before.user.disabled_at)
    return std::unexpected(Problem(409, "state", "The user is disabled: enable him first."));
  if (before.user.id == request.viewer.user)
    return std::unexpected(Problem(409, "state", "Change your own password under Preferences > Sign-in."));
  const bool invited = before.state == auth::UserState::Invited;
  return writing(api, [&](db::SqlTransaction& tx) -> Answer {
    TRY(const auth::UserRow row,
        auth::take_password_away(tx, request.viewer.account, before.user.id, actor_of(request), api.now()));
    return link_for(api, tx, row, invited ? auth::LinkPurpose::Invitation : auth::LinkPurpose::PasswordReset,
                    invited ? auth::kInvitationLasts : auth::kResetLasts, 200);
  });
}

}  // namespace mailsync::admin
