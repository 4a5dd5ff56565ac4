// Reads Graph's JSON tolerantly: unknown members are ignored, missing ones are "not supplied", a member of
// the wrong type counts as missing. One bad member never costs the whole answer.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "mailbox/graph/json_view.h"
#include "model/field.h"

namespace mailsync::graph {

// What is written; what is read are the views of json_view.h.
using boost::json::array;
using boost::json::object;
using boost::json::value;
using model::Field;

// An answer larger than this is refused before it is parsed (S27). A page of 1,000 heads is about 2 MB, a
// batch of 20 mails with bodies about 10 MB.
inline constexpr size_t kMaxJsonBytes = 64u << 20;

// Transient when the bytes are no JSON object: a broken answer is asked for again. `what` names the answer
// for people. Bytes that are not UTF-8 become U+FFFD.
Result<JsonDocument> parse_object(std::string_view bytes, std::string_view what);

// "\ud800" without its partner is legal in JavaScript but not in Unicode; a parser would refuse the whole
// page (F113). Such escapes become "\ufffd". Returns nullopt when nothing had to be changed.
std::optional<std::string> with_whole_surrogates(std::string_view json);

// Members of an object; absent, null and of another type are the same.
std::string text(const JsonObject& from, std::string_view name);  // "" when there is none
bool flag(const JsonObject& from, std::string_view name);         // false when there is none
std::optional<int64_t> number(const JsonObject& from, std::string_view name);
std::optional<Instant> instant(const JsonObject& from, std::string_view name);
std::optional<JsonObject> child(const JsonObject& from, std::string_view name);
std::optional<JsonArray> list(const JsonObject& from, std::string_view name);
std::vector<std::string> texts(const JsonObject& from, std::string_view name);

// Three states: set, null (cleared) or absent (not supplied). Wrong type: not supplied.
Field<std::string> text_field(const JsonObject& from, std::string_view name);
Field<bool> flag_field(const JsonObject& from, std::string_view name);
Field<int64_t> number_field(const JsonObject& from, std::string_view name);
Field<std::vector<std::string>> texts_field(const JsonObject& from, std::string_view name);

// Writes a supplied field; cleared becomes null.
void put(object& to, std::string_view name, const Field<std::string>& field);
void put(object& to, std::string_view name, const Field<bool>& field);
void put(object& to, std::string_view name, const Field<int64_t>& field);
// Cleared becomes [].
void put(object& to, std::string_view name, const Field<std::vector<std::string>>& field);
array array_of(const std::vector<std::string>& items);

}  // namespace mailsync::graph
