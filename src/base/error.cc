#include "base/error.h"

#include <utility>

namespace mailsync {

std::string_view name_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Transient:
      return "transient";
    case ErrorKind::Throttled:
      return "throttled";
    case ErrorKind::LoginNeeded:
      return "login_needed";
    case ErrorKind::Forbidden:
      return "forbidden";
    case ErrorKind::SwitchedOff:
      return "switched_off";
    case ErrorKind::Gone:
      return "gone";
    case ErrorKind::VersionStale:
      return "version_stale";
    case ErrorKind::CursorLost:
      return "cursor_lost";
    case ErrorKind::ItemInvalid:
      return "item_invalid";
    case ErrorKind::Unsupported:
      return "unsupported";
    case ErrorKind::Ambiguous:
      return "ambiguous";
    case ErrorKind::Corrupt:
      return "corrupt";
    case ErrorKind::Cancelled:
      return "cancelled";
  }
  std::unreachable();
}

std::string_view name_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::None:
      return "none";
    case Trouble::Certificate:
      return "certificate";
    case Trouble::SignInEnded:
      return "sign_in";
    case Trouble::Consent:
      return "consent";
    case Trouble::Credential:
      return "credential";
    case Trouble::Policy:
      return "policy";
    case Trouble::AccountDisabled:
      return "account_disabled";
    case Trouble::NoLicence:
      return "no_licence";
    case Trouble::MailboxDisabled:
      return "mailbox_disabled";
    case Trouble::MailboxMoving:
      return "mailbox_moving";
    case Trouble::MailboxMoved:
      return "mailbox_moved";
    case Trouble::MailboxUnknown:
      return "mailbox_unknown";
    case Trouble::Configuration:
      return "configuration";
  }
  std::unreachable();
}

Error Error::within(std::string_view where) && {
  message.insert(0, std::string(where) + ": ");
  return std::move(*this);
}

}  // namespace mailsync
