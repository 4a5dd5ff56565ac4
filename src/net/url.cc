#include "net/url.h"

#include <algorithm>
#include <charconv>

namespace mailsync::net {
namespace {

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_unreserved(char c) {
  return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::unexpected<Error> refused(std::string_view url, std::string_view why) {
  // Query and path may hold secrets (S46), so the message names the beginning at most.
  const auto cut = url.substr(0, std::min<size_t>(url.find_first_of("?#"), 60));
  std::string shown;
  for (const char c : cut) shown += c > ' ' && c < 0x7f ? c : '?';
  if (shown.find('@') != std::string::npos) shown = "(not shown)";
  return fail(ErrorKind::ItemInvalid, "the address \"" + shown + "\" cannot be used: " + std::string(why));
}

bool valid_host(std::string_view host) {
  if (host.empty() || host.size() > 255) return false;
  if (host.front() == '[') {
    if (host.size() < 4 || host.back() != ']') return false;
    const auto inner = host.substr(1, host.size() - 2);
    return std::ranges::all_of(inner, [](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; });
  }
  return std::ranges::all_of(host, [](char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_'; });
}

}  // namespace

Result<Url> parse_url(std::string_view url) {
  for (const char c : url) {
    if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f || c == '\\')
      return refused(url, "it holds a space, a backslash, a control character or a letter outside ASCII");
  }
  Url out;
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return refused(url, "it does not begin with https://");
  out.scheme = lower(url.substr(0, scheme_end));
  if (out.scheme != "http" && out.scheme != "https") return refused(url, "only https and http are spoken");
  auto rest = url.substr(scheme_end + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(authority.size());
  if (authority.find('@') != std::string_view::npos)
    return refused(url, "a user name in an address is not accepted");
  auto host = authority;
  out.port = out.scheme == "https" ? 443 : 80;
  const auto colon = authority.rfind(':');
  const auto bracket = authority.rfind(']');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    host = authority.substr(0, colon);
    const auto digits = authority.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
    if (error != std::errc() || end != digits.data() + digits.size() || out.port == 0)
      return refused(url, "its port is not a number from 1 to 65535");
  }
  if (!valid_host(host)) return refused(url, "its host name is not one");
  out.host = lower(host);
  rest = rest.substr(0, rest.find('#'));
  out.target = rest.empty() || rest.front() == '?' ? "/" + std::string(rest) : std::string(rest);
  return out;
}

std::string percent_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + 16);
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      out += '%';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::string form_encode(const Pairs& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out += percent_encode(name) + "=" + percent_encode(value);
  }
  return out;
}

std::optional<Pairs> form_decode(std::string_view text) {
  Pairs out;
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    std::string name(pair.substr(0, equals));
    std::string value(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
    std::ranges::replace(name, '+', ' ');
    std::ranges::replace(value, '+', ' ');
    auto decoded_name = percent_decode(name);
    auto decoded_value = percent_decode(value);
    if (!decoded_name || !decoded_value) return std::nullopt;
    out.emplace_back(std::move(*decoded_name), std::move(*decoded_value));
  }
  return out;
}

std::string with_query(std::string_view url, const Pairs& pairs) {
  std::string out(url);
  if (pairs.empty()) return out;
  out += url.find('?') == std::string_view::npos ? '?' : '&';
  return out + form_encode(pairs);
}

Result<std::string> resolve(std::string_view base, std::string_view reference) {
  if (reference.find("://") != std::string_view::npos && reference.front() != '/') {
    TRY_VOID(parse_url(reference));
    return std::string(reference);
  }
  TRY(const Url at, parse_url(base));
  if (!reference.starts_with('/') || reference.starts_with("//"))
    return refused(reference, "it is neither absolute nor a path");
  std::string absolute = at.scheme + "://" + at.host + ":" + std::to_string(at.port) + std::string(reference);
  TRY_VOID(parse_url(absolute));
  return absolute;
}

}  // namespace mailsync::net
