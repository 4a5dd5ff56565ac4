// What dry runs, undos and held runs show, what the journal says, and the answers people give.
#include <algorithm>

#include "admin/handlers.h"
#include "admin/plan_json.h"
#include "crm/builtin/json_text.h"
#include "crm/builtin/lists.h"

namespace mailsync::admin {
namespace {

struct Found {
  sync::PlanReport report;
  sync::Mailbox mailbox;
};

Problem nothing_syncs() {
  return {503, "unavailable", "Nothing syncs in this process."};
}

std::expected<Found, Problem> wanted_plan(Api& api, const Request& request) {
  if (!api.plans) return std::unexpected(not_found("plan"));
  const auto id = crm::id_from(request.path.at("id"));
  if (!id) return std::unexpected(not_found("plan"));
  auto report = api.plans->plan(sync::PlanId{*id});
  if (!report && report.error().kind == ErrorKind::Gone) return std::unexpected(not_found("plan"));
  if (!report) return std::unexpected(Problem(report.error()));
  auto mailbox = api.store.mailbox(report->mailbox);
  if (!mailbox || !may_see(request, *mailbox)) return std::unexpected(not_found("plan"));
  return Found{*std::move(report), *std::move(mailbox)};
}

// The number after which a page goes on; 0 from the beginning.
std::expected<int64_t, Problem> place_in(const Request& request, const std::string& binding) {
  const auto cursor = request.http.query_value("cursor");
  if (!cursor) return 0;
  const auto place = crm::decode_cursor(binding, *cursor);
  if (place.size() != 1)
    return std::unexpected(
        Problem(400, "cursor_invalid", "The cursor belongs to another list; start again."));
  return place[0].integer();
}

std::string query_text(const Request& request, std::string_view name) {
  return std::string(request.http.query_value(name).value_or(""));
}

Problem no_such_choice(std::string_view name) {
  return {400, "invalid", "The parameter \"" + std::string(name) + "\" is none of those that there are."};
}

std::expected<std::vector<Found>, Problem> seen_plans(Api& api, const Request& request,
                                                      sync::PlanFilter filter, size_t limit) {
  std::vector<Found> out;
  std::map<MailboxId, sync::Mailbox> mailboxes;
  TRY(const auto all, api.store.mailboxes(request.viewer.account));
  for (const sync::Mailbox& mailbox : all)
    if (may_see(request, mailbox)) mailboxes.emplace(mailbox.id, mailbox);
  while (out.size() < limit) {
    TRY(auto page, api.plans->plans(filter, limit));
    for (sync::PlanReport& report : page) {
      filter.before = report.id;
      const auto mailbox = mailboxes.find(report.mailbox);
      if (mailbox != mailboxes.end() && out.size() < limit)
        out.push_back({std::move(report), mailbox->second});
    }
    if (page.size() < limit) break;
  }
  return out;
}

}  // namespace

Answer list_plans(Api& api, const Request& request) {
  if (!api.plans) return Reply{.json = page_of({}, {})};
  TRY(const size_t limit, limit_of(request.http));
  const std::string mailbox = query_text(request, "mailbox_id"), purpose = query_text(request, "purpose"),
                    state = query_text(request, "state");
  sync::PlanFilter filter{.account = request.viewer.account};
  if (!mailbox.empty()) {
    TRY(const sync::Mailbox seen, seen_mailbox(api, request, mailbox));
    filter.mailbox = seen.id;
  }
  filter.purpose = sync::plan_purpose_named(purpose);
  filter.state = sync::plan_state_named(state);
  if (!purpose.empty() && !filter.purpose) return std::unexpected(no_such_choice("purpose"));
  if (!state.empty() && !filter.state) return std::unexpected(no_such_choice("state"));
  const std::string binding = "plans " + mailbox + " " + purpose + " " + state;
  TRY(const int64_t before, place_in(request, binding));
  filter.before = sync::PlanId{before};
  TRY(auto found, seen_plans(api, request, filter, limit + 1));
  PageInfo info{.total = static_cast<int64_t>(found.size()), .total_is_estimate = true};
  if (found.size() > limit) {
    found.resize(limit);
    info.next_cursor = crm::encode_cursor(binding, {found.back().report.id.value});
  }
  boost::json::array items;
  for (const Found& each : found) items.push_back(plan_json(each.report, each.mailbox));
  return Reply{.json = page_of(std::move(items), info)};
}

Answer get_plan(Api& api, const Request& request) {
  TRY(const Found found, wanted_plan(api, request));
  return Reply{.json = plan_json(found.report, found.mailbox)};
}

Answer list_plan_items(Api& api, const Request& request) {
  TRY(const size_t limit, limit_of(request.http));
  TRY(const Found found, wanted_plan(api, request));
  const std::string kind = query_text(request, "kind"), direction = query_text(request, "direction"),
                    action = query_text(request, "action");
  sync::PlanItemFilter filter{.kind = model::kind_named(kind), .action = sync::plan_action_named(action)};
  if (!kind.empty() && !filter.kind) return std::unexpected(no_such_choice("kind"));
  if (!action.empty() && !filter.action) return std::unexpected(no_such_choice("action"));
  if (direction == "to_crm") filter.side = sync::JournalEntry::Side::Crm;
  if (direction == "to_mailbox") filter.side = sync::JournalEntry::Side::Mailbox;
  if (!direction.empty() && !filter.side) return std::unexpected(no_such_choice("direction"));
  const std::string binding =
      "plan items " + request.path.at("id") + " " + kind + " " + direction + " " + action;
  TRY(filter.after, place_in(request, binding));
  TRY(auto items, api.plans->plan_items(found.report.id, filter, limit + 1));
  PageInfo info{.total = found.report.items, .total_is_estimate = true};
  if (items.size() > limit) {
    items.resize(limit);
    info.next_cursor = crm::encode_cursor(binding, {items.back().number});
  }
  std::vector<int64_t> ids;
  for (const sync::PlanItem& item : items) ids.push_back(item.record.value);
  TRY(const RefsById refs, refs_by_id(api, request, ids));
  boost::json::array out;
  for (const sync::PlanItem& item : items) out.push_back(plan_item_json(item, refs));
  return Reply{.json = page_of(std::move(out), info)};
}

Answer list_changes(Api& api, const Request& request) {
  TRY(const size_t limit, limit_of(request.http));
  TRY(const sync::Mailbox mailbox, wanted_mailbox(api, request));
  const std::string run = query_text(request, "run_id"), record = query_text(request, "record_id");
  const std::string binding = "changes " + request.path.at("id") + " " + run + " " + record;
  TRY(const int64_t before, place_in(request, binding));
  sync::JournalFilter filter{.mailbox = mailbox.id, .run = RunId{run}, .before = JournalId{before}};
  if (!record.empty()) {
    const auto id = record_id(record);
    if (!id) return std::unexpected(not_found("record"));
    filter.record = *id;
  }
  TRY(auto entries, api.store.changes(filter, limit + 1));
  PageInfo info{.total = static_cast<int64_t>(entries.size()), .total_is_estimate = true};
  if (entries.size() > limit) {
    entries.resize(limit);
    info.next_cursor = crm::encode_cursor(binding, {entries.back().id.value});
  }
  std::vector<int64_t> ids;
  for (const sync::JournalEntry& entry : entries) ids.push_back(entry.record.value);
  TRY(const RefsById refs, refs_by_id(api, request, ids));
  boost::json::array out;
  for (const sync::JournalEntry& entry : entries) out.push_back(change_json(entry, mailbox, refs));
  return Reply{.json = page_of(std::move(out), info)};
}

namespace {

using Decided = std::expected<Found, Problem>;

// An undo that is ready, or a held run that waits, gets its answer.
Decided decide_plan(Api& api, const Request& request, sync::PlanState answer) {
  TRY(Found found, wanted_plan(api, request));
  sync::PlanReport& report = found.report;
  const bool waits = (report.purpose == sync::PlanPurpose::Undo && report.state == sync::PlanState::Ready) ||
                     (report.purpose == sync::PlanPurpose::Held && report.state == sync::PlanState::Waiting);
  if (!waits)
    return std::unexpected(Problem(409, "state",
                                   "This plan does not wait for an answer: it is a " +
                                       std::string(sync::name_of(report.purpose)) + " that is " +
                                       std::string(sync::name_of(report.state)) + "."));
  report.state = answer;
  TRY_VOID(api.store.transact(
      sync::Durable::Yes, [&](Transaction& tx) -> Result<void> { return api.plans->save_plan(tx, report); }));
  return found;
}

Task<Answer> answer_plan(Api& api, std::shared_ptr<const Request> request, sync::PlanState answer,
                         int status) {
  if (!api.plans) co_return std::unexpected(nothing_syncs());
  Decided found =
      co_await api.executor.blocking([&api, request, answer] { return decide_plan(api, *request, answer); });
  if (!found) co_return std::unexpected(std::move(found).error());
  api.activity.touch(found->mailbox.id);
  if (api.scheduler) api.scheduler->look_again(found->mailbox.id);
  co_return Reply{.status = status, .json = plan_json(found->report, found->mailbox)};
}

}  // namespace

Task<Answer> approve_plan(Api& api, std::shared_ptr<const Request> request) {
  return answer_plan(api, std::move(request), sync::PlanState::Approved, 202);
}

Task<Answer> reject_plan(Api& api, std::shared_ptr<const Request> request) {
  return answer_plan(api, std::move(request), sync::PlanState::Rejected, 200);
}

}  // namespace mailsync::admin
