// From what the journal says that Mail Sync did to what takes it back. Pure.
//
// Entries are gathered per item: several changes of one item are undone as one, from what it was before the
// first to what it is after the last. What somebody edited since is kept, and named. Nobody is mailed: what
// the server would tell others is left as it is, or comes back without them, and is named too.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sync/crm.h"
#include "sync/link.h"
#include "sync/plan_report.h"
#include "sync/replica.h"
#include "sync/state_store.h"

namespace mailsync::sync {

// The cause of every journal entry that an undo writes.
inline constexpr std::string_view kUndoCause = "undo";
// The outcome of an intention that was broken off with its pass and is planned anew.
inline constexpr std::string_view kInterrupted = "interrupted; planned again";

// What was done to one side of an item, taken together.
struct UndoSide {
  bool touched = false;
  bool existed_before = true, exists_after = true;
  Fields before, after;  // of the fields that were written; of a created or deleted one, all
  bool created() const { return touched && !existed_before && exists_after; }
  bool changed() const { return touched && existed_before && exists_after; }
  bool deleted() const { return touched && existed_before && !exists_after; }
};

struct UndoGroup {
  Kind kind = Kind::Contact;
  RecordId record;
  RemoteId remote_id;
  UndoSide mailbox, crm;
  bool linked = false;  // the pair came to be
  bool sent = false;    // an email left
  // Of an undo that is itself undone: the link's state before it.
  std::optional<LinkState> link_was;
  // The pair alone was frozen, dismissed or ended, or went on again: what it was before.
  std::optional<LinkState> pair_was;
  bool is_empty() const {
    return !mailbox.touched && !crm.touched && !linked && !sent && !link_was && !pair_was;
  }
};

// Entries that are done, newest first, as the store lists them. Groups in the order in which they are undone:
// the newest first.
std::vector<UndoGroup> group_for_undo(std::span<const JournalEntry> newest_first);

// What both sides and the link are now.
struct UndoFacts {
  MailboxId mailbox;
  std::optional<Link> link;
  std::optional<CrmRecord> record;  // deleted ones too
  std::optional<RemoteItem> item;   // absent: gone
  bool other_copy = false;          // emails: another item of this mailbox is a copy of the same record
  Capabilities in_mailbox, in_crm;
  RunId run;
  Instant now;
  // An earlier try of this very undo meant to write to the item, and was broken off: its intention. Whether
  // it landed is not known; what it would have written is written again, and told as it was told then.
  std::optional<JournalEntry> tried;
};

struct UndoStep {
  UndoGroup group;
  UndoFacts facts;
  std::optional<CrmWrite> crm;
  std::optional<RemoteWrite> remote;
  bool take_copy = false, give_copy = false;  // emails: this mailbox's copy leaves the CRM, or is there again
  std::optional<Link> link;                   // as it shall be; bases and ids are settled by what is stored
  std::vector<std::string> notes;             // what is kept, and why
  bool writes() const { return crm || remote || take_copy || give_copy || link; }
};

UndoStep plan_undo(UndoGroup group, UndoFacts facts);

// The operation under which a step's write to the mailbox is made: the same for every try of one undo.
OperationId undo_operation(const RunId& run, const UndoGroup& group);

// What the journal keeps of a link's state before it was moved, for the undo of that.
std::string link_was(LinkState state);
std::string_view name_of(LinkState state);

}  // namespace mailsync::sync
