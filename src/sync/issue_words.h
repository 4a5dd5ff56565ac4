// Why, and what it means: for the issues that a plan opens about one item, by the word their key begins with.
// Pure.
#pragma once

#include <string_view>

namespace mailsync::sync {

struct IssueWords {
  std::string_view cause, effect;
};

// Empty where the key is not a plan's.
IssueWords issue_words(std::string_view key);

}  // namespace mailsync::sync
