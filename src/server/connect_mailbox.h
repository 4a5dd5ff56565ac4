// A user signs in to Microsoft for his own mailbox, in his browser: GET /api/v1/oauth/start?mailbox=ID sends
// him there, GET /api/v1/oauth/callback takes him back (authorization code with PKCE; S2, S3, S12, S47). Both
// need his session here. Pages, not operations of the API: they answer with redirects.
#pragma once

#include <map>
#include <string>

#include "auth/code_flow.h"
#include "auth/sessions.h"
#include "schedule/scheduler.h"
#include "server/connections.h"
#include "server/data.h"

namespace mailsync::server {

class ConnectMailbox {
 public:
  // All outlive it. `https`: how browsers see us.
  ConnectMailbox(Executor& executor, Random& random, Data& data, auth::Sessions& sessions,
                 Connections& connections, schedule::Scheduler& scheduler, bool https)
      : executor_(executor),
        random_(random),
        data_(data),
        sessions_(sessions),
        connections_(connections),
        scheduler_(scheduler),
        https_(https) {}

  static bool serves(std::string_view path);
  static Task<net::ServerResponse> answer(ConnectMailbox& self, net::ServerRequest request);

 private:
  struct Begun {
    auth::PendingSignIn pending;
    MailboxId mailbox;
  };
  // Where the browser goes next.
  Task<Result<std::string>> start(net::ServerRequest request, auth::Session session,
                                  std::string session_name);
  Task<Result<std::string>> finish(net::ServerRequest request, std::string session_name);
  Task<Result<void>> store(MailboxId id, auth::Identity who, Secret refresh_token);
  void forget_old();

  Executor& executor_;
  Random& random_;
  Data& data_;
  auth::Sessions& sessions_;
  Connections& connections_;
  schedule::Scheduler& scheduler_;
  const bool https_;
  std::map<std::string, Begun> begun_;  // by state
};

}  // namespace mailsync::server
