// Pages of records: filtered, searched and sorted by the database, a page at a time by key, never by offset.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "crm/builtin/filters.h"
#include "crm/builtin/rights.h"

namespace mailsync::crm {

struct ListQuery {
  RecordType type = RecordType::Person;
  std::string words;  // each the start of a word of what search looks at
  std::vector<Filter> filters;
  std::string sort;    // field, with a leading minus for descending; "" is -changed_at (emails: -received_at)
  std::string cursor;  // "" is the first page; bound to all of the above
  size_t limit = 50;
};

struct ListPage {
  std::vector<int64_t> ids;
  std::string next_cursor;  // "" on the last page
  int64_t total = 0;
  bool total_is_estimate = false;
};

// ItemInvalid with vendor_code "filter_invalid", "sort_invalid" or "cursor_invalid".
Result<ListPage> list_records(db::Session& session, AccountId account, const Rights& rights,
                              const ListQuery& query, Instant now);

// The statement behind a page: rows of (id, what it is sorted by), one more than the limit. `place` is what
// the cursor holds: the last page's sort value and id, or nothing.
struct ListStatement {
  std::string sql;
  db::Params params;
};
Result<ListStatement> list_statement(AccountId account, const Rights& rights, const ListQuery& query,
                                     std::span<const db::Value> place, Instant now);

// A page's place as an opaque text, bound to what `binding` says; empty when the text is not one, or
// another's.
std::string encode_cursor(std::string_view binding, const std::vector<db::Value>& values);
std::vector<db::Value> decode_cursor(std::string_view binding, std::string_view cursor);

}  // namespace mailsync::crm
