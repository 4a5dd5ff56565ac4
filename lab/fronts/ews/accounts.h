// Who may sign in to EWS and as whom: every user of the tenant with one password, and one account that may
// act for all of them.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "lab/world.h"

namespace mailsync::lab::ews {

struct EwsOptions {
  Secret password{"lab-password"};                            // of every mailbox's owner
  std::string impersonator = "svc-mailsync@contoso.example";  // its right: ApplicationImpersonation
  Secret impersonator_password{"lab-impersonator"};
  std::string domain = "CONTOSO";  // DOMAIN\user
};

struct Account {
  std::string name;            // one spelling of it, for budgets
  Mailbox* mailbox = nullptr;  // null for the impersonator, who has none
  bool impersonates = false;
};

class Accounts {
 public:
  Accounts(World& world, EwsOptions options) : world_(world), options_(std::move(options)) {}

  // By UPN, address or DOMAIN\user (the part before the @); without its password.
  std::optional<Account> find(std::string_view login) const;
  std::optional<Account> sign_in(std::string_view login, std::string_view password) const;
  const Secret& password_of(const Account& account) const;
  const EwsOptions& options() const { return options_; }

 private:
  World& world_;
  EwsOptions options_;
};

}  // namespace mailsync::lab::ews
