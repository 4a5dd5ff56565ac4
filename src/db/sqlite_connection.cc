#include "db/sqlite_connection.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "db/dialect.h"
#include "db/many_rows.h"
#include "db/sqlite_error.h"
#include "db/sqlite_files.h"
#include "db/text.h"

namespace mailsync::db {
namespace {

constexpr size_t kMaxStatements = 512;  // a program has some hundreds; more would be SQL built from values
constexpr size_t kManyRows = 25;        // a page of 100 is four statements
constexpr int kPatienceMs = 10'000;     // with another program that holds the write lock
// A log of about 128 MB before it is taken into the database: a page that many transactions changed is then
// written once, and an initial sync syncs its files less than once per 1,000 emails.
constexpr int64_t kCheckpointPages = 32'000, kFewestCheckpointPages = 1'000;
constexpr int64_t kPageBytes = 4096;
constexpr int64_t kWalKeptBytes = int64_t{64} << 20;
constexpr int kApplicationId = 0x4d535943;  // "MSYC"

std::string_view shortened(std::string_view sql) {
  return sql.substr(0, 120);
}

int bind(sqlite3_stmt* statement, int index, const Value& value) {
  // The parameters outlive the step, so nothing is copied.
  struct Bind {
    sqlite3_stmt* s;
    int i;
    int operator()(std::monostate) const { return sqlite3_bind_null(s, i); }
    int operator()(int64_t number) const { return sqlite3_bind_int64(s, i, number); }
    int operator()(double number) const { return sqlite3_bind_double(s, i, number); }
    int operator()(const std::string& text) const {
      return sqlite3_bind_text64(s, i, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    int operator()(const Blob& blob) const {
      return blob.bytes.empty()
                 ? sqlite3_bind_zeroblob(s, i, 0)
                 : sqlite3_bind_blob64(s, i, blob.bytes.data(), blob.bytes.size(), SQLITE_STATIC);
    }
  };
  return std::visit(Bind{statement, index}, value.variant());
}

Value column(sqlite3_stmt* s, int i) {
  auto size = [&] { return static_cast<size_t>(sqlite3_column_bytes(s, i)); };
  switch (sqlite3_column_type(s, i)) {
    case SQLITE_INTEGER:
      return sqlite3_column_int64(s, i);
    case SQLITE_FLOAT:
      return sqlite3_column_double(s, i);
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(s, i));
      return std::string(text, size());
    }
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(s, i));
      return bytes == nullptr ? Blob{} : Blob{std::string(bytes, size())};
    }
    default:
      return nullptr;
  }
}

// On a small disk the log must leave room for the database it will be taken into.
int64_t checkpoint_pages(const std::string& path) {
  std::error_code failed;
  const auto space = std::filesystem::space(path, failed);
  if (failed) return kCheckpointPages;
  return std::clamp(static_cast<int64_t>(space.available / 8) / kPageBytes, kFewestCheckpointPages,
                    kCheckpointPages);
}

Row read_row(sqlite3_stmt* statement) {
  Row row;
  int columns = sqlite3_data_count(statement);
  row.reserve(static_cast<size_t>(columns));
  for (int i = 0; i < columns; ++i) row.push_back(column(statement, i));
  return row;
}

}  // namespace

std::unexpected<Error> SqliteConnection::error(int code, std::string_view what) {
  return fail(classify_sqlite(code, sqlite3_errmsg(handle_.get()), what));
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const Settings& settings) {
  if (settings.writer && settings.path != ":memory:") {
    // SQLite would create it by the umask; the write-ahead log takes the mode of the database file.
    int file = ::open(settings.path.c_str(), O_CREAT | O_CLOEXEC | O_RDWR, 0600);
    if (file >= 0) ::close(file);
  }
  auto connection = std::make_unique<SqliteConnection>();
  sqlite3* handle = nullptr;
  int code =
      sqlite3_open_v2(settings.path.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, gathering_vfs());
  connection->handle_.reset(handle);
  const std::string what = "opening the database " + settings.path;
  if (code != SQLITE_OK) {
    return fail(
        classify_sqlite(code, handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle), what));
  }
  if (auto done = connection->set_up(settings); !done) return fail(std::move(done).error().within(what));
  return connection;
}

