// Exchange Web Services, as far as Mail Sync uses them: /EWS/Exchange.asmx over the same tenant as the Graph
// front. Each group of operations has a file of its own beside this one; call.h is what they share. Sources:
// the published schemas (messages.xsd, types.xsd), and Microsoft's pages on each operation.
#pragma once

#include <memory>

#include "lab/front.h"
#include "lab/fronts/ews/accounts.h"
#include "lab/fronts/ews/switches.h"
#include "lab/world.h"

namespace mailsync::lab::ews {

class EwsFront final : public Front {
 public:
  // The world outlives the front, and is observed by it from now on.
  explicit EwsFront(World& world, EwsOptions options = {});
  ~EwsFront() override;

  std::optional<net::ServerResponse> serve(const net::ServerRequest& request, Instant now) override;

  EwsSwitches& switches();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mailsync::lab::ews
