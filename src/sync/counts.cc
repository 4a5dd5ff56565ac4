#include <utility>

#include "sync/state_store.h"

namespace mailsync::sync {

std::string_view name_of(MailboxState state) {
  switch (state) {
    case MailboxState::Active:
      return "active";
    case MailboxState::Paused:
      return "paused";
    case MailboxState::NeedsLogin:
      return "needs_login";
    case MailboxState::SwitchedOff:
      return "switched_off";
    case MailboxState::Forbidden:
      return "forbidden";
    case MailboxState::Stopped:
      return "stopped";
    case MailboxState::Held:
      return "held";
    case MailboxState::WaitsForStart:
      return "waits_for_start";
  }
  std::unreachable();
}

bool is_runnable(MailboxState state) {
  switch (state) {
    case MailboxState::Active:
    case MailboxState::NeedsLogin:
    case MailboxState::SwitchedOff:
    case MailboxState::Forbidden:
      return true;
    case MailboxState::Paused:
    case MailboxState::Stopped:
    case MailboxState::Held:
    case MailboxState::WaitsForStart:
      return false;
  }
  std::unreachable();
}

bool Counts::empty() const {
  return to_crm_created + to_crm_updated + to_crm_deleted + to_crm_linked + to_mailbox_created +
                 to_mailbox_updated + to_mailbox_deleted + parked ==
             0 &&
         skipped.empty();
}

void Counts::add(const Counts& other) {
  to_crm_created += other.to_crm_created;
  to_crm_updated += other.to_crm_updated;
  to_crm_deleted += other.to_crm_deleted;
  to_crm_linked += other.to_crm_linked;
  to_mailbox_created += other.to_mailbox_created;
  to_mailbox_updated += other.to_mailbox_updated;
  to_mailbox_deleted += other.to_mailbox_deleted;
  parked += other.parked;
  for (const auto& [reason, number] : other.skipped) skipped[reason] += number;
}

}  // namespace mailsync::sync
