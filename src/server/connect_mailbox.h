// A user signs in to Microsoft for his own mailbox, in his browser: GET /api/v1/oauth/start?mailbox=ID sends
// him there, GET /api/v1/oauth/callback takes him back (authorization code with PKCE; S2, S3, S12, S47). Both
// need his session here. Pages, not operations of the API: they answer with redirects, in the end always to
// the page of the web application that tells how it went (its words: operation getSignInOutcome).
#pragma once

#include <map>
#include <string>

#include "auth/code_flow.h"
#include "auth/sessions.h"
#include "schedule/scheduler.h"
#include "server/connections.h"
#include "server/data.h"
#include "server/sign_in_outcomes.h"
#include "server/signed_in_account.h"

namespace mailsync::server {

class ConnectMailbox {
 public:
  // All outlive it. `https`: how browsers see us.
  ConnectMailbox(Executor& executor, Random& random, Data& data, auth::Sessions& sessions,
                 Connections& connections, schedule::Scheduler& scheduler, SignInOutcomes& outcomes,
                 bool https)
      : executor_(executor),
        random_(random),
        data_(data),
        sessions_(sessions),
        connections_(connections),
        scheduler_(scheduler),
        outcomes_(outcomes),
        https_(https) {}

  static bool serves(std::string_view path);
  static Task<net::ServerResponse> answer(ConnectMailbox& self, net::ServerRequest request);

 private:
  struct Begun {
    auth::PendingSignIn pending;
    MailboxId mailbox;
    std::string address;
    std::shared_ptr<const Access> access;  // whose service answers
  };
  // Why it did not work: an Error of its own means what its kind and code say.
  struct Refused {
    Error error;
    std::string reason;
    Refused(Error e);  // NOLINT(google-explicit-constructor): so that CO_TRY hands errors on
    Refused(std::string why, Error e) : error(std::move(e)), reason(std::move(why)) {}
  };
  template <typename T>
  using Answered = std::expected<T, Refused>;

  // Where the browser goes next. `about` gets the mailbox as soon as it is known.
  Task<Answered<std::string>> start(net::ServerRequest request, auth::Session session,
                                    std::string session_name, admin::SignInOutcome& about);
  Task<Answered<void>> finish(net::ServerRequest request, auth::Session session, std::string session_name,
                              admin::SignInOutcome& about);
  Task<Answered<sync::Mailbox>> own_mailbox(MailboxId id, auth::Session session);
  Task<Answered<void>> store(sync::Mailbox mailbox, const Access& access, auth::Identity who,
                             auth::Tokens tokens);
  void make_room(const std::string& session_name);

  Executor& executor_;
  Random& random_;
  Data& data_;
  auth::Sessions& sessions_;
  Connections& connections_;
  schedule::Scheduler& scheduler_;
  SignInOutcomes& outcomes_;
  const bool https_;
  std::map<std::string, Begun> begun_;  // by state
};

}  // namespace mailsync::server
