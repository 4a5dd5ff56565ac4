#include "tests/tidy/source.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <sstream>

namespace mailsync::tidy {
namespace {

constexpr std::array<std::string_view, 5> kSkippedFolders = {"build", "node_modules", ".git", "dist",
                                                             ".cache"};
constexpr std::array<std::string_view, 17> kEndings = {".cc",  ".h",   ".ts",    ".tsx",  ".mjs", ".js",
                                                       ".css", ".md",  ".cmake", ".json", ".sh",  ".yaml",
                                                       ".yml", ".txt", ".toml",  ".html", ".sql"};

bool word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Blanks text[from, to) except line breaks.
void blank(std::string& text, size_t from, size_t to) {
  for (size_t i = from; i < std::min(to, text.size()); ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
}

// The end of a quoted literal that opens at `at`, escapes respected. A line break ends ' and ".
size_t end_of_quoted(std::string_view text, size_t at) {
  const char quote = text[at];
  for (size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      return i + 1;
    } else if (text[i] == '\n' && quote != '`') {
      return i;
    }
  }
  return text.size();
}

// The end of R"mark(…)mark" whose quote stands at `at`.
size_t end_of_raw(std::string_view text, size_t at) {
  const size_t open = text.find('(', at);
  if (open == std::string_view::npos) return text.size();
  const std::string closing = ")" + std::string(text.substr(at + 1, open - at - 1)) + "\"";
  const size_t end = text.find(closing, open);
  return end == std::string_view::npos ? text.size() : end + closing.size();
}

size_t end_of_line(std::string_view text, size_t at) {
  return std::min(text.find('\n', at), text.size());
}

}  // namespace

bool is_cxx(std::string_view path) {
  return path.ends_with(".cc") || path.ends_with(".h");
}
bool is_script(std::string_view path) {
  return path.ends_with(".ts") || path.ends_with(".tsx") || path.ends_with(".mjs") || path.ends_with(".js");
}

std::vector<Source> read_tree(const std::filesystem::path& root) {
  std::vector<Source> files;
  auto entry = std::filesystem::recursive_directory_iterator(root);
  for (const auto end = std::filesystem::end(entry); entry != end; ++entry) {
    const std::string name = entry->path().filename().string();
    if (entry->is_directory()) {
      if (std::ranges::find(kSkippedFolders, name) != kSkippedFolders.end())
        entry.disable_recursion_pending();
      continue;
    }
    const bool known = std::ranges::any_of(kEndings, [&](std::string_view e) { return name.ends_with(e); });
    if (!entry->is_regular_file() || !(known || name == "dev" || name == "run")) continue;
    std::ostringstream text;
    text << std::ifstream(entry->path(), std::ios::binary).rdbuf();
    files.push_back({std::filesystem::relative(entry->path(), root).generic_string(), text.str()});
  }
  std::ranges::sort(files, {}, &Source::path);
  return files;
}

std::string code_of(std::string_view text) {
  std::string code(text);
  size_t i = 0;
  while (i < text.size()) {
    size_t end = i + 1;
    if (text.substr(i, 2) == "//") {
      end = end_of_line(text, i);
    } else if (text.substr(i, 2) == "/*") {
      end = text.find("*/", i + 2);
      end = end == std::string_view::npos ? text.size() : end + 2;
    } else if (text[i] == '"' && i > 0 && text[i - 1] == 'R') {
      end = end_of_raw(text, i);
    } else if (text[i] == '"' || text[i] == '`' || (text[i] == '\'' && (i == 0 || !word_char(text[i - 1])))) {
      end = end_of_quoted(text, i);
    }
    if (end > i + 1) blank(code, i, end);
    i = end;
  }
  return code;
}

void each_identifier(std::string_view code, const std::function<void(std::string_view, int)>& visit) {
  int line = 1;
  for (size_t i = 0; i < code.size();) {
    if (code[i] == '\n') ++line;
    if (!word_char(code[i])) {
      ++i;
      continue;
    }
    const size_t start = i;
    while (i < code.size() && word_char(code[i])) ++i;
    if (std::isdigit(static_cast<unsigned char>(code[start])) == 0)
      visit(code.substr(start, i - start), line);
  }
}

void each_line(std::string_view text, const std::function<void(std::string_view, int)>& visit) {
  int number = 1;
  for (size_t start = 0; start < text.size(); ++number) {
    const size_t end = end_of_line(text, start);
    visit(text.substr(start, end - start), number);
    start = end + 1;
  }
}

}  // namespace mailsync::tidy
