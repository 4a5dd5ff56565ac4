// A SyncState: opaque to the client, and all that the server knows of what it told that client.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace mailsync::lab::ews {

struct SyncState {
  std::string collection;  // the folder, or "folders"; a state of another one is refused
  uint64_t since = 0;      // changes of the mailbox up to this sequence are told
  // The first walk goes from the newest item down, and tells afterwards what changed meanwhile.
  bool walking = true;
  uint64_t below = UINT64_MAX;  // items with a number under this are yet to come
  uint64_t at = 0;              // in a round of several pages: entries up to here are done
  std::set<uint64_t> told;      // created in this round and told, so that they are not told twice as new

  std::string text() const;
  static std::optional<SyncState> read(std::string_view text);
};

}  // namespace mailsync::lab::ews
