#include "lab/fronts/identity/grants.h"

namespace mailsync::lab::identity {

CodeGrant* Grants::find_code(std::string_view code) {
  const auto it = codes_.find(code);
  return it == codes_.end() ? nullptr : &it->second;
}

void Grants::put_refresh(std::string token, RefreshGrant grant) {
  grant.number = next_++;
  if (grant.family == 0) grant.family = grant.number;
  refreshes_.insert_or_assign(std::move(token), std::move(grant));
}

RefreshGrant* Grants::find_refresh(std::string_view token) {
  const auto it = refreshes_.find(token);
  return it == refreshes_.end() ? nullptr : &it->second;
}

bool Grants::use_refresh(RefreshGrant& grant, const IdentitySwitches& switches) {
  if (grant.used && switches.detect_reuse) {
    bool successor_used = false;
    for (const auto& [token, other] : refreshes_)
      if (other.parent == grant.number && other.used) successor_used = true;
    if (successor_used) {
      for (auto& [token, other] : refreshes_)
        if (other.family == grant.family) other.revoked = true;
      return false;
    }
  }
  grant.used = true;
  return true;
}

void Grants::revoke_user(std::string_view user_id) {
  for (auto& [token, grant] : refreshes_)
    if (grant.user_id == user_id) grant.revoked = true;
}

}  // namespace mailsync::lab::identity
