// What a changed profile asks for, kept until it is done: which kinds are read once more. One row per
// mailbox, "settings" among its places (state_store.h).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sync/profile.h"
#include "sync/replica.h"
#include "sync/state_store.h"

namespace mailsync::sync {

inline constexpr std::string_view kSettingsPlace = "settings";
inline constexpr std::string_view kSweepPrefix = "sweep:";
inline constexpr std::string_view kConversationPrefix = "conversation:";

struct Applied {
  // By kind: what decides which of a mailbox's items are wanted, and which of the CRM's records.
  std::map<Kind, std::string> from_mailbox, from_crm;
  std::map<Kind, std::set<std::string>> followed;  // ids of the collections
  std::set<Kind> sweeping;                         // read once more; done when empty
  bool operator==(const Applied&) const = default;
};

// Kinds without a collection are left out: their server could not be reached, or nobody asked for them.
Applied applied_of(const Profile& profile, const std::vector<Collection>& followed);
std::string to_json(const Applied& applied);
Result<Applied> applied_from_json(std::string_view json);

Result<std::optional<Applied>> load_applied(StateStore& store, MailboxId mailbox);
Result<void> save_applied(StateStore& store, Transaction& transaction, MailboxId mailbox,
                          const Applied& applied, Instant now);

}  // namespace mailsync::sync
