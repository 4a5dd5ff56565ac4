// Single values of Fields as plain text, for columns and rules.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/fields.h"

namespace mailsync::crm {

std::string json_string(std::string_view text);
// The same at the end of `out`, without an object of JSON between: for what is written at every email.
void append_json(std::string& out, std::string_view text);
// ["a","b"]
std::string json_list(std::span<const std::string> texts);
// "" when the field is absent, cleared or no string.
std::string text_in(const model::Fields& fields, std::string_view name);
int64_t number_in(const model::Fields& fields, std::string_view name, int64_t otherwise);
std::vector<std::string> texts_in(const model::Fields& fields, std::string_view name);
// The id of another record, which is a string in JSON; 0 when there is none.
int64_t id_in(const model::Fields& fields, std::string_view name);
// Only decimal digits, above 0, within 64 bits.
std::optional<int64_t> id_from(std::string_view text);

}  // namespace mailsync::crm
