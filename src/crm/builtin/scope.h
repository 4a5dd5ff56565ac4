// Which records a user wants in his mailbox: assigned to him, watched by him, or in his view "Exchange Sync";
// and within the window of their kind (product.md, "What syncs, and when").
#pragma once

#include <optional>
#include <set>
#include <span>
#include <vector>

#include "crm/builtin/records.h"
#include "crm/builtin/views.h"

namespace mailsync::crm {

using sync::ScopeWindow;

// A record is in the window when it stops to matter at or after `earliest_end_us` and starts at or before
// `latest_start_us` (whole days in UTC, so that they move once a day).
struct WindowBounds {
  int64_t earliest_end_us = 0;
  int64_t latest_start_us = 0;
};
WindowBounds bounds_of(const ScopeWindow& window, RecordType type, Instant now);
bool within(const WindowBounds& bounds, const Record& record);

struct ScopeQuery {
  sync::Viewer viewer;
  RecordType type = RecordType::Person;
  WindowBounds bounds;
  Instant now;
};

// Ids in scope above `after`, ascending, at most `limit`. Each of the three ways in is an index range.
Result<std::vector<int64_t>> ids_in_scope(db::Session& session, const ScopeQuery& query,
                                          const std::optional<ViewDefinition>& view, RecordId after,
                                          size_t limit);

// Ids above `after` that the view holds, whatever their window, ascending.
Result<std::vector<int64_t>> ids_in_view(db::Session& session, const ScopeQuery& query,
                                         const ViewDefinition& view, RecordId after, size_t limit);

// Which of these ids the view holds.
Result<std::set<int64_t>> held_by_view(db::Session& session, const ScopeQuery& query,
                                       const ViewDefinition& view, std::span<const int64_t> ids);

}  // namespace mailsync::crm
