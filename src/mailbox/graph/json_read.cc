#include "mailbox/graph/json_read.h"

#include <algorithm>

#include "model/email.h"

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

namespace {

// What a parser works with besides the document is kept for the next one, unless it was unusually much.
constexpr size_t kKeptForNext = size_t{1} << 20;
constexpr size_t kMaxDepth = 64;

std::shared_ptr<simdjson::dom::document> parse_strictly(std::string_view json, JsonValue& root) {
  auto document = std::make_shared<simdjson::dom::document>();
  thread_local simdjson::dom::parser kept(kKeptForNext);
  simdjson::dom::parser own(kMaxJsonBytes);
  simdjson::dom::parser& parser = json.size() <= kKeptForNext ? kept : own;
  if (json.size() > parser.capacity() || parser.max_depth() != kMaxDepth)
    if (parser.allocate(std::max<size_t>(json.size(), kKeptForNext), kMaxDepth) != simdjson::SUCCESS)
      return nullptr;
  simdjson::dom::element element;
  if (parser.parse_into_document(*document, json.data(), json.size()).get(element) != simdjson::SUCCESS)
    return nullptr;
  root = JsonValue(element);
  return document;
}

// What the strict parser refuses and Graph was seen to send: bytes that are not UTF-8, surrogates without
// their partner (F113), numbers beyond all types.
std::optional<std::string> repaired(std::string_view bytes) {
  const std::string clean = model::clean_text(bytes);
  const auto whole = with_whole_surrogates(clean);
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::json::error_code failed;
  const auto parsed = boost::json::parse(whole ? *whole : clean, failed, {}, options);
  if (failed) return std::nullopt;
  return boost::json::serialize(parsed);
}

}  // namespace

Result<JsonDocument> parse_object(std::string_view bytes, std::string_view what) {
  const std::string name(what);
  if (bytes.size() > kMaxJsonBytes)
    return fail(ErrorKind::ItemInvalid, name + ": the answer of Microsoft 365 is larger than " +
                                            std::to_string(kMaxJsonBytes >> 20) + " MB, so it was not read");
  JsonValue root;
  auto memory = parse_strictly(bytes, root);
  if (!memory)
    if (const auto other = repaired(bytes)) memory = parse_strictly(*other, root);
  if (!memory || !root.if_object())
    return fail(
        ErrorKind::Transient,
        name + ": the answer of Microsoft 365 could not be read as JSON; it is asked for again later");
  return JsonDocument(root, std::move(memory));
}

namespace {

template <typename T, typename F>
Field<T> field_of(const JsonObject& from, std::string_view name, F read) {
  const auto found = from.if_contains(name);
  if (!found) return {};
  if (found->is_null()) return Field<T>::cleared();
  const auto typed = read(*found);
  return typed ? Field<T>(T(*typed)) : Field<T>();
}

}  // namespace

std::string text(const JsonObject& from, std::string_view name) {
  const auto found = from.if_contains(name);
  return found ? std::string(found->if_string().value_or("")) : std::string();
}

bool flag(const JsonObject& from, std::string_view name) {
  const auto found = from.if_contains(name);
  return found && found->if_bool().value_or(false);
}

std::optional<int64_t> number(const JsonObject& from, std::string_view name) {
  const auto found = from.if_contains(name);
  return found ? found->if_int64() : std::nullopt;
}

std::optional<Instant> instant(const JsonObject& from, std::string_view name) {
  const auto found = from.if_contains(name);
  const auto words = found ? found->if_string() : std::nullopt;
  return words && !words->empty() ? Instant::from_iso(*words) : std::nullopt;
}

std::optional<JsonObject> child(const JsonObject& from, std::string_view name) {
  const auto found = from.if_contains(name);
  return found ? found->if_object() : std::nullopt;
}

std::optional<JsonArray> list(const JsonObject& from, std::string_view name) {
  const auto found = from.if_contains(name);
  return found ? found->if_array() : std::nullopt;
}

std::vector<std::string> texts(const JsonObject& from, std::string_view name) {
  std::vector<std::string> out;
  if (const auto items = list(from, name))
    for (const JsonValue item : *items)
      if (const auto words = item.if_string()) out.emplace_back(*words);
  return out;
}

Field<std::string> text_field(const JsonObject& from, std::string_view name) {
  return field_of<std::string>(from, name, [](const JsonValue& found) { return found.if_string(); });
}

Field<bool> flag_field(const JsonObject& from, std::string_view name) {
  return field_of<bool>(from, name, [](const JsonValue& found) { return found.if_bool(); });
}

Field<int64_t> number_field(const JsonObject& from, std::string_view name) {
  return field_of<int64_t>(from, name, [](const JsonValue& found) { return found.if_int64(); });
}

Field<std::vector<std::string>> texts_field(const JsonObject& from, std::string_view name) {
  return field_of<std::vector<std::string>>(from, name, [&](const JsonValue& found) {
    return found.if_array() ? std::optional(texts(from, name)) : std::nullopt;
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