Result<void> SqliteConnection::set_up(const Settings& settings) {
  sqlite3_busy_timeout(handle_.get(), kPatienceMs);
  // No statement of ours needs the schema written by hand, and a damaged file must not mislead us.
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  auto pragma = [&](std::string_view name, int64_t value) {
    return run(("PRAGMA " + std::string(name) + " = " + std::to_string(value)).c_str());
  };
  TRY_VOID(pragma("foreign_keys", 1));
  TRY_VOID(pragma("case_sensitive_like", 1));
  TRY_VOID(pragma("cache_size", -(settings.cache_bytes >> 10)));
  TRY_VOID(pragma("temp_store", 2));
  // What is deleted is overwritten where that costs no writing.
  TRY_VOID(run("PRAGMA secure_delete = FAST"));
  if (!settings.writer) return pragma("query_only", 1);
  int64_t application = 0, tables = 0;
  for (auto [sql, target] : {std::pair{"PRAGMA application_id", &application},
                             std::pair{"SELECT count(*) FROM sqlite_schema", &tables}}) {
    std::span<const Value> none;
    TRY_VOID(each(sql, {&none, 1}, [out = target](const Row& row) { *out = row[0].integer(); }));
  }
  if (application != kApplicationId && (application != 0 || tables != 0))
    return fail(ErrorKind::Corrupt, "this is a database of another program; name another file");
  TRY_VOID(run("PRAGMA journal_mode = WAL"));
  if (application == 0) TRY_VOID(pragma("application_id", kApplicationId));
  TRY_VOID(pragma("journal_size_limit", kWalKeptBytes));
  TRY_VOID(pragma("wal_autocheckpoint", checkpoint_pages(settings.path)));
  return run("PRAGMA synchronous = FULL");
}

Result<void> SqliteConnection::run(const char* sql) {
  int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Result<void>() : error(code, sql);
}

