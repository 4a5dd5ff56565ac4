// Records of the CRM as openapi.yaml spells them.
#pragma once

#include <set>

#include "admin/json.h"
#include "crm/builtin/email_reads.h"
#include "crm/builtin/records.h"
#include "crm/builtin/rights.h"

namespace mailsync::admin {

// Whole records in the given order: names of users, of related records and of organisations come in batches.
Result<std::vector<boost::json::object>> records_json(db::Session& session, AccountId account,
                                                      const crm::Rights& rights,
                                                      std::span<const crm::Record> records);

Result<std::vector<boost::json::object>> emails_json(db::Session& session, AccountId account,
                                                     const crm::Rights& rights,
                                                     std::span<const crm::EmailSummary> emails);

// {"id","type","name"} of those that exist and that the viewer may see, by id.
Result<std::map<int64_t, boost::json::object>> refs_of(db::Session& session, AccountId account,
                                                       const crm::Rights& rights,
                                                       std::span<const int64_t> ids);
// What a record was tied to by hand, or an email by its people.
Result<std::map<int64_t, std::vector<int64_t>>> targets_of(db::Session& session, AccountId account,
                                                           std::span<const int64_t> sources,
                                                           bool participants);

Result<UsersById> users_of(db::Session& session, AccountId account, std::span<const int64_t> ids);
boost::json::object actor_json(const UsersById& users, UserId by, crm::Via via);

// Meetings that nobody of the account organises.
Result<std::set<int64_t>> organised_elsewhere(db::Session& session, AccountId account,
                                              std::span<const crm::Record> records);

}  // namespace mailsync::admin
