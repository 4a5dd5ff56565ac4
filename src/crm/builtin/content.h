// From a record's fields to what is stored beside them: its name in lists, what search finds it by, when it
// matters to a mailbox, and the columns of its type's table. Pure.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "base/ids.h"
#include "crm/builtin/record_type.h"
#include "db/database.h"
#include "model/fields.h"

namespace mailsync::crm {

inline constexpr int64_t kAlways = std::numeric_limits<int64_t>::max();

struct Content {
  std::string title;
  std::string search;         // folded words
  int64_t starts_us = 0;      // meetings: the (first) start; all-day and floating read in UTC
  int64_t ends_us = kAlways;  // when it stops to matter: the last occurrence's end, the day of completion
  std::vector<std::string> addresses;  // people, leads, meetings' attendees: for matching
  std::vector<std::string> domains;    // organisations
  db::Params columns;                  // of the type's table, after id and account_id; without series_key
};

// `fields` are checked (rules.h). `now` stands in for a completion without a date.
Content content_of(RecordType type, const model::Fields& fields, Instant now);

// The type's own table: $1 id, $2 account_id, then Content::columns.
std::string_view insert_sql(RecordType type);
std::string_view update_sql(RecordType type);

// One word that only this account's records of this type have, in the full-text index.
std::string search_scope(AccountId account, RecordType type);

}  // namespace mailsync::crm
