#include "db/sqlite_error.h"

#include <sqlite3.h>

#include <string>

namespace mailsync::db {
namespace {

struct Verdict {
  ErrorKind kind;
  const char* code;    // "": SQLite's own name
  const char* advice;  // what to do
};

constexpr Verdict kDiskFull = {ErrorKind::SwitchedOff, "disk_full",
                               "free space on its disk; work then goes on by itself"};

Verdict constraint(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return {ErrorKind::VersionStale, "unique", "somebody else took this key first: read again"};
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return {ErrorKind::ItemInvalid, "foreign_key",
              "what it points to does not exist, or is still pointed to"};
    case SQLITE_CONSTRAINT_DATATYPE:
      return {ErrorKind::ItemInvalid, "value", "the value is of another type than its column"};
    default:
      return {ErrorKind::ItemInvalid, "check", "the value breaks a rule of its table"};
  }
}

Verdict input_output(int extended) {
  // A full disk shows here first when the wal-index cannot grow.
  if (extended == SQLITE_IOERR_SHMSIZE) return kDiskFull;
  if (extended == SQLITE_IOERR_CORRUPTFS || extended == SQLITE_IOERR_DATA)
    return {ErrorKind::Corrupt, "", "the file is damaged: stop, and restore it from a backup"};
  return {ErrorKind::Transient, "", "reading or writing its file failed: look at the disk if this goes on"};
}

Verdict verdict(int extended) {
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_SCHEMA:
      return {ErrorKind::Transient, "", "another program is using it: try again"};
    case SQLITE_NOMEM:
      return {ErrorKind::Transient, "", "memory ran out: try again"};
    case SQLITE_INTERRUPT:
      return {ErrorKind::Cancelled, "", "it was told to stop"};
    case SQLITE_CONSTRAINT:
      return constraint(extended);
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return {ErrorKind::ItemInvalid, "value", "the value is too big or of another type than its column"};
    case SQLITE_FULL:
      return kDiskFull;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorKind::SwitchedOff, "read_only", "make its file and directory writable"};
    case SQLITE_IOERR:
      return input_output(extended);
    case SQLITE_CORRUPT:
      return {ErrorKind::Corrupt, "", "the file is damaged: stop, and restore it from a backup"};
    case SQLITE_NOTADB:
      return {ErrorKind::Corrupt, "", "the file is no SQLite database: name another file"};
    case SQLITE_CANTOPEN:
      return {ErrorKind::Corrupt, "", "its file cannot be opened: check that it exists and may be read"};
    default:
      return {ErrorKind::Corrupt, "",
              "the program asked for something the database does not have: report this"};
  }
}

}  // namespace

Error classify_sqlite(int extended, std::string_view message, std::string_view what) {
  const Verdict v = verdict(extended);
  std::string code = v.code;
  if (code.empty()) code = "SQLITE_" + std::to_string(extended);
  // FTS5 quotes what was searched for.
  if (message.starts_with("fts5:")) message = "full-text search failed";
  std::string text(what);
  text.append(": the database says \"")
      .append(message)
      .append("\" (")
      .append(code)
      .append("); ")
      .append(v.advice);
  return {.kind = v.kind, .message = std::move(text), .vendor_code = std::move(code)};
}

}  // namespace mailsync::db
