#include "db/postgres_error.h"

#include <string>

namespace mailsync::db {
namespace {

struct Verdict {
  ErrorKind kind;
  const char* code;    // "": the SQLSTATE
  const char* advice;  // what to do
};

Verdict integrity(std::string_view state) {
  if (state == "23505" || state == "23P01")  // unique_violation, exclusion_violation
    return {ErrorKind::VersionStale, "unique", "somebody else took this key first: read again"};
  if (state == "23503")
    return {ErrorKind::ItemInvalid, "foreign_key",
            "what it points to does not exist, or is still pointed to"};
  return {ErrorKind::ItemInvalid, "check", "the value breaks a rule of its table"};
}

Verdict verdict(std::string_view state) {
  const std::string_view group = state.substr(0, 2);
  if (state.empty() || group == "08") return {ErrorKind::Transient, "", "the connection is lost: try again"};
  if (group == "23") return integrity(state);
  if (state == "22021" || state == "22P05")
    return {ErrorKind::ItemInvalid, "text", "the text cannot be stored in UTF-8"};
  if (group == "22" || group == "54")
    return {ErrorKind::ItemInvalid, "value", "the value does not fit its column"};
  if (state == "40001")  // serialization_failure
    return {ErrorKind::Transient, "serialization",
            "another transaction changed what this one read: try again"};
  if (group == "40" || state == "55P03")
    return {ErrorKind::Transient, "", "another transaction was in the way: try again"};
  if (state == "53100")
    return {ErrorKind::SwitchedOff, "disk_full",
            "free space on the database server's disk; work then goes on by itself"};
  if (group == "53" || group == "57" || group == "58")
    return {ErrorKind::Transient, "", "the database server cannot answer now: try again"};
  if (state == "25006")
    return {ErrorKind::SwitchedOff, "read_only", "the database takes no writes: use the primary server"};
  if (group == "XX")
    return {ErrorKind::Corrupt, "", "the database is damaged: stop, and restore it from a backup"};
  if (group == "28") return {ErrorKind::Corrupt, "", "check the user and password of the database setting"};
  if (group == "3D")
    return {ErrorKind::Corrupt, "", "create this database, or name another in the database setting"};
  if (state == "42501") return {ErrorKind::Corrupt, "", "give the database user the right to do this"};
  return {ErrorKind::Corrupt, "", "the program asked for something the database does not have: report this"};
}

}  // namespace

Error classify_postgres(std::string_view sqlstate, std::string_view message, std::string_view what) {
  const Verdict v = verdict(sqlstate);
  std::string code = v.code;
  if (code.empty()) code = sqlstate.empty() ? "connection" : std::string(sqlstate);
  // "invalid input syntax for type bigint: …" quotes the value.
  if (sqlstate.starts_with("22")) message = message.substr(0, message.find(':'));
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
