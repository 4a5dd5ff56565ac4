// One SQL, two engines. Calls block: use them inside executor.blocking().
//
// SQL is written once, in what SQLite 3.40 and PostgreSQL 15 both take, with $1, $2 … as placeholders.
// A difference between the engines is solved here, never by the caller: LIKE is case-sensitive on both, a sum
// of integers is an integer, and these words are replaced, in migrations and in every other statement:
//
//   word                      SQLite                               PostgreSQL
//   {{int}} {{real}} {{blob}} INTEGER, REAL, BLOB                  BIGINT, DOUBLE PRECISION, BYTEA
//   {{id}}                    a 64-bit primary key that the database fills and never uses twice
//   {{strict}}                STRICT (ends CREATE TABLE)           nothing
//   {{keyed}}                 the same for small rows that are found by their primary key of several columns:
//                             STRICT, WITHOUT ROWID (kept once, in the key)
//   {{bytes_collation}}       COLLATE BINARY                       COLLATE "C"
//                             for every text that is a key or is sorted by
//   {{for_update}}            nothing (one writer)                 FOR UPDATE
//   {{skip_locked}}           nothing (one writer)                 FOR UPDATE SKIP LOCKED
//   {{ints $1}} {{texts $1}}  the members of a list; $1 is made by int_list() or text_list():
//                             "… WHERE remote_id IN {{texts $2}}"
//   {{text_index NAME}}       (migrations) a full-text table NAME(rowid, text), written to by rowid. The text
//                             must be below 256 KiB, and folded by the caller: lower case, no accents
//   {{text_match NAME $1}}    (in WHERE) rows of NAME that hold every word of $1, each as a prefix; $1 is
//                             made by search_words(): "SELECT p.id FROM person_text JOIN person p
//                             ON p.id = person_text.rowid WHERE {{text_match person_text $1}}"
#pragma once

#include <concepts>
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

// What runs statements: a transaction, or a read snapshot. After a statement has failed, every later one
// fails with the same error and nothing is committed, on both engines: use ON CONFLICT where a key may be
// taken. The SQL must be a constant text, never built from values: statements are cached by their text.
class Session {
 public:
  virtual ~Session() = default;
  virtual Result<Rows> query(std::string_view sql, std::span<const Value> params) = 0;
  // Rows changed.
  virtual Result<int64_t> execute(std::string_view sql, std::span<const Value> params) = 0;
  // One statement, many rows of parameters: one round trip on PostgreSQL (pipeline), one prepared statement
  // on SQLite.
  virtual Result<void> execute_batch(std::string_view sql, std::span<const Params> rows) = 0;
  // The same for a statement that returns rows (INSERT … RETURNING): all of them, in the order of `rows`.
  virtual Result<Rows> query_batch(std::string_view sql, std::span<const Params> rows) = 0;

  Result<Rows> query(std::string_view sql, std::initializer_list<Value> params = {}) {
    return query(sql, std::span<const Value>(params.begin(), params.size()));
  }
  Result<int64_t> execute(std::string_view sql, std::initializer_list<Value> params = {}) {
    return execute(sql, std::span<const Value>(params.begin(), params.size()));
  }
};

// Errors of all calls: Transient (busy, deadlock, connection lost: the whole transaction may be tried again;
// vendor_code "serialization" where another transaction changed a row after this one's snapshot,
// "commit_unknown" where the connection broke during the commit, which may have landed) · VersionStale with
// vendor_code "unique" (a unique key is taken: gather and plan again) · ItemInvalid with vendor_code "check"
// (also NOT NULL), "foreign_key", "text" (NUL or broken UTF-8, F113) or "value" (another type, out of range,
// too big) · SwitchedOff with vendor_code "disk_full" or "read_only" (intake stops before cursors move) ·
// Corrupt (not our database, damaged, wrong SQL). No message holds a value of the data.
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
  // Calls do not nest: a read or write inside work fails with Corrupt; use the session work was given.
  virtual Result<void> write(Durability durability,
                             const std::function<Result<void>(SqlTransaction&)>& work) = 0;
  // Runs work on a consistent snapshot; readers do not wait for the writer.
  virtual Result<void> read(const std::function<Result<void>(Session&)>& work) = 0;
};

struct Options {
  // SQLite: page cache of the writer. An initial sync may take 64 MB in all; more than this gained nothing at
  // 20,000 emails.
  int64_t cache_bytes = int64_t{32} << 20;
  int64_t reader_cache_bytes = int64_t{4} << 20;
  int connections = 16;  // PostgreSQL: most at once; SQLite: most readers at once
};

// "sqlite:/var/lib/mailsync/mailsync.db", "sqlite::memory:" (each call a new, empty one), or a libpq URI
// "postgresql://user@host/name?…". The directory must exist; the file is created with mode 0600.
Result<std::unique_ptr<Database>> open(const std::string& location, const Options& options = {});

// Parameters for {{ints $n}}, {{texts $n}} and {{text_match NAME $n}}. The texts must be UTF-8 without NUL.
Value int_list(std::span<const int64_t> numbers);
Value text_list(std::span<const std::string> texts);
Value search_words(std::string_view typed);

// Numbered, additive, run once each in its own transaction, recorded in table schema_migration(owner, number,
// name, at_us). `sql` may hold several statements, each ended by a line that is only ";". Column types are
// written as the words above ({{int}}, never INTEGER, which is 32 bits on PostgreSQL): others are refused.
// Where an engine needs a statement of its own, sql_sqlite or sql_postgres run after `sql`, as they are.
struct Migration {
  int number;
  std::string_view name;
  std::string_view sql;
  std::string_view sql_sqlite = {};
  std::string_view sql_postgres = {};
};
// Corrupt when the database holds a newer number than the program knows: it says to run the newer program.
Result<void> migrate(Database& database, std::string_view owner, std::span<const Migration> migrations,
                     Instant now);

}  // namespace mailsync::db
