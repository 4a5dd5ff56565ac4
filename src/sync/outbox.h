// The port to emails that users composed in the CRM and that have yet to leave. Implemented by the CRM that
// holds them. All calls block: use them inside executor.blocking().
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/transaction.h"
#include "sync/sender.h"

namespace mailsync::sync {

// Pending → Sending (durable, before anything leaves) → Sent, or Unknown when nobody can say, or Failed for
// good.
enum class OutboxState { Pending, Sending, Sent, Unknown, Failed };

struct OutboxEntry {
  RecordId id;
  OutgoingEmail email;  // email.operation is derived from the id: the same for every try
  OutboxState state = OutboxState::Pending;
  int attempts = 0;
};

class Outbox {
 public:
  virtual ~Outbox() = default;
  // Pending, Sending and Unknown entries of this mailbox whose time has come, oldest first.
  virtual Result<std::vector<OutboxEntry>> due(MailboxId mailbox, Instant now, size_t limit) = 0;
  // `words`: for people, why it is where it is. `sent`: set for Sent; its Message-ID is how the copy in the
  // Sent folder is recognised and related to the record it was composed on.
  virtual Result<void> mark(Transaction& transaction, RecordId id, OutboxState state,
                            const std::string& words, const std::optional<SentEmail>& sent,
                            Instant next_try) = 0;
};

}  // namespace mailsync::sync
