#include "crm/builtin/outbox.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "crm/builtin/emails.h"
#include "crm/builtin/ran.h"

namespace mailsync::crm {
namespace {

constexpr std::string_view kColumns =
    "id, account_id, user_id, mailbox_id, client_id, record_id, in_reply_to_id, recipients, subject, state, "
    "error, "
    "message_id, email_id, created_at_us, sent_at_us, attempts";

std::string recipients_json(const OutboxMessage& message) {
  return "{\"to\":" + addresses_json(message.to) + ",\"cc\":" + addresses_json(message.cc) +
         ",\"bcc\":" + addresses_json(message.bcc) + "}";
}

Result<void> read_recipients(std::string_view json, OutboxMessage& out) {
  boost::system::error_code failed;
  const auto value = boost::json::parse(json, failed);
  const auto* members = failed ? nullptr : value.if_object();
  if (!members) return fail(ErrorKind::Corrupt, "the recipients of a queued email are not readable");
  const auto list = [members](std::string_view name) {
    const auto* found = members->if_contains(name);
    return addresses_from_json(found ? boost::json::serialize(*found) : "[]");
  };
  TRY(out.to, list("to"));
  TRY(out.cc, list("cc"));
  TRY(out.bcc, list("bcc"));
  return {};
}

Result<OutboxMessage> message_of(const db::Row& row) {
  OutboxMessage out{.id = row[0].id<RecordId>(),
                    .account = row[1].id<AccountId>(),
                    .user = row[2].id<UserId>(),
                    .mailbox = row[3].id<MailboxId>(),
                    .client_id = row[4].text(),
                    .record = row[5].id<RecordId>(),
                    .in_reply_to = row[6].id<RecordId>(),
                    .subject = row[8].text(),
                    .error = row[10].text(),
                    .message_id = row[11].text(),
                    .email = row[12].id<RecordId>(),
                    .created_at = row[13].instant(),
                    .sent_at = row[14].instant()};
  out.attempts = static_cast<int>(row[15].integer());
  TRY_VOID(read_recipients(row[7].text(), out));
  for (OutboxState state :
       {OutboxState::Sending, OutboxState::Sent, OutboxState::Unknown, OutboxState::Failed})
    if (name_of(state) == row[9].text()) out.state = state;
  return out;
}

Result<std::vector<OutboxMessage>> messages_of(const db::Rows& rows) {
  std::vector<OutboxMessage> out;
  for (const db::Row& row : rows) {
    TRY(OutboxMessage each, message_of(row));
    out.push_back(std::move(each));
  }
  return out;
}

sync::OutgoingEmail outgoing_of(OutboxMessage message) {
  OperationId operation{"outbox-" + std::to_string(message.account.value) + "-" +
                        std::to_string(message.id.value)};
  return {.to = std::move(message.to),
          .cc = std::move(message.cc),
          .bcc = std::move(message.bcc),
          .subject = std::move(message.subject),
          .html = std::move(message.html),
          .attachments = std::move(message.attachments),
          .operation = std::move(operation)};
}

}  // namespace

std::string_view name_of(OutboxState state) {
  switch (state) {
    case OutboxState::Pending:
      return "pending";
    case OutboxState::Sending:
      return "sending";
    case OutboxState::Sent:
      return "sent";
    case OutboxState::Unknown:
      return "unknown";
    case OutboxState::Failed:
      return "failed";
  }
  std::unreachable();
}

Result<OutboxMessage> queue_email(db::Session& session, OutboxMessage message, Instant now) {
  TRY(const db::Rows made,
      session.query(
          "INSERT INTO crm_outbox (account_id, user_id, mailbox_id, client_id, record_id, "
          "in_reply_to_id, recipients, subject, html, state, attempts, next_try_us, error, message_id, "
          "email_id, created_at_us, sent_at_us) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', 0, 0, '', '', 0, $10, 0) "
          "ON CONFLICT (account_id, user_id, client_id) DO NOTHING RETURNING id",
          {message.account, message.user, message.mailbox, message.client_id, message.record,
           message.in_reply_to, recipients_json(message), message.subject, message.html, now}));
  if (made.empty()) {
    static const std::string sql =
        "SELECT " + std::string(kColumns) +
        " FROM crm_outbox WHERE account_id = $1 AND user_id = $2 AND client_id = $3";
    TRY(const db::Rows rows, session.query(sql, {message.account, message.user, message.client_id}));
    if (rows.empty()) return fail(ErrorKind::Transient, "the email is being queued already; look again");
    return message_of(rows.front());
  }
  message.id = made.front()[0].id<RecordId>();
  message.state = OutboxState::Pending;
  message.created_at = now;
  std::vector<db::Params> rows;
  int64_t position = 0;
  for (const sync::OutgoingAttachment& each : message.attachments)
    rows.push_back({message.id, position++, each.name, each.content_type, db::Blob{each.bytes}});
  TRY_VOID(session.execute_batch(
      "INSERT INTO crm_outbox_attachment (outbox_id, position, name, content_type, bytes) "
      "VALUES ($1, $2, $3, $4, $5)",
      rows));
  return message;
}

Result<OutboxMessage> outbox_message(db::Session& session, sync::Viewer viewer, RecordId id) {
  static const std::string sql = "SELECT " + std::string(kColumns) +
                                 " FROM crm_outbox WHERE account_id = $1 AND user_id = $2 AND id = $3";
  TRY(const db::Rows rows, session.query(sql, {viewer.account, viewer.user, id}));
  if (rows.empty()) return fail(ErrorKind::Gone, "there is no such email among those you composed");
  return message_of(rows.front());
}

Result<std::vector<OutboxMessage>> outbox(db::Session& session, sync::Viewer viewer,
                                          const OutboxQuery& query) {
  static const std::string sql =
      "SELECT " + std::string(kColumns) +
      " FROM crm_outbox WHERE account_id = $1 AND user_id = $2 AND ($3 = 0 OR record_id = $3) "
      "AND ($4 = '' OR state = $4) AND ($5 = 0 OR id < $5) ORDER BY id DESC LIMIT $6";
  TRY(const db::Rows rows, session.query(sql, {viewer.account, viewer.user, query.record,
                                               query.state ? name_of(*query.state) : std::string_view(),
                                               query.before, query.limit}));
  return messages_of(rows);
}

Result<int64_t> count_outbox(db::Session& session, sync::Viewer viewer, const OutboxQuery& query) {
  TRY(const db::Rows rows,
      session.query("SELECT COUNT(*) FROM crm_outbox WHERE account_id = $1 AND user_id = $2 AND "
                    "($3 = 0 OR record_id = $3) AND ($4 = '' OR state = $4)",
                    {viewer.account, viewer.user, query.record,
                     query.state ? name_of(*query.state) : std::string_view()}));
  return rows.front()[0].integer();
}

Result<std::vector<sync::OutboxEntry>> BuiltinOutbox::due(MailboxId mailbox, Instant now, size_t limit) {
  static const std::string sql =
      "SELECT " + std::string(kColumns) +
      ", html FROM crm_outbox WHERE mailbox_id = $1 AND state IN ('pending', 'sending', 'unknown') AND "
      "next_try_us <= $2 ORDER BY id LIMIT $3";
  std::vector<sync::OutboxEntry> out;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(const db::Rows rows, session.query(sql, {mailbox, now, limit}));
    for (const db::Row& row : rows) {
      TRY(OutboxMessage message, message_of(row));
      message.html = row.back().text();
      TRY(const db::Rows files, session.query("SELECT name, content_type, bytes FROM crm_outbox_attachment "
                                              "WHERE outbox_id = $1 ORDER BY position",
                                              {message.id}));
      for (const db::Row& file : files)
        message.attachments.push_back({file[0].text(), file[1].text(), file[2].bytes()});
      const RecordId id = message.id;
      const OutboxState state = message.state;
      const int attempts = message.attempts;
      out.push_back(
          {.id = id, .email = outgoing_of(std::move(message)), .state = state, .attempts = attempts});
    }
    return {};
  }));
  return out;
}

