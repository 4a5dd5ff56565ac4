#include "mailbox/graph/json_read.h"

namespace mailsync::graph {
namespace {

bool is_hex4(std::string_view text) {
  if (text.size() < 4) return false;
  for (size_t i = 0; i < 4; ++i)
    if (!std::isxdigit(static_cast<unsigned char>(text[i]))) return false;
  return true;
}

// The kind of surrogate that the escape at `at` ("\uXXXX") names: 'h'igh, 'l'ow, or 0.
char surrogate_at(std::string_view json, size_t at) {
  if (at + 6 > json.size() || json[at] != '\\' || json[at + 1] != 'u' || !is_hex4(json.substr(at + 2)))
    return 0;
  const char first = static_cast<char>(std::tolower(static_cast<unsigned char>(json[at + 2])));
  const char second = static_cast<char>(std::tolower(static_cast<unsigned char>(json[at + 3])));
  if (first != 'd') return 0;
  if (second == '8' || second == '9' || second == 'a' || second == 'b') return 'h';
  if (second == 'c' || second == 'd' || second == 'e' || second == 'f') return 'l';
  return 0;
}

// True when the backslash at `at` begins an escape (it is not itself escaped).
bool begins_escape(std::string_view json, size_t at) {
  size_t before = 0;
  while (before < at && json[at - 1 - before] == '\\') ++before;
  return before % 2 == 0;
}

}  // namespace

std::optional<std::string> with_whole_surrogates(std::string_view json) {
  std::optional<std::string> out;
  const auto replace = [&](size_t at) {
    if (!out) out.emplace(json);
    out->replace(at, 6, "\\ufffd");
  };
  for (size_t at = json.find("\\u"); at != std::string_view::npos; at = json.find("\\u", at + 2)) {
    const char kind = surrogate_at(json, at);
    if (kind == 0 || !begins_escape(json, at)) continue;
    if (kind == 'h' && surrogate_at(json, at + 6) == 'l') {
      at += 6;
      continue;
    }
    replace(at);
  }
  return out;
}

Result<value> parse_object(std::string_view bytes, std::string_view what) {
  const std::string name(what);
  if (bytes.size() > kMaxJsonBytes)
    return fail(ErrorKind::ItemInvalid, name + ": the answer of Microsoft 365 is larger than " +
                                            std::to_string(kMaxJsonBytes >> 20) + " MB, so it was not read");
  boost::json::parse_options options;
  options.allow_invalid_utf8 = true;  // cleaned field by field by model::clean_text
  options.max_depth = 64;
  const auto parse = [&options](std::string_view text, boost::json::error_code& failed) {
    auto arena = boost::json::make_shared_resource<boost::json::monotonic_resource>(text.size() + 1024);
    return boost::json::parse(boost::json::string_view(text.data(), text.size()), failed, arena, options);
  };
  boost::json::error_code failed;
  value parsed = parse(bytes, failed);
  if (failed)
    if (const auto repaired = with_whole_surrogates(bytes)) parsed = parse(*repaired, failed);
  if (failed || !parsed.is_object())
    return fail(
        ErrorKind::Transient,
        name + ": the answer of Microsoft 365 could not be read as JSON; it is asked for again later");
  return parsed;
}

namespace {

std::string_view view(const boost::json::string& text) {
  return {text.data(), text.size()};
}

const value* member(const object& from, std::string_view name) {
  return from.if_contains(boost::json::string_view(name.data(), name.size()));
}

template <typename T, typename F>
Field<T> field_of(const object& from, std::string_view name, F read) {
  const value* found = member(from, name);
  if (!found) return {};
  if (found->is_null()) return Field<T>::cleared();
  return read(*found);
}

}  // namespace

std::string text(const object& from, std::string_view name) {
  const value* found = member(from, name);
  const auto* words = found ? found->if_string() : nullptr;
  return words ? std::string(view(*words)) : std::string();
}

bool flag(const object& from, std::string_view name) {
  const value* found = member(from, name);
  return found && found->is_bool() && found->get_bool();
}

std::optional<int64_t> number(const object& from, std::string_view name) {
  const value* found = member(from, name);
  if (!found) return std::nullopt;
  if (const auto* whole = found->if_int64()) return *whole;
  return std::nullopt;
}

std::optional<Instant> instant(const object& from, std::string_view name) {
  const std::string words = text(from, name);
  return words.empty() ? std::nullopt : Instant::from_iso(words);
}

const object* child(const object& from, std::string_view name) {
  const value* found = member(from, name);
  return found ? found->if_object() : nullptr;
}

const array* list(const object& from, std::string_view name) {
  const value* found = member(from, name);
  return found ? found->if_array() : nullptr;
}

std::vector<std::string> texts(const object& from, std::string_view name) {
  std::vector<std::string> out;
  if (const array* items = list(from, name))
    for (const value& item : *items)
      if (const auto* words = item.if_string()) out.emplace_back(view(*words));
  return out;
}

Field<std::string> text_field(const object& from, std::string_view name) {
  return field_of<std::string>(from, name, [](const value& found) -> Field<std::string> {
    const auto* words = found.if_string();
    return words ? Field<std::string>(std::string(view(*words))) : Field<std::string>();
  });
}

Field<bool> flag_field(const object& from, std::string_view name) {
  return field_of<bool>(from, name, [](const value& found) -> Field<bool> {
    return found.is_bool() ? Field<bool>(found.get_bool()) : Field<bool>();
  });
}

Field<int64_t> number_field(const object& from, std::string_view name) {
  return field_of<int64_t>(from, name, [](const value& found) -> Field<int64_t> {
    const auto* whole = found.if_int64();
    return whole ? Field<int64_t>(*whole) : Field<int64_t>();
  });
}

Field<std::vector<std::string>> texts_field(const object& from, std::string_view name) {
  return field_of<std::vector<std::string>>(from, name, [&](const value& found) {
    return found.is_array() ? Field<std::vector<std::string>>(texts(from, name))
                            : Field<std::vector<std::string>>();
  });
}

array array_of(const std::vector<std::string>& items) {
  array out;
  for (const std::string& item : items) out.emplace_back(boost::json::string(item));
  return out;
}

void put(object& to, std::string_view name, const Field<std::string>& field) {
  if (!field.supplied()) return;
  to[name] = field.is_set() ? value(boost::json::string(field.value())) : value(nullptr);
}

void put(object& to, std::string_view name, const Field<bool>& field) {
  if (!field.supplied()) return;
  to[name] = field.is_set() ? value(field.value()) : value(nullptr);
}

void put(object& to, std::string_view name, const Field<int64_t>& field) {
  if (!field.supplied()) return;
  to[name] = field.is_set() ? value(field.value()) : value(nullptr);
}

void put(object& to, std::string_view name, const Field<std::vector<std::string>>& field) {
  if (!field.supplied()) return;
  to[name] = field.is_set() ? array_of(field.value()) : array();
}

}  // namespace mailsync::graph
