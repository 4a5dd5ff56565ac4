#include "db/sqlite.h"

#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "db/nesting.h"
#include "db/sqlite_connection.h"

namespace mailsync::db {
namespace {

class SqliteSession final : public SqlTransaction {
 public:
  explicit SqliteSession(SqliteConnection& connection) : connection_(connection) {}

  using Session::execute;
  using Session::query;

  Result<Rows> query(std::string_view sql, std::span<const Value> params) override {
    Rows rows;
    TRY_VOID(each(sql, {&params, 1}, [&](Row row) { rows.push_back(std::move(row)); }));
    return rows;
  }
  Result<int64_t> execute(std::string_view sql, std::span<const Value> params) override {
    TRY_VOID(each(sql, {&params, 1}, {}));
    return connection_.changes();
  }
  Result<void> execute_batch(std::string_view sql, std::span<const Params> rows) override {
    std::vector<std::span<const Value>> sets(rows.begin(), rows.end());
    return each(sql, sets, {});
  }
  Result<Rows> query_batch(std::string_view sql, std::span<const Params> rows) override {
    std::vector<std::span<const Value>> sets(rows.begin(), rows.end());
    Rows answers;
    TRY_VOID(each(sql, sets, [&](Row row) { answers.push_back(std::move(row)); }));
    return answers;
  }

  // What the whole work came to: its own result, or the error it ignored.
  Result<void> outcome(Result<void> result) const {
    if (result && failed_) return fail(*failed_);
    return result;
  }

 private:
  Result<void> each(std::string_view sql, std::span<const std::span<const Value>> sets,
                    const std::function<void(Row)>& row) {
    if (failed_) return fail(*failed_);
    auto done = connection_.each(sql, sets, row);
    if (!done) failed_ = done.error();
    return done;
  }

  SqliteConnection& connection_;
  std::optional<Error> failed_;
};

// Ends what BEGIN started, also when work throws.
struct RollBack {
  SqliteConnection& connection;
  ~RollBack() { connection.roll_back(); }
};

Result<void> run_on(SqliteConnection& connection, const char* begin, const auto& work) {
  RollBack unless_committed{connection};
  TRY_VOID(connection.run(begin));
  SqliteSession session(connection);
  TRY_VOID(session.outcome(work(session)));
  return connection.run("COMMIT");
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(std::string path, const Options& options, std::unique_ptr<SqliteConnection> writer)
      : path_(std::move(path)), options_(options), writer_(std::move(writer)) {}

  Engine engine() const override { return Engine::Sqlite; }

  Result<void> write(Durability durability,
                     const std::function<Result<void>(SqlTransaction&)>& work) override {
    NestingGuard nesting(this);
    TRY_VOID(nesting.check());
    std::lock_guard lock(writer_mutex_);
    TRY_VOID(writer_->set_durability(durability));
    auto done = run_on(*writer_, "BEGIN IMMEDIATE", work);
    // The log may be most of what fills the disk: taken into the database, it is given back.
    if (!done && done.error().vendor_code == "disk_full")
      (void)writer_->run("PRAGMA wal_checkpoint(TRUNCATE)");
    return done;
  }

  Result<void> read(const std::function<Result<void>(Session&)>& work) override {
    NestingGuard nesting(this);
    TRY_VOID(nesting.check());
    if (path_ == ":memory:") return read_from_memory(work);
    TRY(auto reader, borrow());
    struct GiveBack {
      SqliteDatabase& database;
      std::unique_ptr<SqliteConnection>& reader;
      ~GiveBack() { database.give_back(std::move(reader)); }
    } give_back_at_end{*this, reader};
    return run_on(*reader, "BEGIN", work);
  }

 private:
  Result<void> read_from_memory(const std::function<Result<void>(Session&)>& work) {
    std::lock_guard lock(writer_mutex_);
    writer_->set_only_reads(true);
    struct Reset {
      SqliteConnection& connection;
      ~Reset() { connection.set_only_reads(false); }
    } reset{*writer_};
    return run_on(*writer_, "BEGIN", work);
  }

  Result<std::unique_ptr<SqliteConnection>> borrow() {
    std::unique_lock lock(readers_mutex_);
    reader_free_.wait(lock, [&] { return !readers_.empty() || readers_open_ < options_.connections; });
    if (readers_.empty()) {
      ++readers_open_;
      lock.unlock();
      auto opened = SqliteConnection::open(
          {.path = path_, .writer = false, .cache_bytes = options_.reader_cache_bytes});
      if (!opened) give_back(nullptr);
      return opened;
    }
    auto reader = std::move(readers_.back());
    readers_.pop_back();
    return reader;
  }

  void give_back(std::unique_ptr<SqliteConnection> reader) {
    {
      std::lock_guard lock(readers_mutex_);
      if (reader) {
        readers_.push_back(std::move(reader));
      } else {
        --readers_open_;
      }
    }
    reader_free_.notify_one();
  }

  const std::string path_;
  const Options options_;
  std::mutex writer_mutex_;
  std::unique_ptr<SqliteConnection> writer_;  // guarded by writer_mutex_
  std::mutex readers_mutex_;
  std::condition_variable reader_free_;
  std::vector<std::unique_ptr<SqliteConnection>> readers_;  // idle ones; guarded by readers_mutex_
  int readers_open_ = 0;                                    // guarded by readers_mutex_
};

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const std::string& path, const Options& options) {
  const auto directory = std::filesystem::path(path).parent_path();
  std::error_code ignored;
  if (path != ":memory:" && !directory.empty() && !std::filesystem::is_directory(directory, ignored)) {
    return fail(Error{.kind = ErrorKind::Corrupt,
                      .message = "opening the database " + path + ": the directory " + directory.string() +
                                 " does not exist; create it, or name another in the database setting",
                      .vendor_code = "directory"});
  }
  TRY(auto writer, SqliteConnection::open({.path = path, .cache_bytes = options.cache_bytes}));
  return std::make_unique<SqliteDatabase>(path, options, std::move(writer));
}

}  // namespace mailsync::db
