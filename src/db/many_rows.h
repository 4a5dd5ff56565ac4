// INSERT … VALUES (…) for one row, made into one statement for many rows: SQLite then opens the table and its
// indexes, and draws from the sequence of ids, once for all of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mailsync::db {

// `sql` is translated (?n). The parameters of row r follow those of row r - 1. nullopt where the statement is
// not an INSERT of one row of values, or uses a parameter outside of it.
std::optional<std::string> for_many_rows(std::string_view sql, int params_per_row, int rows);

// "INSERT INTO t (a, b) VALUES (…) RETURNING id" that answers with one column, which it does not fill itself,
// and does nothing else.
struct ReturnedColumn {
  std::string table;
  std::string column;
  size_t statement_ends = 0;  // where " RETURNING" begins
};
std::optional<ReturnedColumn> returned_column(std::string_view sql);

}  // namespace mailsync::db
