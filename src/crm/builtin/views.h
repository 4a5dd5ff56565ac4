// Saved views: filters, words and order of a list, under a name. One that its owner names "Exchange Sync" on
// people, tasks or meetings puts its records in his sync scope.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crm/builtin/filters.h"
#include "crm/builtin/rights.h"

namespace mailsync::crm {

inline constexpr std::string_view kSyncViewName = "Exchange Sync";

struct ViewDefinition {
  std::vector<Filter> filters;
  std::string words;
  std::string sort;
  std::vector<std::string> columns;
  bool operator==(const ViewDefinition&) const = default;
};

struct View {
  RecordId id;
  UserId owner;
  RecordType type = RecordType::Person;
  std::string name;
  ViewDefinition definition;
  bool shared = false;
  int64_t version = 0;
};

std::string to_json(const ViewDefinition& definition);
Result<ViewDefinition> view_definition_from(std::string_view json);

// Own ones and shared ones, by name; of one type or of all.
Result<std::vector<View>> views(db::Session& session, sync::Viewer viewer, std::optional<RecordType> type);
// Gone when there is none that the viewer may see.
Result<View> view(db::Session& session, sync::Viewer viewer, RecordId id);
// ItemInvalid when a filter does not fit the type; VersionStale "unique" when the name is taken.
Result<View> add_view(db::Session& session, sync::Viewer viewer, View view, Instant now);
// Own ones alone (Forbidden). VersionStale when `view.version` is not the stored one.
Result<View> update_view(db::Session& session, sync::Viewer viewer, View view, Instant now);
Result<void> remove_view(db::Session& session, sync::Viewer viewer, RecordId id);

// The user's view "Exchange Sync" as it was at an epoch; nullopt when there was none.
Result<std::optional<ViewDefinition>> sync_view_at(db::Session& session, sync::Viewer viewer, RecordType type,
                                                   int64_t epoch);
// Counts up whenever that view changes; 0 when there never was one.
Result<int64_t> sync_view_epoch(db::Session& session, sync::Viewer viewer, RecordType type);

}  // namespace mailsync::crm
