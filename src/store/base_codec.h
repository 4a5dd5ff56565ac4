// A link's base as bytes: what both sides said at the last sync, with what they share written once.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "sync/link.h"

namespace mailsync::store {

// Empty for an empty base. Fields come back byte for byte.
std::string encode_base(const sync::Base& base);
// Corrupt when the bytes were not made by encode_base.
Result<sync::Base> decode_base(std::string_view bytes);

}  // namespace mailsync::store
