// The Users tab of the Mail Sync panel: one page of it, and all of it as CSV.
#include <algorithm>

#include "admin/account_json.h"
#include "admin/csv.h"
#include "admin/data.h"
#include "admin/handlers.h"
#include "admin/mailbox_json.h"
#include "admin/panel_users.h"
#include "crm/builtin/lists.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

struct Listed {
  std::vector<PanelUser> page;
  std::map<MailboxId, sync::RosterDetails> details;
  OrganizationNames organizations;
  std::string database;  // the one that everybody syncs with; empty while none is connected
  object summary;
  PageInfo info;
};

object summary_of(const std::vector<PanelUser>& all) {
  int64_t enabled = 0, attention = 0, issues = 0;
  for (const PanelUser& user : all) {
    enabled += is_enabled(user);
    attention += needs_attention(user);
    issues += user.mailbox ? user.mailbox->open_issues : 0;
  }
  return {{"users", static_cast<int64_t>(all.size())},
          {"enabled", enabled},
          {"attention", attention},
          {"open_issues", issues}};
}

// The page begins after this row, wherever that stands now.
std::expected<size_t, Problem> begin_of(const std::vector<PanelUser>& rows, const Request& request,
                                        const std::string& binding) {
  const auto cursor = request.http.query_value("cursor");
  if (!cursor) return 0;
  const auto place = crm::decode_cursor(binding, *cursor);
  if (place.size() != 3)
    return std::unexpected(
        Problem(400, "cursor_invalid", "The cursor belongs to another list; start again."));
  const UserId user{place[0].integer()};
  const MailboxId mailbox{place[1].integer()};
  const auto found = std::ranges::find_if(rows, [&](const PanelUser& row) {
    return row.person.id == user && (row.mailbox ? row.mailbox->mailbox : MailboxId{}) == mailbox;
  });
  if (found != rows.end()) return static_cast<size_t>(found - rows.begin()) + 1;
  // It went meanwhile: as many rows as were seen.
  return std::min(rows.size(), static_cast<size_t>(place[2].integer()));
}

std::expected<std::vector<PanelUser>, Problem> matching(Api& api, const Request& request,
                                                        const Activity::Standing& standing, object* summary) {
  TRY(const PanelFilter filter, panel_filter(request.http));
  TRY(auto users, panel_users(api, request, standing));
  if (summary) *summary = summary_of(users);
  return filtered(std::move(users), filter);
}

Result<void> add_facts(Api& api, const Request& request, Listed& out) {
  std::vector<MailboxId> ids;
  for (const PanelUser& user : out.page)
    if (user.mailbox) ids.push_back(user.mailbox->mailbox);
  TRY(out.details, api.panel.details(ids));
  TRY(const auto databases, api.panel.databases(request.viewer.account));
  if (!databases.empty()) out.database = databases.front().name;
  return api.database.read([&](db::Session& session) -> Result<void> {
    TRY(out.organizations, organization_names(session, request.viewer.account));
    return {};
  });
}

std::expected<Listed, Problem> list(Api& api, const Request& request, const Activity::Standing& standing) {
  TRY(const size_t limit, limit_of(request.http));
  TRY(const PanelFilter filter, panel_filter(request.http));
  Listed out;
  TRY(auto rows, matching(api, request, standing, &out.summary));
  TRY(const size_t begin, begin_of(rows, request, filter.binding()));
  const size_t end = std::min(rows.size(), begin + limit);
  out.info.total = static_cast<int64_t>(rows.size());
  if (end < rows.size()) {
    const PanelUser& last = rows[end - 1];
    out.info.next_cursor = crm::encode_cursor(
        filter.binding(), {last.person.id, last.mailbox ? last.mailbox->mailbox : MailboxId{}, end});
  }
  out.page.assign(std::make_move_iterator(rows.begin() + static_cast<std::ptrdiff_t>(begin)),
                  std::make_move_iterator(rows.begin() + static_cast<std::ptrdiff_t>(end)));
  TRY_VOID(add_facts(api, request, out));
  return out;
}

value initialization_json(const PanelUser& user, const sync::RosterDetails& details) {
  if (!user.mailbox) return nullptr;
  const bool done = user.mailbox->last_pass_at != Instant{};  // a pass has come to its end
  return object{{"state", done                       ? "done"
                          : details.collections == 0 ? "not_started"
                                                     : "running"},
                {"listed", std::min(details.listed, details.collections)},
                {"collections", details.collections}};
}

