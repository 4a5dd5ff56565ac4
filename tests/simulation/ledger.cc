#include "tests/simulation/ledger.h"

#include <charconv>

namespace mailsync::sim {

void collect_numbers(std::string_view text, char open, char close, std::set<int>& out) {
  for (size_t at = text.find(open); at != std::string_view::npos; at = text.find(open, at + 1)) {
    int number = 0;
    const auto [end, failed] = std::from_chars(text.data() + at + 1, text.data() + text.size(), number);
    if (failed == std::errc{} && end < text.data() + text.size() && *end == close) out.insert(number);
  }
}

Thing& Ledger::add(model::Kind kind, size_t home, bool crm_born) {
  const int id = static_cast<int>(things_.size()) + 1;
  return things_[id] = {.id = id, .kind = kind, .crm_born = crm_born, .home = home};
}

Thing* Ledger::find(int id) {
  const auto at = things_.find(id);
  return at == things_.end() ? nullptr : &at->second;
}

Thing* Ledger::tagged(std::string_view text) {
  std::set<int> ids;
  collect_numbers(text, 'Q', 'q', ids);
  return ids.empty() ? nullptr : find(*ids.begin());
}

std::string Ledger::token(int side, const Thing& thing, const std::string& field) {
  for (Entry& entry : entries_)
    if (entry.side == side && entry.thing == thing.id && entry.field == field) entry.superseded = true;
  entries_.push_back(
      {.token = static_cast<int>(entries_.size()) + 1, .side = side, .thing = thing.id, .field = field});
  return "Z" + std::to_string(entries_.back().token) + "z";
}

void Ledger::forget_edits(int side, const Thing& thing) {
  for (Entry& entry : entries_)
    if (entry.side == side && entry.thing == thing.id) entry.superseded = true;
}

}  // namespace mailsync::sim
