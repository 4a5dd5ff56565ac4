// Base64 of RFC 4648 section 4, as xs:base64Binary and Basic sign-in carry it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mailsync::lab::ews {

std::string to_base64(std::string_view bytes);
// White space is skipped, as in xs:base64Binary; nullopt for anything else outside the alphabet.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace mailsync::lab::ews
