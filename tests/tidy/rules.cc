#include "tests/tidy/rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace mailsync::tidy {
namespace {

using Names = std::set<std::string_view>;

// Folder -> the folders it may include, besides itself. Folders that are not named (server, tests, bench) may
// include all.
const std::map<std::string_view, Names> kArrows = {
    {"base", {}},
    {"model", {"base"}},
    {"format", {"model", "base"}},
    {"sync", {"model", "base"}},
    {"net", {"base"}},
    {"db", {"base"}},
    {"auth", {"net", "db", "model", "base"}},
    {"store", {"sync", "model", "db", "base"}},
    {"mailbox", {"sync", "net", "auth", "format", "model", "base"}},
    {"crm/builtin", {"sync", "model", "db", "base"}},
    {"crm/workbooks", {"sync", "net", "auth", "format", "model", "base"}},
    {"schedule", {"sync", "model", "base"}},
    {"admin", {"schedule", "auth", "crm/builtin", "sync", "net", "model", "base"}},
    {"lab", {"net", "base"}},
};
const Names kAsioFolders = {"net", "server", "tests", "bench"};
const Names kClockFolders = {"base", "net", "server", "tests", "bench"};

// "src/mailbox/graph/codec.cc" and "mailbox/graph/codec.h" -> "mailbox"; "crm/builtin/…" -> "crm/builtin"; ""
// when unknown.
std::string folder_of(std::string_view path) {
  if (path.starts_with("src/")) path.remove_prefix(4);
  const size_t slash = path.find('/');
  if (slash == std::string_view::npos) return "";
  std::string first(path.substr(0, slash));
  if (first != "crm") return first;
  const size_t second = path.find('/', slash + 1);
  return second == std::string_view::npos ? first : std::string(path.substr(0, second));
}

std::string at(const Source& file, int line, std::string_view what) {
  return file.path + ":" + std::to_string(line) + ": " + std::string(what);
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\n") - first + 1));
}

// True when one word of a PascalCase, camelCase or snake_case name is `word` (given in lower case).
bool has_word(std::string_view name, std::string_view word) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (size_t i = lower.find(word); i != std::string::npos; i = lower.find(word, i + 1)) {
    const size_t end = i + word.size();
    const bool starts =
        i == 0 || name[i - 1] == '_' || std::isupper(static_cast<unsigned char>(name[i])) != 0;
    const bool ends = end == name.size() || std::islower(static_cast<unsigned char>(name[end])) == 0;
    if (starts && ends) return true;
  }
  return false;
}

// Names that libraries chose, not we.
const Names kForeignNames = {"PQsetNoticeProcessor", "g_mime_utils_header_decode_date"};

std::string_view banned_word(std::string_view name) {
  static constexpr std::array<std::string_view, 7> kWords = {"manager", "managers", "helper",   "helpers",
                                                             "utils",   "util",     "processor"};
  if (kForeignNames.contains(name)) return "";
  for (const std::string_view word : kWords) {
    if (has_word(name, word)) return word;
  }
  return name == "common" || name == "Common" ? "common" : "";
}

bool generated(const Source& file) {
  const std::string_view opening = std::string_view(file.text).substr(0, 400);
  return opening.find("auto-generated") != std::string_view::npos ||
         opening.find("@generated") != std::string_view::npos;
}

// What kind of brace opens after `head`, the text since the previous brace or semicolon.
enum class Brace { Namespace, Type, Function, Other };
Brace kind_of_brace(const std::string& head, Brace outer) {
  if (outer == Brace::Function || outer == Brace::Other) return Brace::Other;
  const std::string text = trimmed(head);
  Names words;
  each_identifier(text, [&](std::string_view word, int) { words.insert(word); });
  if (words.contains("namespace") || words.contains("extern")) return Brace::Namespace;
  const bool parenthesis = text.find('(') != std::string::npos;
  if (!parenthesis && (words.contains("class") || words.contains("struct") || words.contains("union")))
    return Brace::Type;
  if (text.empty() || !parenthesis || text.ends_with('=') || text.ends_with('(') || text.ends_with(','))
    return Brace::Other;
  return Brace::Function;
}

