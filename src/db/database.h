// One SQL, two engines. Calls block: use them inside executor.blocking().
//
// SQL is written once, in what SQLite 3.40 and PostgreSQL 15 both take, with $1, $2 … as placeholders.
// A difference between the engines is solved here, never by the caller.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/transaction.h"

namespace mailsync::db {

struct Blob {
  std::string bytes;
  bool operator==(const Blob&) const = default;
};

// NULL, integer (bigint), real, text (UTF-8 without NUL), bytes. Booleans are 0 and 1; instants are
// microseconds.
class Value {
 public:
  Value() = default;
  Value(std::nullptr_t) {}
  template <std::integral N>
  Value(N number) : value_(static_cast<int64_t>(number)) {}
  Value(double number) : value_(number) {}
  Value(std::string text) : value_(std::move(text)) {}
  Value(std::string_view text) : value_(std::string(text)) {}
  Value(const char* text) : value_(std::string(text)) {}
  Value(Blob blob) : value_(std::move(blob)) {}
  Value(Instant instant) : value_(instant.us) {}
  template <typename Tag>
  Value(NumberId<Tag> id) : value_(id.value) {}
  template <typename Tag>
  Value(const TextId<Tag>& id) : value_(id.value) {}
  template <typename T>
  Value(const std::optional<T>& maybe) {
    if (maybe) *this = Value(*maybe);
  }

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  // 0, 0.0 and "" for NULL. Asking for another type than the column's is a bug and throws.
  int64_t integer() const;
  bool boolean() const { return integer() != 0; }
  double real() const;
  const std::string& text() const;
  const std::string& bytes() const;
  Instant instant() const { return {integer()}; }
  template <typename Id>
  Id id() const {
    if constexpr (requires(Id i) { i.value.size(); }) {
      return Id{text()};
    } else {
      return Id{integer()};
    }
  }
  const auto& variant() const { return value_; }
  bool operator==(const Value&) const = default;

 private:
  std::variant<std::monostate, int64_t, double, std::string, Blob> value_;
};

using Row = std::vector<Value>;
using Rows = std::vector<Row>;
using Params = std::vector<Value>;

enum class Engine { Sqlite, Postgres };

// Durable: on disk when commit returns (SQLite synchronous=FULL). Normal: may be lost with the machine's
// power, never torn; what it held is replayed from the cursor.
enum class Durability { Normal, Durable };

// What runs statements: a transaction, or a read snapshot.
class Session {
 public:
  virtual ~Session() = default;
  virtual Result<Rows> query(std::string_view sql, std::span<const Value> params) = 0;
  // Rows changed.
  virtual Result<int64_t> execute(std::string_view sql, std::span<const Value> params) = 0;
  // One statement, many rows of parameters: one round trip on PostgreSQL (pipeline), one prepared statement
  // on SQLite.
  virtual Result<void> execute_batch(std::string_view sql, std::span<const Params> rows) = 0;

  Result<Rows> query(std::string_view sql, std::initializer_list<Value> params = {}) {
    return query(sql, std::span<const Value>(params.begin(), params.size()));
  }
  Result<int64_t> execute(std::string_view sql, std::initializer_list<Value> params = {}) {
    return execute(sql, std::span<const Value>(params.begin(), params.size()));
  }
};

// Errors of all calls: Transient (busy, deadlock, serialization failure, connection lost: the whole
// transaction may be tried again) · VersionStale with vendor_code "unique" (a unique key is taken: gather and
// plan again) · ItemInvalid with vendor_code "check" or "foreign_key" · SwitchedOff with vendor_code
// "disk_full" or "read_only" (intake stops before cursors move) · Corrupt (not our database, damaged, wrong
// SQL).
class SqlTransaction : public Transaction, public Session {
 public:
  // What sync hands to store and to the CRM is always one of these.
  static SqlTransaction& of(Transaction& transaction) { return dynamic_cast<SqlTransaction&>(transaction); }
};

class Database {
 public:
  virtual ~Database() = default;
  virtual Engine engine() const = 0;
  // Runs work in one write transaction and commits; an error from work, or a thrown exception, rolls back.
  // SQLite: one writer at a time, BEGIN IMMEDIATE. PostgreSQL: a pooled connection, REPEATABLE READ.
  // Transient failures are NOT retried here: work may have planned on what it read.
  virtual Result<void> write(Durability durability,
                             const std::function<Result<void>(SqlTransaction&)>& work) = 0;
  // Runs work on a consistent snapshot; readers do not wait for the writer.
  virtual Result<void> read(const std::function<Result<void>(Session&)>& work) = 0;
};

// "sqlite:/var/lib/mailsync/mailsync.db", "sqlite::memory:" (each call a new, empty one), or a libpq URI
// "postgresql://user@host/name?…". The directory must exist; the file is created with mode 0600.
Result<std::unique_ptr<Database>> open(const std::string& location);

// Numbered, additive, run once each in its own transaction, recorded in table schema_migration(owner, number,
// name, at_us). `sql` may hold several statements, each ended by a line that is only ";". Between the engines
// differ only the words
// {{id}} (64-bit key filled by the database), {{blob}}, {{bytes_collation}} (byte-wise text comparison),
// which are replaced.
struct Migration {
  int number;
  std::string_view name;
  std::string_view sql;
};
// Corrupt when the database holds a newer number than the program knows: it says to run the newer program.
Result<void> migrate(Database& database, std::string_view owner, std::span<const Migration> migrations,
                     Instant now);

}  // namespace mailsync::db
