// Items as EWS shows them. Every type of item has a table of its properties in the order of the published
// schema, which clients and the schema insist on: first those of t:ItemType, then the type's own.
#pragma once

#include <span>

#include "lab/fronts/ews/call.h"
#include "lab/fronts/ews/shape.h"

namespace mailsync::lab::ews {

// One item being shown.
struct ItemView {
  const Call& call;
  const Item& item;
  std::optional<uint32_t> day;  // an occurrence
  const json::object& fields;   // the item's own, or the occurrence's
  const Shape& shape;
  Node out;
};

// In which answers a property is when it is not named.
enum When : uint8_t {
  kNamed = 0,    // only when named
  kAll = 1,      // AllProperties
  kDefault = 3,  // Default and AllProperties
  kGetOnly = 4,  // never from SyncFolderItems and FindItem, even when named
};

struct Property {
  const char* uri;
  unsigned when;
  Version since;
  void (*put)(ItemView& view);
};

extern const std::span<const Property> kItemProperties;     // t:ItemType
extern const std::span<const Property> kMessageProperties;  // t:MessageType
std::span<const Property> contact_properties();
std::span<const Property> task_properties();
std::span<const Property> calendar_properties();

// The item's element ("t:Message", "t:CalendarItem", …) with what the shape wants; `whole` for GetItem.
Node render_item(Call& call, Node parent, Item& item, std::optional<uint32_t> day, const Shape& shape,
                 bool whole);
// The same with nothing but its id, as the answers to writes have it.
Node render_bare(const Call& call, Node parent, const Item& item, std::optional<uint32_t> day = {});
const char* element_of(const Item& item);
void put_item_id(Node parent, const char* name, const Call& call, const Item& item,
                 std::optional<uint32_t> day = {});

// {"emailAddress": …} → t:Mailbox; nothing when it has no address.
void put_mailbox(Node parent, const json::value& recipient);
void put_recipients(Node parent, const char* name, const json::array* recipients);

// The value of one extended property, also of those that the store reckons itself; empty: not set.
std::vector<std::string> extended_value(const ItemView& view, const ExtendedField& field);

}  // namespace mailsync::lab::ews