// The text between the braces after `"key": {`, empty when there is none.
std::string_view json_object(std::string_view text, std::string_view key) {
  const size_t start = text.find("\"" + std::string(key) + "\": {");
  if (start == std::string_view::npos) return "";
  const size_t open = text.find('{', start);
  return text.substr(open + 1, text.find('}', open) - open - 1);
}

// The words of a line, parted by blanks and parentheses.
void each_word(std::string_view line, std::vector<std::string>& words) {
  for (size_t i = line.find_first_not_of(" ()"); i != std::string_view::npos;
       i = line.find_first_not_of(" ()", i)) {
    const size_t end = std::min(line.find_first_of(" ()", i), line.size());
    words.emplace_back(line.substr(i, end - i));
    i = end;
  }
}

// The packages that one line of a CMake file asks for: find_package(NAME …), find_library(VARIABLE NAME …),
// and the module of pkg_check_modules(PREFIX REQUIRED IMPORTED_TARGET NAME).
void add_cmake_packages(std::string_view line, std::vector<std::string>& names) {
  std::vector<std::string> words;
  each_word(line, words);
  if (words.size() > 1 && words[0] == "find_package") names.push_back(words[1]);
  if (words.size() > 2 && words[0] == "find_library") names.push_back(words[2]);
  if (words.size() > 4 && words[0] == "pkg_check_modules") names.push_back(words.back());
}

}  // namespace

Findings include_arrows(const Source& file) {
  Findings found;
  if (!is_cxx(file.path)) return found;
  const std::string folder = folder_of(file.path);
  const auto arrows = kArrows.find(folder);
  const bool asio = kAsioFolders.contains(folder) || file.path == "lab/main.cc";
  each_line(file.text, [&](std::string_view line, int number) {
    if (!line.starts_with("#include ")) return;
    const size_t open = line.find_first_of("<\"");
    const std::string_view target = line.substr(open + 1, line.find_first_of(">\"", open + 1) - open - 1);
    if (line[open] == '<') {
      if (!asio && (target.starts_with("boost/asio") || target.starts_with("boost/beast"))) {
        found.push_back(
            at(file, number,
               folder + " must not include " + std::string(target) + ": wait through base/executor.h"));
      }
      return;
    }
    const std::string to = folder_of(target);
    if (arrows == kArrows.end() || to == folder || arrows->second.contains(to)) return;
    found.push_back(at(file, number,
                       folder + " must not include " + std::string(target) + " (ARCHITECTURE.md, the map)"));
  });
  return found;
}

Findings banned_names(const Source& file) {
  Findings found;
  if (!is_cxx(file.path) && !is_script(file.path)) return found;
  each_identifier(file.path, [&](std::string_view part, int) {
    if (!banned_word(part).empty())
      found.push_back(at(file, 1, "the path says nothing: " + std::string(part)));
  });
  each_identifier(code_of(file.text), [&](std::string_view name, int line) {
    if (!banned_word(name).empty())
      found.push_back(at(file, line, "the name says nothing: " + std::string(name)));
  });
  return found;
}

Findings file_size(const Source& file) {
  static constexpr int kMaxLines = 600;
  if ((!is_cxx(file.path) && !is_script(file.path)) || generated(file)) return {};
  const auto lines = std::ranges::count(file.text, '\n');
  if (lines <= kMaxLines) return {};
  return {at(file, kMaxLines, std::to_string(lines) + " lines: more than 600, split it by idea")};
}

Findings function_length(const Source& file) {
  static constexpr int kMaxLines = 70;
  Findings found;
  if (!is_cxx(file.path)) return found;
  struct Open {
    Brace kind;
    int line;
  };
  std::vector<Open> open;
  std::string head;
  int line = 1;
  bool directive = false;
  for (const char c : code_of(file.text)) {
    if (c == '\n') {
      ++line;
      directive = false;
    }
    directive |= c == '#';
    if (directive) continue;
    if (c == '{') {
      open.push_back({kind_of_brace(head, open.empty() ? Brace::Namespace : open.back().kind), line});
    } else if (c == '}' && !open.empty()) {
      const int lines = line - open.back().line + 1;
      if (open.back().kind == Brace::Function && lines > kMaxLines) {
        found.push_back(
            at(file, open.back().line, std::to_string(lines) + " lines in one function: more than 70"));
      }
      open.pop_back();
    }
    if (c == '{' || c == '}' || c == ';')
      head.clear();
    else
      head += c;
  }
  return found;
}

