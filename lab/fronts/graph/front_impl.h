// What graph_front.cc and batch.cc share.
#pragma once

#include <deque>

#include "lab/fronts/graph/graph_front.h"
#include "lab/fronts/graph/subscriptions.h"

namespace mailsync::lab::graph {

// Requests to one mailbox by one application, against the published limits (F122).
class Throttle {
 public:
  explicit Throttle(World& world) : world_(world) {}
  // The refusal, or nothing and the request counts.
  std::optional<std::string> admit(const std::string& key, size_t upload_bytes, Instant now);
  bool begin(const net::ServerRequest* request, const std::string& key);  // false: too many at once
  void end(const net::ServerRequest* request);

 private:
  World& world_;
  std::map<std::string, std::deque<Instant>> recent_;
  std::map<std::string, std::deque<std::pair<Instant, size_t>>> uploads_;
  std::map<std::string, size_t> in_flight_;
  std::map<const net::ServerRequest*, std::string> keys_;
};

struct GraphFront::Impl {
  World& world;
  TokenTable& tokens;
  std::string scheme;
  Desk desk;
  Notifier notifier{world, desk};
  Throttle throttle{world};

  Impl(World& w, TokenTable& t, std::string s) : world(w), tokens(t), scheme(std::move(s)) {}

  // One request with its token checked, from the outside or out of a batch.
  Answer answer(const net::ServerRequest& request, const Grant& grant, Instant now);
  Answer route(Call& call);
  Answer batch(const net::ServerRequest& request, const Grant& grant, Instant now);
  Answer sub_request(const json::object& part, const net::ServerRequest& outer, const Grant& grant,
                     Instant now);
  std::expected<Grant, Answer> signed_in(const net::ServerRequest& request, Instant now);
  Call call_for(const net::ServerRequest& request, const Grant& grant, Instant now);
  std::string mailbox_key(const net::ServerRequest& request, const Grant& grant);
  Answer too_many(const Call& call, std::string_view message);
};

}  // namespace mailsync::lab::graph
