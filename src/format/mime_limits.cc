#include "format/mime_limits.h"

#include <cctype>
#include <set>
#include <string>

namespace mailsync::format {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Values of boundary= anywhere in the message: a multipart's boundary is one of them. False when there are
// forms of the parameter that we do not read here (RFC 2231), or too many.
bool collect_boundaries(std::string_view bytes, size_t most, std::set<std::string, std::less<>>& out) {
  constexpr std::string_view kName = "boundary";
  for (size_t at = 0; at + kName.size() < bytes.size(); ++at) {
    if ((bytes[at] | 0x20) != 'b') continue;
    size_t i = 0;
    while (i < kName.size() && (bytes[at + i] | 0x20) == kName[i]) ++i;
    if (i < kName.size()) continue;
    at += i;
    if (bytes[at] == '*') return false;
    while (at < bytes.size() && is_blank(bytes[at])) ++at;
    if (at >= bytes.size() || bytes[at] != '=') continue;
    ++at;
    while (at < bytes.size() && is_blank(bytes[at])) ++at;
    const bool in_quotes = at < bytes.size() && bytes[at] == '"';
    if (in_quotes) ++at;
    const size_t end = in_quotes ? bytes.find_first_of("\"\n", at) : bytes.find_first_of(";\" \t\r\n", at);
    std::string value(bytes.substr(at, end == std::string_view::npos ? end : end - at));
    if (value.find('\\') != std::string::npos || value.size() > 1000) return false;
    while (!value.empty() && is_blank(value.back())) value.pop_back();
    out.insert(std::move(value));
    if (out.size() > most) return false;
  }
  return true;
}

}  // namespace

std::string_view header_block(std::string_view bytes) {
  for (size_t at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    const std::string_view next = bytes.substr(at + 1, 2);
    if (next.starts_with('\n') || next == "\r\n") return bytes.substr(0, at + 1);
  }
  return bytes;
}

Result<void> check_mime_limits(std::string_view bytes, const MimeLimits& limits) {
  if (bytes.size() > limits.bytes)
    return fail(ErrorKind::ItemInvalid, "the message is bigger than " + std::to_string(limits.bytes >> 20) +
                                            " MB, so it was not read; it stays in its mailbox");
  const std::string_view header = header_block(bytes);
  if (header.size() > limits.header_bytes && header.size() < bytes.size())
    return fail(ErrorKind::ItemInvalid, "the header of the message is bigger than " +
                                            std::to_string(limits.header_bytes >> 10) +
                                            " KB, so it was not read; it stays in its mailbox");
  std::set<std::string, std::less<>> boundaries;
  const bool known = collect_boundaries(bytes, limits.parts, boundaries);
  if (known && boundaries.empty()) return {};
  size_t parts = 0;
  for (size_t at = bytes.find("--"); at != std::string_view::npos; at = bytes.find("--", at + 1)) {
    if (at > 0 && bytes[at - 1] != '\n') continue;
    std::string_view line = bytes.substr(at + 2, 1100);
    line = line.substr(0, line.find('\n'));
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    if (known && !boundaries.contains(line)) continue;
    if (++parts > limits.parts)
      return fail(ErrorKind::ItemInvalid, "the message has more than " + std::to_string(limits.parts) +
                                              " parts, so it was not read; it stays in its mailbox");
  }
  return {};
}

}  // namespace mailsync::format
