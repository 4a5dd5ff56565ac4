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
#include "server/access.h"
#include "server/data.h"
#include "server/settings.h"
#include "sync/workbench.h"

namespace mailsync::server {

// The master keys that [vault] names, read anew.
Result<auth::MasterKeys> master_keys(const Settings& settings);
net::CurlOptions curl_options(const Settings& settings);
class Connections {
 public:
  // All outlive it.
  Connections(const Settings& settings, net::AsioExecutor& executor, Random& random, Data& data,
              auth::MasterKeys keys);

  // One pass, for the scheduler.
  schedule::RunPass run_pass();
  // The way to the mailbox, as its user's organization has it now; to those of an organization. Errors as
  // server/access.h says.
  Task<Result<std::shared_ptr<const Access>>> access_to(sync::Mailbox mailbox);
  Task<Result<std::shared_ptr<const Access>>> access_of(AccountId account, OrganizationId organization);
  // The mailbox's replica; made anew when its profile, its name on the server or the way to it has changed.
  // LoginNeeded, SwitchedOff and ItemInvalid only for what is configured: nothing is asked of the server.
  Task<Result<std::shared_ptr<sync::Replica>>> replica(sync::Mailbox mailbox);
  // Change notices for a mailbox that has had a pass, posted to `url`.
  Result<std::shared_ptr<sync::Push>> push(const sync::Mailbox& mailbox, const std::string& url);
  // Which way its last pass took; another text when the way has changed.
  std::string way_of(MailboxId mailbox) const;
  // What a dry run, an undo's preview or an explanation works with: a replica of its own over the same
  // client.
  Task<Result<sync::Workbench>> workbench(sync::Mailbox mailbox);
  // Another token next time.
  void forget_token(MailboxId mailbox);

  net::HttpClient& http() { return http_; }
  auth::OAuthClient& oauth() { return oauth_; }
  auth::TokenSource& tokens() { return tokens_; }
  auth::SqlVault& vault() { return vault_; }
  Accesses& accesses() { return accesses_; }
  sync::People people_of(const sync::Mailbox& mailbox) const;

 private:
  struct Link;
  static bool may_do_nothing(const Link& link);
  struct Bearers;  // tokens for one mailbox
  struct Link {
    std::string made_for;  // what the replica depends on, to notice a change
    std::string way;       // of that, the access and its method
    std::unique_ptr<net::RateLimit> limit;
    std::shared_ptr<Bearers> bearers;
    std::shared_ptr<graph::Client> client;
    std::shared_ptr<graph::Replica> replica;
    std::shared_ptr<graph::Sender> sender;
  };
  sync::Engine engine();
  static Task<Result<sync::PassReport>> run(Connections& self, schedule::PassRequest request);
  struct Standing {
    std::optional<std::string> why_not_licensed;  // in words; nullopt when the mailbox's user may sync
    Result<std::shared_ptr<const Access>> access = std::shared_ptr<const Access>();
  };
  // Blocks.
  Result<Standing> standing(const sync::Mailbox& mailbox);
  // In the list of runs, when there is something to tell.
  Task<void> note_run(sync::RunRow run, bool did_something);
  // SwitchedOff where this version has no provider for the organization's access method.
  Result<std::shared_ptr<Link>> link_for(sync::Mailbox mailbox, const Access& access);
  Task<Result<std::shared_ptr<Link>>> find_link(sync::Mailbox mailbox);

  const Settings& settings_;
  net::AsioExecutor& executor_;
  Random& random_;
  Data& data_;
  net::CurlClient http_;
  auth::OAuthClient oauth_;
  auth::SqlVault vault_;
  Accesses accesses_;
  auth::TokenSource tokens_;
  std::map<MailboxId, std::shared_ptr<Link>> links_;
  std::map<MailboxId, std::string> last_errors_;  // of runs that are noted
};

}  // namespace mailsync::server
