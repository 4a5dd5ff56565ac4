// Operations on many users of Mail Sync: who is meant, then chunk after chunk.
#include <algorithm>

#include "admin/data.h"
#include "admin/handlers.h"
#include "admin/json.h"
#include "admin/panel_users.h"
#include "admin/user_changes.h"
#include "crm/builtin/fold.h"
#include "crm/builtin/json_text.h"
#include "sync/profile_store.h"

namespace mailsync::admin {
namespace {

constexpr size_t kChunk = 200;  // users in one transaction: some 10 ms, so that other writers get their turn
constexpr size_t kMostIds = 1000;
constexpr size_t kMostDryRuns = 50;  // each reads a whole mailbox

struct Order {
  Wanted wanted;
  std::vector<UserId> users;
};

std::expected<std::vector<int64_t>, Problem> user_ids(const boost::json::object& body) {
  const auto* list = body.at("user_ids").if_array();
  if (!list || list->empty() || list->size() > kMostIds)
    return std::unexpected(invalid("user_ids", "Choose 1 to 1,000 users, or all that match a filter."));
  std::vector<int64_t> out;
  for (const auto& entry : *list) {
    const auto id = entry.is_string() ? crm::id_from(entry.get_string()) : std::nullopt;
    if (!id) return std::unexpected(invalid("user_ids", "One of these is not an id."));
    out.push_back(*id);
  }
  return out;
}

// All of these, or a problem: whom the caller does not reach is not there.
std::expected<std::vector<UserId>, Problem> named_users(Api& api, const Request& request) {
  TRY(const auto ids, user_ids(request.body));
  std::vector<UserId> wanted;
  for (const int64_t id : ids) wanted.push_back({id});
  std::vector<auth::Person> people;
  TRY_VOID(api.database.read([&](db::Session& session) -> Result<void> {
    TRY(people, auth::people(session, request.viewer.account, wanted));
    return {};
  }));
  std::set<UserId> found;
  for (const auth::Person& person : people)
    if (request.session.reaches(person.organization)) found.insert(person.id);
  if (std::ranges::any_of(wanted, [&](UserId id) { return !found.contains(id); }))
    return std::unexpected(not_found("user"));
  return std::vector<UserId>(found.begin(), found.end());
}

// To be added: everybody without a licence whose name or address fits.
std::expected<std::vector<UserId>, Problem> unlicensed(Api& api, const Request& request,
                                                       const PanelFilter& filter) {
  std::vector<auth::Person> people;
  TRY_VOID(api.database.read([&](db::Session& session) -> Result<void> {
    TRY(people, auth::unlicensed_people(session, request.viewer.account));
    return {};
  }));
  const std::string words = crm::fold(filter.words);
  std::vector<UserId> out;
  for (const auth::Person& person : people) {
    const bool fits = words.empty() || crm::fold(person.name + " " + person.login).contains(words);
    const bool there = !filter.organization || person.organization == filter.organization;
    if (fits && there && request.session.reaches(person.organization)) out.push_back(person.id);
  }
  return out;
}

std::expected<std::vector<UserId>, Problem> targets(Api& api, const Request& request, UserAction action,
                                                    const Activity::Standing& standing) {
  const auto* matching = request.body.if_contains("matching");
  if (request.body.contains("user_ids") == (matching != nullptr))
    return std::unexpected(invalid("user_ids", "Name users, or a filter that they match: one of both."));
  if (!matching) return named_users(api, request);
  if (!matching->is_object()) return std::unexpected(invalid("matching", "This is not a filter."));
  TRY(const PanelFilter filter, panel_filter(matching->get_object()));
  if (action == UserAction::Add) return unlicensed(api, request, filter);
  TRY(auto users, panel_users(api, request, standing));
  std::vector<UserId> out;
  for (const PanelUser& user : filtered(std::move(users), filter))
    if (out.empty() || out.back() != user.person.id) out.push_back(user.person.id);
  return out;
}

// All get a licence or nobody does: the number that is left is told.
std::expected<void, Problem> check_licences(Api& api, const Request& request,
                                            const std::vector<UserId>& users) {
  auth::Licences now;
  std::vector<auth::Person> people;
  TRY_VOID(api.database.read([&](db::Session& session) -> Result<void> {
    TRY(now, auth::licences(session, request.viewer.account));
    TRY(people, auth::people(session, request.viewer.account, users));
    return {};
  }));
  const auto needed = std::ranges::count_if(people, [](const auto& each) { return !each.licensed; });
  if (needed <= now.left()) return {};
  return std::unexpected(Problem(
      422, "invalid",
      "There are not enough licences: " + std::to_string(needed) + " are needed, and " +
          std::to_string(now.left()) + " of " + std::to_string(now.bought) +
          " are left. Nobody was added. Choose fewer users, take licences back, or buy more and enter "
          "their number under Licenses & Modules."));
}

std::expected<sync::NamedProfile, Problem> wanted_profile(Api& api, const Request& request) {
  TRY(const std::string text, text_in(request.body, "profile_id"));
  if (text == kSettingsProfileId) {
    sync::NamedProfile out;
    out.account = request.viewer.account;
    out.settings = api.new_mailboxes.profile;
    return out;
  }
  const auto id = crm::id_from(text);
  if (!id) return std::unexpected(invalid("profile_id", "Choose a profile."));
  auto found = api.profiles.profile(request.viewer.account, sync::ProfileId{*id});
  if (!found) return std::unexpected(invalid("profile_id", "There is no such profile: choose another one."));
  return *std::move(found);
}

std::expected<Order, Problem> order_in(Api& api, const Request& request, const Activity::Standing& standing) {
  TRY_VOID(only_members(request.body, {"action", "user_ids", "matching", "profile_id"}));
  TRY(const std::string name, text_in(request.body, "action"));
  const auto action = user_action(name);
  if (!action) return std::unexpected(invalid("action", "Choose one of the actions."));
  Order out{.wanted = {.action = *action, .profile = {}}, .users = {}};
  TRY(out.users, targets(api, request, *action, standing));
  if (*action == UserAction::ChangeProfile) {
    TRY(out.wanted.profile, wanted_profile(api, request));
  }
  if (*action == UserAction::Add) TRY_VOID(check_licences(api, request, out.users));
  if (*action == UserAction::DryRun && out.users.size() > kMostDryRuns)
    return std::unexpected(invalid("user_ids", "A dry run reads whole mailboxes: choose at most 50 users."));
  return out;
}

using Chunked = std::expected<ChunkDone, Problem>;

Chunked one_chunk(Api& api, const Request& request, const Wanted& wanted, std::span<const UserId> users) {
  ChunkDone done;
  const Answer written = writing(api, [&](db::SqlTransaction& tx) -> Answer {
    TRY(done, change_users(api, request, wanted, users, tx));
    return Reply{};
  });
  if (!written) return std::unexpected(written.error());
  return done;
}

void tell(Api& api, const ChunkDone& done, UserAction action) {
  for (const MailboxId id : done.let_go) {
    api.activity.touch(id);
    if (api.scheduler) api.scheduler->let_go(id);
  }
  const bool forced = action == UserAction::ForceSync;
  for (const MailboxId id : done.awake) {
    api.activity.touch(id);
    if (!api.scheduler) continue;
    // A change has taken its lease: it is taken anew.
    if (!forced) api.scheduler->let_go(id);
    api.scheduler->look_again(id, forced ? schedule::Trigger::Forced : schedule::Trigger::Resumed);
  }
}

void refuse(Operation& operation, Refusal refusal) {
  ++operation.refused;
  if (operation.refusals.size() < kMostRefusals) operation.refusals.push_back(std::move(refusal));
}

// One mailbox after the other.
Task<void> dry_runs(Api& api, std::shared_ptr<const Order> order, std::shared_ptr<Operation> operation) {
  const std::set<UserId> users(order->users.begin(), order->users.end());
  const auto roster = co_await api.executor.blocking([&] { return api.panel.roster(operation->account); });
  if (!roster) operation->error = Problem(roster.error()).detail;
  for (size_t i = 0; roster && i < roster->size(); ++i) {
    const sync::RosterRow row = (*roster)[i];
    if (!users.contains(row.user)) continue;
    auto mailbox = co_await api.executor.blocking([&] { return api.store.mailbox(row.mailbox); });
    Result<std::string> plan = fail(ErrorKind::Gone, "The mailbox is not there any more.");
    if (mailbox) plan = co_await dry_run_to_end(api, *std::move(mailbox));
    if (plan) {
      ++operation->changed;
      operation->plans.emplace_back(row.mailbox, *plan);
    } else {
      refuse(*operation, {row.user, row.address, plan.error().message});
    }
    operation->done = std::min(operation->total, operation->done + 1);
  }
  if (operation->error.empty()) operation->done = operation->total;
  operation->running = false;
}

Task<void> carry_out(Api& api, std::shared_ptr<const Request> request, std::shared_ptr<const Order> order,
                     std::shared_ptr<Operation> operation) {
  for (size_t at = 0; at < order->users.size() && operation->error.empty(); at += kChunk) {
    const size_t end = std::min(order->users.size(), at + kChunk);
    Chunked done = co_await api.executor.blocking([&api, request, order, at, end] {
      return one_chunk(api, *request, order->wanted, std::span(order->users).subspan(at, end - at));
    });
    if (!done) {
      operation->error = done.error().detail;
      break;
    }
    tell(api, *done, order->wanted.action);
    operation->done = end;
    operation->changed += done->changed;
    for (Refusal& each : done->refusals) refuse(*operation, std::move(each));
  }
  operation->running = false;
}

boost::json::object operation_json(const Operation& operation) {
  boost::json::array refusals, plans;
  for (const Refusal& each : operation.refusals)
    refusals.push_back({{"user_id", id_text(each.user)}, {"name", each.name}, {"reason", each.reason}});
  for (const auto& [mailbox, plan] : operation.plans)
    plans.push_back({{"mailbox_id", id_text(mailbox)}, {"plan_id", plan}});
  return {{"id", std::to_string(operation.id)},
          {"action", name_of(operation.action)},
          {"state", operation.running         ? "running"
                    : operation.error.empty() ? "done"
                                              : "failed"},
          {"total", operation.total},
          {"done", operation.done},
          {"changed", operation.changed},
          {"refused", operation.refused},
          {"refusals", std::move(refusals)},
          {"plans", std::move(plans)},
          {"error", text_or_null(operation.error)}};
}

}  // namespace

Task<Answer> start_user_operation(Api& api, std::shared_ptr<const Request> request) {
  const auto standing =
      std::make_shared<const Activity::Standing>(api.activity.standing(request->viewer.account));
  auto order = co_await api.executor.blocking(
      [&api, request, standing] { return order_in(api, *request, *standing); });
  if (!order) co_return std::unexpected(std::move(order).error());
  const UserAction action = order->wanted.action;
  if (action == UserAction::ForceSync && !api.scheduler)
    co_return std::unexpected(Problem(503, "unavailable", "Nothing syncs in this process."));
  if (action == UserAction::ForceSync && !api.operations.may_force(request->viewer.user, api.now()))
    co_return std::unexpected(
        Problem(429, "too_many", "Passes can be started once a minute: try again in a minute."));
  auto operation = api.operations.begin({.account = request->viewer.account,
                                         .by = request->viewer.user,
                                         .action = action,
                                         .began = api.now(),
                                         .total = order->users.size(),
                                         .refusals = {},
                                         .plans = {},
                                         .error = {}});
  const auto kept = std::make_shared<const Order>(*std::move(order));
  if (action == UserAction::DryRun)
    api.executor.spawn(dry_runs(api, kept, operation));
  else if (kept->users.size() <= kChunk)
    co_await carry_out(api, request, kept, operation);
  else
    api.executor.spawn(carry_out(api, request, kept, operation));
  co_return Reply{.status = 202, .json = operation_json(*operation)};
}

// To who began it, and to system administrators.
Task<Answer> get_user_operation(Api& api, std::shared_ptr<const Request> request) {
  const auto id = crm::id_from(request->path.at("id"));
  const auto found = id ? api.operations.find(request->viewer.account, *id) : nullptr;
  if (!found || (found->by != request->viewer.user && request->session.user.role != auth::Role::SystemAdmin))
    co_return std::unexpected(not_found("operation"));
  co_return Reply{.json = operation_json(*found)};
}

}  // namespace mailsync::admin
