// An RFC 5322 message (MIME, RFC 2045 to 2049) → model::Email.
//
// Whatever can be read is read: broken structure, wrong charsets, raw bytes in headers and NULs are noted in
// Email::note and lose nothing else (F113, F115, F116). Refused are only bombs: messages beyond the limits
// (S28).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/email.h"

namespace mailsync::format {

struct MimeLimits {
  size_t bytes = 150 << 20;       // of the whole message; Exchange Online takes 150 MB at most
  size_t parts = 1000;            // of all levels
  int depth = 50;                 // of multiparts in each other
  size_t header_bytes = 1 << 20;  // of the message's own header
  size_t addresses = 10'000;      // of all address headers together
  size_t text_bytes = 8 << 20;    // of each text part; more is cut, and noted
};

struct MimeParts;

// The email, and the way to its attachments' bytes, which stay encoded until they are asked for. Holds a copy
// of the message. Not for two threads at once.
class ParsedEmail {
 public:
  model::Email email;

  // Decoded bytes of email.attachments[index], in pieces; the sink says false to stop.
  void read_attachment(size_t index, const std::function<bool(std::string_view)>& sink) const;
  // At most `most` of them, in one piece.
  std::string attachment_bytes(size_t index, size_t most = SIZE_MAX) const;

  std::shared_ptr<const MimeParts> parts;
};

// ItemInvalid, with words for people, for what is beyond a limit; nothing else fails. Bytes that are no
// message at all become a text with a note.
Result<ParsedEmail> parse_mime(std::string_view bytes, const MimeLimits& limits = {});

}  // namespace mailsync::format
