#include "crm/builtin/lists.h"

#include <sodium.h>

#include <array>
#include <boost/json.hpp>

#include "crm/builtin/content.h"
#include "crm/builtin/email_reads.h"
#include "crm/builtin/fold.h"

namespace mailsync::crm {
namespace {

// A search that finds more shows so many of them and says that the total is an estimate: more words narrow it
// down.
constexpr int64_t kMaxMatches = 10'000;

std::unexpected<Error> invalid(std::string_view code, std::string message) {
  return fail(
      Error{.kind = ErrorKind::ItemInvalid, .message = std::move(message), .vendor_code = std::string(code)});
}

struct Order {
  std::string expression;
  bool descending = false;
};

Result<Order> order_of(const ListQuery& query) {
  std::string_view field = query.sort;
  if (field.empty()) field = query.type == RecordType::Email ? "-received_at" : "-changed_at";
  Order out;
  if (field.starts_with('-')) {
    out.descending = true;
    field.remove_prefix(1);
  }
  out.expression = sort_expression(query.type, field);
  if (!out.expression.empty()) return out;
  return invalid("sort_invalid", "the list cannot be sorted by \"" + cut(field, 100) + "\"");
}

// FROM and WHERE; parameters $1 account, $2 viewer, $3 type.
struct Selection {
  std::string from, where;
  db::Params params;
};

std::string next_placeholder(db::Params& params, db::Value value) {
  params.push_back(std::move(value));
  return "$" + std::to_string(params.size());
}

Result<Selection> selection_of(AccountId account, const Rights& rights, const ListQuery& query, Instant now) {
  const bool email = query.type == RecordType::Email;
  Selection out;
  out.params = {account, rights.user, name_of(query.type)};
  out.where = " WHERE r.account_id = $1 AND r.type = $3 AND r.deleted = 0 AND $2 <> 0";
  if (email) {
    out.where += " AND t.account_id = $1";
    out.where += visible_emails(rights);
  } else {
    out.where += " AND r.type <> 'email'";
    if (rights.sees != Reach::All)
      out.where +=
          " AND (r.owner_id = $2 OR EXISTS (SELECT 1 FROM crm_watcher x WHERE x.record_id = r.id AND "
          "x.user_id = $2))";
  }
  for (const Filter& filter : query.filters) {
    TRY(const std::string part, condition(query.type, filter, {.me = rights.user, .now = now}, out.params));
    out.where += part;
  }
  if (!query.words.empty()) {
    const std::string words = next_placeholder(
        out.params, db::search_words(search_scope(account, query.type) + " " + fold(query.words)));
    out.where += " AND r.id IN (SELECT rowid FROM crm_text WHERE {{text_match crm_text " + words +
                 "}} LIMIT " + next_placeholder(out.params, kMaxMatches) + ")";
  }
  out.from = " FROM crm_record r JOIN " + std::string(type_table(query.type)) + " t ON t.id = r.id";
  return out;
}

std::string binding_of(const ListQuery& query) {
  std::string out = std::string(name_of(query.type)) + "\n" + query.words + "\n" + query.sort;
  for (const Filter& filter : query.filters)
    out += "\n" + filter.field + ":" + filter.op + ":" + filter.value;
  return out;
}

Result<int64_t> total_of(db::Session& session, const ListQuery& query, const Selection& selection) {
  // Without filters nothing is asked of the type's own table.
  const bool plain = query.filters.empty() && query.type != RecordType::Email;
  const std::string sql =
      "SELECT COUNT(*)" + (plain ? std::string(" FROM crm_record r") : selection.from) + selection.where;
  TRY(const db::Rows rows, session.query(sql, selection.params));
  return rows.front()[0].integer();
}

std::string tag_of(std::string_view binding) {
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(binding.data()),
                     binding.size(), nullptr, 0);
  std::array<char, 33> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
}

}  // namespace

