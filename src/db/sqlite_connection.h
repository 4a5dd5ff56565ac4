// One SQLite connection with its prepared statements. Used by one thread at a time.
#pragma once

#include <sqlite3.h>

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "db/database.h"

namespace mailsync::db {

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

class SqliteConnection {
 public:
  struct Settings {
    std::string path;  // ":memory:" for one that nobody else sees
    bool writer = true;
    int64_t cache_bytes = 0;
  };
  // Opens and sets up: WAL, foreign keys, case-sensitive LIKE, 10 s of patience with other programs.
  static Result<std::unique_ptr<SqliteConnection>> open(const Settings& settings);

  // Statements without parameters and rows: BEGIN, COMMIT, PRAGMA.
  Result<void> run(const char* sql);
  // Rolls back what is open, if anything is.
  void roll_back();

  // Calls row for each row of the answer, for each set of parameters.
  Result<void> each(std::string_view sql, std::span<const std::span<const Value>> sets,
                    const std::function<void(Row)>& row);
  int64_t changes() const { return sqlite3_changes64(handle_.get()); }

  Result<void> set_durability(Durability durability);
  // Statements that would write are refused, as on a reader. PRAGMA query_only says the same, but makes
  // SQLite compile every statement anew.
  void set_only_reads(bool only_reads) { only_reads_ = only_reads; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Compiled = std::unique_ptr<sqlite3_stmt, Finalize>;
  struct Statement {
    Compiled one;
    Compiled many;  // for kManyRows rows at once, where that can be
    bool many_tried = false;
    bool many_draws_ids = false;  // its answer, one id for each row, is known without asking for it
  };

  Result<Compiled> compiled(const std::string& text, std::string_view sql);
  Result<Statement*> prepared(std::string_view sql);
  Result<bool> writes_text_index(std::string_view insert);
  bool draws_ids(const std::string& table, const std::string& column);
  Result<void> prepare_many(Statement& statement, std::string_view sql);
  Result<void> run_sets(sqlite3_stmt* statement, std::string_view sql,
                        std::span<const std::span<const Value>> sets, const std::function<void(Row)>& row);
  Result<void> set_up(const Settings& settings);
  std::unexpected<Error> error(int code, std::string_view what);

  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<std::string, Statement, StringHash, std::equal_to<>>
      statements_;  // finalized before the close
  Durability durability_ = Durability::Durable;
  bool only_reads_ = false;
};

}  // namespace mailsync::db
