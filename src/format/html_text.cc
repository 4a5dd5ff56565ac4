#include "format/html_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <utility>

namespace mailsync::format {
namespace {

constexpr auto kEntities = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"amp", "&"},    {"lt", "<"},     {"gt", ">"},     {"quot", "\""},  {"apos", "'"},   {"nbsp", " "},
    {"copy", "©"},   {"reg", "®"},    {"trade", "™"},  {"euro", "€"},   {"pound", "£"},  {"yen", "¥"},
    {"hellip", "…"}, {"mdash", "—"},  {"ndash", "–"},  {"lsquo", "‘"},  {"rsquo", "’"},  {"ldquo", "“"},
    {"rdquo", "”"},  {"laquo", "«"},  {"raquo", "»"},  {"bull", "•"},   {"middot", "·"}, {"deg", "°"},
    {"sect", "§"},   {"para", "¶"},   {"times", "×"},  {"frac12", "½"}, {"auml", "ä"},   {"ouml", "ö"},
    {"uuml", "ü"},   {"Auml", "Ä"},   {"Ouml", "Ö"},   {"Uuml", "Ü"},   {"szlig", "ß"},  {"eacute", "é"},
    {"egrave", "è"}, {"agrave", "à"}, {"aacute", "á"}, {"acirc", "â"},  {"ecirc", "ê"},  {"ccedil", "ç"},
    {"ntilde", "ñ"}, {"oacute", "ó"}, {"uacute", "ú"}, {"iacute", "í"}, {"oslash", "ø"}, {"aring", "å"},
    {"aelig", "æ"},  {"shy", ""},     {"zwnj", ""},    {"zwj", ""},
});

constexpr std::array<std::string_view, 27> kBlocks = {
    "p",  "div", "br",         "tr",      "li",      "ul",     "ol",     "table", "h1",
    "h2", "h3",  "h4",         "h5",      "h6",      "hr",     "pre",    "dl",    "dt",
    "dd", "td",  "blockquote", "section", "article", "header", "footer", "form",  "center"};
// What is left out with everything up to its end tag.
constexpr std::array<std::string_view, 5> kSkipped = {"script", "style", "head", "title", "noscript"};

void append_utf8(std::string& out, uint32_t code) {
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) code = 0xFFFD;
  if (code == 0xA0) code = ' ';
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

// Collects words: blanks fold to one, lines end where a block begins.
class Words {
 public:
  explicit Words(size_t expected) { text_.reserve(expected); }
  void add(char c) {
    if (is_blank(c)) {
      blank_ = true;
      return;
    }
    flush();
    text_ += c;
  }
  void add(std::string_view words) {
    for (const char c : words) add(c);
  }
  void end_line() {
    if (!text_.empty()) line_ = true;
    blank_ = false;
  }
  std::string take() { return std::move(text_); }

 private:
  void flush() {
    if (line_)
      text_ += '\n';
    else if (blank_ && !text_.empty())
      text_ += ' ';
    line_ = blank_ = false;
  }
  std::string text_;
  bool blank_ = false, line_ = false;
};

// Decodes the entity that begins at html[at] == '&'; returns the position behind it.
size_t decode_entity(std::string_view html, size_t at, Words& out) {
  const size_t end = html.substr(at + 1, 12).find(';');
  if (end == std::string_view::npos) {
    out.add('&');
    return at + 1;
  }
  const std::string_view name = html.substr(at + 1, end);
  std::string decoded;
  if (name.size() > 1 && name[0] == '#') {
    const bool hex = name[1] == 'x' || name[1] == 'X';
    uint32_t code = 0;
    for (const char c : name.substr(hex ? 2 : 1)) {
      if (!std::isxdigit(static_cast<unsigned char>(c)) || code > 0x10FFFF) {
        code = 0xFFFD;
        break;
      }
      const int digit = std::isdigit(static_cast<unsigned char>(c)) ? c - '0' : (c | 0x20) - 'a' + 10;
      code = code * (hex ? 16 : 10) + static_cast<uint32_t>(digit);
    }
    append_utf8(decoded, code);
  } else {
    const auto* found =
        std::ranges::find(kEntities, name, &std::pair<std::string_view, std::string_view>::first);
    if (found == kEntities.end()) {
      out.add('&');
      return at + 1;
    }
    decoded = found->second;
  }
  out.add(decoded);
  return at + 1 + end + 1;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// The position of "</name" without regard to case, from `at` on.
size_t find_end_tag(std::string_view html, size_t at, std::string_view name) {
  for (size_t i = html.find("</", at); i != std::string_view::npos; i = html.find("</", i + 2))
    if (lower(html.substr(i + 2, name.size())) == name) return i;
  return std::string_view::npos;
}

// Which of kSkipped have no end tag any more, so that a mail of nothing but "<head>" stays linear.
using NeverClosed = std::array<bool, kSkipped.size()>;

// Steps over the tag at html[at] == '<'; returns the position behind it.
size_t step_over_tag(std::string_view html, size_t at, Words& out, NeverClosed& never_closed) {
  if (html.substr(at, 4) == "<!--") {
    const size_t end = html.find("-->", at + 4);
    return end == std::string_view::npos ? html.size() : end + 3;
  }
  size_t name_at = at + 1;
  const bool closes = name_at < html.size() && html[name_at] == '/';
  if (closes) ++name_at;
  size_t name_end = name_at;
  while (name_end < html.size() && std::isalnum(static_cast<unsigned char>(html[name_end]))) ++name_end;
  if (name_end == name_at && !(name_at < html.size() && (html[name_at] == '!' || html[name_at] == '?'))) {
    out.add('<');
    return at + 1;
  }
  const std::string name = lower(html.substr(name_at, std::min<size_t>(name_end - name_at, 16)));
  const size_t end = html.find('>', name_end);
  if (end == std::string_view::npos) return html.size();
  if (std::ranges::find(kBlocks, std::string_view(name)) != kBlocks.end()) out.end_line();
  const auto* skipped = std::ranges::find(kSkipped, std::string_view(name));
  if (closes || html[end - 1] == '/' || skipped == kSkipped.end()) return end + 1;
  bool& unclosed = never_closed[static_cast<size_t>(skipped - kSkipped.begin())];
  const size_t close = unclosed ? std::string_view::npos : find_end_tag(html, end, name);
  if (close != std::string_view::npos) return close;
  unclosed = true;
  // An unclosed <head> must not swallow the whole mail.
  return name == "script" || name == "style" ? html.size() : end + 1;
}

}  // namespace

std::string text_of_html(std::string_view html) {
  Words out(html.size() / 4);
  NeverClosed never_closed{};
  for (size_t at = 0; at < html.size();) {
    if (html[at] == '<') {
      at = step_over_tag(html, at, out, never_closed);
    } else if (html[at] == '&') {
      at = decode_entity(html, at, out);
    } else {
      out.add(html[at++]);
    }
  }
  return out.take();
}

std::string preview_of_text(std::string_view text, size_t characters) {
  std::string out;
  size_t count = 0;
  bool blank = false;
  for (const char c : text) {
    if (is_blank(c)) {
      blank = !out.empty();
      continue;
    }
    const bool begins_character = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (begins_character && count + (blank ? 1 : 0) >= characters) break;
    if (blank && begins_character) {
      out += ' ';
      ++count;
      blank = false;
    }
    if (begins_character) ++count;
    out += c;
  }
  return out;
}

}  // namespace mailsync::format
