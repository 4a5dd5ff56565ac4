#include "format/content_ids.h"

#include <cctype>
#include <charconv>

namespace mailsync::format {
namespace {

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3) {
      out += lower(static_cast<char>(byte));
      i += 2;
    } else {
      out += lower(text[i]);
    }
  }
  return out;
}

}  // namespace

std::set<std::string, std::less<>> content_ids_in(std::string_view html) {
  constexpr size_t kLongest = 998;
  std::set<std::string, std::less<>> out;
  for (size_t colon = html.find(':'); colon != std::string_view::npos; colon = html.find(':', colon + 1)) {
    if (colon < 3 || lower(html[colon - 1]) != 'd' || lower(html[colon - 2]) != 'i' ||
        lower(html[colon - 3]) != 'c')
      continue;
    const std::string_view rest = html.substr(colon + 1, kLongest);
    const size_t end = rest.find_first_of("\"'<>() \t\r\n");
    if (std::string id = unescaped(rest.substr(0, end)); !id.empty()) out.insert(std::move(id));
  }
  return out;
}

std::string content_id_key(std::string_view content_id) {
  std::string out;
  for (const char c : content_id)
    if (c != '<' && c != '>' && static_cast<unsigned char>(c) > ' ') out += lower(c);
  return out;
}

}  // namespace mailsync::format
