// The embedded engine: one writer, readers beside it (WAL).
#pragma once

#include <memory>
#include <string>

#include "db/database.h"

namespace mailsync::db {

// `path` is a file, or ":memory:": then one connection serves everybody in turn.
Result<std::unique_ptr<Database>> open_sqlite(const std::string& path, const Options& options);

}  // namespace mailsync::db
