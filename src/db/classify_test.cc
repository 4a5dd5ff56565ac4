// Every way the engines say no, and what the engine above does next.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "db/postgres_error.h"
#include "db/sqlite_error.h"

namespace mailsync::db {
namespace {

TEST(Classify, Sqlite) {
  struct {
    int extended;
    ErrorKind kind;
    const char* code;
  } const table[] = {
      {SQLITE_CONSTRAINT_UNIQUE, ErrorKind::VersionStale, "unique"},
      {SQLITE_CONSTRAINT_PRIMARYKEY, ErrorKind::VersionStale, "unique"},
      {SQLITE_CONSTRAINT_ROWID, ErrorKind::VersionStale, "unique"},
      {SQLITE_CONSTRAINT_FOREIGNKEY, ErrorKind::ItemInvalid, "foreign_key"},
      {SQLITE_CONSTRAINT_CHECK, ErrorKind::ItemInvalid, "check"},
      {SQLITE_CONSTRAINT_NOTNULL, ErrorKind::ItemInvalid, "check"},
      {SQLITE_CONSTRAINT_DATATYPE, ErrorKind::ItemInvalid, "value"},
      {SQLITE_TOOBIG, ErrorKind::ItemInvalid, "value"},
      {SQLITE_BUSY, ErrorKind::Transient, "SQLITE_5"},
      {SQLITE_BUSY_SNAPSHOT, ErrorKind::Transient, "SQLITE_517"},
      {SQLITE_LOCKED, ErrorKind::Transient, "SQLITE_6"},
      {SQLITE_NOMEM, ErrorKind::Transient, "SQLITE_7"},
      {SQLITE_IOERR_READ, ErrorKind::Transient, "SQLITE_266"},
      {SQLITE_INTERRUPT, ErrorKind::Cancelled, "SQLITE_9"},
      {SQLITE_FULL, ErrorKind::SwitchedOff, "disk_full"},
      {SQLITE_IOERR_SHMSIZE, ErrorKind::SwitchedOff, "disk_full"},
      {SQLITE_READONLY, ErrorKind::SwitchedOff, "read_only"},
      {SQLITE_READONLY_DIRECTORY, ErrorKind::SwitchedOff, "read_only"},
      {SQLITE_CORRUPT, ErrorKind::Corrupt, "SQLITE_11"},
      {SQLITE_IOERR_CORRUPTFS, ErrorKind::Corrupt, "SQLITE_8458"},
      {SQLITE_NOTADB, ErrorKind::Corrupt, "SQLITE_26"},
      {SQLITE_CANTOPEN, ErrorKind::Corrupt, "SQLITE_14"},
      {SQLITE_ERROR, ErrorKind::Corrupt, "SQLITE_1"},
  };
  for (const auto& row : table) {
    Error error = classify_sqlite(row.extended, "says", "what");
    EXPECT_EQ(name_of(error.kind), name_of(row.kind)) << row.extended;
    EXPECT_EQ(error.vendor_code, row.code) << row.extended;
  }
}

TEST(Classify, Postgres) {
  struct {
    const char* state;
    ErrorKind kind;
    const char* code;
  } const table[] = {
      {"23505", ErrorKind::VersionStale, "unique"},     {"23P01", ErrorKind::VersionStale, "unique"},
      {"23503", ErrorKind::ItemInvalid, "foreign_key"}, {"23514", ErrorKind::ItemInvalid, "check"},
      {"23502", ErrorKind::ItemInvalid, "check"},       {"22021", ErrorKind::ItemInvalid, "text"},
      {"22P05", ErrorKind::ItemInvalid, "text"},        {"22P02", ErrorKind::ItemInvalid, "value"},
      {"22003", ErrorKind::ItemInvalid, "value"},       {"54000", ErrorKind::ItemInvalid, "value"},
      {"40001", ErrorKind::Transient, "serialization"}, {"40P01", ErrorKind::Transient, "40P01"},
      {"55P03", ErrorKind::Transient, "55P03"},         {"08006", ErrorKind::Transient, "08006"},
      {"57P01", ErrorKind::Transient, "57P01"},         {"57014", ErrorKind::Transient, "57014"},
      {"53300", ErrorKind::Transient, "53300"},         {"58030", ErrorKind::Transient, "58030"},
      {"", ErrorKind::Transient, "connection"},         {"53100", ErrorKind::SwitchedOff, "disk_full"},
      {"25006", ErrorKind::SwitchedOff, "read_only"},   {"XX001", ErrorKind::Corrupt, "XX001"},
      {"XX002", ErrorKind::Corrupt, "XX002"},           {"42601", ErrorKind::Corrupt, "42601"},
      {"42P01", ErrorKind::Corrupt, "42P01"},           {"42501", ErrorKind::Corrupt, "42501"},
      {"28P01", ErrorKind::Corrupt, "28P01"},           {"3D000", ErrorKind::Corrupt, "3D000"},
      {"0A000", ErrorKind::Corrupt, "0A000"},
  };
  for (const auto& row : table) {
    Error error = classify_postgres(row.state, "says", "what");
    EXPECT_EQ(name_of(error.kind), name_of(row.kind)) << row.state;
    EXPECT_EQ(error.vendor_code, row.code) << row.state;
  }
}

TEST(Classify, MessagesHoldNoData) {
  Error postgres = classify_postgres("22P02", "invalid input syntax for type bigint: \"secret\"", "what");
  EXPECT_EQ(postgres.message.find("secret"), std::string::npos);
  Error sqlite = classify_sqlite(SQLITE_ERROR, "fts5: syntax error near \"secret\"", "what");
  EXPECT_EQ(sqlite.message.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace mailsync::db
