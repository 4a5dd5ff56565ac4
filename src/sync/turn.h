// What the turns of a pass share: the context, and carrying out a batch of plans.
//
// Order inside carry_out, so that a crash anywhere is safe: remote intentions are journaled durably → remote
// writes are made → CRM writes, links, journal outcomes, issues, counts and the cursor commit in one
// transaction.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sync/open_issues.h"
#include "sync/pass.h"
#include "sync/plan.h"

namespace mailsync::sync {

struct Context {
  Engine engine;
  Replica& replica;
  PassInput input;
  RunId run;
  PassReport report;
  // Collections that are being listed again because their cursor was lost: kept in memory until the listing
  // is complete, so that a crash lists again from the start and absence is only ever concluded from a whole
  // listing (F48).
  struct Relisting {
    Cursor next;
    std::set<RemoteId> seen;
  };
  std::map<std::string, Relisting> relisting;
  // How often each collection's cursor was lost in this pass: a server that loses every one of them must not
  // keep it going.
  std::map<std::string, int> cursors_lost;
  Instant lease_seen_at;  // when the store last said that the lease is ours
  OpenIssues open;        // when the pass began
  // Parked items that this pass has news of: tried again now, whatever their time.
  std::set<RemoteId> look_again;
  std::set<Kind> doubtful;  // a whole listing in this pass was empty or much shorter than before

  Instant now() const { return engine.executor.clock().now(); }
  Viewer viewer() const {
    return {.account = input.mailbox.account,
            .user = input.mailbox.user,
            .window = {.completed_task_days = profile().completed_task_days,
                       .meeting_days_back = profile().meeting_days_back,
                       .meeting_months_ahead = profile().meeting_months_ahead}};
  }
  const Profile& profile() const { return input.mailbox.profile; }
  MailboxId mailbox() const { return input.mailbox.id; }
};

struct Planned {
  Situation situation;
  Plan plan;
  // Filled in while it is carried out.
  std::optional<RemoteItem> stored_item;
  std::optional<Error> failed;  // parks the item
  JournalId intention;
};

struct Batch {
  Kind kind = Kind::Contact;
  std::string collection;  // for progress; "" for removals
  std::vector<Planned> items;
  std::optional<std::pair<std::string, CursorState>> cursor;
  std::vector<RemovalHint> note, forget;
  bool was_parked = false;  // a success closes the item's issue
};

// VersionStale: somebody changed what was planned on; gather and plan again. Other errors end the pass.
Task<Result<void>> carry_out(Context& context, Batch batch);

// Before something is written to a mailbox: Cancelled when another worker has the lease meanwhile. The store
// is asked only when a while has passed since it last said so: a process that stood still must not go on
// where it was (F148).
Task<Result<void>> still_ours(Context& context);

// Looks for what an earlier pass intended and did not finish; links what it finds (F13, F14).
Task<Result<void>> resume(Context& context);

// ---- the turns; each is one bounded step that commits ----

// Some pages of a mail folder, at most kChangesPerCommit changes or so. Returns whether another page waits.
Task<Result<bool>> email_turn(Context& context, const Collection& collection);
// Parked items whose time has come are tried again, a few times.
Task<Result<void>> retry_turn(Context& context);
// One page of contacts, tasks or meetings.
Task<Result<bool>> item_turn(Context& context, const Collection& collection);
// What a changed profile asks for: notes items whose folder is not followed any more, and begins the sweeps.
Task<Result<void>> settings_turn(Context& context, std::vector<Collection> followed);
// The past of conversations that were shared since: their emails in the folders that are followed.
Task<Result<void>> conversation_turn(Context& context);
// Reads once more, a bounded number of pages a pass, the collections that a changed profile may want more of.
Task<Result<void>> sweep_turn(Context& context, std::vector<Collection> followed);
// Matches left to a person, when he has spoken or the people concerned have changed.
Task<Result<void>> review_turn(Context& context);
// Removals noted by all collections of this round.
Task<Result<void>> removal_turn(Context& context);
// Emails that wait to leave.
Task<Result<void>> send_turn(Context& context);
// One page of the CRM's changes of this kind.
Task<Result<bool>> crm_turn(Context& context, Kind kind);

// ---- shared steps ----

struct EmailBatch {
  std::vector<RemoteItem> items;  // heads
  std::string collection;         // where they are, when the item does not say
  std::string name;               // for progress
  std::vector<RemovalHint> note;
  std::optional<std::pair<std::string, CursorState>> cursor;
  std::vector<std::string> forget;  // places that are done with when this is committed
  bool was_parked = false;          // a success closes the item's issue
};
// Judges, fetches what is wanted, and commits.
Task<Result<void>> take_emails(Context& context, EmailBatch batch);

// Situations of these items, with links, records, candidates and sources looked up in a few batched reads.
Task<Result<std::vector<Situation>>> gather_items(Context& context, Kind kind, std::vector<RemoteItem> items);

struct PageCursor {
  Cursor start;             // where to read from
  bool first_time = false;  // nothing has been enumerated yet
  Instant saved_at;
};
Task<Result<PageCursor>> load_cursor(Context& context, std::string collection);

// "folder:AAMk…" – one name space for all cursors of a mailbox.
std::string cursor_name(const Collection& collection);

}  // namespace mailsync::sync
