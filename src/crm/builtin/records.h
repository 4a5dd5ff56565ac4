// Rows of records: load, insert, change, delete. Rights are the callers' matter; rules.h is applied before.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crm/builtin/record_type.h"
#include "db/database.h"
#include "model/fields.h"
#include "sync/crm.h"

namespace mailsync::crm {

// Who writes, and how: by hand, by Mail Sync on behalf of his mailbox, or the system itself.
enum class Via { User, MailSync, System };
std::string_view name_of(Via via);

struct Actor {
  AccountId account;
  UserId user;
  Via via = Via::User;
  Instant now;
};

struct Stamp {
  Instant at;
  UserId by;
  Via via = Via::User;
};

struct Record {
  RecordId id;
  RecordType type = RecordType::Person;
  int64_t version = 0;
  int64_t seq = 0;
  UserId owner;  // 0: nobody
  std::string title;
  int64_t starts_us = 0, ends_us = 0;  // content.h
  Stamp created, changed;
  bool deleted = false;
  bool watched = false;  // by the reader
  model::Fields fields;
  std::string series_key;    // meetings
  int64_t send_version = 0;  // meetings: the version for which a user asked that mail be sent; 0: none
};

// Every column of Record, for "SELECT … FROM crm_record r LEFT JOIN crm_meeting m ON m.id = r.id"; $1 is the
// account, $2 the reader.
extern const std::string_view kRecordColumns;
extern const std::string_view kRecordTables;
Result<Record> record_of(const db::Row& row);

// Those that exist, deleted ones too, in no particular order.
Result<std::vector<Record>> load_records(db::Session& session, AccountId account, UserId reader,
                                         std::span<const int64_t> ids);
Result<std::optional<Record>> load_record(db::Session& session, AccountId account, UserId reader,
                                          RecordId id);

struct NewRecord {
  RecordType type = RecordType::Person;
  model::Fields fields;  // checked
  UserId owner;
  std::string series_key;  // meetings
  bool send_requested = false;
};

// VersionStale "unique" when another meeting has the series key.
Result<Record> insert_record(db::Session& session, const Actor& actor, NewRecord record);

struct RecordChange {
  model::Fields fields;         // checked; laid over the record's
  std::optional<UserId> owner;  // when it changes
  bool send_requested = false;
  std::string series_key;  // meetings; "" leaves it
};

// The record as it is then. Nothing is written when nothing differs. VersionStale when the row moved on.
Result<Record> update_record(db::Session& session, const Actor& actor, const Record& current,
                             RecordChange change);

// A tombstone: it is found by nothing but its id and the feed.
Result<Record> delete_record(db::Session& session, const Actor& actor, const Record& current);

// The way back: as it was when it was deleted. A meeting's series key is given anew; VersionStale "unique"
// when another has it.
Result<Record> restore_record(db::Session& session, const Actor& actor, const Record& current,
                              const std::string& series_key);

// Replaces the watchers; true when they changed. The record shows up in the feed, its version stays.
Result<bool> set_watchers(db::Session& session, const Actor& actor, RecordId record,
                          std::vector<int64_t> users);

// Replaces the records that a task or meeting is about, or that an email was composed on.
Result<void> set_related(db::Session& session, AccountId account, const Record& source,
                         std::span<const int64_t> targets);

// When the record stands in a timeline: a meeting's start, else its creation.
int64_t timeline_us(const Record& record);

}  // namespace mailsync::crm
