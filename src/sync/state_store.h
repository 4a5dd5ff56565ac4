// The port to what sync must remember: links, cursors, removal hints, the journal, issues, leases, runs.
// Implemented by src/store on both databases; one contract suite. All calls block: use them inside
// executor.blocking().
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/transaction.h"
#include "sync/link.h"
#include "sync/profile.h"
#include "sync/replica.h"

namespace mailsync::sync {

struct CursorState {
  Cursor cursor;
  bool enumerated = false;  // a whole listing has been taken in since the cursor was last lost
  Instant saved_at;
};

// "Removed" as a change feed said it, kept until the round over all collections is finished.
struct RemovalHint {
  Kind kind;
  RemoteId remote_id;
  std::string collection;
};

// Every change Mail Sync made, intends or refused: before, after, cause, rule.
struct JournalEntry {
  enum class Side { Mailbox, Crm };
  enum class State { Intended, Done, Refused, Failed };
  JournalId id;  // 0 until it is saved
  MailboxId mailbox;
  RunId run;
  Kind kind = Kind::Email;
  LinkId link;  // 0 when there is none
  RemoteId remote_id;
  RecordId record;
  Side side = Side::Crm;
  std::string action;  // "create", "update", "delete", "link", "freeze", "dismiss", "send", …
  State state = State::Intended;
  OperationId operation;  // remote writes: what a retry or a restart looks for
  std::string before;     // canonical JSON of the fields concerned, {} when none
  std::string after;
  std::string cause;    // what set it off: "changed in the mailbox", "changed in the CRM", …
  std::string rule;     // which rule decided: "category", "conflict: later change wins", …
  std::string payload;  // what a restart needs to finish it (the planned write), JSON; "" when done
  std::string outcome;  // for people, when refused or failed
  Instant at;
};

// Which entries of a mailbox's journal; a member that is 0 or empty asks for nothing.
struct JournalFilter {
  MailboxId mailbox;
  JournalId id;
  RunId run;
  RecordId record;
  RemoteId remote_id;
  Instant since;
  JournalId before;  // for paging: older than this
};

// Something a user or administrator must know; open until solved. Deduplicated by (mailbox, key).
struct Issue {
  IssueId id;
  MailboxId mailbox;
  std::string key;  // "mailbox:consent", "item:<remote id>", "held:contact", …
  std::optional<Kind> kind;
  RemoteId remote_id;
  RecordId record;
  std::string severity;  // "info", "warning", "error"
  std::string title;     // what happened, to what
  std::string cause;     // why, as far as it is known
  std::string effect;    // what it means for the user: what waits, what goes on
  std::string remedy;    // what to do
  Instant opened_at;
  int attempts = 0;  // tries of a parked item
  Instant retry_at;  // 0 = not by itself
};

// Held by the only worker that may speak to the mailbox; every commit checks its number (F148).
struct Lease {
  MailboxId mailbox;
  int64_t fencing_token = 0;
  Instant until;
};

// WaitsForStart: its first sync begins when a person says so.
enum class MailboxState { Active, Paused, NeedsLogin, SwitchedOff, Forbidden, Stopped, Held, WaitsForStart };
std::string_view name_of(MailboxState state);
// A login, a licence or a right may come back: such a mailbox is looked at again when its due time comes. One
// that a person or an invariant stopped waits for a person.
bool is_runnable(MailboxState state);

struct Mailbox {
  MailboxId id;
  AccountId account;
  UserId user;  // whose CRM rights and scope apply
  std::string address;
  std::string remote_user;    // how the server names the mailbox: id, or address
  std::string access_method;  // "graph_app", "graph_user", …
  MailboxState state = MailboxState::Active;
  std::string state_text;  // for people
  Profile profile;
  Instant last_pass_at;
};

// Counts of one pass, per kind: what an administrator sees and the demo prints.
struct Counts {
  int64_t to_crm_created = 0, to_crm_updated = 0, to_crm_deleted = 0, to_crm_linked = 0;
  int64_t to_mailbox_created = 0, to_mailbox_updated = 0, to_mailbox_deleted = 0;
  std::map<std::string, int64_t> skipped;  // by reason
  int64_t parked = 0;
  bool empty() const;
  void add(const Counts& other);
};

enum class Durable { No, Yes };  // Yes: on disk when it returns, as remote intentions must be

class StateStore {
 public:
  virtual ~StateStore() = default;

  // One transaction for everything that must commit together: CRM writes, links, journal, cursor.
  // Transient: nothing happened, plan again. VersionStale "unique": somebody else linked the same pair: plan
  // again.
  virtual Result<void> transact(Durable durable, const std::function<Result<void>(Transaction&)>& work) = 0;

