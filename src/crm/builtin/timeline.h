// What happened around a record, newest first: its emails, meetings and tasks, and its own changes. For an
// organisation also what happened around its people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crm/builtin/records.h"
#include "crm/builtin/rights.h"

namespace mailsync::crm {

struct TimelineEntry {
  Instant at;
  // One of the two: a record (email, meeting, task) …
  RecordId source;
  // … or a change of the record itself.
  int64_t version = 0;
  Stamp by;
  std::string before, after;  // JSON of the fields that changed
};

struct TimelineQuery {
  RecordId record;
  RecordType type = RecordType::Person;  // the record's
  std::string kind;                      // "email", "meeting", "task", "change"; "" is all
  std::string cursor;
  size_t limit = 50;
};

struct TimelinePage {
  std::vector<TimelineEntry> entries;
  std::string next_cursor;
  int64_t total = 0;
};

// ItemInvalid "cursor_invalid".
Result<TimelinePage> timeline(db::Session& session, AccountId account, const Rights& rights,
                              const TimelineQuery& query);

}  // namespace mailsync::crm