Result<void> BuiltinOutbox::mark(Transaction& transaction, RecordId id, OutboxState state,
                                 const std::string& words, const std::optional<sync::SentEmail>& sent,
                                 Instant next_try) {
  const Instant sent_at = sent && sent->sent_at ? *sent->sent_at : Instant{};
  return ran(db::SqlTransaction::of(transaction)
                 .execute("UPDATE crm_outbox SET state = $2, error = $3, message_id = $4, sent_at_us = $5, "
                          "next_try_us = $6, attempts = attempts + $7 WHERE id = $1",
                          {id, name_of(state), words, sent ? sent->message_id : std::string(), sent_at,
                           next_try, state == OutboxState::Sending ? 1 : 0}));
}

Result<void> settle_sent(db::Session& session, AccountId account,
                         std::span<const std::pair<std::string, RecordId>> emails) {
  std::vector<std::string> message_ids;
  for (const auto& [message_id, email] : emails)
    if (!message_id.empty()) message_ids.push_back(message_id);
  if (message_ids.empty()) return {};
  TRY(const db::Rows rows,
      session.query(
          "SELECT id, message_id, record_id FROM crm_outbox WHERE account_id = $1 AND message_id <> '' AND "
          "message_id IN {{texts $2}}",
          {account, db::text_list(message_ids)}));
  for (const db::Row& row : rows) {
    const auto at = std::ranges::find(emails, row[1].text(), &std::pair<std::string, RecordId>::first);
    TRY_VOID(ran(session.execute("UPDATE crm_outbox SET email_id = $2 WHERE id = $1", {row[0], at->second})));
    if (row[2].integer() == 0) continue;
    TRY_VOID(
        ran(session.execute("INSERT INTO crm_relation (source_id, target_id, role, account_id, at_us) "
                            "SELECT e.id, r.id, 'related', e.account_id, e.received_at_us FROM crm_email e "
                            "JOIN crm_record r ON r.id = $3 WHERE e.id = $2 AND e.account_id = $1 AND "
                            "r.account_id = $1 ON CONFLICT (source_id, target_id, role) DO NOTHING",
                            {account, at->second, row[2]})));
  }
  return {};
}

}  // namespace mailsync::crm
