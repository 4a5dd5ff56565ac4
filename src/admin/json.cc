#include "admin/json.h"

#include <algorithm>
#include <charconv>

#include "crm/builtin/json_text.h"

namespace mailsync::admin {

boost::json::value text_or_null(std::string_view text) {
  if (text.empty()) return nullptr;
  return boost::json::string(text);
}

boost::json::value time_or_null(Instant at) {
  if (at == Instant{}) return nullptr;
  return time_text(at);
}

boost::json::string time_text(Instant at) {
  return boost::json::string(at.to_iso());
}

boost::json::value user_ref(const UsersById& users, UserId id) {
  const auto at = users.find(id.value);
  if (at == users.end()) return nullptr;
  return boost::json::object{
      {"id", id_text(id)}, {"name", at->second.name}, {"email", text_or_null(at->second.address)}};
}

boost::json::object record_ref(RecordId id, crm::RecordType type, std::string_view title) {
  return {{"id", id_text(id)}, {"type", crm::name_of(type)}, {"name", title}};
}

boost::json::object page_of(boost::json::array items, const PageInfo& info) {
  return {{"items", std::move(items)},
          {"next_cursor", text_or_null(info.next_cursor)},
          {"total", info.total},
          {"total_is_estimate", info.total_is_estimate}};
}

std::optional<RecordId> record_id(std::string_view text) {
  const auto id = crm::id_from(text);
  if (!id) return std::nullopt;
  return RecordId{*id};
}

std::expected<size_t, Problem> limit_of(const net::ServerRequest& request) {
  const auto text = request.query_value("limit");
  if (!text) return 50;
  const auto number = crm::id_from(*text);
  if (!number || *number > 200)
    return std::unexpected(
        Problem(400, "invalid", "A page holds 1 to 200 entries; choose a limit between them."));
  return static_cast<size_t>(*number);
}

std::expected<std::vector<int64_t>, Problem> ids_in(const boost::json::object& body,
                                                    std::string_view member) {
  std::vector<int64_t> out;
  const auto* found = body.if_contains(member);
  if (!found || found->is_null()) return out;
  const auto* list = found->if_array();
  if (!list || list->size() > 200)
    return std::unexpected(invalid(std::string(member), "This is not a list of ids."));
  for (const auto& entry : *list) {
    const auto id = entry.is_string() ? crm::id_from(entry.get_string()) : std::nullopt;
    if (!id) return std::unexpected(invalid(std::string(member), "One of these is not an id."));
    out.push_back(*id);
  }
  return out;
}

std::expected<std::string, Problem> text_in(const boost::json::object& body, std::string_view member) {
  const auto* found = body.if_contains(member);
  if (!found || found->is_null()) return std::string();
  if (!found->is_string()) return std::unexpected(invalid(std::string(member), "This must be text."));
  return std::string(found->get_string());
}

std::expected<void, Problem> only_members(const boost::json::object& body,
                                          std::initializer_list<std::string_view> members) {
  for (const auto& member : body)
    if (std::ranges::find(members, std::string_view(member.key())) == members.end())
      return std::unexpected(invalid(std::string(member.key()), "This operation takes no such member."));
  return {};
}

std::expected<int64_t, Problem> version_in(const boost::json::object& body) {
  const auto* found = body.if_contains("version");
  if (!found || !found->is_int64() || found->get_int64() < 1)
    return std::unexpected(invalid("version", "Send the version that was edited."));
  return found->get_int64();
}

}  // namespace mailsync::admin
