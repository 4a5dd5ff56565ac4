#include "crm/builtin/filters.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

#include "crm/builtin/fold.h"
#include "crm/builtin/json_text.h"
#include "model/email.h"
#include "model/when.h"

namespace mailsync::crm {
namespace {

// What a column holds, which decides the operators and how a value is read.
enum class Holds {
  Folded,
  Exact,
  Words,
  Date,
  Number,
  Rank,
  Time,
  User,
  Id,
  Flag,
  Watcher,
  Participant,
  Mailbox,
  Record
};

struct Column {
  std::string_view field;
  std::string_view sql;
  Holds holds;
};

constexpr std::array kEveryType{Column{"owner_id", "r.owner_id", Holds::User},
                                Column{"watcher_id", "", Holds::Watcher},
                                Column{"created_at", "r.created_at_us", Holds::Time},
                                Column{"changed_at", "r.changed_at_us", Holds::Time}};
constexpr std::array kPerson{Column{"name", "r.title_key", Holds::Folded},
                             Column{"company", "t.company_key", Holds::Folded},
                             Column{"department", "t.department_key", Holds::Folded},
                             Column{"job_title", "t.job_title_key", Holds::Folded},
                             Column{"email", "t.emails_key", Holds::Words},
                             Column{"organisation_id", "t.organisation_id", Holds::Id},
                             Column{"status", "t.status", Holds::Exact},
                             Column{"source", "t.source_key", Holds::Folded}};
constexpr std::array kOrganisation{Column{"name", "r.title_key", Holds::Folded},
                                   Column{"domain", "t.domains_key", Holds::Words},
                                   Column{"industry", "t.industry_key", Holds::Folded}};
constexpr std::array kOpportunity{Column{"name", "r.title_key", Holds::Folded},
                                  Column{"stage", "t.stage", Holds::Exact},
                                  Column{"amount", "t.amount", Holds::Number},
                                  Column{"currency", "t.currency", Holds::Exact},
                                  Column{"probability", "CAST(t.probability AS {{real}})", Holds::Number},
                                  Column{"close_date", "t.close_date", Holds::Date},
                                  Column{"organisation_id", "t.organisation_id", Holds::Id},
                                  Column{"person_id", "t.person_id", Holds::Id}};
constexpr std::array kCase{Column{"subject", "r.title_key", Holds::Folded},
                           Column{"number", "r.id", Holds::Id},
                           Column{"status", "t.status", Holds::Exact},
                           Column{"priority", "t.priority", Holds::Rank},
                           Column{"organisation_id", "t.organisation_id", Holds::Id},
                           Column{"person_id", "t.person_id", Holds::Id}};
constexpr std::array kTask{Column{"subject", "r.title_key", Holds::Folded},
                           Column{"due", "t.due", Holds::Date}, Column{"start", "t.start", Holds::Date},
                           Column{"status", "t.status", Holds::Exact},
                           Column{"importance", "t.importance", Holds::Rank}};
constexpr std::array kMeeting{
    Column{"subject", "r.title_key", Holds::Folded}, Column{"start", "r.starts_us", Holds::Time},
    Column{"end", "t.end_us", Holds::Time},          Column{"location", "t.location_key", Holds::Folded},
    Column{"show_as", "t.show_as", Holds::Exact},    Column{"attendee", "t.attendees_key", Holds::Words}};
constexpr std::array kEmail{Column{"subject", "r.title_key", Holds::Folded},
                            Column{"from", "t.from_address", Holds::Folded},
                            Column{"to", "", Holds::Participant},
                            Column{"participant", "", Holds::Participant},
                            Column{"direction", "t.direction", Holds::Exact},
                            Column{"has_attachments", "t.has_attachments", Holds::Flag},
                            Column{"mailbox_id", "", Holds::Mailbox},
                            Column{"received_at", "t.received_at_us", Holds::Time},
                            Column{"record_id", "", Holds::Record}};

std::span<const Column> columns_of(RecordType type) {
  switch (type) {
    case RecordType::Person:
    case RecordType::Lead:
      return kPerson;
    case RecordType::Organisation:
      return kOrganisation;
    case RecordType::Opportunity:
      return kOpportunity;
    case RecordType::Case:
      return kCase;
    case RecordType::Task:
      return kTask;
    case RecordType::Meeting:
      return kMeeting;
    case RecordType::Email:
      return kEmail;
  }
  std::unreachable();
}

const Column* column_of(RecordType type, std::string_view field) {
  for (const Column& column : columns_of(type))
    if (column.field == field) return &column;
  for (const Column& column : kEveryType)
    if (column.field == field) return &column;
  return nullptr;
}

std::unexpected<Error> invalid(std::string message) {
  return fail(
      Error{.kind = ErrorKind::ItemInvalid, .message = std::move(message), .vendor_code = "filter_invalid"});
}

std::string placeholder(db::Params& params, db::Value value) {
  params.push_back(std::move(value));
  return "$" + std::to_string(params.size());
}

// Makes %, _ and \ stand for themselves; used with ESCAPE '\'.
std::string like_literal(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    out.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::string_view comparison(std::string_view op) {
  if (op == "eq") return " = ";
  if (op == "ne") return " <> ";
  if (op == "lt") return " < ";
  if (op == "lte") return " <= ";
  if (op == "gt") return " > ";
  return op == "gte" ? " >= " : "";
}

// "2026-11-22", "today", "today+30".
std::optional<model::Date> date_from(std::string_view text, Instant now) {
  if (!text.starts_with("today")) return model::Date::from_text(text);
  text.remove_prefix(5);
  int days = 0;
  if (!text.empty()) {
    if (text[0] != '+' && text[0] != '-') return std::nullopt;
    const char* first = text.data() + (text[0] == '+' ? 1 : 0);
    const auto [end, failed] = std::from_chars(first, text.data() + text.size(), days);
    if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  }
  const auto today = model::wall_time_at(now, "UTC");
  if (!today || days < -100'000 || days > 100'000) return std::nullopt;
  return today->date.plus_days(days);
}

std::optional<std::string> text_condition(const Column& column, const Filter& filter, db::Params& params) {
  const std::string column_sql(column.sql);
  const bool exact = column.holds == Holds::Exact;
  const auto as_stored = [exact](std::string_view text) { return exact ? std::string(text) : fold(text); };
  const std::string value = as_stored(filter.value);
  if (filter.op == "empty") return column_sql + " = ''";
  if (filter.op == "set") return column_sql + " <> ''";
  if (filter.op == "contains")
    return column_sql + " LIKE " + placeholder(params, "%" + like_literal(value) + "%") + " ESCAPE '\\'";
  if (column.holds == Holds::Words) {
    const std::string spaced = "(' ' || " + column_sql + " || ' ') ";
    if (filter.op == "eq" || filter.op == "ne")
      return spaced + (filter.op == "eq" ? "LIKE " : "NOT LIKE ") +
             placeholder(params, "% " + like_literal(value) + " %") + " ESCAPE '\\'";
    if (filter.op == "starts")
      return spaced + "LIKE " + placeholder(params, "% " + like_literal(value) + "%") + " ESCAPE '\\'";
    return std::nullopt;
  }
  if (filter.op == "starts")
    return column_sql + " LIKE " + placeholder(params, like_literal(value) + "%") + " ESCAPE '\\'";
  if (filter.op == "in") {
    std::vector<std::string> values;
    for (const std::string& each : split_list(filter.value)) values.push_back(as_stored(each));
    return column_sql + " IN {{texts " + placeholder(params, db::text_list(values)) + "}}";
  }
  if (filter.op != "eq" && filter.op != "ne") return std::nullopt;
  return column_sql + std::string(comparison(filter.op)) + placeholder(params, value);
}

std::optional<std::string> date_condition(const Column& column, const Filter& filter, Instant now,
                                          db::Params& params) {
  const std::string column_sql(column.sql);
  if (filter.op == "empty") return column_sql + " = ''";
  if (filter.op == "set") return column_sql + " <> ''";
  const auto date = date_from(filter.value, now);
  if (!date || comparison(filter.op).empty()) return std::nullopt;
  return column_sql + " <> '' AND " + column_sql + std::string(comparison(filter.op)) +
         placeholder(params, date->to_text());
}

// A date compares as the whole day in UTC.
std::optional<std::string> time_condition(const Column& column, const Filter& filter, Instant now,
                                          db::Params& params) {
  const std::string column_sql(column.sql);
  constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;
  if (filter.op == "empty") return column_sql + " = 0";
  if (filter.op == "set") return column_sql + " <> 0";
  if (const auto date = date_from(filter.value, now)) {
    const int64_t from = date->days_since_epoch() * kDayUs;
    const bool after_day = filter.op == "gt" || filter.op == "lte";
    const auto bound = [&] { return placeholder(params, after_day ? from + kDayUs : from); };
    if (filter.op == "lt" || filter.op == "lte") return column_sql + " < " + bound();
    if (filter.op == "gt" || filter.op == "gte") return column_sql + " >= " + bound();
    if (filter.op != "eq") return std::nullopt;
    const std::string start = placeholder(params, from);
    return column_sql + " >= " + start + " AND " + column_sql + " < " + placeholder(params, from + kDayUs);
  }
  const auto at = Instant::from_iso(filter.value);
  if (!at || comparison(filter.op).empty()) return std::nullopt;
  return column_sql + std::string(comparison(filter.op)) + placeholder(params, at->us);
}

std::optional<double> number_from(std::string_view text) {
  double number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// An integer that stands for the value: an id, a user, a rank, yes or no.
std::optional<int64_t> integer_from(Holds holds, std::string_view text, UserId me) {
  if (holds == Holds::User || holds == Holds::Watcher)
    if (text == "me") return me.value;
  if (holds == Holds::Flag) {
    if (text == "true" || text == "1") return 1;
    return text == "false" || text == "0" ? std::optional<int64_t>(0) : std::nullopt;
  }
  if (holds == Holds::Rank) {
    constexpr std::array<std::string_view, 4> kRanks{"low", "normal", "high", "urgent"};
    const auto at = std::ranges::find(kRanks, text);
    return at == kRanks.end() ? std::nullopt : std::optional<int64_t>(at - kRanks.begin());
  }
  if (text.starts_with("C-")) text.remove_prefix(2);  // a case number as it is shown
  return id_from(text);
}

std::optional<std::string> integer_condition(const Column& column, const Filter& filter, UserId me,
                                             db::Params& params) {
  const std::string column_sql(column.sql);
  if (filter.op == "empty") return column_sql + " = 0";
  if (filter.op == "set") return column_sql + " <> 0";
  std::vector<int64_t> values;
  const auto texts = filter.op == "in" ? split_list(filter.value) : std::vector{filter.value};
  for (const std::string& text : texts) {
    const auto value = integer_from(column.holds, text, me);
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  if (filter.op == "in") return column_sql + " IN {{ints " + placeholder(params, db::int_list(values)) + "}}";
  const bool ordered = column.holds == Holds::Rank;
  if (comparison(filter.op).empty() || (!ordered && filter.op != "eq" && filter.op != "ne"))
    return std::nullopt;
  return column_sql + std::string(comparison(filter.op)) + placeholder(params, values.front());
}

// Rows of another table that name the record.
std::optional<std::string> exists_condition(const Column& column, const Filter& filter, UserId me,
                                            db::Params& params) {
  const std::string negated = filter.op == "ne" || filter.op == "empty" ? "NOT " : "";
  const bool any = filter.op == "empty" || filter.op == "set";
  if (!any && filter.op != "eq" && filter.op != "ne") return std::nullopt;
  if (column.holds == Holds::Participant) {
    const std::string where =
        any ? "" : " AND x.address = " + placeholder(params, model::address_for_matching(filter.value));
    return negated +
           "EXISTS (SELECT 1 FROM crm_email_address x WHERE x.account_id = $1 AND x.email_id = r.id" + where +
           ")";
  }
  std::string where;
  if (!any) {
    const auto value = integer_from(column.holds, filter.value, me);
    if (!value) return std::nullopt;
    where = placeholder(params, *value);
  }
  const auto exists = [&](std::string table, std::string key) {
    return negated + "EXISTS (SELECT 1 FROM " + std::move(table) +
           (any ? std::string() : " AND x." + std::move(key) + " = " + where) + ")";
  };
  if (column.holds == Holds::Watcher) return exists("crm_watcher x WHERE x.record_id = r.id", "user_id");
  if (column.holds == Holds::Mailbox) return exists("crm_email_copy x WHERE x.email_id = r.id", "mailbox_id");
  return exists("crm_relation x WHERE x.source_id = r.id", "target_id");
}

std::optional<std::string> number_condition(const Column& column, const Filter& filter, db::Params& params) {
  const auto number = number_from(filter.value);
  if (!number || comparison(filter.op).empty()) return std::nullopt;
  return std::string(column.sql) + std::string(comparison(filter.op)) + placeholder(params, *number);
}

std::optional<std::string> condition_on(const Column& column, const Filter& filter,
                                        const FilterContext& context, db::Params& params) {
  switch (column.holds) {
    case Holds::Folded:
    case Holds::Exact:
    case Holds::Words:
      return text_condition(column, filter, params);
    case Holds::Date:
      return date_condition(column, filter, context.now, params);
    case Holds::Time:
      return time_condition(column, filter, context.now, params);
    case Holds::Number:
      return number_condition(column, filter, params);
    case Holds::Rank:
    case Holds::User:
    case Holds::Id:
    case Holds::Flag:
      return integer_condition(column, filter, context.me, params);
    case Holds::Watcher:
    case Holds::Participant:
    case Holds::Mailbox:
    case Holds::Record:
      return exists_condition(column, filter, context.me, params);
  }
  std::unreachable();
}

}  // namespace

Result<Filter> filter_from(std::string_view text) {
  const size_t first = text.find(':');
  const size_t second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (second == std::string_view::npos)
    return invalid("a filter is written field:operator:value, with both colons");
  return Filter{std::string(text.substr(0, first)), std::string(text.substr(first + 1, second - first - 1)),
                std::string(text.substr(second + 1))};
}

Result<std::string> condition(RecordType type, const Filter& filter, const FilterContext& context,
                              db::Params& params) {
  const Column* column = column_of(type, filter.field);
  if (!column) return invalid("there is no filter on \"" + cut(filter.field, 100) + "\" here");
  if (auto sql = condition_on(*column, filter, context, params)) return " AND (" + *sql + ")";
  return invalid("the filter on \"" + filter.field + "\" does not take this operator or value");
}

std::string_view sort_expression(RecordType type, std::string_view field) {
  const Column* column = column_of(type, field);
  return column ? column->sql : "";
}

bool sorts_as_number(RecordType type, std::string_view field) {
  const Column* column = column_of(type, field);
  if (!column) return false;
  switch (column->holds) {
    case Holds::Folded:
    case Holds::Exact:
    case Holds::Words:
    case Holds::Date:
      return false;
    case Holds::Number:
    case Holds::Rank:
    case Holds::Time:
    case Holds::User:
    case Holds::Id:
    case Holds::Flag:
    case Holds::Watcher:
    case Holds::Participant:
    case Holds::Mailbox:
    case Holds::Record:
      return true;
  }
  std::unreachable();
}

std::string_view type_table(RecordType type) {
  switch (type) {
    case RecordType::Person:
    case RecordType::Lead:
      return "crm_contact";
    case RecordType::Organisation:
      return "crm_organisation";
    case RecordType::Opportunity:
      return "crm_opportunity";
    case RecordType::Case:
      return "crm_case";
    case RecordType::Task:
      return "crm_task";
    case RecordType::Meeting:
      return "crm_meeting";
    case RecordType::Email:
      return "crm_email";
  }
  std::unreachable();
}

}  // namespace mailsync::crm
