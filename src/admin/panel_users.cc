#include "admin/panel_users.h"

#include <algorithm>
#include <array>

#include "admin/mailbox_json.h"
#include "crm/builtin/fold.h"
#include "crm/builtin/json_text.h"
#include "sync/profile_store.h"

namespace mailsync::admin {
namespace {

constexpr size_t kMostWords = 200;
constexpr std::string_view kNoMailbox = "no_mailbox";
constexpr std::array<std::string_view, 10> kStatuses{"first_sync", "syncing",          "idle",    "waiting",
                                                     "paused",     "needs_sign_in",    "stopped", "disabled",
                                                     "no_mailbox", "waiting_for_start"};
constexpr std::array<std::string_view, 7> kSorts{"name",      "login",  "organization", "status",
                                                 "last_pass", "issues", "profile"};

std::unexpected<Problem> wrong(std::string words) {
  return std::unexpected(Problem(400, "filter_invalid", std::move(words)));
}

std::expected<std::optional<bool>, Problem> flag(const std::optional<std::string>& text,
                                                 std::string_view name) {
  if (!text || text->empty()) return std::nullopt;
  if (*text != "true" && *text != "false") return wrong(std::string(name) + " is true or false.");
  return *text == "true";
}

// By what a list is sorted; what people read first comes first.
struct Key {
  int64_t number = 0;
  std::string text;
  auto operator<=>(const Key&) const = default;
};

Key key_of(const PanelUser& user, std::string_view sort) {
  const std::string name = crm::fold(user.person.name);
  if (sort == "login") return {.number = 0, .text = user.person.login};
  if (sort == "organization") return {.number = user.person.organization.value, .text = name};
  if (sort == "status")
    return {.number = std::ranges::find(kStatuses, user.status) - kStatuses.begin(), .text = name};
  if (sort == "last_pass") return {.number = user.mailbox ? user.mailbox->last_pass_at.us : 0, .text = name};
  if (sort == "issues") return {.number = user.mailbox ? user.mailbox->open_issues : 0, .text = name};
  if (sort == "profile") return {.number = 0, .text = crm::fold(user.profile) + "\n" + name};
  return {.number = 0, .text = name};
}

bool has_words(const PanelUser& user, std::string_view words) {
  if (words.empty()) return true;
  const std::string text = crm::fold(user.person.name + " " + user.person.login + " " +
                                     (user.mailbox ? user.mailbox->address : std::string()));
  return text.find(words) != std::string::npos;
}

bool fits(const PanelUser& user, const PanelFilter& f, std::string_view words) {
  const bool issues = user.mailbox && user.mailbox->open_issues > 0;
  return (f.status.empty() || user.status == f.status) && (!f.enabled || is_enabled(user) == *f.enabled) &&
         (!f.with_issues || issues == *f.with_issues) &&
         (!f.attention || needs_attention(user) == *f.attention) &&
         (!f.organization || user.person.organization == f.organization) &&
         (!f.profile || user.profile_id == *f.profile) &&
         (f.access_method.empty() ||
          (user.mailbox && method_word(user.mailbox->access_method) == f.access_method)) &&
         has_words(user, words);
}

PanelUser user_of(const auth::Person& person, const sync::RosterRow* mailbox,
                  const Activity::Standing& standing) {
  PanelUser out{
      .person = person, .mailbox = {}, .status = kNoMailbox, .error = {}, .profile = {}, .profile_id = {}};
  if (!mailbox) return out;
  out.mailbox = *mailbox;
  const auto error = standing.errors.find(mailbox->mailbox);
  if (error != standing.errors.end()) out.error = error->second;
  out.status = state_word(mailbox->state, mailbox->last_pass_at != Instant{},
                          standing.running.contains(mailbox->mailbox), !out.error.empty());
  return out;
}

Result<void> add_profiles(Api& api, AccountId account, std::vector<PanelUser>& users) {
  std::map<sync::ProfileId, std::string> names;
  TRY(const auto all, api.profiles.profiles(account));
  for (const sync::NamedProfile& each : all) names[each.id] = each.name;
  TRY(const auto assigned, api.profiles.assigned(account));
  for (PanelUser& user : users) {
    if (!user.mailbox) continue;
    const auto found = assigned.find(user.mailbox->mailbox);
    if (found != assigned.end()) user.profile_id = found->second;
    const auto name = names.find(user.profile_id);
    user.profile = name == names.end() ? std::string(kSettingsProfile) : name->second;
  }
  return {};
}

}  // namespace

bool is_enabled(const PanelUser& user) {
  return user.mailbox && user.mailbox->state != sync::MailboxState::Paused &&
         user.mailbox->state != sync::MailboxState::WaitsForStart;
}

bool needs_attention(const PanelUser& user) {
  return user.status == "needs_sign_in" || user.status == "stopped" || user.status == "waiting" ||
         user.status == kNoMailbox;
}

std::string PanelFilter::binding() const {
  const auto three = [](const std::optional<bool>& flag) { return !flag ? "-" : *flag ? "y" : "n"; };
  return "panel users " + words + "\n" + status + "\n" + access_method + "\n" + three(enabled) +
         three(with_issues) + three(attention) + std::to_string(organization.value) + " " +
         (profile ? std::to_string(profile->value) : "-") + " " + sort;
}

std::expected<PanelFilter, Problem> panel_filter(const TextOf& text) {
  PanelFilter out;
  out.words = text("q").value_or("").substr(0, kMostWords);
  out.status = text("status").value_or("");
  if (!out.status.empty() && std::ranges::find(kStatuses, out.status) == kStatuses.end())
    return wrong("There is no such status.");
  out.access_method = text("access_method").value_or("");
  TRY(out.enabled, flag(text("enabled"), "enabled"));
  TRY(out.with_issues, flag(text("with_issues"), "with_issues"));
  TRY(out.attention, flag(text("attention"), "attention"));
  if (const auto id = text("organization_id"); id && !id->empty()) {
    const auto number = crm::id_from(*id);
    if (!number) return wrong("This is not an organization's id.");
    out.organization = {*number};
  }
  if (const auto id = text("profile_id"); id && !id->empty()) {
    const auto number = *id == kSettingsProfileId ? std::optional<int64_t>(0) : crm::id_from(*id);
    if (!number) return wrong("This is not a profile's id.");
    out.profile = sync::ProfileId{*number};
  }
  if (const auto sort = text("sort"); sort && !sort->empty()) {
    const std::string_view field = std::string_view(*sort).substr(sort->starts_with('-') ? 1 : 0);
    if (std::ranges::find(kSorts, field) == kSorts.end())
      return std::unexpected(Problem(400, "sort_invalid", "The list cannot be sorted by that."));
    out.sort = *sort;
  }
  return out;
}

std::expected<PanelFilter, Problem> panel_filter(const net::ServerRequest& request) {
  return panel_filter([&](std::string_view name) -> std::optional<std::string> {
    const auto value = request.query_value(name);
    return value ? std::optional(std::string(*value)) : std::nullopt;
  });
}

std::expected<PanelFilter, Problem> panel_filter(const boost::json::object& matching) {
  TRY_VOID(only_members(matching, {"q", "status", "access_method", "enabled", "with_issues", "attention",
                                   "organization_id", "profile_id"}));
  for (const auto& member : matching)
    if (!member.value().is_string() && !member.value().is_bool())
      return std::unexpected(invalid("matching", "The filter holds a value of a wrong kind."));
  return panel_filter([&](std::string_view name) -> std::optional<std::string> {
    const auto* value = matching.if_contains(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_bool()) return std::string(value->get_bool() ? "true" : "false");
    return std::string(value->get_string());
  });
}

std::expected<std::vector<PanelUser>, Problem> panel_users(Api& api, const Request& request,
                                                           const Activity::Standing& standing) {
  const AccountId account = request.viewer.account;
  std::vector<auth::Person> people;
  TRY_VOID(api.database.read([&](db::Session& session) -> Result<void> {
    TRY(people, auth::licensed_people(session, account));
    return {};
  }));
  TRY(const auto roster, api.panel.roster(account));
  std::multimap<UserId, const sync::RosterRow*> mailboxes;
  for (const sync::RosterRow& row : roster) mailboxes.emplace(row.user, &row);
  std::vector<PanelUser> out;
  out.reserve(people.size());
  for (const auth::Person& person : people) {
    if (!request.session.reaches(person.organization)) continue;
    const auto [begin, end] = mailboxes.equal_range(person.id);
    if (begin == end) out.push_back(user_of(person, nullptr, standing));
    for (auto at = begin; at != end; ++at) out.push_back(user_of(person, at->second, standing));
  }
  TRY_VOID(add_profiles(api, account, out));
  return out;
}

std::vector<PanelUser> filtered(std::vector<PanelUser> users, const PanelFilter& filter) {
  const std::string words = crm::fold(filter.words);
  std::erase_if(users, [&](const PanelUser& user) { return !fits(user, filter, words); });
  const bool down = filter.sort.starts_with('-');
  const std::string_view field = std::string_view(filter.sort).substr(down ? 1 : 0);
  std::vector<std::pair<Key, size_t>> order;
  order.reserve(users.size());
  for (size_t i = 0; i < users.size(); ++i) order.emplace_back(key_of(users[i], field), i);
  // The same order each time, so that a page goes on where the one before ended.
  const auto id = [&](size_t i) {
    return std::pair(users[i].person.id, users[i].mailbox ? users[i].mailbox->mailbox : MailboxId{});
  };
  std::ranges::sort(order, [&](const auto& a, const auto& b) {
    if (a.first != b.first) return down ? b.first < a.first : a.first < b.first;
    return id(a.second) < id(b.second);
  });
  std::vector<PanelUser> out;
  out.reserve(users.size());
  for (const auto& [key, i] : order) out.push_back(std::move(users[i]));
  return out;
}

}  // namespace mailsync::admin
