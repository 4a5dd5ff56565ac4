// Emails that users composed, on their way out through their own mailbox, exactly once.
//
// pending → unknown (committed before the server is spoken to) → sent or failed. What is found unknown after
// a crash is looked for and never simply sent again (F13).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crm/builtin/rights.h"
#include "sync/sender.h"

namespace mailsync::crm {

enum class OutboxState { Pending, Sent, Unknown, Failed };
std::string_view name_of(OutboxState state);

struct OutboxMessage {
  RecordId id;
  AccountId account;
  UserId user;
  MailboxId mailbox;
  std::string client_id;
  RecordId record, in_reply_to;  // 0: none
  std::vector<model::Address> to, cc, bcc;
  std::string subject;
  std::string html;
  std::vector<sync::OutgoingAttachment> attachments;
  OutboxState state = OutboxState::Pending;
  std::string error;       // for people, when failed
  std::string message_id;  // when sent
  RecordId email;          // the CRM's email once it is known
  Instant created_at, sent_at;
};

// The one queued before under the same client id, if there is one; attachments and html are not read back.
Result<OutboxMessage> queue_email(db::Session& session, OutboxMessage message, Instant now);
// Gone when the viewer has none of this id.
Result<OutboxMessage> outbox_message(db::Session& session, sync::Viewer viewer, RecordId id);

struct OutboxQuery {
  RecordId record;                   // 0: any
  std::optional<OutboxState> state;  // any
  RecordId before;                   // 0: the newest
  size_t limit = 50;
};
Result<std::vector<OutboxMessage>> outbox(db::Session& session, sync::Viewer viewer,
                                          const OutboxQuery& query);

// For the worker that holds the mailbox's lease: what is pending or unknown, oldest first, whole.
Result<std::vector<OutboxMessage>> open_messages(db::Session& session, MailboxId mailbox, size_t limit);
Result<void> set_outbox_state(db::Session& session, RecordId id, OutboxState state, std::string_view error,
                              std::string_view message_id, Instant sent_at);
// The mark by which a message is found again; the same for every try.
OperationId operation_of(const OutboxMessage& message);
sync::OutgoingEmail outgoing_of(OutboxMessage message);

// Emails that Mail Sync has taken in (Message-ID, record): those that were composed here are tied to what
// they were composed on, and their messages to them. One look-up for a page.
Result<void> settle_sent(db::Session& session, AccountId account,
                         std::span<const std::pair<std::string, RecordId>> emails);

}  // namespace mailsync::crm
