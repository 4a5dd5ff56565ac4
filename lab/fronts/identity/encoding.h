// Encodings of RFC 4648 (base64url), RFC 3986 (percent), the HTML form, and SHA-256, as the sign-in protocols
// use them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"

namespace mailsync::lab::identity {

// Name and value pairs in order of arrival, decoded.
using Fields = std::vector<std::pair<std::string, std::string>>;

// Without padding (RFC 7515 section 2).
std::string base64url(std::string_view bytes);
// Padding is accepted; nullopt for anything outside the alphabet.
std::optional<std::string> from_base64url(std::string_view text);

// 32 raw bytes.
std::string sha256(std::string_view bytes);

// application/x-www-form-urlencoded.
Fields parse_form(std::string_view body);
// The first value of that name, or "".
std::string value_of(const Fields& fields, std::string_view name);
// Everything but the unreserved characters of RFC 3986 is escaped.
std::string percent_encode(std::string_view text);
std::string format_form(const Fields& fields);
// base?a=b or base&a=b
std::string with_query(std::string url, const Fields& fields);
std::string html_escape(std::string_view text);

std::vector<std::string> split_words(std::string_view text);
std::string lower(std::string_view text);
// A random (version 4) GUID in lower case.
std::string new_guid(Random& random);

}  // namespace mailsync::lab::identity
