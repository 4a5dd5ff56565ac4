#include "schedule/verdict.h"

#include <algorithm>
#include <utility>

#include "schedule/tuning.h"
#include "sync/decide.h"

namespace mailsync::schedule {
namespace {

using sync::MailboxState;
using sync::Next;

sync::Issue issue(std::string_view key, std::string_view severity, const Error& error,
                  std::string_view remedy) {
  return {.key = std::string(key),
          .severity = std::string(severity),
          .title = error.message,
          .remedy = std::string(remedy)};
}

Duration back_off(int failures, Random& random) {
  const int doublings = std::min(failures - 1, 16);
  const Duration whole = std::min(kLongestBackOff, kFirstBackOff * (int64_t{1} << doublings));
  return whole / 2 +
         Duration(static_cast<int64_t>(random.below(static_cast<uint64_t>(whole.count() / 2) + 1)));
}

Verdict refused(MailboxState state, const Error& error, sync::Issue told, Duration recheck, int failures) {
  return {.wait = recheck,
          .state = state,
          .state_text = error.message,
          .failures = failures,
          .issue = std::move(told)};
}

Verdict try_later(const Error& error, int failures, Random& random) {
  Verdict verdict{.wait = std::max(back_off(failures, random), error.retry_after.value_or(Duration(0))),
                  .failures = failures};
  // An outage disconnects nobody: the mailbox stays active, people are told when it lasts.
  if (failures >= kFailuresUntilIssue) {
    verdict.state_text = error.message;
    verdict.issue = issue("mailbox:unreachable", "warning", error,
                          "Mail Sync goes on trying by itself. If it lasts, run \"mailsync doctor\".");
  }
  return verdict;
}

bool is_our_own_disk(const Error& error) {
  // What src/db says when nothing can be written: no fault of the mailbox, and no state of it can be saved.
  return error.vendor_code == "disk_full" || error.vendor_code == "read_only";
}

}  // namespace

Verdict judge(const Error* error, int failures, Duration poll, Random& random) {
  if (!error) return {.wait = poll};
  ++failures;
  if (is_our_own_disk(*error)) return try_later(*error, failures, random);
  switch (sync::decide(error->kind)) {
    case Next::TryLater:
    // Met inside a turn these are settled there. A whole pass that ends with one starts again from its
    // cursors.
    case Next::ReadAgain:
    case Next::EnumerateAgain:
    case Next::LookFirst:
    case Next::ParkItem:
      return try_later(*error, failures, random);
    case Next::Wait:
      return {.wait = std::max(error->retry_after.value_or(kUntoldWait), Duration(std::chrono::seconds(1))),
              .failures = failures - 1};
    case Next::AskUser:
      return refused(
          MailboxState::NeedsLogin, *error,
          issue(
              "mailbox:sign_in", "error", *error,
              "The mailbox's owner signs in again under Preferences > Integration > Mail Sync; for app-only "
              "access an administrator renews the credential. \"mailsync doctor\" tells which."),
          kRecheckRefused, failures);
    case Next::TellAdmin:
      return refused(
          MailboxState::Forbidden, *error,
          issue("mailbox:forbidden", "error", *error,
                "An administrator grants the missing permission. \"mailsync doctor\" tells which."),
          kRecheckRefused, failures);
    case Next::ParkMailbox:
      return refused(
          MailboxState::SwitchedOff, *error,
          issue("mailbox:switched_off", "warning", *error,
                "Syncing goes on by itself when the mailbox or its licence is back. Nothing was deleted."),
          kRecheckSwitchedOff, failures);
    case Next::TakeAsGone:
      return refused(
          MailboxState::SwitchedOff, *error,
          issue("mailbox:switched_off", "error", *error,
                "Check that the mailbox exists under this address, or remove it here. Nothing was deleted."),
          kRecheckSwitchedOff, failures);
    case Next::StopMailbox:
      return refused(MailboxState::Stopped, *error,
                     issue("mailbox:stopped", "error", *error,
                           "Syncing of this mailbox has stopped so that no harm is done. Report the message; "
                           "then resume it."),
                     kRecheckSwitchedOff, failures);
    case Next::GiveUp:
      return {.wait = Duration(0), .failures = failures - 1};
  }
  std::unreachable();
}

}  // namespace mailsync::schedule
