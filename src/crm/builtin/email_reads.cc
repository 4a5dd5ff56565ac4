#include "crm/builtin/email_reads.h"

#include <algorithm>
#include <map>

#include "crm/builtin/emails.h"

namespace mailsync::crm {
namespace {

Result<std::vector<StoredAttachment>> attachments_of(db::Session& session, AccountId account,
                                                     RecordId email) {
  TRY(const db::Rows rows,
      session.query(
          "SELECT id, name, content_type, content_id, link, size, is_inline, content FROM crm_attachment "
          "WHERE email_id = $1 AND account_id = $2 ORDER BY position LIMIT 1000",
          {email, account}));
  std::vector<StoredAttachment> out;
  for (const db::Row& row : rows)
    out.push_back({.id = row[0].integer(),
                   .name = row[1].text(),
                   .content_type = row[2].text(),
                   .content_id = row[3].text(),
                   .link = row[4].text(),
                   .size = row[5].integer(),
                   .is_inline = row[6].boolean(),
                   .blob = row[7].text()});
  return out;
}

Result<void> read_copies(db::Session& session, const Rights& rights, RecordId email, EmailDetail& out) {
  TRY(const db::Rows rows,
      session.query("SELECT mailbox_id, user_id, bcc FROM crm_email_copy WHERE email_id = $1 "
                    "ORDER BY mailbox_id",
                    {email}));
  std::vector<model::Address> bcc;
  for (const db::Row& row : rows) {
    out.mailboxes.push_back(row[0].integer());
    if (row[1].id<UserId>() != rights.user) continue;
    TRY(const auto own, addresses_from_json(row[2].text()));
    for (const model::Address& each : own)
      if (std::ranges::find(bcc, each) == bcc.end()) bcc.push_back(each);
  }
  out.bcc = addresses_json(bcc);
  return {};
}

}  // namespace

std::string_view visible_emails(const Rights& rights) {
  if (rights.sees == Reach::All)
    return " AND (t.shown <> 'owner' OR EXISTS (SELECT 1 FROM crm_email_copy c WHERE c.email_id = t.id AND "
           "c.user_id = $2))";
  return " AND (r.owner_id = $2 OR EXISTS (SELECT 1 FROM crm_email_copy c WHERE c.email_id = t.id AND "
         "c.user_id = $2))";
}

Result<std::vector<EmailSummary>> email_summaries(db::Session& session, AccountId account,
                                                  const Rights& rights, std::span<const int64_t> ids) {
  const std::string sql =
      "SELECT t.id, t.subject, t.participants, t.sent_at_us, t.received_at_us, t.direction, t.importance, "
      "t.has_attachments, t.preview, CASE WHEN t.shown = 'all' OR EXISTS (SELECT 1 FROM crm_email_copy k "
      "WHERE "
      "k.email_id = t.id AND k.user_id = $2) THEN 1 ELSE 0 END FROM crm_email t JOIN crm_record r ON r.id = "
      "t.id "
      "WHERE +t.account_id = $1 AND r.deleted = 0 AND t.id IN {{ints $3}}" +
      std::string(visible_emails(rights));
  TRY(const db::Rows rows, session.query(sql, {account, rights.user, db::int_list(ids)}));
  TRY(auto records, load_records(session, account, rights.user, ids));
  std::map<int64_t, EmailSummary> found;
  for (const db::Row& row : rows) {
    EmailSummary& out = found[row[0].integer()];
    out = {.subject = row[1].text(),
           .participants = row[2].text(),
           .sent_at = row[3].instant(),
           .received_at = row[4].instant(),
           .direction = row[5].text(),
           .importance = row[6].text(),
           .has_attachments = row[7].boolean(),
           .whole = row[9].boolean()};
    if (out.whole) out.preview = row[8].text();
  }
  for (Record& record : records)
    if (const auto at = found.find(record.id.value); at != found.end()) at->second.record = std::move(record);
  std::vector<EmailSummary> out;
  for (int64_t id : ids)
    if (auto at = found.find(id); at != found.end()) out.push_back(std::move(at->second));
  return out;
}

Result<EmailDetail> email_detail(db::Session& session, AccountId account, const Rights& rights, RecordId id) {
  TRY(auto summaries, email_summaries(session, account, rights, std::span(&id.value, 1)));
  if (summaries.empty()) return fail(ErrorKind::Gone, "there is no such email, or you may not see it");
  EmailDetail out{.summary = std::move(summaries.front())};
  TRY(const db::Rows rows,
      session.query(
          "SELECT t.message_id, t.note, t.raw_blob, t.is_protected, b.text, b.html, t.shown FROM crm_email t "
          "JOIN crm_email_body b ON b.email_id = t.id WHERE t.id = $1 AND t.account_id = $2",
          {id, account}));
  if (rows.empty()) return fail(ErrorKind::Corrupt, "an email has no body in the database");
  const db::Row& row = rows.front();
  out.message_id = row[0].text();
  out.is_protected = row[3].boolean();
  out.shown = row[6].text();
  TRY_VOID(read_copies(session, rights, id, out));
  if (!out.summary.whole) {
    out.note = "Its owner shows only the subject and the people of this email.";
    return out;
  }
  out.note = row[1].text();
  out.raw_blob = row[2].text();
  out.text = row[4].text();
  out.html = row[5].text();
  TRY(out.attachments, attachments_of(session, account, id));
  return out;
}

}  // namespace mailsync::crm
