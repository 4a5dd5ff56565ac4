// What administrators ask of the ways to mailboxes while the server runs: "Test connection", and the look at
// what an app-only permission reaches, which is also taken once a day by itself (S9).
#pragma once

#include <map>
#include <set>

#include "admin/mail_access.h"
#include "server/connections.h"

namespace mailsync::server {

class ConnectionTests final : public admin::MailAccess {
 public:
  // All outlive it.
  ConnectionTests(const Settings& settings, net::AsioExecutor& executor, Random& random, Data& data,
                  Connections& connections)
      : settings_(settings), executor_(executor), random_(random), data_(data), connections_(connections) {}

  std::optional<auth::EmailConfiguration> settings() const override { return configuration_of(settings_); }
  std::string redirect_uri() const override { return server::redirect_uri(settings_); }
  Result<void> begin_test(AccountId account, OrganizationId organization) override;
  std::optional<admin::ConnectionTest> test(AccountId account, OrganizationId organization) const override;
  Result<void> begin_reach_check(AccountId account, OrganizationId organization) override;
  bool reach_check_runs(OrganizationId organization) const override {
    return checking_.contains(organization);
  }

  // Looks at every organization once a day.
  static Task<void> keep_checking(ConnectionTests& self);

 private:
  // Its users' mailboxes; `all`: of the account. Blocks.
  Result<std::vector<sync::Mailbox>> mailboxes_of(AccountId account, OrganizationId organization);
  static Task<void> run_test(ConnectionTests& self, AccountId account, OrganizationId organization);
  static Task<void> run_reach_check(ConnectionTests& self, AccountId account, OrganizationId organization);
  Task<void> check_what_is_due();

  const Settings& settings_;
  net::AsioExecutor& executor_;
  Random& random_;
  Data& data_;
  Connections& connections_;
  std::map<OrganizationId, admin::ConnectionTest> tests_;  // the newest of each
  std::set<OrganizationId> checking_;
};

}  // namespace mailsync::server
