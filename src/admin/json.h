// Small pieces of JSON that every resource uses, and reading of request members.
#pragma once

#include <boost/json.hpp>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "admin/problem.h"
#include "base/ids.h"
#include "base/instant.h"
#include "crm/builtin/record_type.h"
#include "crm/builtin/users.h"

namespace mailsync::admin {

template <typename Id>
boost::json::string id_text(Id id) {
  return boost::json::string(std::to_string(id.value));
}
boost::json::value text_or_null(std::string_view text);
// null for the zero instant.
boost::json::value time_or_null(Instant at);
boost::json::string time_text(Instant at);

using UsersById = std::map<int64_t, crm::User>;
boost::json::value user_ref(const UsersById& users, UserId id);  // null for nobody
boost::json::object record_ref(RecordId id, crm::RecordType type, std::string_view title);

struct PageInfo {
  std::string next_cursor;  // "" is null
  int64_t total = 0;
  bool total_is_estimate = false;
};
boost::json::object page_of(boost::json::array items, const PageInfo& info);

// A record's id in a path or a body; nullopt for what cannot be one.
std::optional<RecordId> record_id(std::string_view text);

// 1 … 200, 50 when absent.
std::expected<size_t, Problem> limit_of(const net::ServerRequest& request);

// The texts of a list of ids; null and absent are an empty list.
std::expected<std::vector<int64_t>, Problem> ids_in(const boost::json::object& body, std::string_view member);
// "" when absent or null; a problem when it is no text.
std::expected<std::string, Problem> text_in(const boost::json::object& body, std::string_view member);
// A problem naming the first member that the operation does not take (S48).
std::expected<void, Problem> only_members(const boost::json::object& body,
                                          std::initializer_list<std::string_view> members);
std::expected<int64_t, Problem> version_in(const boost::json::object& body);

}  // namespace mailsync::admin
