// The lasting pair of a mailbox item and a CRM record, and what both sides said at the last sync.
#pragma once

#include <optional>
#include <string>

#include "base/ids.h"
#include "base/instant.h"
#include "model/fields.h"
#include "model/kind.h"

namespace mailsync::sync {

enum class LinkState {
  Active,
  Frozen,     // category taken off, aged out, or the record left the scope: nothing is written until it is
              // marked again
  Dismissed,  // deleted by its user: not offered again until asked for
  Tombstone,  // the record was deleted or undone: stops re-creation
};

enum class MadeBy {
  Mailbox,
  Crm
};  // where the item came from: "our copy" is one that the CRM made in the mailbox

// What each side held at the last sync, side by side, because a server may rewrite what it is given (F5): a
// side has changed when it differs from its own base.
struct Base {
  model::Fields mailbox;
  model::Fields crm;
};

struct Link {
  LinkId id;  // 0 until it is saved
  MailboxId mailbox;
  model::Kind kind = model::Kind::Email;
  RemoteId remote_id;
  Version remote_version;
  RecordId record;
  int64_t record_version = 0;
  LinkState state = LinkState::Active;
  MadeBy made_by = MadeBy::Mailbox;
  bool marked = false;    // the category at the last sync
  std::string container;  // id of the remote collection
  // Meetings: whose copy is the source of the record.
  std::string series_key;
  bool is_organizer = false;
  int64_t sequence = 0;
  Base base;         // empty for emails: an email's base is `hash`
  std::string hash;  // content hash of the mailbox side; emails: identity
  Instant synced_at;
};

}  // namespace mailsync::sync
