// Statistics of an organization over the last days: items by day, kind and direction, how long passes took,
// how they ended, what is open; and per user. And what the firewall team has to know.
#include "sync/statistics.h"

#include <algorithm>

#include "admin/data.h"
#include "admin/handlers.h"
#include "admin/json.h"
#include "auth/licences.h"
#include "auth/organizations.h"
#include "crm/builtin/json_text.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr int64_t kMostDays = 366;
constexpr int64_t kUsualDays = 14;
constexpr size_t kMostDurations = 50'000;  // the newest count
constexpr size_t kMostUsers = 200;

struct Asked {
  OrganizationId organization;  // 0: all that the caller reaches
  sync::Day first = 0, last = 0;
};

struct Found {
  std::vector<MailboxId> mailboxes;
  std::map<MailboxId, std::pair<UserId, std::string>> owners;  // user, name
};

std::expected<Asked, Problem> asked_in(const Request& request, Instant now) {
  int64_t days = kUsualDays;
  if (const auto text = request.http.query_value("days"); text && !text->empty()) {
    const auto number = crm::id_from(*text);
    if (!number || *number > kMostDays)
      return std::unexpected(Problem(400, "filter_invalid", "Choose 1 to 366 days."));
    days = *number;
  }
  Asked out{.organization = {}, .last = sync::day_of(now)};
  out.first = out.last - days + 1;
  if (const auto text = request.http.query_value("organization_id"); text && !text->empty()) {
    const auto id = crm::id_from(*text);
    if (!id || !request.session.reaches(OrganizationId{*id}))
      return std::unexpected(Problem(400, "filter_invalid", "There is no such organization."));
    out.organization = {*id};
  }
  return out;
}

std::expected<Found, Problem> mailboxes_of(Api& api, const Request& request, OrganizationId organization) {
  std::vector<auth::Person> people;
  TRY_VOID(api.database.read([&](db::Session& session) -> Result<void> {
    TRY(people, auth::licensed_people(session, request.viewer.account));
    return {};
  }));
  std::map<UserId, std::string> names;
  for (const auth::Person& person : people)
    if (request.session.reaches(person.organization) &&
        (!organization || person.organization == organization))
      names[person.id] = person.name;
  TRY(const auto roster, api.panel.roster(request.viewer.account));
  Found out;
  for (const sync::RosterRow& row : roster) {
    const auto owner = names.find(row.user);
    if (owner == names.end()) continue;
    out.mailboxes.push_back(row.mailbox);
    out.owners[row.mailbox] = {row.user, owner->second};
  }
  return out;
}

