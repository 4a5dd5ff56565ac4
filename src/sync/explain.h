// Why an item is, or is not, in the CRM: what the journal says of it, what its link says, and, for one that
// was never linked, what the rules say of it as it stands in the mailbox now.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sync/workbench.h"

namespace mailsync::sync {

// Which item is meant: an id of either side, or words.
struct ExplainQuery {
  std::string words;  // part of a subject or name, an address, or an id
  RecordId record;
  RemoteId remote_id;
};

struct ExplainStep {
  Instant at;         // 0: now
  std::string words;  // one sentence
  // The same without subjects, names, addresses and values.
  std::string plain;
  std::optional<JournalEntry> change;
};

struct Explanation {
  Kind kind = Kind::Email;
  std::string title;  // "" when not known
  RecordId record;
  RemoteId remote_id;
  std::optional<LinkState> link_state;
  bool shared = false;
  std::string rule;     // what decided: "category", "not_marked", …
  std::string verdict;  // one sentence
  std::vector<ExplainStep> steps;
  std::vector<Issue> issues;
  std::string waits_for;  // what would release what is parked; "" when nothing is
};

// At most this many items are explained at once.
inline constexpr size_t kExplained = 10;

// Reads the mailbox where that is needed; an item that cannot be read is explained from the journal alone.
Task<Result<std::vector<Explanation>>> explain(Workbench bench, ExplainQuery query);

// The whole as text, to copy; `with_content` false: for a support person, without anything private.
std::string text_of(const Explanation& explanation, bool with_content);

}  // namespace mailsync::sync
