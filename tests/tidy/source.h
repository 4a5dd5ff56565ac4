// The source tree as the tidy rules see it: files with their text, and C++ or TypeScript code without
// comments and strings, so that a rule about code never stumbles over prose.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mailsync::tidy {

struct Source {
  std::string path;  // relative to the project's root, with '/'
  std::string text;
};

// Every text file of the project that people write, sorted by path: without build trees, node_modules and
// .git.
std::vector<Source> read_tree(const std::filesystem::path& root);

// The same text with every comment, string, character and raw string blanked out; line breaks stay where they
// are.
std::string code_of(std::string_view text);

// Calls visit(identifier, line) for every identifier, in order. Lines count from 1.
void each_identifier(std::string_view code, const std::function<void(std::string_view, int)>& visit);

// Calls visit(line, number) for every line without its line break.
void each_line(std::string_view text, const std::function<void(std::string_view, int)>& visit);

bool is_cxx(std::string_view path);
bool is_script(std::string_view path);  // TypeScript and JavaScript

}  // namespace mailsync::tidy
