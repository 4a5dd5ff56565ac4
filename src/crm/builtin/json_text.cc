#include "crm/builtin/json_text.h"

#include <boost/json.hpp>
#include <charconv>

namespace mailsync::crm {
namespace {

boost::json::value value_in(const model::Fields& fields, std::string_view name) {
  const auto at = fields.find(name);
  if (at == fields.end()) return nullptr;
  boost::system::error_code failed;
  auto value = boost::json::parse(at->second, failed);
  return failed ? boost::json::value() : value;
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string out;
  append_json(out, text);
  return out;
}

void append_json(std::string& out, std::string_view text) {
  constexpr std::string_view kNamed = "\b\f\n\r\t\"\\", kNames = "bfnrt\"\\";
  constexpr const char* kHex = "0123456789abcdef";
  const auto is_plain = [](char c) { return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20; };
  out += '"';
  for (size_t i = 0; i < text.size(); ++i) {
    size_t end = i;
    while (end < text.size() && is_plain(text[end])) ++end;
    out.append(text, i, end - i);
    if ((i = end) == text.size()) break;
    const auto byte = static_cast<unsigned char>(text[i]);
    if (const size_t named = kNamed.find(text[i]); named != std::string_view::npos)
      (out += '\\') += kNames[named];
    else
      ((out += "\\u00") += kHex[byte >> 4]) += kHex[byte & 15];
  }
  out += '"';
}

std::string json_list(std::span<const std::string> texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ',';
    append_json(out, text);
  }
  return out += ']';
}

std::string text_in(const model::Fields& fields, std::string_view name) {
  const auto value = value_in(fields, name);
  return value.is_string() ? std::string(value.get_string()) : std::string();
}

int64_t number_in(const model::Fields& fields, std::string_view name, int64_t otherwise) {
  const auto value = value_in(fields, name);
  return value.is_int64() ? value.get_int64() : otherwise;
}

std::vector<std::string> texts_in(const model::Fields& fields, std::string_view name) {
  std::vector<std::string> out;
  const auto value = value_in(fields, name);
  if (value.is_array())
    for (const auto& entry : value.get_array())
      if (entry.is_string()) out.emplace_back(entry.get_string());
  return out;
}

int64_t id_in(const model::Fields& fields, std::string_view name) {
  return id_from(text_in(fields, name)).value_or(0);
}

std::optional<int64_t> id_from(std::string_view text) {
  int64_t id = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (failed != std::errc() || end != text.data() + text.size() || id <= 0 || text.starts_with('+'))
    return std::nullopt;
  return id;
}

}  // namespace mailsync::crm
