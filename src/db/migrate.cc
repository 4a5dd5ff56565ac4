#include <algorithm>
#include <array>
#include <cctype>

#include "db/database.h"
#include "db/dialect.h"

namespace mailsync::db {
namespace {

constexpr std::string_view kTable =
    "CREATE TABLE IF NOT EXISTS schema_migration (owner TEXT {{bytes_collation}} NOT NULL, number {{int}} "
    "NOT NULL, "
    "name TEXT NOT NULL, at_us {{int}} NOT NULL, PRIMARY KEY (owner, number)) {{strict}}";

// Two programs that start together on PostgreSQL may both try to create it: the second then finds it.
Result<void> create_table(Database& database) {
  auto create = [&] {
    return database.write(Durability::Durable, [](SqlTransaction& tx) -> Result<void> {
      TRY_VOID(tx.execute(kTable));
      return {};
    });
  };
  auto first = create();
  return first || first.error().vendor_code != "unique" ? first : create();
}

// A type that means something else on the other engine.
Result<void> check_words(std::string_view owner, const Migration& migration) {
  constexpr std::array<std::string_view, 10> kRefused = {"INTEGER", "INT",   "BIGINT", "REAL",   "DOUBLE",
                                                         "BLOB",    "BYTEA", "STRICT", "SERIAL", "BOOLEAN"};
  std::string word;
  for (size_t i = 0; i <= migration.sql.size(); ++i) {
    auto c = static_cast<unsigned char>(i < migration.sql.size() ? migration.sql[i] : ' ');
    if (std::isalnum(c) != 0 || c == '_') {
      word += static_cast<char>(std::toupper(c));
      continue;
    }
    bool braced = i >= word.size() + 2 && migration.sql.substr(i - word.size() - 2, 2) == "{{";
    if (!braced && std::find(kRefused.begin(), kRefused.end(), word) != kRefused.end()) {
      return fail(ErrorKind::Corrupt, "migration " + std::to_string(migration.number) + " of " +
                                          std::string(owner) + " says " + word +
                                          ", which differs between the engines: use a word of " +
                                          "db/database.h such as {{int}} or {{strict}}");
    }
    word.clear();
  }
  return {};
}

// Statements end at a line that is only ";".
Result<void> run_statements(SqlTransaction& tx, std::string_view sql) {
  std::string statement;
  auto run = [&]() -> Result<void> {
    std::string one = std::exchange(statement, {});
    while (!one.empty() && (std::isspace(static_cast<unsigned char>(one.back())) != 0 || one.back() == ';'))
      one.pop_back();
    if (one.find_first_not_of(" \n\t") == std::string::npos) return {};
    TRY_VOID(tx.execute(one));
    return {};
  };
  for (size_t at = 0; at < sql.size();) {
    size_t end = std::min(sql.find('\n', at), sql.size());
    std::string_view line = sql.substr(at, end - at);
    at = end + 1;
    if (line == ";") {
      TRY_VOID(run());
    } else {
      (statement += line) += '\n';
    }
  }
  return run();
}

Result<void> apply_one(Database& database, std::string_view owner, const Migration& migration, Instant now) {
  return database.write(Durability::Durable, [&](SqlTransaction& tx) -> Result<void> {
    // Before anything is read: the snapshot of REPEATABLE READ must be taken after another migrating program
    // is done.
    if (database.engine() == Engine::Postgres)
      TRY_VOID(tx.execute("LOCK TABLE schema_migration IN EXCLUSIVE MODE"));
    TRY(auto rows, tx.query("SELECT name FROM schema_migration WHERE owner = $1 AND number = $2",
                            {owner, migration.number}));
    if (!rows.empty()) {
      if (rows[0][0].text() == migration.name) return {};
      return fail(ErrorKind::Corrupt, "migration " + std::to_string(migration.number) + " of " +
                                          std::string(owner) + " is called \"" + rows[0][0].text() +
                                          "\" in the database and \"" + std::string(migration.name) +
                                          "\" in this program: they do not belong together");
    }
    TRY(std::string sql, replace_words(database.engine(), migration.sql));
    TRY_VOID(run_statements(tx, sql));
    TRY_VOID(run_statements(
        tx, database.engine() == Engine::Sqlite ? migration.sql_sqlite : migration.sql_postgres));
    TRY_VOID(tx.execute("INSERT INTO schema_migration (owner, number, name, at_us) VALUES ($1, $2, $3, $4)",
                        {owner, migration.number, migration.name, now}));
    return {};
  });
}

}  // namespace

Result<void> migrate(Database& database, std::string_view owner, std::span<const Migration> migrations,
                     Instant now) {
  int known = 0;
  for (const Migration& migration : migrations) {
    if (migration.number <= known)
      return fail(ErrorKind::Corrupt,
                  "the migrations of " + std::string(owner) + " are not in ascending order");
    known = migration.number;
    TRY_VOID(check_words(owner, migration));
  }
  TRY_VOID(create_table(database));
  int64_t newest = 0;
  TRY_VOID(database.read([&](Session& session) -> Result<void> {
    TRY(auto rows,
        session.query("SELECT coalesce(max(number), 0) FROM schema_migration WHERE owner = $1", {owner}));
    newest = rows[0][0].integer();
    return {};
  }));
  if (newest > known) {
    return fail(ErrorKind::Corrupt, "the database was made by a newer version of Mail Sync (" +
                                        std::string(owner) + " is at " + std::to_string(newest) +
                                        ", this program knows " + std::to_string(known) +
                                        "): run the newer program");
  }
  for (const Migration& migration : migrations) {
    auto done = apply_one(database, owner, migration, now);
    if (!done) {
      return fail(std::move(done).error().within("changing the database (" + std::string(owner) + " " +
                                                 std::to_string(migration.number) + " " +
                                                 std::string(migration.name) + ")"));
    }
  }
  return {};
}

}  // namespace mailsync::db
