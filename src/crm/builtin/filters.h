// Conditions on a list of records, as the API spells them, and the SQL they become.
//
// field:operator:value. Operators: eq, ne, contains, starts (text); lt, lte, gt, gte (numbers, dates, times);
// in (values separated by commas); empty, set. A user may be "me"; a date "today", "today-7", "today+30"
// (days, UTC). Only a closed list of fields and operators becomes SQL text; values are always parameters.
#pragma once

#include <string>
#include <vector>

#include "base/instant.h"
#include "crm/builtin/record_type.h"
#include "db/database.h"

namespace mailsync::crm {

struct Filter {
  std::string field, op, value;
  bool operator==(const Filter&) const = default;
};

struct FilterContext {
  UserId me;
  Instant now;
};

// "field:operator:value". ItemInvalid "filter_invalid" when there are not two colons.
Result<Filter> filter_from(std::string_view text);

// " AND (…)" over crm_record r and the type's table t (type_table); its parameters are appended to `params`.
// ItemInvalid "filter_invalid" names the field or operator that the type does not have.
Result<std::string> condition(RecordType type, const Filter& filter, const FilterContext& context,
                              db::Params& params);

// The SQL expression that a field sorts by; "" when it does not.
std::string_view sort_expression(RecordType type, std::string_view field);
// True when that expression is a number.
bool sorts_as_number(RecordType type, std::string_view field);

// "crm_contact", …
std::string_view type_table(RecordType type);

}  // namespace mailsync::crm
