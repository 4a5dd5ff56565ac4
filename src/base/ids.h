// Ids that cannot be mixed up.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace mailsync {

template <typename Tag>
struct NumberId {
  int64_t value = 0;
  auto operator<=>(const NumberId&) const = default;
  explicit operator bool() const { return value != 0; }
};

template <typename Tag>
struct TextId {
  std::string value;
  auto operator<=>(const TextId&) const = default;
  explicit operator bool() const { return !value.empty(); }
};

using AccountId = NumberId<struct AccountTag>;            // one customer; every row belongs to one
using UserId = NumberId<struct UserTag>;                  // a person who signs in
using OrganizationId = NumberId<struct OrganizationTag>;  // users that share one email configuration
using MailboxId = NumberId<struct MailboxTag>;            // one connected mailbox
using RecordId = NumberId<struct RecordTag>;              // a CRM record; a string in JSON
using LinkId = NumberId<struct LinkTag>;  // the lasting pair of a mailbox item and a CRM record
using JournalId = NumberId<struct JournalTag>;
using IssueId = NumberId<struct IssueTag>;

using RemoteId =
    TextId<struct RemoteIdTag>;  // a mailbox item, as its server names it: opaque, case-sensitive (F73)
using Version =
    TextId<struct VersionTag>;  // what the server calls this state of it (ETag, changeKey); empty = unknown
using Cursor = TextId<struct CursorTag>;  // opaque place in a change feed; empty = from the beginning
using OperationId =
    TextId<struct OperationTag>;  // derived from link, direction and base, so that a retry finds the same one
using RunId = TextId<struct RunTag>;  // UUIDv7

}  // namespace mailsync

template <typename Tag>
struct std::hash<mailsync::NumberId<Tag>> {
  size_t operator()(const mailsync::NumberId<Tag>& id) const noexcept {
    return std::hash<int64_t>()(id.value);
  }
};
template <typename Tag>
struct std::hash<mailsync::TextId<Tag>> {
  size_t operator()(const mailsync::TextId<Tag>& id) const noexcept {
    return std::hash<std::string>()(id.value);
  }
};
