// The port to what is counted over time: items per mailbox, kind, direction and day; how passes ended; how
// long they took. Implemented by src/store. All calls block.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "base/result.h"
#include "model/kind.h"

namespace mailsync::sync {

// Days since 1970-01-01 in UTC.
using Day = int64_t;
inline Day day_of(Instant at) {
  return at.us / 86'400'000'000;
}

struct DayItems {
  Day day = 0;
  model::Kind kind = model::Kind::Email;
  int64_t to_crm = 0, to_mailbox = 0;  // created, changed, linked or deleted there
};
struct MailboxItems {
  MailboxId mailbox;
  model::Kind kind = model::Kind::Email;
  int64_t to_crm = 0, to_mailbox = 0;
};
struct DayOutcome {
  Day day = 0;
  std::string outcome;  // name_of(ErrorKind) of passes that ended early
  int64_t passes = 0;
};
struct DayDuration {
  Day day = 0;
  Duration took{0};
};
struct IssueCount {
  std::string code;  // what stands before the colon of an issue's key; "mailbox:login" in full
  std::string severity;
  int64_t count = 0;
};

class Statistics {
 public:
  virtual ~Statistics() = default;

  // Of these mailboxes, from `first` on.
  virtual Result<std::vector<DayItems>> items(AccountId account, std::span<const MailboxId> mailboxes,
                                              Day first) = 0;
  // At most `limit` mailboxes, those with the most items first.
  virtual Result<std::vector<MailboxItems>> items_by_mailbox(AccountId account,
                                                             std::span<const MailboxId> mailboxes, Day first,
                                                             size_t limit) = 0;
  virtual Result<std::vector<DayOutcome>> outcomes(AccountId account, std::span<const MailboxId> mailboxes,
                                                   Day first) = 0;
  // Of passes that did something, the newest `limit`.
  virtual Result<std::vector<DayDuration>> durations(AccountId account, std::span<const MailboxId> mailboxes,
                                                     Day first, size_t limit) = 0;
  virtual Result<std::vector<IssueCount>> open_issues(AccountId account,
                                                      std::span<const MailboxId> mailboxes) = 0;

  // A pass that ended early. Nothing for a mailbox that was removed meanwhile.
  virtual Result<void> note_outcome(MailboxId mailbox, Day day, std::string_view outcome) = 0;
};

}  // namespace mailsync::sync
