// What a licence that is given or taken means for a mailbox that stands where it stands.
#pragma once

#include <optional>

#include "auth/licences.h"
#include "sync/state_store.h"

namespace mailsync::admin {

// The state to go to; nullopt: it stays. `why`: auth::why_not. A pause, a hold and what waits for a start
// stay as they are, and what the mail server has switched off stays so until a pass finds out more.
inline std::optional<sync::MailboxState> state_with_licence(sync::MailboxState state,
                                                            std::string_view state_text,
                                                            std::string_view why) {
  const bool parked = state == sync::MailboxState::SwitchedOff;
  const bool ours = parked && auth::is_ours(state_text);
  if (!sync::is_runnable(state) || parked != ours || (why.empty() && !ours) || (ours && state_text == why))
    return std::nullopt;
  return why.empty() ? sync::MailboxState::Active : sync::MailboxState::SwitchedOff;
}

}  // namespace mailsync::admin
