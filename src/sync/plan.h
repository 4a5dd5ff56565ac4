// Decides what is to be done about one contact, task or meeting. Pure: facts in, a plan as data out. A dry
// run shows it, the journal keeps it, the turn carries it out.
//
// Rules, each with its reason:
//  - Not linked: a marked mailbox item becomes a record, or is linked to the one that it is; a record in the
//  user's scope
//    becomes an item. Nothing else is touched.
//  - Linked: three-way merge against the base (merge.h).
//  - Deleted on one side and edited on the other: the edit wins. Else the rules of product.md by kind, and
//  absence alone is
//    never a deletion: the caller says Removed only after a fetch by id said so (F70).
//  - Category taken off: the link freezes, the record stays; marking again resumes the same link.
//  - Nobody is mailed: a write that would mail others waits as an issue unless a user asked for that very
//  mail (F86).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sync/crm.h"
#include "sync/link.h"
#include "sync/merge.h"
#include "sync/profile.h"
#include "sync/replica.h"
#include "sync/scope.h"
#include "sync/state_store.h"

namespace mailsync::sync {

// A record that an unlinked item may be.
struct Candidate {
  CrmRecord record;
  std::optional<Link> link_here;  // to another item of this mailbox
  bool hidden = false;            // the user may not see it: it can only be told that somebody is there
  bool taken() const {
    return link_here && (link_here->state == LinkState::Active || link_here->state == LinkState::Frozen);
  }
};

// What a person said about an ambiguous match.
struct Review {
  enum class Choice { Open, LinkTo, KeepApart };
  Choice choice = Choice::Open;
  RecordId person;  // LinkTo
  bool operator==(const Review&) const = default;
};

struct Situation {
  Kind kind = Kind::Contact;
  MailboxId mailbox;
  std::optional<Link> link;
  // The mailbox's side. Unknown: not looked at, taken to be as in the base; Removed: confirmed gone.
  Presence presence = Presence::Unknown;
  std::optional<RemoteItem> item;  // when Present
  // The CRM's side: the linked record, or the one in question.
  std::optional<CrmRecord> record;
  std::vector<Candidate> candidates;  // for an unlinked item
  bool other_copy_is_source = false;  // meetings: another mailbox's copy outranks this one
  Verdict capture;                    // of an unmarked item: whether it is shared all the same (scope.h)
  std::string people;                 // contacts: who has its addresses, as people_at() writes it (review.h)
  std::optional<Review> review;       // a match of this item that waits for a person, or his word on it
  Capabilities in_mailbox, in_crm;
  Profile profile;
  Instant now;
};

struct Plan {
  std::optional<CrmWrite> crm;
  std::optional<RemoteWrite> remote;
  // The link as it shall be afterwards; settle() fills in ids, versions and bases from what was stored.
  std::optional<Link> link;
  bool forget_link = false;  // the situation's own; `link`, when there is one, is another row
  std::string skipped;       // the reason, when there is nothing to do about it
  std::string cause;         // "changed in the mailbox", "changed in the CRM", "new in the mailbox", …
  std::string rule;
  std::vector<Conflict> conflicts;
  std::vector<Issue> issues;        // to open
  std::vector<std::string> solved;  // keys of issues to close
  // The item's content as planned on, for the base; empty when it was not looked at.
  std::optional<Fields> seen_in_mailbox;
  // Fields that changed but could not be carried over yet: their base stays, so that the change is not
  // forgotten.
  model::FieldNames waiting;
  bool to_review = false;    // the match is left to a person
  bool review_ends = false;  // it was, and is settled now
  bool with_scope = false;   // our copy goes with the scope: nothing is shared any more, its base is emptied
  bool deletes() const;
  bool writes() const { return crm || remote; }
};

Plan plan(const Situation& situation);

// The link after the plan was carried out: `item` and `record` are what each side says it now stores (absent:
// that side was not written). Fields we did not write keep their old base, so that an edit made meanwhile is
// still seen as one.
Link settle(const Plan& plan, const Situation& situation, const RemoteItem* stored_item,
            const CrmRecord* stored_record);

// The same for every retry of the same thing, and another once the base has moved on.
OperationId operation_of(const Situation& situation, std::string_view what);

// Fields that both sides can hold.
model::FieldNames shared_fields(const Capabilities& a, const Capabilities& b);

}  // namespace mailsync::sync
