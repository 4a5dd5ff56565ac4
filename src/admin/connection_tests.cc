// "Test connection" of an organization's Email Configuration, and what its app-only permission reaches.
#include "admin/data.h"
#include "admin/email_configuration_json.h"
#include "admin/handlers.h"
#include "admin/json.h"
#include "auth/email_reach.h"

namespace mailsync::admin {
namespace {

namespace json = boost::json;

std::string_view spelled(TestStep::State state) {
  switch (state) {
    case TestStep::State::Ok:
      return "ok";
    case TestStep::State::Doubtful:
      return "doubtful";
    case TestStep::State::Failed:
      return "failed";
  }
  std::unreachable();
}

json::object test_json(const ConnectionTest& test) {
  json::array steps;
  bool failed = false;
  for (const TestStep& step : test.steps) {
    failed = failed || step.state == TestStep::State::Failed;
    steps.push_back({{"state", spelled(step.state)},
                     {"what", step.what},
                     {"said", step.said},
                     {"remedy", text_or_null(step.remedy)},
                     {"code", text_or_null(step.code)}});
  }
  return {{"state", !test.ended_at ? "running"
                    : failed       ? "failed"
                                   : "passed"},
          {"begun_at", time_text(test.begun_at)},
          {"ended_at", test.ended_at ? json::value(time_text(*test.ended_at)) : json::value(nullptr)},
          {"steps", std::move(steps)}};
}

json::object reach_json(bool running, const std::optional<auth::EmailReach>& reach) {
  const auth::EmailReach known = reach.value_or(auth::EmailReach{});
  json::array some;
  for (const std::string& each : known.some) some.emplace_back(each);
  return {{"running", running},
          {"checked_at", time_or_null(known.checked_at)},
          {"looked_at", known.looked_at},
          {"reached", known.reached},
          {"some", std::move(some)},
          {"whole", known.whole},
          {"error", text_or_null(known.error)}};
}

using Wanted = std::expected<OrganizationId, Problem>;

// The organization that the path names, when this administrator reaches it.
Task<Wanted> wanted(Api& api, std::shared_ptr<const Request> request) {
  co_return co_await api.executor.blocking([&api, request]() -> Wanted {
    Wanted out = std::unexpected(Problem());
    const auto done = api.database.read([&](db::Session& session) -> Result<void> {
      const auto found = organization_in(session, *request);
      if (found)
        out = found->id;
      else
        out = std::unexpected(found.error());
      return {};
    });
    if (!done) return std::unexpected(Problem(done.error()));
    return out;
  });
}

Problem nothing_syncs() {
  return {503, "unavailable", "Nothing syncs in this process, so no connection can be tested."};
}

}  // namespace

Task<Answer> start_connection_test(Api& api, std::shared_ptr<const Request> request) {
  const Wanted organization = co_await wanted(api, request);
  if (!organization) co_return std::unexpected(organization.error());
  if (!api.mail_access) co_return std::unexpected(nothing_syncs());
  if (const auto begun = api.mail_access->begin_test(request->viewer.account, *organization); !begun)
    co_return std::unexpected(Problem(begun.error()));
  co_return Reply{.status = 202,
                  .json = test_json(*api.mail_access->test(request->viewer.account, *organization))};
}

Task<Answer> get_connection_test(Api& api, std::shared_ptr<const Request> request) {
  const Wanted organization = co_await wanted(api, request);
  if (!organization) co_return std::unexpected(organization.error());
  const auto test =
      api.mail_access ? api.mail_access->test(request->viewer.account, *organization) : std::nullopt;
  if (!test) co_return std::unexpected(not_found("test"));
  co_return Reply{.json = test_json(*test)};
}

Task<Answer> start_reach_check(Api& api, std::shared_ptr<const Request> request) {
  const Wanted organization = co_await wanted(api, request);
  if (!organization) co_return std::unexpected(organization.error());
  if (!api.mail_access) co_return std::unexpected(nothing_syncs());
  if (const auto begun = api.mail_access->begin_reach_check(request->viewer.account, *organization); !begun)
    co_return std::unexpected(Problem(begun.error()));
  co_return Reply{.status = 202, .json = reach_json(true, std::nullopt)};
}

Task<Answer> get_reach_check(Api& api, std::shared_ptr<const Request> request) {
  const Wanted organization = co_await wanted(api, request);
  if (!organization) co_return std::unexpected(organization.error());
  const bool running = api.mail_access && api.mail_access->reach_check_runs(*organization);
  co_return co_await api.executor.blocking([&api, request, running, id = *organization] {
    return reading(api, [&](db::Session& session) -> Answer {
      TRY(const auto reach, auth::email_reach(session, request->viewer.account, id));
      return Reply{.json = reach_json(running, reach)};
    });
  });
}

}  // namespace mailsync::admin
