#include "db/postgres.h"
#include "db/sqlite.h"

namespace mailsync::db {

Result<std::unique_ptr<Database>> open(const std::string& location, const Options& options) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (location.starts_with(kSqlite) && location.size() > kSqlite.size())
    return open_sqlite(location.substr(kSqlite.size()), options);
  if (location.starts_with("postgresql://") || location.starts_with("postgres://"))
    return open_postgres(location, options);
  // The location may hold a password: it is not repeated.
  return fail(
      ErrorKind::Corrupt,
      "the database setting must be sqlite:/path/to/file or postgresql://user@host/name, and is neither");
}

}  // namespace mailsync::db
