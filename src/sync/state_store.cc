#include "sync/state_store.h"

namespace mailsync::sync {

Result<std::pair<int64_t, int64_t>> StateStore::account_deletions(AccountId account, Kind kind,
                                                                  Instant since) {
  std::pair<int64_t, int64_t> out;
  TRY(const auto all, mailboxes(account));
  for (const Mailbox& one : all) {
    TRY(const int64_t linked, count_links(one.id, kind));
    TRY(const int64_t deleted, deletions_since(one.id, kind, since));
    out.first += linked;
    out.second += deleted;
  }
  return out;
}

}  // namespace mailsync::sync
