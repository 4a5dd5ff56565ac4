#include "db/text.h"

#include "base/utf8.h"

namespace mailsync::db {

bool is_storable_text(std::string_view text) {
  return text_prefix(text) == text.size();
}

Result<void> check_texts(std::span<const Value> params) {
  for (size_t i = 0; i < params.size(); ++i) {
    const auto* text = std::get_if<std::string>(&params[i].variant());
    if (text == nullptr || is_storable_text(*text)) continue;
    return fail(
        Error{.kind = ErrorKind::ItemInvalid,
              .message = "a text (value " + std::to_string(i + 1) +
                         " of its row) holds a NUL character or is not UTF-8, so it cannot be stored; "
                         "clean it where it is read",
              .vendor_code = "text"});
  }
  return {};
}

}  // namespace mailsync::db
