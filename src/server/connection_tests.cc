#include "server/connection_tests.h"

#include <algorithm>

#include "auth/email_reach.h"
#include "auth/licences.h"
#include "auth/organizations.h"
#include "base/log.h"
#include "server/connection_check.h"
#include "server/reach_check.h"

namespace mailsync::server {
namespace {

// A test asks other machines at an administrator's word: not too often (S62).
constexpr Duration kBetweenTests = std::chrono::seconds(2);
// Of the mailboxes of a large organization these are enough to see whether the way is open.
constexpr size_t kMostMailboxes = 50;
constexpr Duration kBeforeFirstLook = std::chrono::minutes(10);  // a server that has just begun is busy
constexpr Duration kBetweenLooks = std::chrono::hours(1);
constexpr Duration kDay = std::chrono::hours(24);

}  // namespace

Result<void> ConnectionTests::begin_test(AccountId account, OrganizationId organization) {
  const Instant now = executor_.clock().now();
  if (const auto last = tests_.find(organization); last != tests_.end()) {
    const admin::ConnectionTest& test = last->second;
    if (!test.ended_at)
      return fail(ErrorKind::Throttled, "A test of this connection runs already: wait for it.");
    if (now < *test.ended_at + kBetweenTests)
      return fail({.kind = ErrorKind::Throttled,
                   .message = "This connection was tested just now: try again in some seconds.",
                   .retry_after = *test.ended_at + kBetweenTests - now});
  }
  tests_[organization] = {.begun_at = now, .ended_at = std::nullopt, .steps = {}};
  executor_.spawn(run_test(*this, account, organization));
  return {};
}

std::optional<admin::ConnectionTest> ConnectionTests::test(AccountId, OrganizationId organization) const {
  const auto found = tests_.find(organization);
  if (found == tests_.end()) return std::nullopt;
  return found->second;
}

Result<std::vector<sync::Mailbox>> ConnectionTests::mailboxes_of(AccountId account,
                                                                 OrganizationId organization) {
  std::set<UserId> members;
  TRY_VOID(data_.database->read([&](db::Session& session) -> Result<void> {
    TRY(const auto users, auth::users_within(session, account, {organization}));
    members.insert(users.begin(), users.end());
    return {};
  }));
  TRY(auto all, data_.store->mailboxes(account));
  std::erase_if(all, [&](const sync::Mailbox& mailbox) { return !members.contains(mailbox.user); });
  std::ranges::sort(all, {}, &sync::Mailbox::address);
  return all;
}

Task<void> ConnectionTests::run_test(ConnectionTests& self, AccountId account, OrganizationId organization) {
  const auto tell = [&self, organization](admin::TestStep step) {
    self.tests_[organization].steps.push_back(std::move(step));
  };
  const auto failed = [&](const Error& error) {
    tell({.state = admin::TestStep::State::Failed,
          .what = "email configuration",
          .said = error.message,
          .remedy = {},
          .code = error.vendor_code});
  };
  auto access = co_await self.connections_.access_of(account, organization);
  auto mailboxes = co_await self.executor_.blocking(
      [&self, account, organization] { return self.mailboxes_of(account, organization); });
  if (!access || !mailboxes) {
    failed(access ? mailboxes.error() : access.error());
  } else {
    const size_t there = mailboxes->size();
    if (there > kMostMailboxes) mailboxes->resize(kMostMailboxes);
    ConnectionCheck check(self.executor_, self.connections_, curl_options(self.settings_).addresses,
                          {.access = *std::move(access), .mailboxes = *std::move(mailboxes)}, tell);
    co_await ConnectionCheck::run(check);
    if (there > kMostMailboxes)
      tell({.state = admin::TestStep::State::Ok,
            .what = "mailboxes",
            .said = "the first " + std::to_string(kMostMailboxes) + " of " + std::to_string(there) +
                    " were tried",
            .remedy = {},
            .code = {}});
  }
  self.tests_[organization].ended_at = self.executor_.clock().now();
}

Result<void> ConnectionTests::begin_reach_check(AccountId account, OrganizationId organization) {
  if (!checking_.insert(organization).second)
    return fail(ErrorKind::Throttled, "This is being checked already: wait for it.");
  executor_.spawn(run_reach_check(*this, account, organization));
  return {};
}

Task<void> ConnectionTests::run_reach_check(ConnectionTests& self, AccountId account,
                                            OrganizationId organization) {
  const auto access = co_await self.connections_.access_of(account, organization);
  std::set<std::string> synced;
  const auto known = co_await self.executor_.blocking([&]() -> Result<void> {
    std::vector<UserId> licensed;
    TRY_VOID(self.data_.database->read([&](db::Session& session) -> Result<void> {
      TRY(licensed, auth::licensed_users(session, account));
      return {};
    }));
    TRY(const auto mailboxes, self.data_.store->mailboxes(account));
    for (const sync::Mailbox& mailbox : mailboxes)
      if (std::ranges::find(licensed, mailbox.user) != licensed.end())
        synced.insert({mailbox.address, mailbox.remote_user});
    return {};
  });
  auth::EmailReach reach{.checked_at = self.executor_.clock().now(), .some = {}, .error = {}};
  if (!access)
    reach.error = access.error().message;
  else if (!known)
    reach.error = known.error().message;
  else if (!(*access)->configuration.uses(auth::AccessMethod::GraphAppOnly))
    reach.error = "No app-only permission is used by this organization: each user opens his own mailbox.";
  else
    reach = co_await check_reach(self.connections_, self.executor_, self.random_, *access, std::move(synced));
  const auto saved = co_await self.executor_.blocking([&] {
    return self.data_.database->write(db::Durability::Normal, [&](db::SqlTransaction& tx) {
      return auth::save_email_reach(tx, account, organization, reach);
    });
  });
  if (!saved) log::error("reach_not_saved", saved.error());
  if (reach.reached > 0)
    log::warn("app_permission_reaches_other_mailboxes",
              {{"organization", organization}, {"reached", reach.reached}, {"looked_at", reach.looked_at}});
  self.checking_.erase(organization);
}

Task<void> ConnectionTests::check_what_is_due() {
  std::vector<OrganizationId> due;
  const auto read = co_await executor_.blocking([&] {
    return data_.database->read([&](db::Session& session) -> Result<void> {
      TRY(const auto all, auth::organizations(session, kAccount));
      for (const auth::Organization& each : all) {
        TRY(const auto last, auth::email_reach(session, kAccount, each.id));
        const auto access = connections_.accesses().of_organization(session, kAccount, each.id);
        const bool app_only = access && (*access)->configuration.uses(auth::AccessMethod::GraphAppOnly);
        if (app_only && (!last || last->checked_at + kDay <= executor_.clock().now())) due.push_back(each.id);
      }
      return {};
    });
  });
  if (!read) log::error("reach_not_checked", read.error());
  for (const OrganizationId each : due)
    if (checking_.insert(each).second) co_await run_reach_check(*this, kAccount, each);
}

Task<void> ConnectionTests::keep_checking(ConnectionTests& self) {
  co_await self.executor_.sleep_for(kBeforeFirstLook);
  while (true) {
    co_await self.check_what_is_due();
    co_await self.executor_.sleep_for(kBetweenLooks);
  }
}

}  // namespace mailsync::server
