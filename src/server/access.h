// How mailboxes are reached: by the Email Configuration of their user's organization, or by [graph] of the
// settings where it has none. Read anew for every pass, so that a running server follows a change.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "auth/email_configurations.h"
#include "auth/oauth.h"
#include "auth/token_source.h"
#include "server/settings.h"
#include "sync/state_store.h"

namespace mailsync::server {

// The application as [graph] describes it; reads the certificate, key and secret files.
Result<auth::AppRegistration> app_registration(const Settings& settings);
// The same as a configuration; nullopt where [graph] is not set.
std::optional<auth::EmailConfiguration> configuration_of(const Settings& settings);
// Where Microsoft sends people back to; "" without [server] public_url.
std::string redirect_uri(const Settings& settings);

// What a user is asked to allow (README, "Register an application").
std::vector<std::string> user_scopes();

// One way to mailboxes, ready to use.
struct Access {
  std::string id;  // of it as it is now: changed ones have another
  auth::EmailConfiguration configuration;
  auth::AppRegistration app;
  // Of the purpose that users' sign-ins are kept under. A sign-in given to one application at one address is
  // not offered to another (invariant 10).
  std::string kept_as;

  std::string graph_root() const;               // with the version
  std::vector<std::string> app_scopes() const;  // everything that was consented to
  // On whose behalf a mailbox is asked for, reached in this way ("graph_app", "graph_user").
  auth::Grant grant(const sync::Mailbox& mailbox) const;
};

class Accesses {
 public:
  // All outlive it.
  Accesses(const Settings& settings, const auth::SqlVault& vault) : settings_(settings), vault_(vault) {}

  // SwitchedOff, in words, where the organization has no configuration and the settings have none either.
  // LoginNeeded: what is configured cannot be used, such as an unreadable file. Blocks.
  Result<std::shared_ptr<const Access>> of_organization(db::Session& session, AccountId account,
                                                        OrganizationId organization);
  Result<std::shared_ptr<const Access>> of_user(db::Session& session, AccountId account, UserId user);
  // The settings file's own.
  Result<std::shared_ptr<const Access>> of_settings();

 private:
  Result<std::shared_ptr<const Access>> load(db::Session& session, AccountId account,
                                             auth::EmailConfiguration configuration, std::string id);

  const Settings& settings_;
  const auth::SqlVault& vault_;
  std::mutex mutex_;  // asked for on several threads
  std::shared_ptr<const Access> default_;
  std::map<OrganizationId, std::shared_ptr<const Access>> known_;
};

}  // namespace mailsync::server
