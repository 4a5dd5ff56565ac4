// Lists, records and their changes, the same for every type of the CRM.
#pragma once

#include "admin/router.h"
#include "crm/builtin/filters.h"
#include "crm/builtin/lists.h"
#include "crm/builtin/records.h"
#include "crm/builtin/rights.h"

namespace mailsync::admin {

// What q, filter, view, sort, cursor and limit of a request ask for.
std::expected<crm::ListQuery, Problem> list_query(db::Session& session, const Request& request,
                                                  crm::RecordType type);

Answer list_of_type(Api& api, const Request& request, crm::RecordType type);
Answer record_of_type(Api& api, const Request& request, crm::RecordType type);
Answer create_of_type(Api& api, const Request& request, crm::RecordType type);
Answer update_of_type(Api& api, const Request& request, crm::RecordType type);
Answer delete_of_type(Api& api, const Request& request, crm::RecordType type);

// The record in the path that the viewer may see; 404 for every other one.
std::expected<crm::Record, Problem> visible_record(db::Session& session, const Request& request,
                                                   const crm::Rights& rights,
                                                   std::optional<crm::RecordType> type = std::nullopt);

// Mailboxes to look at after a record changed: those that hold it, its owner's and its watchers'.
std::vector<MailboxId> mailboxes_of(Api& api, const Request& request, RecordId record);

}  // namespace mailsync::admin
