// Plans, their items and changes as openapi.yaml spells them.
#pragma once

#include <boost/json.hpp>
#include <map>

#include "admin/mailbox_json.h"
#include "sync/plan_report.h"

namespace mailsync::admin {

using RefsById = std::map<int64_t, boost::json::object>;

boost::json::object plan_json(const sync::PlanReport& report, const sync::Mailbox& mailbox);
boost::json::object plan_item_json(const sync::PlanItem& item, const RefsById& refs);
boost::json::object change_json(const sync::JournalEntry& entry, const sync::Mailbox& mailbox,
                                const RefsById& refs);
// [{"name","before","after"}] of two objects of fields; equal ones are left out.
boost::json::array field_changes(const std::string& before, const std::string& after);

// The records of these ids that the user may see. Blocks.
Result<RefsById> refs_by_id(Api& api, const Request& request, std::span<const int64_t> ids);

}  // namespace mailsync::admin
