// Server-sent events: one bounded queue per open page. Who reads too slowly is told to fetch everything
// again.
//
// Once a second, and only while a page is open, the hub looks at the CRM's change feed and at the mailboxes
// whose passes did something. Everything here runs on the loop thread.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "auth/sessions.h"
#include "base/executor.h"
#include "base/secret.h"
#include "net/http.h"
#include "schedule/signal.h"
#include "sync/crm.h"

namespace mailsync::admin {

struct Api;

// One open page.
struct Subscriber {
  Subscriber(Executor& executor, sync::Viewer reader, std::string session)
      : viewer(reader), csrf(std::move(session)), signal(executor) {}

  void push(std::string_view event, std::string_view json);
  // The stream ends after what is queued.
  void end();

  const sync::Viewer viewer;
  const std::string csrf;  // names the session among the user's
  auth::Session who;       // as it was at the last look: whose mailboxes he is told of
  // Nothing has been told yet. The page read its records before it listened: it is also told what changed
  // shortly before.
  bool fresh = true;
  schedule::Signal signal;
  std::deque<std::string> messages;
  int64_t next_id = 1;
  bool ended = false;
};

class EventHub {
 public:
  explicit EventHub(Executor& executor) : executor_(executor) {}

  std::shared_ptr<Subscriber> open(auth::Session session);
  // Those whose page is still there.
  std::vector<std::shared_ptr<Subscriber>> subscribers();
  // Signed out: the session's pages are told and end.
  void end_session(sync::Viewer viewer, std::string_view csrf);
  // All pages end and run() returns.
  void close();
  bool closed() const { return closed_; }

  // Follows what happens for the accounts that have pages open, until close().
  static Task<void> run(EventHub& hub, Api& api);

 private:
  Executor& executor_;
  std::vector<std::weak_ptr<Subscriber>> subscribers_;
  bool closed_ = false;
};

}  // namespace mailsync::admin
