// Base64 and digests as tokens need them (RFC 4648, RFC 7515 appendix C).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mailsync::auth {

std::string base64url(std::string_view bytes);                     // without padding
std::optional<std::string> from_base64url(std::string_view text);  // without padding
std::optional<std::string> from_base64(std::string_view text);     // standard alphabet, padded
std::string base64(std::string_view bytes);                        // standard alphabet, padded
std::string sha256(std::string_view bytes);                        // 32 bytes
bool same_secret(std::string_view a, std::string_view b);          // in constant time for equal lengths

}  // namespace mailsync::auth
