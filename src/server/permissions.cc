#include "server/permissions.h"

#include <boost/json.hpp>

#include "auth/encoding.h"

namespace mailsync::server {

namespace {

std::optional<boost::json::object> claims_in(std::string_view access_token) {
  const size_t first = access_token.find('.');
  const size_t second = first == std::string_view::npos ? first : access_token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto payload = auth::from_base64url(access_token.substr(first + 1, second - first - 1));
  if (!payload) return std::nullopt;
  boost::system::error_code problem;
  auto claims = boost::json::parse(*payload, problem);
  if (problem || !claims.is_object()) return std::nullopt;
  return std::move(claims.get_object());
}

}  // namespace

std::string tenant_in(std::string_view access_token) {
  const auto claims = claims_in(access_token);
  const auto* tenant = claims ? claims->if_contains("tid") : nullptr;
  return tenant && tenant->is_string() ? std::string(tenant->as_string()) : "";
}

std::optional<std::vector<std::string>> roles_in(std::string_view access_token) {
  const auto claims = claims_in(access_token);
  if (!claims) return std::nullopt;
  std::vector<std::string> roles;
  if (const auto* list = claims->if_contains("roles"); list && list->is_array())
    for (const auto& role : list->as_array())
      if (role.is_string()) roles.emplace_back(role.as_string());
  return roles;
}

}  // namespace mailsync::server
