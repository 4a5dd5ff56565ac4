// URLs, queries and form bodies (RFC 3986, WHATWG form encoding), read strictly: what two parsers could read
// in two ways is refused (S23, S31).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace mailsync::net {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; an IPv6 address keeps its brackets
  uint16_t port = 0;   // never 0 after parsing
  std::string target;  // path and query as written, "/" at least; without the fragment
};

// ItemInvalid for anything but an absolute http or https URL without user name, spaces, control characters,
// backslashes or letters outside ASCII.
Result<Url> parse_url(std::string_view url);

// Everything but RFC 3986 unreserved characters becomes %XX: for one path segment or one query value.
std::string percent_encode(std::string_view text);
// nullopt when a % is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view text);

// "a=1&b=x%20y" from decoded pairs: a query, or a body of application/x-www-form-urlencoded.
std::string form_encode(const Pairs& pairs);
// The reverse; "+" is a space. nullopt for a broken escape.
std::optional<Pairs> form_decode(std::string_view text);

// "https://host/path" + pairs -> "https://host/path?…"; appended with & where there is a query already.
std::string with_query(std::string_view url, const Pairs& pairs);

// The absolute form of a Location or next link seen at `base`; ItemInvalid when it is neither absolute nor a
// path.
Result<std::string> resolve(std::string_view base, std::string_view reference);

}  // namespace mailsync::net