std::string encode_cursor(std::string_view binding, const std::vector<db::Value>& values) {
  boost::json::array list{boost::json::string(tag_of(binding))};
  for (const db::Value& value : values) {
    if (const auto* number = std::get_if<int64_t>(&value.variant())) list.emplace_back(*number);
    if (const auto* real = std::get_if<double>(&value.variant())) list.emplace_back(*real);
    if (const auto* text = std::get_if<std::string>(&value.variant())) list.emplace_back(*text);
  }
  const std::string json = boost::json::serialize(list);
  std::string out(sodium_base64_ENCODED_LEN(json.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(json.data()), json.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  out.resize(out.size() - 1);
  return out;
}

std::vector<db::Value> decode_cursor(std::string_view binding, std::string_view cursor) {
  std::string json(cursor.size(), '\0');
  size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(json.data()), json.size(), cursor.data(),
                        cursor.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return {};
  json.resize(size);
  boost::system::error_code failed;
  const auto value = boost::json::parse(json, failed);
  if (failed || !value.is_array() || value.get_array().empty()) return {};
  const auto& list = value.get_array();
  if (!list[0].is_string() || std::string_view(list[0].get_string()) != tag_of(binding)) return {};
  std::vector<db::Value> out;
  for (size_t i = 1; i < list.size(); ++i) {
    if (list[i].is_int64()) out.emplace_back(list[i].get_int64());
    if (list[i].is_double()) out.emplace_back(list[i].get_double());
    if (list[i].is_string()) out.emplace_back(std::string(list[i].get_string()));
  }
  return out;
}

Result<ListStatement> list_statement(AccountId account, const Rights& rights, const ListQuery& query,
                                     std::span<const db::Value> place, Instant now) {
  TRY(const Order order, order_of(query));
  TRY(Selection selection, selection_of(account, rights, query, now));
  const std::string id = query.type == RecordType::Email ? "t.id" : "r.id";
  std::string after;
  if (place.size() == 2)
    after = " AND (" + order.expression + ", " + id + ")" + (order.descending ? " < (" : " > (") +
            next_placeholder(selection.params, place[0]) + ", " +
            next_placeholder(selection.params, place[1]) + ")";
  const std::string direction = order.descending ? " DESC" : "";
  std::string sql = "SELECT " + id + ", " + order.expression + selection.from + selection.where + after +
                    " ORDER BY " + order.expression + direction + ", " + id + direction + " LIMIT " +
                    next_placeholder(selection.params, query.limit + 1);
  return ListStatement{std::move(sql), std::move(selection.params)};
}

Result<ListPage> list_records(db::Session& session, AccountId account, const Rights& rights,
                              const ListQuery& query, Instant now) {
  const std::string binding = binding_of(query);
  ListPage page;
  std::vector<db::Value> place;
  if (query.cursor.empty()) {
    TRY(const Selection selection, selection_of(account, rights, query, now));
    TRY(page.total, total_of(session, query, selection));
  } else {
    place = decode_cursor(binding, query.cursor);
    if (place.size() != 3 || !std::holds_alternative<int64_t>(place[0].variant()) ||
        !std::holds_alternative<int64_t>(place[2].variant()))
      return invalid("cursor_invalid",
                     "the page's cursor belongs to another list; start again at the first page");
    page.total = place[0].integer();
    place.erase(place.begin());
  }
  page.total_is_estimate = !query.words.empty() && page.total >= kMaxMatches;
  TRY(const ListStatement statement, list_statement(account, rights, query, place, now));
  TRY(const db::Rows rows, session.query(statement.sql, statement.params));
  for (size_t i = 0; i < std::min(rows.size(), query.limit); ++i) page.ids.push_back(rows[i][0].integer());
  if (rows.size() > query.limit)
    page.next_cursor = encode_cursor(binding, {page.total, rows[query.limit - 1][1], page.ids.back()});
  return page;
}

}  // namespace mailsync::crm