  // ---- reads ----
  virtual Result<std::vector<Mailbox>> mailboxes(AccountId account) = 0;  // account 0: all
  virtual Result<Mailbox> mailbox(MailboxId id) = 0;
  virtual Result<std::vector<Link>> links_by_remote(MailboxId mailbox, Kind kind,
                                                    std::span<const RemoteId> ids) = 0;
  virtual Result<std::vector<Link>> links_by_record(MailboxId mailbox, std::span<const RecordId> records) = 0;
  // Active and frozen links whose mailbox side had one of these content hashes at the last sync; never
  // emails. A store that only stands before another has none.
  virtual Result<std::vector<Link>> links_by_content(MailboxId, Kind, std::span<const std::string>) {
    return std::vector<Link>{};
  }
  // Links of these records in every mailbox of the account: whose copy is the source of a meeting.
  virtual Result<std::vector<Link>> links_of_records(AccountId account,
                                                     std::span<const RecordId> records) = 0;
  virtual Result<std::vector<Link>> links(MailboxId mailbox, Kind kind, LinkId after, size_t limit) = 0;
  virtual Result<int64_t> count_links(MailboxId mailbox, Kind kind) = 0;  // active ones
  virtual Result<std::optional<CursorState>> cursor(MailboxId mailbox, std::string_view collection) = 0;
  // All whose name begins so, by name, at most `limit`.
  virtual Result<std::vector<std::pair<std::string, CursorState>>> cursors(MailboxId mailbox,
                                                                           std::string_view prefix,
                                                                           size_t limit) = 0;
  virtual Result<std::vector<RemovalHint>> removals(MailboxId mailbox) = 0;
  // Intended entries that no outcome follows: what a crash left open.
  virtual Result<std::vector<JournalEntry>> open_intentions(MailboxId mailbox) = 0;
  virtual Result<std::vector<JournalEntry>> journal(MailboxId mailbox, JournalId after, size_t limit) = 0;
  // Newest first.
  virtual Result<std::vector<JournalEntry>> changes(const JournalFilter& filter, size_t limit) = 0;
  // Deletions and dismissals journaled since then, for the guard.
  virtual Result<int64_t> deletions_since(MailboxId mailbox, Kind kind, Instant since) = 0;
  // Active links, and deletions since then, over all mailboxes of the account.
  virtual Result<std::pair<int64_t, int64_t>> account_deletions(AccountId account, Kind kind, Instant since);
  virtual Result<std::vector<Issue>> open_issues(MailboxId mailbox) = 0;
  // About any of these records, in every mailbox of the account. A store that only stands before another has
  // none.
  virtual Result<std::vector<Issue>> open_issues_about(AccountId, std::span<const RecordId>) {
    return std::vector<Issue>{};
  }
  virtual Result<std::map<Kind, Counts>> totals(MailboxId mailbox) = 0;  // summed over all runs

  // ---- writes, inside transact ----
  // Cancelled when the lease is not ours any more: the whole transaction must be given up.
  virtual Result<void> check_lease(Transaction&, const Lease& lease) = 0;
  virtual Result<MailboxId> save_mailbox(Transaction&, const Mailbox& mailbox) = 0;  // id 0 inserts
  // Inserts (sets link.id) or updates. VersionStale "unique" when the item or (except emails) the record has
  // one already.
  virtual Result<void> save_links(Transaction&, std::span<Link> links) = 0;
  virtual Result<void> remove_link(Transaction&, LinkId link) = 0;
  virtual Result<void> save_cursor(Transaction&, MailboxId mailbox, std::string_view collection,
                                   const CursorState&) = 0;
  virtual Result<void> forget_cursor(Transaction&, MailboxId mailbox, std::string_view collection) = 0;
  virtual Result<void> note_removals(Transaction&, MailboxId mailbox, std::span<const RemovalHint> hints) = 0;
  virtual Result<void> forget_removals(Transaction&, MailboxId mailbox,
                                       std::span<const RemovalHint> hints) = 0;
  // Inserts (sets id) or, for an entry with an id, records its outcome.
  virtual Result<void> save_journal(Transaction&, std::span<JournalEntry> entries) = 0;
  // Opens or refreshes by (mailbox, key), keeping opened_at and adding to attempts; closes by key.
  virtual Result<void> open_issue(Transaction&, const Issue& issue) = 0;
  virtual Result<void> close_issue(Transaction&, MailboxId mailbox, std::string_view key) = 0;
  virtual Result<void> add_counts(Transaction&, MailboxId mailbox, const RunId& run, Kind kind,
                                  const Counts&) = 0;
};

class LeaseStore {
 public:
  virtual ~LeaseStore() = default;
  // Takes up to `limit` mailboxes that are due and free, each with a new fencing token.
  virtual Result<std::vector<Lease>> take_due(Instant now, Duration length, size_t limit,
                                              std::string_view worker) = 0;
  virtual Result<std::optional<Lease>> take(MailboxId mailbox, Instant now, Duration length,
                                            std::string_view worker) = 0;
  virtual Result<Lease> renew(const Lease& lease, Instant until) = 0;  // Cancelled when it was lost
  virtual Result<void> release(const Lease& lease, Instant next_due) = 0;
  // Frees what an earlier process of this name held when it died. The caller is the only living one.
  virtual Result<void> take_back(std::string_view worker) = 0;
};

}  // namespace mailsync::sync
