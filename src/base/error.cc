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

Error Error::within(std::string_view where) && {
  message.insert(0, std::string(where) + ": ");
  return std::move(*this);
}

}  // namespace mailsync
