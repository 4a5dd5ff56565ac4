// The feed of one kind for one viewer, page by page: what sync's LocalReplica::changes answers.
//
// A cursor is either in a sweep (a listing in order of id) or in the feed (in order of seq). Sweeps:
//   listing   an empty cursor: everything in scope
//   view      the viewer's "Exchange Sync" view changed: what it held before and what it holds now
//   horizon   a new day: meetings that the window has reached
// The feed's place is fixed before a listing begins, so what changes meanwhile comes after it.
#pragma once

#include "crm/builtin/rights.h"
#include "crm/builtin/scope.h"

namespace mailsync::crm {

// CursorLost for a cursor that is none of ours.
Result<sync::CrmChangePage> changes(db::Session& session, sync::Viewer viewer, model::Kind kind,
                                    const ScopeWindow& window, const Cursor& cursor, size_t limit,
                                    Instant now);

// What sync sees of a record. One that the viewer may not see has no fields.
sync::CrmRecord crm_record_of(const Record& record, const Rights& rights, bool in_scope);

// The same for many, each with whether it is in the viewer's scope.
Result<std::vector<sync::CrmRecord>> crm_records_of(db::Session& session, const ScopeQuery& query,
                                                    const Rights& rights,
                                                    const std::optional<ViewDefinition>& view,
                                                    std::span<const Record> records);

}  // namespace mailsync::crm
