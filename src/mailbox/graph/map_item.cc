#include <unicode/unistr.h>

#include <algorithm>

#include "mailbox/graph/map.h"

namespace mailsync::graph {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  const auto wide = [](std::string_view text) {
    return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())))
        .trim();
  };
  return wide(a).caseCompare(wide(b), 0) == 0;
}

}  // namespace

bool has_category(const std::vector<std::string>& categories, std::string_view category) {
  return std::ranges::any_of(categories,
                             [category](const std::string& name) { return same_name(name, category); });
}

std::vector<std::string> with_category(std::vector<std::string> categories, std::string_view category,
                                       bool marked) {
  if (!marked)
    std::erase_if(categories, [category](const std::string& name) { return same_name(name, category); });
  else if (!has_category(categories, category))
    categories.emplace_back(category);
  return categories;
}

}  // namespace mailsync::graph
