// From an error to what the engine does next: the one place, without a default.
#pragma once

#include "base/error.h"

namespace mailsync::sync {

enum class Next {
  TryLater,        // end the pass, come back with back-off
  Wait,            // end the pass, come back when the server said
  AskUser,         // mailbox state NeedsLogin, an issue says who must do what
  TellAdmin,       // mailbox state Forbidden
  ParkMailbox,     // mailbox state SwitchedOff until it is back by itself
  TakeAsGone,      // the item is not there: plan its removal
  ReadAgain,       // re-read the item and merge again
  EnumerateAgain,  // forget the cursor, list everything into the links
  ParkItem,        // an issue on this item; the rest goes on
  LookFirst,       // the write may have landed: find it by its operation
  StopMailbox,     // our own data contradicts itself: a person must look
  GiveUp,          // we were told to stop
};

Next decide(ErrorKind kind);

}  // namespace mailsync::sync
