// Bytes of a message → what Exchange would show of it. Broken input never fails: what cannot be read is left
// empty.
#pragma once

#include "lab/world.h"

namespace mailsync::lab {

struct LoadedMessage {
  json::object fields;
  std::vector<Attachment> attachments;  // numbers are given by the caller
  std::optional<Instant> date;          // of the Date header
  std::optional<Instant> received;      // of the topmost Received header
};
LoadedMessage parse_mime(std::string_view bytes);

}  // namespace mailsync::lab
