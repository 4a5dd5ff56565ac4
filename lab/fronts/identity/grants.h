// Authorization codes and refresh tokens, and what becomes of them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "lab/fronts/identity/switches.h"

namespace mailsync::lab::identity {

struct CodeGrant {
  std::string client_id, tenant_id, user_id;
  std::string redirect_uri;
  std::string challenge;  // of PKCE, S256
  std::string scope;      // as asked for
  std::string nonce;
  Instant issued;
  bool mfa = false;  // the person gave a second factor at this sign-in
  bool redeemed = false;
};

struct RefreshGrant {
  std::string client_id, tenant_id, user_id;
  std::string scope;
  uint64_t family = 0;  // all that descend from one sign-in
  uint64_t parent = 0;  // number of the token it replaced, 0 = none
  uint64_t number = 0;
  Instant signed_in;  // when the person last signed in: what a changed password voids
  Instant issued;
  bool mfa = false;
  bool confidential =
      false;  // its code was redeemed with a secret or certificate, so its refresh needs one, too
  bool used = false;
  bool revoked = false;
};

class Grants {
 public:
  void put_code(std::string code, CodeGrant grant) {
    codes_.insert_or_assign(std::move(code), std::move(grant));
  }
  CodeGrant* find_code(std::string_view code);

  // A new family when `grant.family` is 0.
  void put_refresh(std::string token, RefreshGrant grant);
  RefreshGrant* find_refresh(std::string_view token);
  // Marks it used. False when that shows a stolen or doubled token: then its whole family is revoked.
  // A token whose successor was never used may come again: its holder may not have received the answer.
  bool use_refresh(RefreshGrant& grant, const IdentitySwitches& switches);
  void revoke_user(std::string_view user_id);

 private:
  std::map<std::string, CodeGrant, std::less<>> codes_;
  std::map<std::string, RefreshGrant, std::less<>> refreshes_;
  uint64_t next_ = 1;
};

}  // namespace mailsync::lab::identity
