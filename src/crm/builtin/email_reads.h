// Reading emails as a viewer may: whole, subject and people only, or not at all; Bcc only on his own copy.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "crm/builtin/records.h"
#include "crm/builtin/rights.h"

namespace mailsync::crm {

struct EmailSummary {
  Record record;
  std::string subject;
  std::string participants;  // JSON {"from":[{"address","name"}],"sender","to","cc","reply_to"}
  Instant sent_at;           // 0: unknown
  Instant received_at;
  std::string direction;  // in, out, internal
  std::string importance;
  bool has_attachments = false;
  std::string preview;
  bool whole = true;  // false: subject and people only
};

struct StoredAttachment {
  int64_t id = 0;
  std::string name, content_type, content_id, link;
  int64_t size = 0;
  bool is_inline = false;
  std::string blob;  // "" where the bytes are not kept
};

struct EmailDetail {
  EmailSummary summary;
  std::string bcc;  // JSON list, of the viewer's own copies
  std::string text, html;
  std::string message_id, note, raw_blob;
  bool is_protected = false;
  std::vector<StoredAttachment> attachments;
  std::vector<int64_t> mailboxes;  // that hold a copy
  std::string shown;  // what others see of it: "all", "head" (subject and people), "owner" (nothing)
};

// " AND (…)" over crm_record r and crm_email t: what the viewer may see; $1 is the account, $2 the viewer.
std::string_view visible_emails(const Rights& rights);

// In the order of `ids`; those that the viewer may not see are left out.
Result<std::vector<EmailSummary>> email_summaries(db::Session& session, AccountId account,
                                                  const Rights& rights, std::span<const int64_t> ids);
// Gone when there is none that the viewer may see.
Result<EmailDetail> email_detail(db::Session& session, AccountId account, const Rights& rights, RecordId id);

}  // namespace mailsync::crm
