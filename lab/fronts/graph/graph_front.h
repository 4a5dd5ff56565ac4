// Microsoft Graph v1.0, as far as Mail Sync uses it: /v1.0/…, with the semantics of the real service.
// Each resource has a file of its own beside this one; call.h is what they share.
#pragma once

#include <memory>
#include <string>

#include "lab/front.h"
#include "lab/host.h"
#include "lab/tokens.h"
#include "lab/world.h"

namespace mailsync::lab::graph {

class GraphFront final : public Front, public NotificationQueue {
 public:
  // `scheme` and the request's Host header make the links in answers; tokens may be filled by another front.
  GraphFront(World& world, TokenTable& tokens, std::string scheme = "https");
  ~GraphFront() override;

  std::optional<net::ServerResponse> serve(const net::ServerRequest& request, Instant now) override;
  std::vector<OutgoingPost> asks_first(const net::ServerRequest& request, Instant now) override;
  void answered(const OutgoingPost& post, int status, std::string_view body) override;
  std::optional<net::ServerResponse> enter(const net::ServerRequest& request, Instant now) override;
  void leave(const net::ServerRequest& request) override;

  std::vector<OutgoingPost> take_due_notifications(Instant now) override;
  void delivered(const OutgoingPost& post, int status, Instant now) override;

  // By switch: "missed", "subscriptionRemoved" (which also removes it) or "reauthorizationRequired" to every
  // subscription of a mailbox (address; empty = all).
  void send_lifecycle(std::string_view event, std::string_view mailbox, Instant now);
  size_t subscription_count() const;
  // All delta tokens handed out so far stop working.
  void forget_delta_tokens(Instant now);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mailsync::lab::graph
