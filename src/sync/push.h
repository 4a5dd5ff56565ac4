// The port for change notices. A notice only wakes a pass: nothing in it is stored or believed (S18).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/secret.h"
#include "model/kind.h"

namespace mailsync::sync {

struct Subscription {
  std::string id;  // the vendor's
  MailboxId mailbox;
  std::string resource;  // what it watches, as the vendor spells it
  Instant expires;
  Secret client_state;  // at least 128 random bits, compared in constant time (S16)
};

class Push {
 public:
  virtual ~Push() = default;
  // Creates what is missing, renews what is past half its life, deletes what is not ours to keep (F141,
  // F146). Returns what is alive now. Unsupported kinds are simply not in it; polling covers them.
  virtual Task<Result<std::vector<Subscription>>> reconcile(std::vector<Subscription> known) = 0;
};

}  // namespace mailsync::sync
