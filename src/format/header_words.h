// Header values as people read them, and the addresses in them. Raw values come as they stood in the message:
// folded, with encoded words (RFC 2047), or with raw bytes of some charset (F115). Nothing here fails.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/email.h"

namespace mailsync::format {

// One line of valid UTF-8 without control characters. Neighbouring encoded words of one charset are joined
// before they are decoded, because senders split characters between them.
std::string header_text(std::string_view raw);

// RFC 5322 address lists, read leniently: groups are opened, comments are dropped, entries without an address
// keep their name. At most `most` addresses are returned.
std::vector<model::Address> header_addresses(std::string_view raw, size_t most);

// The message ids in a References or In-Reply-To header, without angle brackets; one that is named again
// counts by its last place.
void add_message_ids(std::string_view raw, std::vector<std::string>& ids, size_t most);

}  // namespace mailsync::format
