// What went wrong, named by what the engine does next.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"

namespace mailsync {

// Closed list: decide() in sync/decide.h switches over it without a default.
enum class ErrorKind {
  Transient,     // outage, timeout, 5xx: try again later with back-off
  Throttled,     // the server asked for patience: wait retry_after
  LoginNeeded,   // the grant is gone or wrong: ask the user or the administrator
  Forbidden,     // signed in, but not allowed: tell who can allow it
  SwitchedOff,   // the mailbox, protocol or licence is disabled on purpose: park until it is back
  Gone,          // the item does not exist (any more)
  VersionStale,  // changed since it was read: read again, merge again
  CursorLost,    // the change cursor is not accepted any more: enumerate again, merged into the links
  ItemInvalid,   // this item cannot be taken as it is: park the item
  Unsupported,   // the other side cannot do this: keep read-only and say so
  Ambiguous,     // the write may have landed: look before trying again
  Corrupt,       // our own data contradicts itself: stop this mailbox
  Cancelled,     // we were told to stop
};

std::string_view name_of(ErrorKind kind);

// What stands in the way of a whole mailbox or account, told apart for people. The engine acts on the kind
// alone; classify() of a provider names the trouble where it knows it.
enum class Trouble {
  None,             // no more is known than the kind says
  Certificate,      // the other side's TLS certificate is not accepted
  SignInEnded,      // a user's sign-in: password changed, revoked, expired
  Consent,          // nobody has agreed (any more) to the application
  Credential,       // the application's own secret or certificate: expired, wrong
  Policy,           // a rule of the tenant: second factor, conditional access
  AccountDisabled,  // the user may not sign in any more
  NoLicence,        // the tenant or user has no licence for a mailbox
  MailboxDisabled,  // no mailbox answers: licence removed, deleted, or not set up yet
  MailboxMoving,    // between two servers; comes back by itself
  MailboxMoved,     // lives where this access method does not reach (on-premises)
  MailboxUnknown,   // nobody has this address
  Configuration,    // our own settings name something that does not exist
};
std::string_view name_of(Trouble trouble);

struct Error {
  ErrorKind kind = ErrorKind::Transient;
  // For people: what happened, to what, what to do. Never holds a secret or mail content.
  std::string message;
  std::string
      vendor_code;  // as the vendor spells it, e.g. "ErrorItemNotFound", "AADSTS7000222", "SQLITE_FULL"
  std::string request_id;  // what the vendor's support asks for
  std::optional<Duration> retry_after;
  Trouble trouble = Trouble::None;

  // The same error, told from further out: "reading the inbox: connection refused".
  Error within(std::string_view where) &&;
};

}  // namespace mailsync
