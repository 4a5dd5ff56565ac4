// What is shared, and why not: pure rules over facts that were gathered before. Reasons are stable words that
// summaries count; rules name what decided, for the journal and for explain.
#pragma once

#include <set>
#include <string>

#include "base/instant.h"
#include "model/email.h"
#include "sync/crm.h"
#include "sync/profile.h"
#include "sync/replica.h"

namespace mailsync::sync {

struct EmailFacts {
  bool marked = false;
  bool conversation_shared = false;  // some email of it is in the CRM already
  bool known_person = false;         // some external participant is a person or lead
};

struct Verdict {
  bool share = false;
  std::string
      reason;        // of not sharing: "not_marked", "draft", "internal", "blocked", "private", "too_old", …
  std::string rule;  // of sharing: "category", "conversation", "known person", "external person"
};

// An explicit mark beats every exclusion except being a draft; automatic capture knows internal, blocked,
// private, old and automatic mail (product.md, "What syncs, and when").
Verdict judge_email(const model::EmailHead& head, const EmailFacts& facts, const Profile& profile,
                    const People& people, Instant now);

struct MeetingFacts {
  bool known_person = false;  // some external participant is a person or lead
};

// Automatic capture of an unmarked meeting, by the same rules; one that ended before the history is too old.
Verdict judge_meeting(const RemoteItem& item, const MeetingFacts& facts, const Profile& profile,
                      const People& people, Instant now);

// The organizer and the attendees, rooms left out.
std::vector<std::string> meeting_participants(const model::Fields& fields);

// Addresses of everyone else in it, for matching; without the mailbox's own.
std::vector<std::string> other_participants(const model::EmailHead& head, const People& people);

// Why a record in the CRM is out of the mailbox's scope: aged out (left where it is) or taken away from this
// user.
bool has_aged_out(Kind kind, const model::Fields& fields, const Profile& profile, Instant now);

}  // namespace mailsync::sync