Findings blanks(const Source& file) {
  Findings found;
  each_line(file.text, [&](std::string_view line, int number) {
    if (line.find('\t') != std::string_view::npos) found.push_back(at(file, number, "a tab"));
    if (line.ends_with(' ') || line.ends_with('\r'))
      found.push_back(at(file, number, "blanks at the end of the line"));
  });
  if (!file.text.empty() && !file.text.ends_with('\n'))
    found.push_back(at(file, 1, "no line break at the end of the file"));
  return found;
}

Findings leftover_marks(const Source& file) {
  // Written in halves so that this file does not find itself.
  static const Names kMarks = {
      "TO"
      "DO",
      "FIX"
      "ME",
      "HA"
      "CK",
      "XX"
      "X"};
  Findings found;
  each_identifier(file.text, [&](std::string_view word, int line) {
    if (kMarks.contains(word)) found.push_back(at(file, line, "work left over: " + std::string(word)));
  });
  return found;
}

Findings clock_reads(const Source& file) {
  Findings found;
  if (!is_cxx(file.path) || kClockFolders.contains(folder_of(file.path)) || file.path == "lab/main.cc" ||
      file.path.ends_with("_test.cc")) {
    return found;
  }
  static const Names kReads = {"gettimeofday", "clock_gettime", "localtime",   "localtime_r",
                               "SystemClock",  "random_device", "timespec_get"};
  const std::string code = code_of(file.text);
  each_identifier(code, [&](std::string_view name, int line) {
    if (kReads.contains(name))
      found.push_back(at(file, line, std::string(name) + ": time and chance come in by constructor"));
  });
  each_line(code, [&](std::string_view text, int line) {
    for (const std::string_view read : {"_clock::now(", "std::time(", " time(nullptr)", "std::rand("}) {
      if (text.find(read) != std::string_view::npos) {
        found.push_back(at(file, line, std::string(read) + "): time and chance come in by constructor"));
      }
    }
  });
  return found;
}

Findings header_comment(const Source& file) {
  if (!file.path.ends_with(".h") || file.text.starts_with("// ")) return {};
  return {at(file, 1, "a header opens with a comment that says what it is for")};
}

Findings lock_hosts(const Source& file) {
  Findings found;
  if (!file.path.ends_with("package-lock.json")) return found;
  each_line(file.text, [&](std::string_view line, int number) {
    if (line.find("\"resolved\": \"http") != std::string_view::npos) {
      found.push_back(at(file, number, "a download address: install with omit-lockfile-registry-resolved"));
    }
  });
  return found;
}

std::vector<std::string> dependencies_of(const Source& file) {
  std::vector<std::string> names;
  if (file.path == "cmake/libraries.cmake") {
    each_line(file.text, [&](std::string_view line, int) { add_cmake_packages(line, names); });
  } else if (file.path == "packaging/debian-packages.txt") {
    each_line(file.text, [&](std::string_view line, int) {
      if (!line.empty() && !line.starts_with('#')) names.emplace_back(line);
    });
  } else if (file.path.ends_with("package.json")) {
    for (const std::string_view key : {"dependencies", "devDependencies"}) {
      each_line(json_object(file.text, key), [&](std::string_view line, int) {
        const size_t open = line.find('"');
        if (open != std::string_view::npos)
          names.emplace_back(line.substr(open + 1, line.find('"', open + 1) - open - 1));
      });
    }
  }
  return names;
}

Findings unexplained_dependencies(const Source& file, std::string_view document) {
  Findings found;
  for (const std::string& name : dependencies_of(file)) {
    if (document.find("`" + name + "`") == std::string_view::npos) {
      found.push_back(at(file, 1, "'" + name + "' is not named, with its reason, in docs/dependencies.md"));
    }
  }
  return found;
}

}  // namespace mailsync::tidy
