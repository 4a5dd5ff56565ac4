// The block that Teams puts under the body of an online meeting: a rule of underscores, then how to join. A
// body that is written without it loses the meeting (F39), so it is cut off what the CRM sees and kept when
// the words above it change.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mailbox/graph/wire.h"

namespace mailsync::graph {

// The words above the block of a plain text; all of them when there is none.
std::string without_online_block(std::string words);

// The body with `words` in place of what stands above its block; nullopt when it has no block that can be
// told from the words: then nothing may be written.
std::optional<WireBody> with_words_above_block(const WireBody& body, std::string_view words);

}  // namespace mailsync::graph
