#include "sync/open_issues.h"

#include <algorithm>

namespace mailsync::sync {

namespace {

// Those about a mailbox, a held run or an email on its way out are closed by whoever opened them.
bool is_about_an_item(const Issue& issue) {
  return !issue.key.starts_with("mailbox:") && !issue.key.starts_with("held:") &&
         !issue.key.starts_with("send:");
}

}  // namespace

OpenIssues::OpenIssues(const std::vector<Issue>& issues) {
  for (const Issue& issue : issues) {
    keys_.insert(issue.key);
    if (!is_about_an_item(issue)) continue;
    if (issue.remote_id) by_item_.emplace(issue.remote_id, issue.key);
    if (issue.record) by_record_.emplace(issue.record, issue.key);
  }
}

std::vector<std::string> OpenIssues::solved(const RemoteId& item, RecordId record, bool written) const {
  std::vector<std::string> keys;
  const auto take = [&](const auto& range) {
    for (auto at = range.first; at != range.second; ++at)
      if ((written || at->second.starts_with("item:")) && std::ranges::find(keys, at->second) == keys.end())
        keys.push_back(at->second);
  };
  if (item) take(by_item_.equal_range(item));
  if (record) take(by_record_.equal_range(record));
  return keys;
}

}  // namespace mailsync::sync
