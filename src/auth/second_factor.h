// The second factor at sign-in: one-time codes of an authenticator app (TOTP, RFC 6238 over HMAC-SHA-1, six
// digits, thirty seconds: what every such app can do), and recovery codes for when it is lost.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/random.h"
#include "base/secret.h"

namespace mailsync::auth {

// 160 bits, as RFC 4226 section 4 recommends.
Secret new_second_factor(Random& random);
// As authenticator apps take it by hand (RFC 4648 base32, without padding), and as a link.
std::string base32(std::string_view bytes);
std::string second_factor_link(const Secret& secret, std::string_view login);

// The code of one thirty-second step: six digits.
std::string code_of_step(const Secret& secret, int64_t step);
int64_t step_at(Instant now);
// The step whose code was typed, when it is one of now, the step before or the one after, and later than
// `last_used`: a code is good for once (RFC 6238 section 5.2).
std::optional<int64_t> matching_step(const Secret& secret, std::string_view typed, Instant now,
                                     int64_t last_used);

// Ten, each good for once, in groups for reading: "k3v9q-x7m2p-…".
std::vector<std::string> new_recovery_codes(Random& random);
// What the database keeps of one; case, blanks and dashes do not count.
std::string recovery_code_hash(std::string_view typed);

}  // namespace mailsync::auth
