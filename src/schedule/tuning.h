// Every time and bound of the scheduler, each with its reason.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/instant.h"

namespace mailsync::schedule {

// A lease is kept between passes and renewed at half its length, so that an idle mailbox costs one row in ten
// minutes. Another worker takes over a dead one's mailboxes after this long.
inline constexpr Duration kLease = std::chrono::minutes(20);
// How often mailboxes that nobody holds are looked for: added, resumed, or left by a worker that died.
inline constexpr Duration kLookForDue = std::chrono::seconds(3);
// Leases one worker holds at most; what is above is left to others.
inline constexpr size_t kMostHeld = 10'000;
// A wake-up waits this long after the last pass: our own writes come back as notices, and notices come in
// swarms.
inline constexpr Duration kGapAfterPass = std::chrono::seconds(2);
// An outage: the first wait, doubled each time up to the longest, times a random half to one.
inline constexpr Duration kFirstBackOff = std::chrono::seconds(5);
inline constexpr Duration kLongestBackOff = std::chrono::minutes(15);
// Told to wait without being told how long.
inline constexpr Duration kUntoldWait = std::chrono::minutes(1);
// A sign-in, right or licence that is missing may come back without a word to us.
inline constexpr Duration kRecheckRefused = std::chrono::minutes(15);
inline constexpr Duration kRecheckSwitchedOff = std::chrono::hours(1);
// An outage becomes an issue for people after this many passes in a row.
inline constexpr int kFailuresUntilIssue = 3;
// Being asked for patience becomes one after this many times in a row, or when the server asks for this long.
inline constexpr int kPatienceUntilIssue = 5;
inline constexpr Duration kLongPatience = std::chrono::minutes(10);
// A user may force a pass this often.
inline constexpr Duration kForceGap = std::chrono::minutes(1);
// The time of the last pass is written at most this often when nothing else is (invariant 3: quiet).
inline constexpr Duration kBookkeeping = std::chrono::minutes(10);
// How long a stop waits for running passes before it takes their leases away, and again after.
inline constexpr Duration kStopGrace = std::chrono::seconds(5);

}  // namespace mailsync::schedule
