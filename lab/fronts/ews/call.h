// What the files of the EWS front share: one SOAP request being answered, who asks, and the forms answers
// have.
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lab/fronts/ews/switches.h"
#include "lab/fronts/ews/xml.h"
#include "lab/json_read.h"
#include "lab/world.h"

namespace mailsync::lab::ews {

// When an item changed in more than its read flag: the mailbox's sequence then. Read marks that are all that
// changed are told as ReadFlagChange.
struct Content {
  size_t hash = 0;
  uint64_t sequence = 0;
};

// What the front keeps beside the world.
struct Desk {
  EwsSwitches switches;
  std::map<std::pair<uint16_t, uint64_t>, Content> contents;  // by mailbox and item
  uint64_t shown = 0;                                         // items so far, for the drift of ChangeKeys
};

struct Problem {
  std::string code;  // ResponseCode
  std::string text;
  std::vector<std::pair<std::string, std::string>> values;  // of MessageXml: BackOffMilliseconds, …
};

struct Call {
  World& world;
  Desk& desk;
  Node request;  // m:GetItem
  Instant now;
  Mailbox& mailbox;
  Version version = Version::E2016;  // what the client asked for
  Node messages;                     // m:ResponseMessages of the answer
  std::string message_name;          // "m:GetItemResponseMessage"
  std::string zone = "UTC";          // of TimeZoneContext: what times without an offset mean
  size_t writes = 0;

  // A response message for what went well; the payload goes into it.
  Node respond();
  // One for what did not. `payload` is an element that the schema requires even then ("m:Items").
  Node refuse(const Problem& problem, const char* payload = nullptr);
  bool since(Version v) const { return version >= v; }
};

Problem problem(std::string_view code);  // with Microsoft's words for the codes used here

// Ids. An EWS id is Graph's ordinary one in plain base64.
std::string ews_id(const Mailbox& mailbox, const Item& item, std::optional<uint32_t> day = {});
std::string ews_id(const Mailbox& mailbox, const Container& container);
std::string root_id(const Mailbox& mailbox);
std::string ews_text(const ItemId& id);
std::optional<ItemId> parse_ews_id(std::string_view text);

// The folder that a t:FolderId or t:DistinguishedFolderId names. A null container is msgfolderroot.
struct FolderRef {
  Container* container = nullptr;
};
std::expected<FolderRef, Problem> find_folder(const Call& call, Node id);
// Of an element that holds one such id (SyncFolderId, ParentFolderIds' child, SavedItemFolderId).
std::expected<FolderRef, Problem> find_folder_in(const Call& call, Node holder);

// The item that a t:ItemId, t:OccurrenceItemId or t:RecurringMasterItemId names.
struct ItemRef {
  Item* item = nullptr;
  std::optional<uint32_t> day;
  std::string change_key;  // as the client gave it
};
std::expected<ItemRef, Problem> find_item(const Call& call, Node id);

// ErrorIrresolvableConflict for a ChangeKey that is not the item's.
std::optional<Problem> stale(const Call& call, const ItemRef& ref);

// xs:dateTime in UTC.
std::string time_text(const Call& call, Instant instant);

// Operations.
void get_folder(Call& call);
void find_folders(Call& call);
void create_folder(Call& call);
void sync_folder_hierarchy(Call& call);
void sync_folder_items(Call& call);
void get_item(Call& call);
void find_items(Call& call);
void create_item(Call& call);
void update_item(Call& call);
void delete_item(Call& call);
void move_item(Call& call);
void send_item(Call& call);
void get_attachment(Call& call);
void create_attachment(Call& call);
void delete_attachment(Call& call);

}  // namespace mailsync::lab::ews
