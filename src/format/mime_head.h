// The header of a message → model::EmailHead.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "format/mime.h"
#include "model/email.h"

namespace mailsync::format {

// Names and raw values, in the order of the message.
using RawHeaders = std::vector<std::pair<std::string, std::string>>;

// ItemInvalid when there are more addresses than the limits say.
Result<model::EmailHead> head_of(const RawHeaders& headers, const MimeLimits& limits);

std::vector<std::string> references_of(const RawHeaders& headers);

// Written by a machine or to a list: RFC 3834's Auto-Submitted, RFC 2919 and 2369 list headers, Precedence,
// an empty return path. X-Auto-Response-Suppress alone proves nothing (F8).
bool is_automatic(const RawHeaders& headers);

// Whether references_of(), is_automatic() or who asks for the sensitivity look at the header of that name:
// the others, dozens in every mail, need not be kept for them.
bool is_looked_at(std::string_view name);

}  // namespace mailsync::format
