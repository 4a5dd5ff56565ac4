// Looks whether a message is within its limits before a parser builds anything from it (S28).
#pragma once

#include <string_view>

#include "base/result.h"
#include "format/mime.h"

namespace mailsync::format {

// ItemInvalid, with words, when the message is too big, its header is, or it has too many parts. One pass.
Result<void> check_mime_limits(std::string_view bytes, const MimeLimits& limits);

// The bytes up to the first empty line.
std::string_view header_block(std::string_view bytes);

}  // namespace mailsync::format
