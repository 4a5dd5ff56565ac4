#include "auth/input_check.h"

#include <algorithm>
#include <cctype>

#include "net/url.h"

namespace mailsync::auth {
namespace {

constexpr size_t kLongestAddress = 500;

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

}  // namespace

void trim(std::string& text) {
  constexpr const char* kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  text = first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_guid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  }
  return true;
}

bool is_domain(std::string_view text) {
  if (text.size() > 253 || text.find('.') == std::string_view::npos) return false;
  size_t length = 0;  // of the label
  for (const char c : text) {
    if (c == '.' && length == 0) return false;
    if (c != '.' && std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-') return false;
    length = c == '.' ? 0 : length + 1;
    if (length > 63) return false;
  }
  return length > 0;
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

std::optional<std::string> wrong_address(std::string& url, Path path, const net::AddressPolicy& policy) {
  trim(url);
  if (url.size() > kLongestAddress) return "The address is too long: 500 letters at most.";
  const auto parsed = net::parse_url(url);
  if (!parsed) return parsed.error().message + ". Enter an address like https://server.example.com.";
  if (url.find_first_of("?#") != std::string::npos)
    return "The address must end before the first ? or #: enter only where the service is.";
  const bool has_path = parsed->target != "/";
  if (has_path && path == Path::None)
    return "Enter the address alone, without what follows the server's name: https://" + parsed->host + ".";
  if (!has_path && path == Path::Needed)
    return "The path is missing: the address of Exchange Web Services usually ends in /EWS/Exchange.asmx.";
  if (parsed->scheme != "https" && !(policy.allow_private && is_loopback(parsed->host)))
    return "Use https: what is sent there must be encrypted.";
  if (const auto allowed = policy.check_url(url); !allowed) return allowed.error().message + ".";
  while (url.ends_with('/')) url.pop_back();
  return std::nullopt;
}

}  // namespace mailsync::auth