object row_json(const PanelUser& user, const Listed& listed) {
  static const sync::RosterDetails kNothing;
  const auto found = user.mailbox ? listed.details.find(user.mailbox->mailbox) : listed.details.end();
  const sync::RosterDetails& details = found == listed.details.end() ? kNothing : found->second;
  const auto organization = listed.organizations.find(user.person.organization);
  object last_synced;
  for (const model::Kind kind : model::kKinds) {
    const auto at = details.last_synced.find(kind);
    last_synced[model::name_of(kind)] = at == details.last_synced.end() ? value() : time_or_null(at->second);
  }
  std::string words = user.mailbox ? user.mailbox->state_text : std::string();
  if (words.empty()) words = details.trouble.empty() ? user.error : details.trouble;
  object out{{"user",
              {{"id", id_text(user.person.id)},
               {"name", user.person.name},
               {"login", user.person.login},
               {"disabled", user.person.disabled},
               {"organization",
                {{"id", id_text(user.person.organization)},
                 {"name", organization == listed.organizations.end() ? "" : organization->second}}}}},
             {"enabled", is_enabled(user)},
             {"status", user.status},
             {"status_detail", text_or_null(words)},
             {"way_out", text_or_null(details.remedy)},
             {"initialization", initialization_json(user, details)},
             {"open_issues", user.mailbox ? user.mailbox->open_issues : 0},
             {"last_pass_at", user.mailbox ? time_or_null(user.mailbox->last_pass_at) : value()},
             {"last_synced", std::move(last_synced)},
             {"database", text_or_null(user.mailbox ? listed.database : "")}};
  out["mailbox"] = user.mailbox ? value(object{{"id", id_text(user.mailbox->mailbox)},
                                               {"address", user.mailbox->address},
                                               {"name", nullptr}})
                                : value();
  out["access_method"] = user.mailbox ? value(method_word(user.mailbox->access_method)) : value();
  out["profile"] = user.mailbox ? value(profile_ref(user.profile_id, user.profile)) : value();
  return out;
}

std::string csv_line(const PanelUser& user, const OrganizationNames& organizations) {
  const auto organization = organizations.find(user.person.organization);
  const auto& box = user.mailbox;
  std::string out;
  for (const std::string& text :
       {user.person.name, user.person.login,
        organization == organizations.end() ? std::string() : organization->second,
        box ? box->address : std::string(), std::string(is_enabled(user) ? "yes" : "no"),
        std::string(user.status), box && !box->state_text.empty() ? box->state_text : user.error,
        box ? std::string(method_word(box->access_method)) : std::string(), user.profile,
        std::to_string(box ? box->open_issues : 0),
        box && box->last_pass_at != Instant{} ? box->last_pass_at.to_iso() : std::string()})
    out += (out.empty() ? "" : ",") + csv_cell(text);
  return out + "\r\n";
}

Answer csv(Api& api, const Request& request, const Activity::Standing& standing) {
  TRY(const auto rows, matching(api, request, standing, nullptr));
  OrganizationNames organizations;
  TRY_VOID(api.database.read([&](db::Session& session) -> Result<void> {
    TRY(organizations, organization_names(session, request.viewer.account));
    return {};
  }));
  Reply reply;
  reply.bytes =
      "name,login,organization,mailbox,enabled,status,detail,access_method,profile,open_issues,last_pass\r\n";
  for (const PanelUser& user : rows) reply.bytes += csv_line(user, organizations);
  reply.headers.set("Content-Type", "text/csv; charset=utf-8");
  reply.headers.set("Content-Disposition", "attachment; filename=\"mail-sync-users.csv\"");
  return reply;
}

}  // namespace

Task<Answer> list_panel_users(Api& api, std::shared_ptr<const Request> request) {
  const auto standing =
      std::make_shared<const Activity::Standing>(api.activity.standing(request->viewer.account));
  co_return co_await api.executor.blocking([&api, request, standing]() -> Answer {
    TRY(Listed listed, list(api, *request, *standing));
    array items;
    for (const PanelUser& user : listed.page) items.push_back(row_json(user, listed));
    object out = page_of(std::move(items), listed.info);
    out["summary"] = std::move(listed.summary);
    return Reply{.json = std::move(out)};
  });
}

Task<Answer> export_panel_users(Api& api, std::shared_ptr<const Request> request) {
  const auto standing =
      std::make_shared<const Activity::Standing>(api.activity.standing(request->viewer.account));
  co_return co_await api.executor.blocking(
      [&api, request, standing] { return csv(api, *request, *standing); });
}

}  // namespace mailsync::admin
