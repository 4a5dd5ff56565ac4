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
#include "sync/outbox.h"

namespace mailsync::crm {

using sync::OutboxState;
// "pending", "sending", …: the spelling of the database.
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
  int attempts = 0;
  std::string error;       // for people: why it is where it is
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

// Of all pages.
Result<int64_t> count_outbox(db::Session& session, sync::Viewer viewer, const OutboxQuery& query);

// The port through which a pass sends them.
class BuiltinOutbox final : public sync::Outbox {
 public:
  explicit BuiltinOutbox(db::Database& database) : database_(database) {}
  Result<std::vector<sync::OutboxEntry>> due(MailboxId mailbox, Instant now, size_t limit) override;
  Result<void> mark(Transaction& transaction, RecordId id, OutboxState state, const std::string& words,
                    const std::optional<sync::SentEmail>& sent, Instant next_try) override;

 private:
  db::Database& database_;
};

// Emails that Mail Sync has taken in (Message-ID, record): those that were composed here are tied to what
// they were composed on, and their messages to them. One look-up for a page.
Result<void> settle_sent(db::Session& session, AccountId account,
                         std::span<const std::pair<std::string, RecordId>> emails);

}  // namespace mailsync::crm
