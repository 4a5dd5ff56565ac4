// Organizations of the account.
#include "auth/organizations.h"

#include "admin/data.h"
#include "admin/handlers.h"
#include "admin/json.h"
#include "crm/builtin/json_text.h"

namespace mailsync::admin {
namespace {

boost::json::object organization_json(const auth::Organization& organization) {
  return {{"id", id_text(organization.id)}, {"name", organization.name}, {"users", organization.users}};
}

Answer shown(db::Session& session, AccountId account, OrganizationId id, int status) {
  TRY(const auth::Organization now, auth::organization(session, account, id));
  return Reply{.status = status, .json = organization_json(now)};
}

}  // namespace

// All of them at once: a company has some, not thousands.
Answer list_organizations(Api& api, const Request& request) {
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(const auto all, auth::organizations(session, request.viewer.account));
    boost::json::array items;
    for (const auth::Organization& each : all)
      if (request.session.reaches(each.id)) items.push_back(organization_json(each));
    return Reply{.json = boost::json::object{{"items", std::move(items)}}};
  });
}

Answer create_organization(Api& api, const Request& request) {
  TRY_VOID(only_members(request.body, {"name"}));
  TRY(const std::string name, text_in(request.body, "name"));
  return writing(api, [&](db::SqlTransaction& tx) -> Answer {
    TRY(const OrganizationId id,
        auth::add_organization(tx, request.viewer.account, name,
                               auth::actor_of(request.session.user, request.http.peer), api.now()));
    return shown(tx, request.viewer.account, id, 201);
  });
}

Answer rename_organization(Api& api, const Request& request) {
  TRY_VOID(only_members(request.body, {"name"}));
  TRY(const std::string name, text_in(request.body, "name"));
  const auto id = crm::id_from(request.path.at("id"));
  if (!id) return std::unexpected(not_found("organization"));
  return writing(api, [&](db::SqlTransaction& tx) -> Answer {
    TRY_VOID(auth::rename_organization(tx, request.viewer.account, {*id}, name,
                                       auth::actor_of(request.session.user, request.http.peer), api.now()));
    return shown(tx, request.viewer.account, {*id}, 200);
  });
}

Answer delete_organization(Api& api, const Request& request) {
  const auto id = crm::id_from(request.path.at("id"));
  if (!id) return std::unexpected(not_found("organization"));
  return writing(api, [&](db::SqlTransaction& tx) -> Answer {
    TRY_VOID(auth::remove_organization(tx, request.viewer.account, {*id},
                                       auth::actor_of(request.session.user, request.http.peer), api.now()));
    TRY_VOID(api.profiles.set_profile_of(tx, request.viewer.account, {*id}, {}));
    return Reply{.status = 204};
  });
}

}  // namespace mailsync::admin
