// What may be stored as text, so that both engines refuse the same (F113: one NUL stopped a whole mailbox).
#pragma once

#include <span>
#include <string_view>

#include "db/database.h"

namespace mailsync::db {

// UTF-8 by RFC 3629 (no surrogates, nothing above U+10FFFF, shortest form) without NUL.
bool is_storable_text(std::string_view text);

// ItemInvalid "text" naming the parameter's number when one cannot be stored.
Result<void> check_texts(std::span<const Value> params);

}  // namespace mailsync::db
