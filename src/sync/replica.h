// The port to a mailbox: what changed, fetch, write. Implemented by mailbox/* (real codecs); the lab answers
// through it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/result.h"
#include "model/email.h"
#include "model/fields.h"
#include "model/kind.h"

namespace mailsync::sync {

using model::Fields;
using model::Kind;

// One feed of changes: a mail folder, a contact folder, a task list, a calendar window.
struct Collection {
  Kind kind;
  std::string id;    // stable, as the server names it; unique within kind
  std::string name;  // for people
  auto operator<=>(const Collection&) const = default;
};

// What a change feed says of an item.
//   Present: here it is. Removed: the server says it left this collection: a hint, a move looks the same
//   (F69, F70). LeftScope: it exists, but outside the window or folders we follow (F79). Unknown: could not
//   be read; try again.
enum class Presence { Present, Removed, LeftScope, Unknown };

// One item of a mailbox as its server has it now.
struct RemoteItem {
  Kind kind = Kind::Email;
  RemoteId id;
  Version version;
  bool marked = false;    // carries the organization's category
  std::string container;  // id of the collection or folder it is in
  Fields fields;          // contact, task, meeting: everything the server supplies of what the model knows
  std::optional<model::EmailHead> head;  // email
  OperationId made_by;                   // our operation that created it, where the server keeps such a mark
  bool in_deleted_items = false;
  // It exists, but in a folder or at a time that is not followed. Only a read by id says so.
  bool left_scope = false;
  Instant changed_at;  // as the server says; 0 when it does not: "later change wins" needs it

  // Meetings.
  std::string series_key;     // model::series_key
  bool is_organizer = false;  // this mailbox organizes it
  bool is_private = false;    // any kind: only shared by an explicit act
  bool others_would_be_mailed =
      false;  // a write to it makes the server mail attendees (Graph: organizer with attendees)
  bool is_cancelled = false;  // the organizer cancelled it
  int64_t sequence = 0;
  // Why it cannot be written back whole, for people ("its time zone is not known"); empty = it can.
  std::string read_only_because;
};

// What a read by id says of an item.
inline Presence presence_of(const RemoteItem& item) {
  if (item.in_deleted_items) return Presence::Removed;
  return item.left_scope ? Presence::LeftScope : Presence::Present;
}

struct Change {
  Presence presence = Presence::Present;
  RemoteItem item;             // only kind and id are sure unless Present
  std::optional<Error> error;  // Unknown: why
};

struct ChangePage {
  std::vector<Change> changes;
  Cursor next;
  bool more = false;  // another page is waiting
  // True on the last page of an enumeration that began with an empty cursor: what was not listed is not
  // there.
  bool complete_listing = false;
};

// How sure a write can be made. Soft: we re-read before and verify after.
enum class Precondition { None, Soft, Hard };
// How a create is kept from happening twice: by an id the server honours, by searching our mark, or by
// comparing lists.
enum class CreateOnce { IdempotentId, MarkerSearch, ListComparison };

struct Capabilities {
  bool readable = false;
  bool writable = false;
  Precondition precondition = Precondition::None;
  CreateOnce create_once = CreateOnce::ListComparison;
  bool silent_writes = false;  // can write an organizer's event without mailing attendees
  model::FieldNames fields;    // what it can hold; the rest is never compared nor sent
};

struct RemoteWrite {
  enum class Op { Create, Update, Delete };
  Op op = Op::Update;
  Kind kind = Kind::Contact;
  RemoteId id;            // empty for Create
  Version base_version;   // what the merge stood on; empty = unknown
  Fields fields;          // Update: only what changes; a cleared field is emptied
  OperationId operation;  // the same for every retry
  bool may_mail_others =
      false;          // only when a user asked for that very mail; else such a write is refused (F86)
  bool mark = false;  // Create: put the organization's category on it
};

// Reads bytes piece by piece; an empty piece is the end.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  virtual Task<Result<std::string>> next() = 0;
};

class Replica {
 public:
  virtual ~Replica() = default;

  virtual Capabilities capabilities(Kind kind) const = 0;
  // The collections the profile includes, in a stable order.
  virtual Task<Result<std::vector<Collection>>> collections() = 0;
  // One page after `cursor`; an empty cursor enumerates. CursorLost: start again with an empty one.
  // For emails only heads are read.
  virtual Task<Result<ChangePage>> changes(Collection collection, Cursor cursor) = 0;
  // Present items, whole, in the order asked; one outcome each (Gone when it does not exist). Emails: the
  // head.
  virtual Task<std::vector<Result<RemoteItem>>> fetch(Kind kind, std::vector<RemoteId> ids) = 0;
  // Bodies and attachment lists, one outcome each.
  virtual Task<std::vector<Result<model::Email>>> fetch_emails(std::vector<RemoteId> ids) = 0;
  // The emails of each of these conversations that are in a folder that is followed: heads, one outcome each.
  // Unsupported where the server cannot search by conversation: then its folders are read once more.
  virtual Task<std::vector<Result<std::vector<RemoteItem>>>> conversations(std::vector<std::string> ids) {
    co_return std::vector<Result<std::vector<RemoteItem>>>(ids.size(), fail(ErrorKind::Unsupported, ""));
  }
  // attachment "" = the whole message as MIME.
  virtual Task<Result<std::unique_ptr<ByteStream>>> open_blob(RemoteId id, std::string attachment) = 0;
  // The item that an earlier try of this operation created, if it did (CreateOnce says how it is found).
  virtual Task<Result<std::optional<RemoteItem>>> find_by_operation(Kind kind, OperationId operation,
                                                                    Fields fields) = 0;
  // What the server now stores. VersionStale, Gone, Ambiguous, ItemInvalid, Unsupported as base/error.h says.
  // Delete returns the item's id alone.
  virtual Task<Result<RemoteItem>> apply(RemoteWrite write) = 0;
  // For a dry run: everything of apply() but the write. Reads what it would read, refuses what it would
  // refuse before its server sees the write, answers what would be stored. As it stands here it knows of
  // versions and of what is gone; an implementation adds what its server cannot hold.
  virtual Task<Result<RemoteItem>> rehearse(RemoteWrite write);
  // Puts the organization's category on an item, or takes it off; the version it then has.
  virtual Task<Result<Version>> set_mark(Kind kind, RemoteId id, bool marked) = 0;
};

}  // namespace mailsync::sync
