#include "sync/guard.h"

#include <algorithm>

#include "sync/tuning.h"

namespace mailsync::sync {

bool is_mass_deletion(int64_t links, int64_t deleted_in_window, int64_t planned) {
  if (planned == 0) return false;
  const int64_t before = links + deleted_in_window;
  const int64_t allowed = std::min(kMassMost, std::max(kMassLeast, before * kMassPercent / 100));
  return deleted_in_window + planned > allowed;
}

bool is_mass_deletion_of_account(int64_t links, int64_t deleted_in_window, int64_t planned) {
  if (planned == 0) return false;
  const int64_t before = links + deleted_in_window;
  return deleted_in_window + planned > std::max(kMassMost, before * kMassPercent / 100);
}

bool is_doubtful_listing(int64_t linked, int64_t unlisted) {
  return unlisted > 0 && unlisted * 2 > linked;
}

Hold judge_deletions(const DeletionFacts& facts, int64_t planned, bool doubtful) {
  if (planned == 0) return Hold::No;
  if (doubtful) return Hold::Listing;
  if (is_mass_deletion(facts.links, facts.recent, planned)) return Hold::Mailbox;
  if (is_mass_deletion_of_account(facts.account_links, facts.account_recent, planned)) return Hold::Account;
  return Hold::No;
}

}  // namespace mailsync::sync
