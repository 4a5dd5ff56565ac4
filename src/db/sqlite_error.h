// What SQLite says, as an Error. https://www.sqlite.org/rescode.html
#pragma once

#include <string_view>

#include "base/error.h"

namespace mailsync::db {

// `extended` is the extended result code; `message` is sqlite3_errmsg(); `what` says what was tried, for
// people.
Error classify_sqlite(int extended, std::string_view message, std::string_view what);

}  // namespace mailsync::db
