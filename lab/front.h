// A front is one face of the emulated tenant: the identity platform, Graph, later others. It is synchronous
// and deterministic: time comes with each request, and whatever must leave the lab is handed to the host
// (lab/host.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "net/http.h"

namespace mailsync::lab {

// A call that the lab makes to somebody outside: a subscription's handshake or a notification.
struct OutgoingPost {
  uint64_t id = 0;
  std::string url;
  std::string content_type = "application/json";
  std::string body;
};

class Front {
 public:
  virtual ~Front() = default;

  // nullopt: the path is not this front's.
  virtual std::optional<net::ServerResponse> serve(const net::ServerRequest& request, Instant now) = 0;

  // Calls that must be answered before serve() can answer this request (validation of a notification URL).
  // The host makes them one after the other and reports each to answered(); status 0 means that nobody
  // answered in time.
  virtual std::vector<OutgoingPost> asks_first(const net::ServerRequest&, Instant) { return {}; }
  virtual void answered(const OutgoingPost&, int /*status*/, std::string_view /*body*/) {}

  // Called when a request arrives and again when its answer has left, so that concurrent requests can be
  // counted. An answer here (429) is sent instead of serve()'s, and leave() is not called for it.
  virtual std::optional<net::ServerResponse> enter(const net::ServerRequest&, Instant) {
    return std::nullopt;
  }
  virtual void leave(const net::ServerRequest&) {}
};

}  // namespace mailsync::lab
