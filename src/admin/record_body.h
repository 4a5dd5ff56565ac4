// What a request says of a record, checked: the fields of its type, and who owns and watches it.
#pragma once

#include <optional>
#include <vector>

#include "admin/json.h"
#include "crm/builtin/records.h"

namespace mailsync::admin {

struct RecordBody {
  model::Fields fields;         // checked and canonical; only what was sent
  std::optional<UserId> owner;  // 0: nobody
  std::optional<std::vector<int64_t>> watchers;
  std::optional<std::vector<int64_t>> related;
  bool send_updates = false;
};

// `current` is null when a record is created. Members that the type does not have, and those that only the
// server sets, are refused by name. Users and records must exist in the account.
std::expected<RecordBody, Problem> record_body(db::Session& session, AccountId account, crm::RecordType type,
                                               const boost::json::object& body, const crm::Record* current,
                                               Instant now);

}  // namespace mailsync::admin
