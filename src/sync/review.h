// Matches that are left to a person: kept until he says who it is, or until the CRM says something else. Kept
// as "review:<remote id>" among the mailbox's places (state_store.h), so that they die with the mailbox.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sync/crm.h"
#include "sync/plan.h"
#include "sync/state_store.h"

namespace mailsync::sync {

struct OpenReview {
  std::vector<std::string> addresses;  // of the contact, as people are matched by
  std::string people;                  // who had them when it was planned; another answer plans it again
  Review answer;
  bool operator==(const OpenReview&) const = default;
};

inline constexpr std::string_view kReviewPrefix = "review:";
// More than a person will ever look through; the rest waits.
inline constexpr size_t kOpenReviews = 1000;

std::string to_json(const OpenReview& review);
Result<OpenReview> review_from_json(std::string_view json);

// The addresses a contact is matched by.
std::vector<std::string> addresses_of(const RemoteItem& contact);

// Who has these addresses, in words that differ whenever the answer differs.
std::string people_at(const std::map<std::string, std::vector<PersonRef>>& people,
                      const std::vector<std::string>& addresses);

Result<std::map<RemoteId, OpenReview>> open_reviews(StateStore& store, MailboxId mailbox);
// A person's word: taken into account by the next pass. Gone: nothing waits for it.
Result<void> answer_review(StateStore& store, MailboxId mailbox, const RemoteId& item, const Review& answer);

}  // namespace mailsync::sync
