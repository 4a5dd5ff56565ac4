#include "server/reach_check.h"

#include <algorithm>
#include <boost/json.hpp>

#include "mailbox/graph/classify.h"
#include "net/url.h"

namespace mailsync::server {
namespace {

namespace json = boost::json;

// Bounds of one check: a tenant of 100,000 users is looked at in part, in another part each day.
constexpr int kMostPages = 100;
constexpr size_t kMostTried = 500;
constexpr size_t kMostBytes = 4 << 20;

struct Person {
  std::string id, address;
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

// https://learn.microsoft.com/graph/api/user-list
Task<Result<std::vector<Person>>> people(Connections& connections, const Clock& clock, const Access& access,
                                         net::Bearer bearer, bool& whole) {
  std::vector<Person> out;
  std::string next = access.graph_root() + "/users?$select=id,mail,userPrincipalName&$top=999";
  for (int page = 0; !next.empty(); ++page) {
    whole = page < kMostPages;
    if (!whole) break;
    // The bearer goes to its own origin alone, wherever the next link leads (S24).
    CO_TRY(const net::HttpAnswer answer,
           co_await net::fetch(connections.http(),
                               {.url = next, .bearer = bearer, .max_body_bytes = kMostBytes}));
    if (answer.status != 200)
      co_return fail(
          graph::classify(graph::refusal_of(answer.status, answer.headers, answer.body, clock.now()),
                          {.method = "GET", .what = "reading the users of the tenant"}));
    boost::system::error_code broken;
    const json::value parsed = json::parse(answer.body, broken);
    const json::object* body = broken ? nullptr : parsed.if_object();
    const json::value* users = body ? body->if_contains("value") : nullptr;
    if (!users || !users->is_array())
      co_return fail(ErrorKind::Transient,
                     "Microsoft Graph answered without a list of users: try again later");
    for (const json::value& each : users->get_array())
      if (const json::object* user = each.if_object())
        if (std::string mail = lower(text_at(*user, "mail")); !mail.empty())
          out.push_back({.id = text_at(*user, "id"), .address = std::move(mail)});
    next = text_at(*body, "@odata.nextLink");
  }
  co_return out;
}

// Another part each time, where it is not everybody's turn.
void choose(std::vector<Person>& all, Random& random) {
  if (all.size() <= kMostTried) return;
  for (size_t i = 0; i < kMostTried; ++i) std::swap(all[i], all[i + random.below(all.size() - i)]);
  all.resize(kMostTried);
}

Task<Result<void>> look(Connections& connections, Executor& executor, Random& random, const Access& access,
                        const std::set<std::string>& synced, auth::EmailReach& out) {
  CO_TRY(const net::Origin origin, net::Origin::of(access.configuration.graph_url));
  const auth::Grant grant{.id = access.id, .app = access.app};
  CO_TRY(const net::Bearer bearer, co_await connections.tokens().bearer(grant, origin, access.app_scopes()));
  CO_TRY(std::vector<Person> all, co_await people(connections, executor.clock(), access, bearer, out.whole));
  std::erase_if(
      all, [&](const Person& each) { return synced.contains(each.address) || synced.contains(each.id); });
  const size_t there = all.size();
  choose(all, random);
  out.whole = out.whole && all.size() == there;
  net::RateLimit limit(executor, net::RateLimits{});
  graph::Client client(connections.http(),
                       [&](std::optional<std::string>) -> Task<Result<net::Bearer>> {
                         return connections.tokens().bearer(grant, origin, access.app_scopes());
                       },
                       executor, random, limit, {.base_url = access.graph_root()});
  std::vector<graph::BatchStep> steps;
  for (const Person& each : all)
    steps.push_back({.url = "/users/" + net::percent_encode(each.id) + "/mailFolders/inbox?$select=id"});
  const auto answers = co_await client.read_all(std::move(steps), "trying which mailboxes open");
  for (size_t i = 0; i < answers.size(); ++i) {
    // Who has no mailbox at all does not count.
    const bool opens = answers[i] && answers[i]->status == 200;
    const bool refused =
        answers[i] ? answers[i]->status == 403 : answers[i].error().kind == ErrorKind::Forbidden;
    if (opens || refused) ++out.looked_at;
    if (!opens) continue;
    ++out.reached;
    if (out.some.size() < auth::kReachedTold) out.some.push_back(all[i].address);
  }
  co_return Result<void>();
}

}  // namespace

Task<auth::EmailReach> check_reach(Connections& connections, Executor& executor, Random& random,
                                   std::shared_ptr<const Access> access, std::set<std::string> synced) {
  auth::EmailReach out{.checked_at = executor.clock().now(), .some = {}, .error = {}};
  const auto done = co_await look(connections, executor, random, *access, synced, out);
  if (!done) out.error = done.error().message;
  std::ranges::sort(out.some);
  co_return out;
}

}  // namespace mailsync::server
