#include "sync/value_words.h"

#include <algorithm>
#include <boost/json.hpp>

namespace mailsync::sync {

namespace {

namespace json = boost::json;

constexpr size_t kLongest = 200;  // bytes
constexpr std::string_view kNothing = "nothing";

std::string words(const json::value& value);

// On one line, whole characters, not endless.
std::string told(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : c;
  }
  if (out.size() <= kLongest) return out;
  size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) --end;
  return out.substr(0, end) + "…";
}

std::string text_in(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::string day_and_time(std::string text) {
  std::ranges::replace(text, 'T', ' ');
  if (text.size() == 19 && text.ends_with(":00")) text.resize(16);
  return text;
}

// A moment with its zone; a person with his address; anything else part by part.
std::string words(const json::object& object) {
  if (const std::string local = text_in(object, "local"); !local.empty()) {
    const std::string zone = text_in(object, "zone");
    return day_and_time(local) + (zone.empty() ? "" : " (" + zone + ")");
  }
  if (const std::string address = text_in(object, "address"); !address.empty()) {
    const std::string name = text_in(object, "name");
    return name.empty() ? address : name + " <" + address + ">";
  }
  std::string out;
  for (const auto& member : object) {
    const std::string value = words(member.value());
    if (value == kNothing || value.empty()) continue;
    out += (out.empty() ? "" : ", ") + field_words(member.key()) + " " + value;
  }
  return out.empty() ? std::string(kNothing) : out;
}

std::string words(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return std::string(kNothing);
    case json::kind::bool_:
      return value.get_bool() ? "yes" : "no";
    case json::kind::string:
      return value.get_string().empty() ? std::string(kNothing) : std::string(value.get_string());
    case json::kind::object:
      return words(value.get_object());
    case json::kind::array: {
      std::string out;
      for (const json::value& each : value.get_array()) out += (out.empty() ? "" : ", ") + words(each);
      return out.empty() ? std::string(kNothing) : out;
    }
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return json::serialize(value);
  }
  std::unreachable();
}

}  // namespace

std::string value_words(std::string_view canonical) {
  boost::system::error_code failed;
  const json::value value = json::parse(canonical, failed);
  return told(failed ? std::string(canonical) : words(value));
}

std::string field_words(std::string_view name) {
  std::string out(name);
  std::ranges::replace(out, '_', ' ');
  return out;
}

}  // namespace mailsync::sync
