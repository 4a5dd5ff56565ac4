// What PostgreSQL says, as an Error. https://www.postgresql.org/docs/15/errcodes-appendix.html
#pragma once

#include <string_view>

#include "base/error.h"

namespace mailsync::db {

// `sqlstate` is empty when no answer came (the connection is gone); `message` is the primary message only,
// because the detail quotes data; `what` says what was tried, for people.
Error classify_postgres(std::string_view sqlstate, std::string_view message, std::string_view what);

}  // namespace mailsync::db
