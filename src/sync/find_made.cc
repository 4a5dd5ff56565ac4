#include "sync/find_made.h"

#include <algorithm>
#include <array>
#include <utility>

namespace mailsync::sync {

Fields as_made(const Fields& found, const Fields& sent, bool is_organizer) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kOfEveryNewItem{{
      {"importance", R"("normal")"},
      {"sensitivity", R"("normal")"},
      {"show_as", R"("busy")"},
      {"status", R"("not_started")"},
  }};
  Fields out = sent;
  for (const auto& [name, text] : found) {
    const bool usual = std::ranges::find(kOfEveryNewItem, std::pair<std::string_view, std::string_view>(
                                                              name, text)) != kOfEveryNewItem.end();
    const bool its_own = name == "reminder_minutes" || (name == "organizer" && is_organizer);
    if (usual || its_own || text == model::kCleared) out.emplace(name, text);
  }
  return out;
}

Task<Result<std::optional<RemoteItem>>> find_made(Replica& replica, Kind kind, OperationId operation,
                                                  Fields sent) {
  CO_TRY(auto item, co_await replica.find_by_operation(kind, std::move(operation), sent));
  if (item) item->fields = as_made(item->fields, sent, item->is_organizer);
  co_return item;
}

}  // namespace mailsync::sync
