#include "schedule/verdict.h"

#include <algorithm>
#include <utility>

#include "schedule/mailbox_issue.h"
#include "schedule/tuning.h"
#include "sync/decide.h"
#include "sync/same_mailbox.h"

namespace mailsync::schedule {
namespace {

using sync::MailboxState;
using sync::Next;

Duration back_off(int failures, Random& random) {
  const int doublings = std::min(failures - 1, 16);
  const Duration whole = std::min(kLongestBackOff, kFirstBackOff * (int64_t{1} << doublings));
  return whole / 2 +
         Duration(static_cast<int64_t>(random.below(static_cast<uint64_t>(whole.count() / 2) + 1)));
}

Verdict refused(MailboxState state, Standstill standstill, const Error& error, Duration recheck,
                int failures) {
  return {.wait = recheck,
          .state = state,
          .state_text = error.message,
          .failures = failures,
          .issue = mailbox_issue(standstill, error)};
}

Verdict try_later(Standstill standstill, const Error& error, int failures, Random& random) {
  Verdict verdict{.wait = std::max(back_off(failures, random), error.retry_after.value_or(Duration(0))),
                  .failures = failures};
  // An outage disconnects nobody: the mailbox stays active, people are told when it lasts. A certificate does
  // not come right by itself.
  if (failures >= kFailuresUntilIssue || error.trouble == Trouble::Certificate) {
    verdict.state_text = error.message;
    verdict.issue = mailbox_issue(standstill, error);
  }
  return verdict;
}

// Patience that was asked for is no failure; when it is asked for long or again and again, people are told.
Verdict wait_as_told(const Error& error, int failures, int patience) {
  Verdict verdict{
      .wait = std::max(error.retry_after.value_or(kUntoldWait), Duration(std::chrono::seconds(1))),
      .failures = failures,
      .patience = patience};
  if (patience >= kPatienceUntilIssue || verdict.wait >= kLongPatience) {
    verdict.state_text = error.message;
    verdict.issue = mailbox_issue(Standstill::Throttled, error);
  }
  return verdict;
}

bool is_our_own_disk(const Error& error) {
  // What src/db says when nothing can be written: no fault of the mailbox, and no state of it can be saved.
  return error.vendor_code == "disk_full" || error.vendor_code == "read_only";
}

}  // namespace

Verdict judge(const Error* error, int failures, Duration poll, Random& random, int patience) {
  if (!error) return {.wait = poll};
  ++failures;
  if (is_our_own_disk(*error)) return try_later(Standstill::Storage, *error, failures, random);
  switch (sync::decide(error->kind)) {
    case Next::TryLater:
    // Met inside a turn these are settled there. A whole pass that ends with one starts again from its
    // cursors.
    case Next::ReadAgain:
    case Next::EnumerateAgain:
    case Next::LookFirst:
    case Next::ParkItem:
      return try_later(Standstill::Unreachable, *error, failures, random);
    case Next::Wait:
      return wait_as_told(*error, failures - 1, patience + 1);
    case Next::AskUser:
      return refused(MailboxState::NeedsLogin, Standstill::SignIn, *error, kRecheckRefused, failures);
    case Next::TellAdmin:
      return refused(MailboxState::Forbidden, Standstill::Forbidden, *error, kRecheckRefused, failures);
    case Next::ParkMailbox:
      return refused(MailboxState::SwitchedOff, Standstill::SwitchedOff, *error, kRecheckSwitchedOff,
                     failures);
    case Next::TakeAsGone:
      return refused(MailboxState::SwitchedOff, Standstill::Unknown, *error, kRecheckSwitchedOff, failures);
    case Next::StopMailbox:
      return refused(MailboxState::Stopped,
                     error->vendor_code == sync::kAnotherMailbox ? Standstill::Replaced : Standstill::Stopped,
                     *error, kRecheckSwitchedOff, failures);
    case Next::GiveUp:
      return {.wait = Duration(0), .failures = failures - 1};
  }
  std::unreachable();
}

}  // namespace mailsync::schedule
