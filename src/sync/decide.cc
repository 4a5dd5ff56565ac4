#include "sync/decide.h"

#include <utility>

namespace mailsync::sync {

Next decide(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Transient:
      return Next::TryLater;
    case ErrorKind::Throttled:
      return Next::Wait;
    case ErrorKind::LoginNeeded:
      return Next::AskUser;
    case ErrorKind::Forbidden:
      return Next::TellAdmin;
    case ErrorKind::SwitchedOff:
      return Next::ParkMailbox;
    case ErrorKind::Gone:
      return Next::TakeAsGone;
    case ErrorKind::VersionStale:
      return Next::ReadAgain;
    case ErrorKind::CursorLost:
      return Next::EnumerateAgain;
    case ErrorKind::ItemInvalid:
      return Next::ParkItem;
    case ErrorKind::Unsupported:
      return Next::ParkItem;
    case ErrorKind::Ambiguous:
      return Next::LookFirst;
    case ErrorKind::Corrupt:
      return Next::StopMailbox;
    case ErrorKind::Cancelled:
      return Next::GiveUp;
  }
  std::unreachable();
}

}  // namespace mailsync::sync
