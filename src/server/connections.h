// Everything that speaks to the outside for mailboxes: one HTTP client, one source of tokens, and per mailbox
// a replica that lives on between passes, so that an idle pass costs one request per collection.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "auth/oauth.h"
#include "auth/sql_vault.h"
#include "auth/token_source.h"
#include "mailbox/graph/push.h"
#include "mailbox/graph/replica.h"
#include "mailbox/graph/sender.h"
#include "net/asio_executor.h"
#include "net/curl_client.h"
#include "net/rate_limit.h"
#include "schedule/scheduler.h"
#include "server/data.h"
#include "server/settings.h"
#include "sync/workbench.h"

namespace mailsync::server {

// The application as [graph] describes it; reads the certificate, key and secret files.
Result<auth::AppRegistration> app_registration(const Settings& settings);
// The master keys that [vault] names.
Result<auth::MasterKeys> master_keys(const Settings& settings);
net::CurlOptions curl_options(const Settings& settings);
// What an application asks for: everything that was consented to.
std::vector<std::string> app_scopes(const Settings& settings);
// What a user is asked to allow (README, "Register an application").
std::vector<std::string> user_scopes();

class Connections {
 public:
  // All outlive it.
  Connections(const Settings& settings, net::AsioExecutor& executor, Random& random, Data& data,
              auth::AppRegistration app, auth::MasterKeys keys);

  // One pass, for the scheduler.
  schedule::RunPass run_pass();
  // The mailbox's replica; made anew when its profile or its name on the server has changed. LoginNeeded and
  // ItemInvalid only for wrong settings: nothing is asked of the server.
  Result<std::shared_ptr<sync::Replica>> replica(const sync::Mailbox& mailbox);
  // Change notices for the mailbox, posted to `url`.
  Result<std::shared_ptr<sync::Push>> push(const sync::Mailbox& mailbox, const std::string& url);
  // What a dry run, an undo's preview or an explanation works with: a replica of its own over the same
  // client.
  Result<sync::Workbench> workbench(const sync::Mailbox& mailbox);
  // Another token next time.
  void forget_token(MailboxId mailbox);

  net::HttpClient& http() { return http_; }
  auth::OAuthClient& oauth() { return oauth_; }
  auth::TokenSource& tokens() { return tokens_; }
  auth::SqlVault& vault() { return vault_; }
  const auth::AppRegistration& app() const { return app_; }
  // Of Graph, with the version.
  std::string graph_root() const;
  auth::Grant grant_of(const sync::Mailbox& mailbox) const;
  sync::People people_of(const sync::Mailbox& mailbox) const;

 private:
  struct Link;
  static bool may_do_nothing(const Link& link);
  struct Bearers;  // tokens for one mailbox
  struct Link {
    std::string made_for;  // what the replica depends on, to notice a change
    std::unique_ptr<net::RateLimit> limit;
    std::shared_ptr<Bearers> bearers;
    std::shared_ptr<graph::Client> client;
    std::shared_ptr<graph::Replica> replica;
    std::shared_ptr<graph::Sender> sender;
  };
  sync::Engine engine();
  static Task<Result<sync::PassReport>> run(Connections& self, schedule::PassRequest request);
  // In words; nullopt when the mailbox's user may sync. Blocks.
  Result<std::optional<std::string>> why_not_licensed(const sync::Mailbox& mailbox);
  // In the list of runs, when there is something to tell.
  Task<void> note_run(sync::RunRow run, bool did_something);
  Result<std::shared_ptr<Link>> link_for(const sync::Mailbox& mailbox);

  const Settings& settings_;
  net::AsioExecutor& executor_;
  Random& random_;
  Data& data_;
  const auth::AppRegistration app_;
  net::CurlClient http_;
  auth::OAuthClient oauth_;
  auth::SqlVault vault_;
  auth::TokenSource tokens_;
  std::map<MailboxId, std::shared_ptr<Link>> links_;
  std::map<MailboxId, std::string> last_errors_;  // of runs that are noted
};

}  // namespace mailsync::server
