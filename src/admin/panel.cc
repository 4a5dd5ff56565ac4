// The Mail Sync panel itself: whether the database is connected, and the default organization.
#include "admin/data.h"
#include "admin/handlers.h"
#include "admin/json.h"
#include "auth/audit.h"
#include "auth/licences.h"
#include "auth/organizations.h"
#include "crm/builtin/json_text.h"
#include "sync/panel_store.h"

namespace mailsync::admin {
namespace {

using boost::json::object;
using boost::json::value;

// The CRM that is built in; others come with their connectors.
constexpr std::string_view kBuiltin = "builtin";
constexpr std::string_view kBuiltinName = "Mail Sync CRM";

auth::Deed deed_of(const Request& request, std::string action, OrganizationId organization,
                   std::string name) {
  return {.account = request.viewer.account,
          .actor = auth::actor_of(request.session.user, request.http.peer),
          .action = std::move(action),
          .subject = "account",
          .subject_name = std::move(name),
          .organization = organization};
}

object database_json(const sync::ConnectedDatabase& database, int64_t users, const Api& api) {
  return {{"id", std::to_string(database.id)},
          {"name", database.name},
          {"connector", database.connector},
          {"state", api.scheduler ? "connected" : "not_syncing"},
          {"connected_at", time_text(database.connected_at)},
          {"connected_by", database.connected_by},
          {"users", users}};
}

value organization_ref(db::Session& session, AccountId account, OrganizationId id) {
  const auto found = auth::organization(session, account, id);
  if (!found) return nullptr;
  return object{{"id", id_text(found->id)}, {"name", found->name}};
}

Answer shown(Api& api, const Request& request) {
  TRY(const auto databases, api.panel.databases(request.viewer.account));
  TRY(const OrganizationId chosen, api.panel.default_organization(request.viewer.account));
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(const auth::Licences licences, auth::licences(session, request.viewer.account));
    return Reply{
        .json = object{{"connected", !databases.empty()},
                       {"syncs", api.scheduler != nullptr},
                       {"default_organization", organization_ref(session, request.viewer.account, chosen)},
                       {"licences",
                        {{"bought", licences.bought},
                         {"given", licences.given},
                         {"left", licences.left()},
                         {"mail_sync", licences.module_on}}}}};
  });
}

}  // namespace

Answer get_panel(Api& api, const Request& request) {
  return shown(api, request);
}

// Once more is no harm: it stays as it is.
Answer connect_database(Api& api, const Request& request) {
  TRY_VOID(only_members(request.body, {}));
  TRY(const auto before, api.panel.databases(request.viewer.account));
  if (!before.empty()) return shown(api, request);
  const Answer written = writing(api, [&](db::SqlTransaction& tx) -> Answer {
    TRY_VOID(api.panel.connect_database(tx, {.account = request.viewer.account,
                                             .connector = std::string(kBuiltin),
                                             .name = std::string(kBuiltinName),
                                             .connected_at = api.now(),
                                             .connected_by = request.session.user.login}));
    TRY_VOID(
        auth::note(tx, api.now(), deed_of(request, "mail_sync.connected", {}, std::string(kBuiltinName))));
    return Reply{};
  });
  if (!written) return std::unexpected(written.error());
  return shown(api, request);
}

Answer change_panel(Api& api, const Request& request) {
  TRY_VOID(only_members(request.body, {"default_organization_id"}));
  TRY(const std::string text, text_in(request.body, "default_organization_id"));
  const auto id = crm::id_from(text);
  if (!id) return std::unexpected(invalid("default_organization_id", "Choose an organization."));
  TRY(const OrganizationId before, api.panel.default_organization(request.viewer.account));
  const Answer written = writing(api, [&](db::SqlTransaction& tx) -> Answer {
    const auto found = auth::organization(tx, request.viewer.account, {*id});
    if (!found)
      return std::unexpected(
          invalid("default_organization_id", "There is no such organization: choose another one."));
    if (found->id == before) return Reply{};
    const auto was = auth::organization(tx, request.viewer.account, before);
    TRY_VOID(api.panel.set_default_organization(tx, request.viewer.account, found->id));
    auth::Deed deed = deed_of(request, "mail_sync.default_organization", found->id, found->name);
    deed.details = boost::json::serialize(
        object{{"default organization", {{"from", was ? was->name : ""}, {"to", found->name}}}});
    TRY_VOID(auth::note(tx, api.now(), deed));
    return Reply{};
  });
  if (!written) return std::unexpected(written.error());
  return shown(api, request);
}

Answer list_databases(Api& api, const Request& request) {
  TRY(const auto databases, api.panel.databases(request.viewer.account));
  TRY(const auto roster, api.panel.roster(request.viewer.account));
  // A mailbox belongs to exactly one database: as long as there is one connector, to that.
  std::set<UserId> users;
  for (const sync::RosterRow& row : roster)
    if (request.session.reaches(row.user)) users.insert(row.user);
  boost::json::array items;
  for (const sync::ConnectedDatabase& each : databases)
    items.push_back(
        database_json(each, each.connector == kBuiltin ? static_cast<int64_t>(users.size()) : 0, api));
  return Reply{.json = object{{"items", std::move(items)}}};
}

}  // namespace mailsync::admin
