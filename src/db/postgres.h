// The server engine: a pool of libpq connections.
#pragma once

#include <memory>
#include <string>

#include "db/database.h"

namespace mailsync::db {

// `uri` as libpq takes it. Fails where the server is older than 15 or the database is not UTF-8.
Result<std::unique_ptr<Database>> open_postgres(const std::string& uri, const Options& options);

}  // namespace mailsync::db
