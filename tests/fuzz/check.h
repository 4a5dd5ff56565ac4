// What every text has to be that comes out of a parser, whatever went in.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "format/charset.h"
#include "model/fields.h"

namespace mailsync::fuzz {

// Ends the program, which is how a fuzzer is told of a failure.
inline void must(bool holds) {
  if (!holds) std::abort();
}

inline void must_be_text(std::string_view text) {
  must(text.find('\0') == std::string_view::npos);
  must(format::is_valid_utf8(text));
}

// Canonical fields: clean text, and the same again when they are written and read.
inline void must_be_fields(const model::Fields& fields) {
  for (const auto& [name, value] : fields) must_be_text(value);
  const auto again = model::fields_from_json(model::to_json(fields));
  must(again && *again == fields);
}

inline std::string_view text_of(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace mailsync::fuzz
