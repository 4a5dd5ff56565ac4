// Which issues about single items are open, so that whatever solves one closes it. Pure.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sync/state_store.h"

namespace mailsync::sync {

class OpenIssues {
 public:
  OpenIssues() = default;
  // As the store had them when the pass began.
  explicit OpenIssues(const std::vector<Issue>& issues);

  bool has(std::string_view key) const { return keys_.contains(std::string(key)); }
  bool about(const RemoteId& item) const { return by_item_.contains(item); }
  // Keys of what is solved now that this item (or record, or both; empty ones match nothing) was planned
  // without failing. `written`: something was carried over or the pair came to an end, which also solves what
  // was only told about it; else it solves only what was parked.
  std::vector<std::string> solved(const RemoteId& item, RecordId record, bool written) const;

 private:
  std::set<std::string> keys_;
  std::unordered_multimap<RemoteId, std::string> by_item_;
  std::unordered_multimap<RecordId, std::string> by_record_;
};

}  // namespace mailsync::sync
