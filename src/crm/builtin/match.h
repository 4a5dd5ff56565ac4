// Who is meant by an address: people and leads by the address they are matched with (aliases and
// plus-addresses included), and the timelines that follow from it.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "db/database.h"
#include "sync/crm.h"

namespace mailsync::crm {

// Keyed by model::address_for_matching; an address may belong to several (F110). Deleted ones are not in it.
Result<std::map<std::string, std::vector<sync::PersonRef>>> people_by_address(
    db::Session& session, AccountId account, std::span<const std::string> addresses);

// Puts the newest 1,000 emails that an address of this contact took part in into his timeline.
Result<void> relate_contact(db::Session& session, AccountId account, RecordId contact,
                            std::span<const std::string> addresses);

// Puts a meeting into its attendees' timelines, in place of what was there.
Result<void> relate_meeting(db::Session& session, AccountId account, RecordId meeting, int64_t starts_us,
                            std::span<const std::string> addresses);

}  // namespace mailsync::crm
