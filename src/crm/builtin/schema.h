// The CRM's tables, as numbered additive migrations of the owner "crm".
#pragma once

#include <span>

#include "db/database.h"

namespace mailsync::crm {

std::span<const db::Migration> migrations();
// Brings the database to the newest schema. Corrupt when it is newer than the program.
Result<void> migrate(db::Database& database, Instant now);

}  // namespace mailsync::crm
