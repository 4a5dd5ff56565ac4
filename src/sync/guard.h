// Stops a run that would delete more than a person does in a day, or that stands on a listing nobody should
// believe. Pure.
#pragma once

#include <cstdint>

namespace mailsync::sync {

// What the deletions of one kind are measured by.
struct DeletionFacts {
  int64_t links = 0, recent = 0;  // of the mailbox: active links, deletions in the rolling day
  int64_t account_links = 0, account_recent = 0;  // the same over all mailboxes of its account
};

enum class Hold { No, Mailbox, Account, Listing };

// More than min(100, max(3, 5 %)) of a mailbox's links of a kind in a rolling day (product.md, "mass
// deletion").
bool is_mass_deletion(int64_t links, int64_t deleted_in_window, int64_t planned);

// The like over an account: more than max(100, 5 %). The cap of one mailbox is its floor, so that many
// mailboxes with a few ordinary deletions each do not add up to an alarm.
bool is_mass_deletion_of_account(int64_t links, int64_t deleted_in_window, int64_t planned);

// A whole listing of a collection that is empty, or names less than half of what is linked there, is not
// believed by itself (F21, F77).
bool is_doubtful_listing(int64_t linked, int64_t unlisted);

// Whether `planned` deletions of a kind wait for a person. `doubtful`: they follow from a doubtful listing.
Hold judge_deletions(const DeletionFacts& facts, int64_t planned, bool doubtful);

}  // namespace mailsync::sync
