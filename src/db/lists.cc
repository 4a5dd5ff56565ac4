// Lists of any length as one parameter, so that the statement stays the same and stays prepared.
#include <cctype>

#include "db/database.h"

namespace mailsync::db {
namespace {

void append_json(std::string& out, std::string_view text) {
  constexpr const char* kHex = "0123456789abcdef";
  out += '"';
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (byte < 0x20 && byte != 0) {  // a NUL stays, for check_texts to refuse
      out += "\\u00";
      (out += kHex[byte >> 4]) += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

Value int_list(std::span<const int64_t> numbers) {
  std::string json = "[";
  for (int64_t number : numbers) {
    if (json.size() > 1) json += ',';
    json += std::to_string(number);
  }
  return json += ']';
}

Value text_list(std::span<const std::string> texts) {
  std::string json = "[";
  for (const std::string& text : texts) {
    if (json.size() > 1) json += ',';
    append_json(json, text);
  }
  return json += ']';
}

Value search_words(std::string_view typed) {
  std::string words;
  bool gap = false;
  for (char c : typed) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && std::isalnum(byte) == 0) {
      gap = true;
      continue;
    }
    if (gap && !words.empty()) words += ' ';
    gap = false;
    words += c;
  }
  return words;
}

}  // namespace mailsync::db