void SqliteConnection::roll_back() {
  if (sqlite3_get_autocommit(handle_.get()) == 0)
    sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<void> SqliteConnection::set_durability(Durability durability) {
  if (durability == durability_) return {};
  TRY_VOID(
      run(durability == Durability::Durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"));
  durability_ = durability;
  return {};
}

Result<SqliteConnection::Compiled> SqliteConnection::compiled(const std::string& text, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  int code = sqlite3_prepare_v3(handle_.get(), text.c_str(), static_cast<int>(text.size() + 1),
                                SQLITE_PREPARE_PERSISTENT, &statement, &rest);
  Compiled owned(statement);
  if (code != SQLITE_OK) return error(code, shortened(sql));
  if (statement == nullptr || std::string_view(rest).find_first_not_of(" \n\t;") != std::string_view::npos)
    return fail(ErrorKind::Corrupt, "not exactly one SQL statement: " + std::string(shortened(sql)));
  return owned;
}

Result<SqliteConnection::Statement*> SqliteConnection::prepared(std::string_view sql) {
  if (auto found = statements_.find(sql); found != statements_.end()) return &found->second;
  TRY(std::string text, translate(Engine::Sqlite, sql));
  TRY(Compiled one, compiled(text, sql));
  if (statements_.size() >= kMaxStatements) statements_.clear();
  return &statements_.emplace(sql, Statement{.one = std::move(one)}).first->second;
}

// Such a table writes out what it gathered for the transaction at each statement of many rows.
Result<bool> SqliteConnection::writes_text_index(std::string_view insert) {
  TRY(Compiled found, compiled("SELECT 1 FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%' "
                               "AND instr(?1, ' ' || name || ' ') > 0",
                               "looking for full-text tables"));
  insert = insert.substr(0, insert.find('('));
  sqlite3_bind_text64(found.get(), 1, insert.data(), insert.size(), SQLITE_STATIC, SQLITE_UTF8);
  return sqlite3_step(found.get()) == SQLITE_ROW;
}

// Whether the column is a key that the database fills: rows of one statement then get numbers without a gap,
// because nobody else writes meanwhile (https://www.sqlite.org/autoinc.html).
bool SqliteConnection::draws_ids(const std::string& table, const std::string& column) {
  int filled = 0;
  const int code = sqlite3_table_column_metadata(handle_.get(), nullptr, table.c_str(), column.c_str(),
                                                 nullptr, nullptr, nullptr, nullptr, &filled);
  return code == SQLITE_OK && filled != 0;
}

Result<void> SqliteConnection::prepare_many(Statement& statement, std::string_view sql) {
  if (std::exchange(statement.many_tried, true)) return {};
  TRY(std::string text, translate(Engine::Sqlite, sql));
  // RETURNING makes SQLite write all rows into a table of its own first, and the answers into another.
  const auto returned = returned_column(text);
  if (returned && draws_ids(returned->table, returned->column)) {
    text.resize(returned->statement_ends);
    statement.many_draws_ids = true;
  }
  auto many =
      for_many_rows(text, sqlite3_bind_parameter_count(statement.one.get()), static_cast<int>(kManyRows));
  if (!many) return {};
  TRY(const bool is_index, writes_text_index(text));
  if (!is_index) {
    TRY(statement.many, compiled(*many, sql));
  }
  return {};
}

// One run of a statement; the rows of `sets` are its parameters one after another.
Result<void> SqliteConnection::run_sets(sqlite3_stmt* statement, std::string_view sql,
                                        std::span<const std::span<const Value>> sets,
                                        const std::function<void(Row)>& row) {
  struct Reset {
    sqlite3_stmt* s;
    ~Reset() { sqlite3_reset(s); }
  } reset{statement};
  const size_t expected = static_cast<size_t>(sqlite3_bind_parameter_count(statement)) / sets.size();
  int index = 0;
  for (std::span<const Value> params : sets) {
    TRY_VOID(check_texts(params));
    if (params.size() != expected)
      return fail(ErrorKind::Corrupt, "wrong number of parameters for: " + std::string(shortened(sql)));
    for (const Value& value : params) {
      if (int code = bind(statement, ++index, value); code != SQLITE_OK) return error(code, shortened(sql));
    }
  }
  int code;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW)
    if (row) row(read_row(statement));
  if (code == SQLITE_DONE) return {};
  return error(code, shortened(sql));
}

Result<void> SqliteConnection::each(std::string_view sql, std::span<const std::span<const Value>> sets,
                                    const std::function<void(Row)>& row) {
  TRY(Statement * statement, prepared(sql));
  if (only_reads_ && sqlite3_stmt_readonly(statement->one.get()) == 0)
    return fail(classify_sqlite(SQLITE_READONLY, sqlite3_errstr(SQLITE_READONLY), shortened(sql)));
  if (sets.size() >= kManyRows) TRY_VOID(prepare_many(*statement, sql));
  for (; statement->many && sets.size() >= kManyRows; sets = sets.subspan(kManyRows)) {
    TRY_VOID(run_sets(statement->many.get(), sql, sets.first(kManyRows), row));
    if (!statement->many_draws_ids || !row) continue;
    const int64_t last = sqlite3_last_insert_rowid(handle_.get());
    for (auto id = last - static_cast<int64_t>(kManyRows) + 1; id <= last; ++id) row(Row{id});
  }
  for (; !sets.empty(); sets = sets.subspan(1))
    TRY_VOID(run_sets(statement->one.get(), sql, sets.first(1), row));
  return {};
}

}  // namespace mailsync::db
