// Change notifications: who subscribed to what, and the posts that are due to them.
#pragma once

#include <deque>
#include <map>

#include "lab/fronts/graph/call.h"
#include "lab/host.h"

namespace mailsync::lab::graph {

class Notifier {
 public:
  Notifier(World& world, Desk& desk);

  // The handshakes that a POST /subscriptions needs first: one for each URL in it.
  std::vector<OutgoingPost> handshakes(const net::ServerRequest& request);
  void answered(const OutgoingPost& post, int status, std::string_view body);

  std::vector<OutgoingPost> take_due(Instant now);
  void delivered(const OutgoingPost& post, int status, Instant now);
  void lifecycle(std::string_view event, std::string_view mailbox, Instant now);

 private:
  struct Pending {
    Instant due;
    Instant first_tried;
    OutgoingPost post;
    std::string subscription;
  };
  void on_change(const Change& change);
  void queue(const Subscription& subscription, const std::string& url, json::object notice, Instant due);
  void expire(Instant now);

  World& world_;
  Desk& desk_;
  std::multimap<Instant, Pending> pending_;
  std::map<uint64_t, Pending> out_;          // handed to the host, not reported yet
  std::map<uint64_t, std::string> awaited_;  // handshake → token
  uint64_t last_post_ = 0;
};

}  // namespace mailsync::lab::graph
