// The port through which an email composed on a CRM record leaves: as the mailbox's owner, once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/result.h"
#include "model/email.h"

namespace mailsync::sync {

struct OutgoingAttachment {
  std::string name;
  std::string content_type;
  std::string bytes;
};

struct OutgoingEmail {
  std::vector<model::Address> to, cc, bcc;
  std::string subject;
  std::string html;
  std::vector<OutgoingAttachment> attachments;
  OperationId operation;  // also becomes the message's own mark, by which it is found again
};

struct SentEmail {
  RemoteId id;             // in Sent
  std::string message_id;  // without angle brackets
  std::optional<Instant> sent_at;
};

class Sender {
 public:
  virtual ~Sender() = default;
  // Prepares (a draft with our mark), then sends. Ambiguous: it may have left: call find before anything else
  // (F13).
  virtual Task<Result<SentEmail>> send(OutgoingEmail email) = 0;
  // Looks in Sent and Drafts. nullopt: it surely has not left. Transient: cannot be known now.
  virtual Task<Result<std::optional<SentEmail>>> find(OperationId operation) = 0;
};

}  // namespace mailsync::sync
