// Access tokens that are valid right now: written by the identity front, read by the others.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"

namespace mailsync::lab {

struct Grant {
  std::string app_id;  // client id
  std::string tenant_id;
  std::string user_id;  // empty: application permissions (client credentials)
  std::vector<std::string>
      scopes;  // "Mail.ReadWrite", …: scopes of a user's token, roles of an application's
  Instant expires;

  bool app_only() const { return user_id.empty(); }
  bool has(std::string_view scope) const { return std::ranges::find(scopes, scope) != scopes.end(); }
};

class TokenTable {
 public:
  void put(std::string token, Grant grant) { grants_.insert_or_assign(std::move(token), std::move(grant)); }
  // nullopt for a token that was never issued, was revoked, or has expired.
  std::optional<Grant> find(std::string_view token, Instant now) const {
    auto it = grants_.find(token);
    if (it == grants_.end() || it->second.expires <= now) return std::nullopt;
    return it->second;
  }
  // As a changed password or an administrator's revocation does.
  void revoke_user(std::string_view user_id) {
    std::erase_if(grants_, [&](const auto& entry) { return entry.second.user_id == user_id; });
  }
  void revoke_app(std::string_view app_id) {
    std::erase_if(grants_, [&](const auto& entry) { return entry.second.app_id == app_id; });
  }

 private:
  std::map<std::string, Grant, std::less<>> grants_;
};

}  // namespace mailsync::lab
