// Every batch size, bound and cap of the engine, each with its reason.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/instant.h"

namespace mailsync::sync {

// Records taken from the CRM's feed in one turn: big enough that the transaction's cost disappears, small
// enough that a crash repeats little.
inline constexpr size_t kCrmPage = 200;
// Changes of a mail folder that commit together, pages they may come in, and how long reading on may take: a
// commit costs as much as dozens of emails, and a crash repeats at most this.
inline constexpr size_t kChangesPerCommit = 1000;
inline constexpr int kPagesPerCommit = 100;
inline constexpr Duration kLongestRead = std::chrono::seconds(10);
// Text and HTML that is in memory at once, and the bodies that are asked for together: with the copies on
// their way into the database a third of what a first sync may take.
inline constexpr size_t kBytesPerCommit = size_t{3} << 20;
inline constexpr size_t kBodiesAtOnce = 40;
// How often a turn gathers and plans again when its commit meets somebody else's change.
inline constexpr int kReplans = 3;
// Tries of one remote write whose version was stale: read again, merge again.
inline constexpr int kRereads = 3;
// Removal hints checked by id in one turn.
inline constexpr size_t kRemovalPage = 100;
// Links read at a time when a whole listing is compared with them.
inline constexpr size_t kLinkPage = 1000;
// A collection whose cursor is lost more often than this in one pass is left to the next one.
inline constexpr int kCursorLosses = 2;
// How long a lease that the store has confirmed is trusted without asking again; far less than half of one.
inline constexpr Duration kLeaseTrusted = std::chrono::seconds(60);
// Turns of one pass: a feed that never ends must not hold the mailbox for ever (F49); the next pass goes on
// from the cursor.
inline constexpr int kTurnsPerPass = 100'000;
// A parked item is tried again after this, doubled with every try, at most kParkedTries times by itself.
inline constexpr Duration kParkedRetry = std::chrono::minutes(10);
inline constexpr int kParkedTries = 6;
// Mass deletion: more than min(kMassMost, max(kMassLeast, kMassPercent % of the links)) in kMassWindow holds.
inline constexpr int64_t kMassMost = 100;
inline constexpr int64_t kMassLeast = 3;
inline constexpr int64_t kMassPercent = 5;
inline constexpr Duration kMassWindow = std::chrono::hours(24);
// A cursor that moved although nothing else happened is saved at most this often (invariant 3: quiet).
inline constexpr Duration kBookkeeping = std::chrono::minutes(10);
// Pages that a sweep reads in one pass: a changed profile must not hold up what is new.
inline constexpr int kSweepPages = 50;
// Conversations looked up in one request; and beyond how many waiting ones reading the folders is cheaper.
inline constexpr size_t kConversationsAtOnce = 20;
inline constexpr size_t kConversationsAtMost = 100;
// A whole attachment is never in memory; beyond this in one email they are listed but not taken.
inline constexpr size_t kAttachmentsPerEmail = 200;

// How far back an undo reaches, how many journal entries one undo may take back, and how many items go into
// one of its transactions.
inline constexpr Duration kUndoAge = std::chrono::days(30);
inline constexpr size_t kUndoEntries = 100'000;
inline constexpr size_t kUndoPage = 100;
// Searching a mailbox or the CRM for an item that is to be explained: pages of each collection; and how much
// of its journal is told.
inline constexpr int kExplainPages = 40;
inline constexpr size_t kExplainSteps = 200;
// Plans shown to people (plan_report.h) that are kept of each mailbox and purpose, and how long.
inline constexpr size_t kPlansKept = 5;
inline constexpr Duration kPlanAge = std::chrono::days(30);

}  // namespace mailsync::sync
