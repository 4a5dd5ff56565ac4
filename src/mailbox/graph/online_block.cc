#include "mailbox/graph/online_block.h"

#include <algorithm>

#include "format/html_text.h"

namespace mailsync::graph {
namespace {

constexpr std::string_view kRule = "__________";

// Where a line of nothing but underscores begins, or npos.
size_t rule_line(std::string_view words) {
  for (size_t at = words.find(kRule); at != std::string_view::npos; at = words.find(kRule, at + 1)) {
    if (at != 0 && words[at - 1] != '\n' && words[at - 1] != '\r') continue;
    const size_t end = std::min(words.find_first_of("\r\n", at), words.size());
    if (words.find_first_not_of("_ ", at) >= end) return at;
  }
  return std::string_view::npos;
}

bool opens_document(std::string_view tag) {
  return tag.starts_with("<html") || tag.starts_with("<HTML") || tag.starts_with("<body") ||
         tag.starts_with("<BODY");
}

// Where the elements begin that are opened right before `at`.
size_t opened_before(std::string_view html, size_t at) {
  while (at > 0) {
    const size_t last = html.find_last_not_of(" \t\r\n", at - 1);
    if (last == std::string_view::npos || html[last] != '>') break;
    const size_t open = html.rfind('<', last);
    if (open == std::string_view::npos || html.substr(open).starts_with("</") ||
        opens_document(html.substr(open)))
      break;
    at = open;
  }
  return at;
}

// Where the HTML's block begins, or npos: underscores in the middle of words are words.
size_t html_block(std::string_view html) {
  for (size_t at = html.find(kRule); at != std::string_view::npos;) {
    const size_t before = at == 0 ? std::string_view::npos : html.find_last_not_of(" \t\r\n", at - 1);
    const size_t end = html.find_first_not_of('_', at), after = html.find_first_not_of(" \t\r\n_", at);
    if ((before == std::string_view::npos || html[before] == '>') && after != std::string_view::npos &&
        html[after] == '<')
      return opened_before(html, at);
    at = end == std::string_view::npos ? end : html.find(kRule, end);
  }
  return std::string_view::npos;
}

std::string html_of(std::string_view words) {
  std::string out;
  for (const char c : format::html_of_text(words)) {
    if (c == '\n')
      out += "<br>\n";
    else if (c != '\r')
      out += c;
  }
  return out;
}

}  // namespace

std::string without_online_block(std::string words) {
  if (const size_t at = rule_line(words); at != std::string::npos) words.resize(at);
  return words;
}

std::optional<WireBody> with_words_above_block(const WireBody& body, std::string_view words) {
  const std::string_view content = body.content;
  const size_t at = body.html ? html_block(content) : rule_line(content);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string block(content.substr(at));
  if (body.html) return WireBody{"<html><body><div>" + html_of(words) + "</div>\n" + block, true};
  return WireBody{std::string(words) + "\n" + block, false};
}

}  // namespace mailsync::graph
