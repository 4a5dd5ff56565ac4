// The lines of a vCard: name, parameters and value, decoded and unfolded.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mailsync::format {

struct VCardLine {
  std::string group;            // "item1", lower case
  std::string name;             // "TEL", upper case
  std::set<std::string> types;  // TYPE values and bare parameters, lower case; "pref" for PREF=1, too
  std::string value;            // valid UTF-8, still escaped
};

// Reads the line at bytes[at] and moves `at` behind it. False at the end. A line that is none has no name.
bool next_vcard_line(std::string_view bytes, size_t& at, VCardLine& out);

// Parts of a structured or list value at its unescaped separators, unescaped and trimmed.
std::vector<std::string> split_value(std::string_view value, char separator);
std::string unescaped_value(std::string_view value);

}  // namespace mailsync::format
