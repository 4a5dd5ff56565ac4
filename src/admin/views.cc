// Saved views.
#include "crm/builtin/views.h"

#include "admin/data.h"
#include "admin/handlers.h"
#include "admin/record_json.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using crm::RecordType;

std::string_view resource_of(RecordType type) {
  switch (type) {
    case RecordType::Person:
      return "people";
    case RecordType::Organisation:
      return "organisations";
    case RecordType::Lead:
      return "leads";
    case RecordType::Opportunity:
      return "opportunities";
    case RecordType::Case:
      return "cases";
    case RecordType::Task:
      return "tasks";
    case RecordType::Meeting:
      return "meetings";
    case RecordType::Email:
      return "emails";
  }
  std::unreachable();
}

std::optional<RecordType> type_of_resource(std::string_view name) {
  for (RecordType type : crm::kRecordTypes)
    if (resource_of(type) == name) return type;
  return std::nullopt;
}

Result<std::vector<object>> views_json(db::Session& session, AccountId account,
                                       const std::vector<crm::View>& views) {
  std::vector<int64_t> owners;
  for (const crm::View& view : views) owners.push_back(view.owner.value);
  TRY(const UsersById users, users_of(session, account, owners));
  std::vector<object> out;
  for (const crm::View& view : views) {
    array filters;
    for (const crm::Filter& filter : view.definition.filters)
      filters.push_back(
          {{"field", filter.field}, {"operator", filter.op}, {"value", text_or_null(filter.value)}});
    out.push_back({{"id", id_text(view.id)},
                   {"resource", resource_of(view.type)},
                   {"name", view.name},
                   {"filters", std::move(filters)},
                   {"q", text_or_null(view.definition.words)},
                   {"sort", text_or_null(view.definition.sort)},
                   {"columns", array(view.definition.columns.begin(), view.definition.columns.end())},
                   {"shared", view.shared},
                   {"owner", user_ref(users, view.owner)},
                   {"version", view.version}});
  }
  return out;
}

std::expected<std::vector<crm::Filter>, Problem> filters_of(const value& json) {
  std::vector<crm::Filter> out;
  const auto* list = json.if_array();
  if (!list || list->size() > 20)
    return std::unexpected(invalid("filters", "A view has a list of at most 20 filters."));
  for (const value& each : *list) {
    const auto* members = each.if_object();
    if (!members)
      return std::unexpected(invalid("filters", "A filter has a field, an operator and a value."));
    TRY(const std::string field, text_in(*members, "field"));
    TRY(const std::string op, text_in(*members, "operator"));
    TRY(const std::string text, text_in(*members, "value"));
    out.push_back({field, op, text});
  }
  return out;
}

// Lays what was sent over the view.
std::expected<void, Problem> read_view(const object& body, crm::View& view) {
  for (const auto& member : body) {
    const std::string name(member.key());
    if (name == "name") {
      TRY(view.name, text_in(body, name));
    } else if (name == "filters") {
      TRY(view.definition.filters, filters_of(member.value()));
    } else if (name == "q") {
      TRY(view.definition.words, text_in(body, name));
    } else if (name == "sort") {
      TRY(view.definition.sort, text_in(body, name));
    } else if (name == "shared") {
      if (!member.value().is_bool()) return std::unexpected(invalid(name, "Say true or false."));
      view.shared = member.value().get_bool();
    } else if (name == "columns") {
      const auto* list = member.value().if_array();
      if (!list || list->size() > 50)
        return std::unexpected(invalid(name, "This is a list of at most 50 columns."));
      view.definition.columns.clear();
      for (const value& column : *list)
        if (column.is_string()) view.definition.columns.emplace_back(column.get_string());
    } else if (name != "resource" && name != "version") {
      return std::unexpected(invalid(name, "A view has no such member."));
    }
  }
  if (view.name.empty() || view.name.size() > 400)
    return std::unexpected(invalid("name", "Give the view a name."));
  return {};
}

Answer one_view(db::Session& session, const Request& request, const crm::View& view, int status) {
  TRY(auto json, views_json(session, request.viewer.account, {view}));
  return Reply{.status = status, .json = std::move(json.front())};
}

}  // namespace

Answer list_views(Api& api, const Request& request) {
  std::optional<RecordType> type;
  if (const auto resource = request.http.query_value("resource")) {
    type = type_of_resource(*resource);
    if (!type) return std::unexpected(Problem(400, "filter_invalid", "There is no such resource."));
  }
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(const auto views, crm::views(session, request.viewer, type));
    TRY(auto items, views_json(session, request.viewer.account, views));
    return Reply{.json = object{{"items", array(items.begin(), items.end())}}};
  });
}

Answer create_view(Api& api, const Request& request) {
  TRY(const std::string resource, text_in(request.body, "resource"));
  const auto type = type_of_resource(resource);
  if (!type) return std::unexpected(invalid("resource", "Say what the view lists."));
  crm::View wanted{.type = *type};
  TRY_VOID(read_view(request.body, wanted));
  return writing(api, [&](db::Session& session) -> Answer {
    TRY_VOID(crm::rights_of(session, request.viewer));
    TRY(const crm::View made, crm::add_view(session, request.viewer, wanted, api.now()));
    return one_view(session, request, made, 201);
  });
}

Answer update_view(Api& api, const Request& request) {
  const auto id = record_id(request.path.at("id"));
  if (!id) return std::unexpected(not_found("view"));
  TRY(const int64_t version, version_in(request.body));
  return writing(api, [&](db::Session& session) -> Answer {
    TRY_VOID(crm::rights_of(session, request.viewer));
    TRY(crm::View view, crm::view(session, request.viewer, *id));
    TRY_VOID(read_view(request.body, view));
    view.version = version;
    TRY(const crm::View changed, crm::update_view(session, request.viewer, view, api.now()));
    return one_view(session, request, changed, 200);
  });
}

Answer delete_view(Api& api, const Request& request) {
  const auto id = record_id(request.path.at("id"));
  if (!id) return std::unexpected(not_found("view"));
  return writing(api, [&](db::Session& session) -> Answer {
    TRY_VOID(crm::rights_of(session, request.viewer));
    TRY_VOID(crm::remove_view(session, request.viewer, *id));
    return Reply{.status = 204};
  });
}

}  // namespace mailsync::admin