std::string date_of(sync::Day day) {
  return Instant{day * 86'400'000'000}.to_iso().substr(0, 10);
}

int64_t percentile_ms(const std::vector<Duration>& sorted, int percent) {
  if (sorted.empty()) return 0;
  const size_t at = (sorted.size() - 1) * static_cast<size_t>(percent) / 100;
  return sorted[at].count() / 1000;
}

object latency_json(std::vector<Duration> took) {
  std::ranges::sort(took);
  return {{"passes", static_cast<int64_t>(took.size())},
          {"p50_ms", percentile_ms(took, 50)},
          {"p95_ms", percentile_ms(took, 95)},
          {"p99_ms", percentile_ms(took, 99)}};
}

array kinds_json(const std::map<model::Kind, std::pair<int64_t, int64_t>>& items) {
  array out;
  for (const model::Kind kind : model::kKinds) {
    const auto found = items.find(kind);
    const auto [to_crm, to_mailbox] = found == items.end() ? std::pair<int64_t, int64_t>() : found->second;
    out.push_back({{"kind", model::name_of(kind)}, {"to_crm", to_crm}, {"to_mailbox", to_mailbox}});
  }
  return out;
}

// Every day of the span, also those on which nothing happened.
Result<array> days_json(Api& api, const Request& request, const Asked& asked, const Found& found,
                        std::vector<Duration>& all) {
  const AccountId account = request.viewer.account;
  TRY(const auto items, api.statistics.items(account, found.mailboxes, asked.first));
  TRY(const auto outcomes, api.statistics.outcomes(account, found.mailboxes, asked.first));
  TRY(const auto durations, api.statistics.durations(account, found.mailboxes, asked.first, kMostDurations));
  array out;
  for (sync::Day day = asked.first; day <= asked.last; ++day) {
    std::map<model::Kind, std::pair<int64_t, int64_t>> kinds;
    for (const sync::DayItems& each : items)
      if (each.day == day) kinds[each.kind] = {each.to_crm, each.to_mailbox};
    std::vector<Duration> took;
    for (const sync::DayDuration& each : durations)
      if (each.day == day) took.push_back(each.took);
    all.insert(all.end(), took.begin(), took.end());
    int64_t throttled = 0, failed = 0;
    for (const sync::DayOutcome& each : outcomes)
      if (each.day == day)
        (each.outcome == name_of(ErrorKind::Throttled) ? throttled : failed) += each.passes;
    out.push_back({{"day", date_of(day)},
                   {"kinds", kinds_json(kinds)},
                   {"latency", latency_json(std::move(took))},
                   {"throttled", throttled},
                   {"failed", failed}});
  }
  return out;
}

Result<array> users_json(Api& api, const Request& request, const Asked& asked, const Found& found) {
  TRY(const auto items,
      api.statistics.items_by_mailbox(request.viewer.account, found.mailboxes, asked.first, kMostUsers));
  array out;
  for (size_t at = 0; at < items.size();) {
    const MailboxId mailbox = items[at].mailbox;
    std::map<model::Kind, std::pair<int64_t, int64_t>> kinds;
    for (; at < items.size() && items[at].mailbox == mailbox; ++at)
      kinds[items[at].kind] = {items[at].to_crm, items[at].to_mailbox};
    const auto& [user, name] = found.owners.at(mailbox);
    out.push_back({{"user", {{"id", id_text(user)}, {"name", name}}},
                   {"mailbox_id", id_text(mailbox)},
                   {"kinds", kinds_json(kinds)}});
  }
  return out;
}

}  // namespace

Answer get_statistics(Api& api, const Request& request) {
  TRY(const Asked asked, asked_in(request, api.now()));
  TRY(const Found found, mailboxes_of(api, request, asked.organization));
  std::vector<Duration> all;
  TRY(array days, days_json(api, request, asked, found, all));
  TRY(array users, users_json(api, request, asked, found));
  TRY(const auto issues, api.statistics.open_issues(request.viewer.account, found.mailboxes));
  array open;
  for (const sync::IssueCount& each : issues)
    open.push_back({{"code", each.code},
                    {"severity", each.severity == "info" ? "information" : each.severity},
                    {"count", each.count}});
  const auto with_items = static_cast<int64_t>(users.size());
  return Reply{.json = object{{"first_day", date_of(asked.first)},
                              {"last_day", date_of(asked.last)},
                              {"mailboxes", static_cast<int64_t>(found.mailboxes.size())},
                              {"days", std::move(days)},
                              {"latency", latency_json(std::move(all))},
                              {"users", std::move(users)},
                              {"users_left_out", with_items == static_cast<int64_t>(kMostUsers)},
                              {"open_issues", std::move(open)}}};
}

Answer get_network_needs(Api& api, const Request&) {
  array out, in;
  for (const NetworkNeed& need : api.network_needs)
    (need.inbound ? in : out)
        .push_back({{"host", need.host},
                    {"port", need.port},
                    {"protocol", need.protocol},
                    {"peer", text_or_null(need.peer)},
                    {"purpose", need.purpose}});
  return Reply{.json = object{{"outbound", std::move(out)}, {"inbound", std::move(in)}}};
}

}  // namespace mailsync::admin
