#include "db/postgres.h"

#include <charconv>
#include <condition_variable>
#include <mutex>

#include "db/nesting.h"
#include "db/postgres_connection.h"
#include "db/postgres_wire.h"

namespace mailsync::db {
namespace {

class PostgresSession final : public SqlTransaction {
 public:
  explicit PostgresSession(PostgresConnection& connection) : connection_(connection) {}

  using Session::execute;
  using Session::query;

  Result<Rows> query(std::string_view sql, std::span<const Value> params) override {
    Rows rows;
    TRY_VOID(each(sql, {&params, 1}, [&](const PGresult* result) { return append_rows(result, rows); }));
    return rows;
  }
  Result<int64_t> execute(std::string_view sql, std::span<const Value> params) override {
    int64_t changed = 0;
    TRY_VOID(each(sql, {&params, 1}, [&](const PGresult* result) -> Result<void> {
      const std::string_view count = PQcmdTuples(const_cast<PGresult*>(result));
      std::from_chars(count.data(), count.data() + count.size(), changed);
      return {};
    }));
    return changed;
  }
  Result<void> execute_batch(std::string_view sql, std::span<const Params> rows) override {
    std::vector<std::span<const Value>> sets(rows.begin(), rows.end());
    return each(sql, sets, [](const PGresult*) { return Result<void>(); });
  }
  Result<Rows> query_batch(std::string_view sql, std::span<const Params> rows) override {
    std::vector<std::span<const Value>> sets(rows.begin(), rows.end());
    Rows answers;
    TRY_VOID(each(sql, sets, [&](const PGresult* result) { return append_rows(result, answers); }));
    return answers;
  }

  Result<void> outcome(Result<void> result) const {
    if (result && failed_) return fail(*failed_);
    return result;
  }

 private:
  Result<void> each(std::string_view sql, std::span<const std::span<const Value>> sets,
                    const std::function<Result<void>(const PGresult*)>& answer) {
    if (failed_) return fail(*failed_);
    auto done = connection_.each(sql, sets, answer);
    if (!done) failed_ = done.error();
    return done;
  }

  PostgresConnection& connection_;
  std::optional<Error> failed_;
};

constexpr const char* kBeginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
constexpr const char* kBeginDurable =
    "BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL synchronous_commit = on";
constexpr const char* kBeginNormal =
    "BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL synchronous_commit = off";

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(std::string uri, const Options& options) : uri_(std::move(uri)), options_(options) {}

  Engine engine() const override { return Engine::Postgres; }

  Result<void> write(Durability durability,
                     const std::function<Result<void>(SqlTransaction&)>& work) override {
    return run(durability == Durability::Durable ? kBeginDurable : kBeginNormal, work);
  }
  Result<void> read(const std::function<Result<void>(Session&)>& work) override {
    return run(kBeginRead, work);
  }

  Result<void> connect() {
    Borrowed borrowed{*this, nullptr};
    TRY_VOID(borrow(borrowed));
    return {};
  }

 private:
  // A place in the pool, and the connection that fills it. A connection with something left open is thrown
  // away: closing it rolls back.
  struct Borrowed {
    PostgresDatabase& database;
    std::unique_ptr<PostgresConnection> connection;
    bool counted = false;
    ~Borrowed() {
      if (counted) database.give_back(std::move(connection));
    }
  };

  Result<void> run(const char* begin, const auto& work) {
    NestingGuard nesting(this);
    TRY_VOID(nesting.check());
    Borrowed borrowed{*this, nullptr};
    TRY_VOID(borrow(borrowed));
    auto begun = borrowed.connection->run(begin);
    if (!begun && !borrowed.connection->alive()) {
      // It died while it lay in the pool, and so did its neighbours. Nothing has been done yet.
      forget_idle();
      TRY(borrowed.connection, PostgresConnection::open(uri_));
      begun = borrowed.connection->run(begin);
    }
    TRY_VOID(std::move(begun));
    struct RollBack {
      PostgresConnection& connection;
      ~RollBack() {
        if (connection.alive() && !connection.idle()) (void)connection.run("ROLLBACK");
      }
    } unless_committed{*borrowed.connection};
    PostgresSession session(*borrowed.connection);
    TRY_VOID(session.outcome(work(session)));
    auto committed = borrowed.connection->run("COMMIT");
    if (!committed && !borrowed.connection->alive()) committed.error().vendor_code = "commit_unknown";
    return committed;
  }

  Result<void> borrow(Borrowed& borrowed) {
    std::unique_lock lock(mutex_);
    place_free_.wait(lock, [&] { return in_use_ < options_.connections; });
    ++in_use_;
    borrowed.counted = true;
    if (!idle_.empty()) {
      borrowed.connection = std::move(idle_.back());
      idle_.pop_back();
      return {};
    }
    lock.unlock();
    TRY(borrowed.connection, PostgresConnection::open(uri_));
    return {};
  }

  void give_back(std::unique_ptr<PostgresConnection> connection) {
    {
      std::lock_guard lock(mutex_);
      --in_use_;
      if (connection && connection->alive() && connection->idle()) idle_.push_back(std::move(connection));
    }
    place_free_.notify_one();
  }

  void forget_idle() {
    std::vector<std::unique_ptr<PostgresConnection>> dead;
    std::lock_guard lock(mutex_);
    dead.swap(idle_);
  }

  const std::string uri_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable place_free_;
  std::vector<std::unique_ptr<PostgresConnection>> idle_;  // guarded by mutex_
  int in_use_ = 0;                                         // guarded by mutex_
};

}  // namespace

Result<std::unique_ptr<Database>> open_postgres(const std::string& uri, const Options& options) {
  auto database = std::make_unique<PostgresDatabase>(uri, options);
  TRY_VOID(database->connect());
  return database;
}

}  // namespace mailsync::db
