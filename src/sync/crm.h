// The ports to a CRM that lives in our own database: its changes, its writes (in the turn's transaction), its
// look-ups. All calls block: use them inside executor.blocking().
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/transaction.h"
#include "model/email.h"
#include "model/fields.h"
#include "model/kind.h"
#include "sync/profile.h"
#include "sync/replica.h"

namespace mailsync::sync {

// Days that count, from today.
struct ScopeWindow {
  int completed_task_days = 14;
  int meeting_days_back = 14;
  int meeting_months_ahead = 24;
};

// On whose behalf: every CRM write runs with that user's rights.
struct Viewer {
  AccountId account;
  UserId user;
  // His profile's window: what is older or further ahead is not in his scope.
  ScopeWindow window = {};
};

struct CrmRecord {
  Kind kind = Kind::Contact;
  RecordId id;
  int64_t version = 0;  // counts up with every change
  Instant changed_at;
  UserId changed_by;
  Fields fields;  // everything the CRM holds of what the model knows
  bool in_scope =
      false;  // this viewer wants it in his mailbox (assigned, watched, or in his view "Exchange Sync")
  bool deleted = false;
  std::string series_key;  // meetings that came from a mailbox
  bool may_write = true;   // the viewer's right
  bool may_delete = false;
  bool may_restore = false;  // of a deleted one
  bool send_requested =
      false;  // meetings: a user asked for invitations or updates to be mailed for this version
};

struct CrmChangePage {
  std::vector<CrmRecord> records;  // deleted ones and ones that left the scope too
  Cursor next;
  bool more = false;
};

struct CrmWrite {
  // Restore: a deleted record is there again as it was, under its id and with what it was tied to; `fields`
  // are laid over it.
  enum class Op { Create, Update, Delete, Restore };
  Op op = Op::Update;
  Kind kind = Kind::Contact;
  RecordId id;
  int64_t base_version = 0;  // Update, Delete: what the merge stood on; VersionStale when the record moved on
  Fields fields;             // Create: all; Update: only what changes
  std::string series_key;    // meetings
  bool as_lead = false;      // Contact, Create: a lead instead of a person
  RecordId organisation;     // Contact, Create: where he works; 0 = not known
  // Contact, Create, Restore: whoever has one of his addresses was considered. Anybody else who has one makes
  // the write VersionStale, so that two mailboxes at once never make one person twice.
  std::optional<std::vector<RecordId>> considered;
};

struct EmailRecordWrite {
  model::Email email;
  std::string identity;           // model::email_identity
  MailboxId mailbox;              // whose copy this is: Bcc is visible to its owner alone
  std::vector<RecordId> related;  // people and leads matched by address
  Shown shown = Shown::All;       // of this copy
};

// Bytes of an attachment on their way in, piece by piece; memory holds 1 MiB at most. Given up unfinished,
// its rows are swept away later.
class BlobSink {
 public:
  virtual ~BlobSink() = default;
  virtual Result<void> append(std::string_view bytes) = 0;
  // Its content address, for model::Attachment::blob and model::Email::raw_blob. The same bytes are kept
  // once.
  virtual Result<std::string> finish() = 0;
};

class LocalReplica {
 public:
  virtual ~LocalReplica() = default;
  virtual Capabilities capabilities(Kind kind) const = 0;
  // Records of this kind that changed after `cursor` (empty: all in scope) and concern this viewer: in his
  // scope now, or linked ones that left it or were deleted. `linked` tells which records are linked to his
  // mailbox.
  virtual Result<CrmChangePage> changes(Viewer viewer, Kind kind, Cursor cursor, size_t limit) = 0;
  // In the order asked; a missing record is Gone.
  virtual std::vector<Result<CrmRecord>> fetch(Viewer viewer, Kind kind, std::span<const RecordId> ids) = 0;
  // Inside the turn's transaction. Forbidden: the viewer's rights (nothing is written). ItemInvalid: the
  // CRM's own rules, with its words.
  virtual Result<CrmRecord> apply(Transaction& transaction, Viewer viewer, const CrmWrite& write) = 0;

  // One CRM email for any number of mailbox copies: creates it, or adds this mailbox's copy to the one that
  // exists. A whole page in a handful of round trips; ids in the order of `writes`.
  virtual Result<std::vector<RecordId>> add_emails(Transaction& transaction, Viewer viewer,
                                                   std::span<const EmailRecordWrite> writes) = 0;
  Result<RecordId> add_email(Transaction& transaction, Viewer viewer, const EmailRecordWrite& write) {
    auto ids = add_emails(transaction, viewer, std::span(&write, 1));
    if (!ids) return fail(std::move(ids).error());
    return ids->front();
  }
  // Adds this mailbox's copy to an email that is known already (Directory::emails_by_identity): its head is
  // enough, no body need be fetched. Gone when there is no such email.
  virtual Result<void> add_email_copy(Transaction& transaction, Viewer viewer, RecordId email,
                                      MailboxId mailbox, const model::EmailHead& head, Shown shown) = 0;
  // Takes this mailbox's copy away; the record stays while another mailbox has one, and comes back with the
  // next.
  virtual Result<void> remove_email_copy(Transaction& transaction, Viewer viewer, RecordId email,
                                         MailboxId mailbox) = 0;

  // Takes in an attachment's or a message's bytes, in transactions of its own.
  virtual std::unique_ptr<BlobSink> new_blob(AccountId account) = 0;
};

struct PersonRef {
  RecordId id;
  bool is_lead = false;
  std::string given_name, family_name;
};

struct OrganisationRef {
  RecordId id;
  std::string name;
};

// What gather asks, always in batches. Keys that match nothing are simply absent from the answer.
class Directory {
 public:
  virtual ~Directory() = default;
  // Keyed by model::address_for_matching.
  virtual Result<std::map<std::string, std::vector<PersonRef>>> people_by_address(
      AccountId account, std::span<const std::string> addresses) = 0;
  // Keyed by model::email_identity.
  virtual Result<std::map<std::string, RecordId>> emails_by_identity(
      AccountId account, std::span<const std::string> identities) = 0;
  // Keyed by model::series_key.
  virtual Result<std::map<std::string, RecordId>> meetings_by_series(AccountId account,
                                                                     std::span<const std::string> keys) = 0;
  // Keyed by domain as asked (lower case); one that two organisations share is not in the answer.
  virtual Result<std::map<std::string, OrganisationRef>> organisations_by_domain(
      AccountId account, std::span<const std::string> domains) = 0;
  // Conversations of this mailbox of which some email is already in the CRM.
  virtual Result<std::set<std::string>> shared_conversations(
      AccountId account, MailboxId mailbox, std::span<const std::string> conversation_ids) = 0;
};

}  // namespace mailsync::sync
