// Plans as commands print them: one JSON object, or words.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "sync/plan_report.h"

namespace mailsync::server {

boost::json::object json_of(const sync::PlanReport& report, const sync::Mailbox& mailbox,
                            const std::vector<sync::PlanItem>& items);
// The counts as a table, then the items that were given, one line each.
std::string words_of(const sync::PlanReport& report, const sync::Mailbox& mailbox,
                     const std::vector<sync::PlanItem>& items);

}  // namespace mailsync::server
