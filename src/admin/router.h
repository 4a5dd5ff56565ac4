// From a request to its handler: one table of routes, and everything that must hold before a handler runs, in
// one place (session, CSRF, JSON).
#pragma once

#include <boost/json.hpp>
#include <expected>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "admin/problem.h"
#include "auth/sessions.h"
#include "base/executor.h"
#include "net/http.h"
#include "sync/crm.h"

namespace mailsync::admin {

struct Api;

struct Request {
  net::ServerRequest http;
  std::map<std::string, std::string, std::less<>> path;  // what stood for {id} in the pattern
  boost::json::object body;                              // {} where none was sent
  sync::Viewer viewer;                                   // who is signed in; 0 for public operations
  auth::Session session;
};

struct Reply {
  int status = 200;
  boost::json::value json;  // sent when there is no `bytes` and no `stream`
  std::string bytes;
  std::unique_ptr<net::BodyStream> stream;
  net::Headers headers;
  std::vector<MailboxId> wake;  // mailboxes that what was written concerns
};

using Answer = std::expected<Reply, Problem>;
// Blocks (database); runs off the loop.
using Work = Answer (*)(Api&, const Request&);
// On the loop.
using Act = Task<Answer> (*)(Api&, std::shared_ptr<const Request>);

// Who may call an operation; openapi.yaml says the same as `x-roles`, and a test compares. Whose objects he
// then reaches is Session::reaches().
enum class Access {
  Public,                // anybody, without a session
  SignedIn,              // every role
  Administrators,        // organization and system administrators
  SystemAdministrators,  // these alone
};

struct Route {
  std::string_view operation;  // operationId of openapi.yaml
  std::string_view method;
  std::string_view pattern;  // "/api/v1/people/{id}"
  std::variant<Work, Act> handle;
  Access access = Access::SignedIn;
};

class Router {
 public:
  // The api outlives the router.
  Router(Api& api, std::span<const Route> routes) : api_(api), routes_(routes) {}
  // True for the paths of this API: the rest belongs to the web application's files.
  static bool serves(std::string_view path);
  Task<net::ServerResponse> handle(net::ServerRequest request);

 private:
  struct Match {
    const Route* route = nullptr;
    std::map<std::string, std::string, std::less<>> path;
    std::string allow;  // methods of the path, when none fits
  };
  Match match(const net::ServerRequest& request) const;
  Task<Answer> answer(net::ServerRequest request);
  Task<Answer> admit(const Route& route, Request& request);

  Api& api_;
  std::span<const Route> routes_;
};

}  // namespace mailsync::admin
