// An installation with two accounts on a database in memory: real router, sessions, vault, CRM and store.
#pragma once

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "admin/api.h"
#include "auth/migrations.h"
#include "auth/one_time_links.h"
#include "auth/password.h"
#include "auth/sql_vault.h"
#include "auth/user_admin.h"
#include "base/seeded_executor.h"
#include "crm/builtin/schema.h"
#include "crm/builtin/users.h"
#include "store/panel_store.h"
#include "store/plan_store.h"
#include "store/profile_store.h"
#include "store/run_store.h"
#include "store/schema.h"
#include "store/state_store.h"
#include "store/statistics.h"

namespace mailsync::admin {

inline constexpr AccountId kAccount{1}, kForeign{2};

struct Got {
  int status = 0;
  boost::json::object json;
  std::string body;
  net::Headers headers;
  std::string code() const { return json.contains("code") ? std::string(json.at("code").as_string()) : ""; }
  std::string text(std::string_view name) const { return std::string(json.at(name).as_string()); }
};

class Installation : public testing::Test {
 protected:
  struct Person {
    AccountId account;
    std::string login;
    auth::Role role = auth::Role::User;
    OrganizationId organization;
    std::vector<OrganizationId> administers = {};
    std::string name = {};  // nothing: as the login begins
  };

  void SetUp() override;
  // With the password "a long password LOGIN".
  UserId add(const Person& person);
  // What is made from here on is numbered above this: ids of two accounts are not the same by chance.
  void number_from(int64_t first);
  OrganizationId organization_of(AccountId account, const std::string& name);
  MailboxId mailbox_of(AccountId account, UserId user, const std::string& address);
  // A record of each type, a mailbox, a view, an issue: the numbers of all of them.
  std::vector<int64_t> add_objects_of(AccountId account, UserId user);
  void write(const std::function<Result<void>(db::SqlTransaction&)>& work);
  // Every row of every table that has an account; what each sign-in and look changes is left out.
  std::string contents();
  std::string contents_of(AccountId account);

  void sign_in(const std::string& login);
  void sign_out() { cookie_ = csrf_ = ""; }
  Got call(const std::string& method, const std::string& target, const boost::json::value& body = nullptr);
  // The newest entry of the audit log.
  auth::AuditEntry newest_deed(AccountId account = kAccount);

  template <typename T>
  T run(Task<T> task) {
    EXPECT_TRUE(executor.run(task));
    return task.take();
  }

  SimulatedClock clock{*Instant::from_iso("2026-11-22T10:00:00Z")};
  SeededExecutor executor{clock, 1};
  SeededRandom random{2};
  std::unique_ptr<db::Database> database = *db::open("sqlite::memory:");
  auth::SqlVault vault{
      executor, *database, random, {.current = "k", .keys = {{"k", Secret(std::string(32, 'k'))}}}};
  auth::SecondFactors second_factors{executor, *database, random, vault};
  auth::Sessions sessions{executor, *database, random, {}, &second_factors};
  store::StateStore store{*database};
  store::RunStore runs{*database};
  store::PlanStore plans{*database};
  store::PanelStore panel{*database};
  store::ProfileStore profiles{*database};
  store::Statistics statistics{*database};
  Activity activity{clock};
  EventHub hub{executor};
  Api api{.executor = executor,
          .database = *database,
          .random = random,
          .sessions = sessions,
          .store = store,
          .panel = panel,
          .profiles = profiles,
          .statistics = statistics,
          .activity = activity,
          .events = hub,
          .runs = &runs,
          .plans = &plans,
          .second_factors = &second_factors,
          .product_version = "1"};
  Router router{api, routes()};
  std::string cookie_, csrf_;
  std::vector<std::pair<std::string, std::string>> more_headers_;  // of every call
  std::unique_ptr<net::BodyStream>
      stream_;  // what the last call answered with, where it answers piece by piece
};

}  // namespace mailsync::admin
