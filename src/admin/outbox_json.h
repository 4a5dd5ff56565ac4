// Composed emails as openapi.yaml spells them.
#pragma once

#include <boost/json.hpp>
#include <map>

#include "admin/api.h"
#include "crm/builtin/outbox.h"

namespace mailsync::admin {

boost::json::object message_json(const crm::OutboxMessage& message,
                                 const std::map<int64_t, sync::Mailbox>& mailboxes);
// Blocks.
Result<std::map<int64_t, sync::Mailbox>> mailboxes_by_id(Api& api, AccountId account);

}  // namespace mailsync::admin
