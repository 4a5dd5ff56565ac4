#include "crm/builtin/views.h"

#include <boost/json.hpp>

#include "crm/builtin/ran.h"

namespace mailsync::crm {
namespace {

constexpr std::string_view kColumns = "id, owner_id, type, name, definition, shared, version";

Result<View> view_of(const db::Row& row) {
  View out{.id = row[0].id<RecordId>(), .owner = row[1].id<UserId>(), .name = row[3].text()};
  out.type = record_type_named(row[2].text()).value_or(RecordType::Person);
  TRY(out.definition, view_definition_from(row[4].text()));
  out.shared = row[5].boolean();
  out.version = row[6].integer();
  return out;
}

bool sets_scope(const View& view) {
  return view.name == kSyncViewName && kind_of(view.type) && view.type != RecordType::Email;
}

// What the owner's scope is from now on.
Result<void> note_scope(db::Session& session, AccountId account, const View& view, bool exists) {
  TRY_VOID(ran(session.execute(
      "INSERT INTO crm_scope_change (account_id, user_id, type, definition) VALUES ($1, $2, $3, $4)",
      {account, view.owner, name_of(view.type), exists ? to_json(view.definition) : std::string()})));
  return {};
}

Result<void> check(const View& view, Instant now) {
  db::Params params{0, 0};
  for (const Filter& filter : view.definition.filters) {
    TRY(const std::string sql, condition(view.type, filter, {.me = view.owner, .now = now}, params));
    (void)sql;
  }
  return {};
}

}  // namespace

std::string to_json(const ViewDefinition& definition) {
  boost::json::array filters;
  for (const Filter& filter : definition.filters)
    filters.push_back({{"field", filter.field}, {"operator", filter.op}, {"value", filter.value}});
  boost::json::array columns(definition.columns.begin(), definition.columns.end());
  return boost::json::serialize(boost::json::object{{"filters", std::move(filters)},
                                                    {"q", definition.words},
                                                    {"sort", definition.sort},
                                                    {"columns", std::move(columns)}});
}

Result<ViewDefinition> view_definition_from(std::string_view json) {
  boost::system::error_code failed;
  const auto value = boost::json::parse(json, failed);
  const auto* members = failed ? nullptr : value.if_object();
  if (!members) return fail(ErrorKind::Corrupt, "a saved view is not a JSON object");
  const auto text = [](const boost::json::object& from, std::string_view name) {
    const auto* found = from.if_contains(name);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
  };
  ViewDefinition out{.words = text(*members, "q"), .sort = text(*members, "sort")};
  if (const auto* list = members->if_contains("filters"); list && list->is_array())
    for (const auto& entry : list->get_array())
      if (const auto* filter = entry.if_object())
        out.filters.push_back({text(*filter, "field"), text(*filter, "operator"), text(*filter, "value")});
  if (const auto* list = members->if_contains("columns"); list && list->is_array())
    for (const auto& entry : list->get_array())
      if (entry.is_string()) out.columns.emplace_back(entry.get_string());
  return out;
}

Result<std::vector<View>> views(db::Session& session, sync::Viewer viewer, std::optional<RecordType> type) {
  static const std::string sql = "SELECT " + std::string(kColumns) +
                                 " FROM crm_view WHERE account_id = $1 AND (owner_id = $2 OR shared = 1) AND "
                                 "($3 = '' OR type = $3) ORDER BY name, id LIMIT 1600";
  TRY(const db::Rows rows,
      session.query(sql, {viewer.account, viewer.user, type ? name_of(*type) : std::string_view()}));
  std::vector<View> out;
  for (const db::Row& row : rows) {
    TRY(View each, view_of(row));
    out.push_back(std::move(each));
  }
  return out;
}

Result<View> view(db::Session& session, sync::Viewer viewer, RecordId id) {
  static const std::string sql =
      "SELECT " + std::string(kColumns) +
      " FROM crm_view WHERE account_id = $1 AND id = $3 AND (owner_id = $2 OR shared = 1)";
  TRY(const db::Rows rows, session.query(sql, {viewer.account, viewer.user, id}));
  if (rows.empty()) return fail(ErrorKind::Gone, "there is no such view; choose another one");
  return view_of(rows.front());
}

Result<View> add_view(db::Session& session, sync::Viewer viewer, View view, Instant now) {
  view.owner = viewer.user;
  view.version = 1;
  TRY_VOID(check(view, now));
  TRY(const db::Rows made,
      session.query("INSERT INTO crm_view (account_id, owner_id, type, name, definition, shared, version) "
                    "VALUES ($1, $2, $3, $4, $5, $6, 1) RETURNING id",
                    {viewer.account, viewer.user, name_of(view.type), view.name, to_json(view.definition),
                     view.shared}));
  view.id = made.front()[0].id<RecordId>();
  if (sets_scope(view)) TRY_VOID(note_scope(session, viewer.account, view, true));
  return view;
}

Result<View> update_view(db::Session& session, sync::Viewer viewer, View changed, Instant now) {
  TRY(const View stored, view(session, viewer, changed.id));
  if (stored.owner != viewer.user)
    return fail(ErrorKind::Forbidden,
                "the view belongs to somebody else; save a copy under a name of your own");
  if (stored.version != changed.version)
    return fail(ErrorKind::VersionStale, "the view has changed since it was read; read it again");
  changed.owner = stored.owner;
  changed.type = stored.type;
  changed.version = stored.version + 1;
  TRY_VOID(check(changed, now));
  TRY_VOID(
      ran(session.execute("UPDATE crm_view SET name = $3, definition = $4, shared = $5, version = $6 "
                          "WHERE account_id = $1 AND id = $2",
                          {viewer.account, changed.id, changed.name, to_json(changed.definition),
                           changed.shared, changed.version})));
  const bool was = sets_scope(stored), is = sets_scope(changed);
  if ((was || is) && (was != is || stored.definition != changed.definition))
    TRY_VOID(note_scope(session, viewer.account, changed, is));
  return changed;
}

Result<void> remove_view(db::Session& session, sync::Viewer viewer, RecordId id) {
  TRY(const View stored, view(session, viewer, id));
  if (stored.owner != viewer.user)
    return fail(ErrorKind::Forbidden, "the view belongs to somebody else, who alone can delete it");
  TRY_VOID(
      ran(session.execute("DELETE FROM crm_view WHERE account_id = $1 AND id = $2", {viewer.account, id})));
  if (sets_scope(stored)) TRY_VOID(note_scope(session, viewer.account, stored, false));
  return {};
}

Result<std::optional<ViewDefinition>> sync_view_at(db::Session& session, sync::Viewer viewer, RecordType type,
                                                   int64_t epoch) {
  if (epoch == 0) return std::nullopt;
  TRY(const db::Rows rows,
      session.query(
          "SELECT definition FROM crm_scope_change WHERE account_id = $1 AND user_id = $2 AND type = $3 AND "
          "epoch <= $4 ORDER BY epoch DESC LIMIT 1",
          {viewer.account, viewer.user, name_of(type), epoch}));
  if (rows.empty() || rows.front()[0].text().empty()) return std::nullopt;
  TRY(ViewDefinition definition, view_definition_from(rows.front()[0].text()));
  return definition;
}

Result<int64_t> sync_view_epoch(db::Session& session, sync::Viewer viewer, RecordType type) {
  TRY(const db::Rows rows,
      session.query("SELECT epoch FROM crm_scope_change WHERE account_id = $1 AND user_id = $2 "
                    "AND type = $3 ORDER BY epoch DESC LIMIT 1",
                    {viewer.account, viewer.user, name_of(type)}));
  return rows.empty() ? 0 : rows.front()[0].integer();
}

}  // namespace mailsync::crm
