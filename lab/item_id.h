// Ids as Exchange hands them out: opaque, and different only by case now and then (F73). The ordinary id of
// an item names its place and changes with every move; the immutable one does not (F68). Containers keep one
// id.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mailsync::lab {

enum class IdKind : uint8_t { Message = 1, Contact, Task, Event, Container, Attachment };

struct ItemId {
  uint16_t mailbox = 0;  // number of the mailbox in the tenant
  IdKind kind = IdKind::Message;
  uint64_t number = 0;  // never reused within the mailbox; 48 bits
  uint32_t place = 0;   // of an ordinary id: how often the item has moved
  uint32_t day =
      0;  // of an occurrence: days from 1970-01-01 to its original start in the series' zone; 0 = none
  bool immutable = false;

  bool operator==(const ItemId&) const = default;
  std::string text() const;
  // nullopt: malformed.
  static std::optional<ItemId> parse(std::string_view text);
};

}  // namespace mailsync::lab
