// What the identity front can be told to do differently while it runs.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/result.h"

namespace mailsync::lab::identity {

struct IdentitySwitches {
  Duration access_token_life = std::chrono::seconds(3600);
  Duration code_life = std::chrono::minutes(10);
  Duration refresh_inactivity = std::chrono::hours(24 * 90);
  // A login_hint that names a person of the tenant signs that person in without a page.
  bool auto_sign_in = true;
  // The administrator agrees without a page.
  bool auto_consent = true;
  // Every refresh gives a new refresh token. The one before stays good until its successor is used (the
  // answer may have been lost); after that its reuse revokes the whole family. Off: nothing is ever revoked
  // by reuse.
  bool detect_reuse = true;
  // An assertion is good once. Microsoft's service does not insist: its own library sends one until it
  // expires.
  bool assertions_once = false;

  // Token requests that fail with an AADSTS error by plan. Empty fields match everything.
  struct Planned {
    int number = 0;  // 50076, 90033, …
    std::string grant_type;
    std::string client_id;
    std::string user;    // address; never matches a grant without a user
    uint32_t times = 1;  // 0: until removed
  };
  std::vector<Planned> planned;
};

boost::json::object to_json(const IdentitySwitches& switches);
// Changes only what is named. ItemInvalid names the wrong key or value.
Result<void> change(IdentitySwitches& switches, const boost::json::object& wanted);

}  // namespace mailsync::lab::identity
