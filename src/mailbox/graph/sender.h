// Sends as the mailbox's owner: a draft with our mark, its attachments, then /send, then the copy in Sent
// Items is looked up. learn.microsoft.com/graph/api/message-send
#pragma once

#include <memory>
#include <string>

#include "mailbox/graph/client.h"
#include "sync/sender.h"

namespace mailsync::graph {

class Sender final : public sync::Sender {
 public:
  explicit Sender(std::shared_ptr<Client> client) : client_(std::move(client)) {}

  // Until /send is called nothing can have left, so every error before it is safe to try again: drafts that
  // an earlier try left behind are cleared away first, and one that was sent after all is returned instead
  // (F13).
  Task<Result<sync::SentEmail>> send(sync::OutgoingEmail email) override;
  Task<Result<std::optional<sync::SentEmail>>> find(OperationId operation) override;

 private:
  Task<Result<WireMessage>> prepare(sync::OutgoingEmail email);
  Task<Result<void>> attach(std::string draft, sync::OutgoingAttachment attachment);
  Task<Result<void>> upload(std::string draft, sync::OutgoingAttachment attachment);
  Task<sync::SentEmail> in_sent_items(WireMessage draft);
  Task<Result<bool>> in_outbox(WireMessage message);

  std::shared_ptr<Client> client_;
};

// The draft as JSON: recipients, HTML body, our header and our extended property.
std::string write_draft(const sync::OutgoingEmail& email);

}  // namespace mailsync::graph
