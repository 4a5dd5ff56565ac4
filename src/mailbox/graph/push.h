// Change notices for one mailbox: messages, events, contacts. To Do has none for applications; polling covers
// it. learn.microsoft.com/graph/api/resources/subscription
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mailbox/graph/client.h"
#include "sync/push.h"

namespace mailsync::graph {

struct PushOptions {
  MailboxId mailbox;
  std::string notification_url;  // public https address of ours; "" = no push, polling alone
  std::string lifecycle_url;     // may be the same
  // The documented maximum is 10,080 minutes, and has been refused (F142): ask a little less.
  Duration life = std::chrono::minutes(10'000);
};

class Push final : public sync::Push {
 public:
  Push(std::shared_ptr<Client> client, PushOptions options)
      : client_(std::move(client)), options_(std::move(options)) {}

  // The first call of this object compares `known` with what Graph has and deletes orphans (F146); later ones
  // renew at half-life and create what is missing. A kind that is not granted is left out.
  Task<Result<std::vector<sync::Subscription>>> reconcile(std::vector<sync::Subscription> known) override;

 private:
  // Deletes subscriptions of ours to these resources that `known` does not name, and takes those out of
  // `known` that Graph does not have any more.
  Task<Result<void>> delete_unknown(std::vector<sync::Subscription>& known,
                                    std::vector<std::string> resources);
  Task<Result<sync::Subscription>> create(std::string resource);
  Task<Result<sync::Subscription>> renewed(sync::Subscription subscription);
  std::vector<std::string> wanted() const;

  std::shared_ptr<Client> client_;
  PushOptions options_;
  bool compared_ = false;
};

}  // namespace mailsync::graph
