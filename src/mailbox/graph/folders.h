// The containers of a mailbox: which of them are followed, and which hold what was deleted.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "mailbox/graph/client.h"
#include "sync/profile.h"
#include "sync/replica.h"

namespace mailsync::graph {

// The default contact folder is not listed by Graph; its alias serves as its id everywhere.
inline constexpr std::string_view kDefaultContacts = "contacts";
// Only the primary calendar has a change feed in v1.0.
inline constexpr std::string_view kPrimaryCalendar = "calendar";

struct FolderMap {
  std::vector<sync::Collection> collections;  // in a stable order
  std::set<std::string> deleted;              // Deleted Items and all below it
  std::string default_contacts_id;            // what parentFolderId calls it
  std::string own_contacts;                   // the folder for what the CRM made; "" until it exists
  std::string default_list;                   // To Do; "" when tasks cannot be reached
  Instant read_at;

  // An item of this kind in this container is followed. Also true where nothing of the kind is known.
  bool follows(model::Kind kind, const std::string& container) const;
  // The id by which a contact folder is followed: the alias for the default one.
  std::string contact_container(const std::string& parent) const {
    return parent == default_contacts_id ? std::string(kDefaultContacts) : parent;
  }
};

// One $batch for the names that everybody has and the top levels, then one per level below. A kind that is
// not granted is left out, the others go on (F133); an error of the mailbox itself is returned.
Task<Result<FolderMap>> read_folders(Client& client, sync::Profile profile);

}  // namespace mailsync::graph
