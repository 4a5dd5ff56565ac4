// The parts of a message, sorted into what is its text and what is attached.
#pragma once

#include <gmime/gmime.h>

#include <functional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "format/gmime_objects.h"
#include "format/mime.h"
#include "model/email.h"

namespace mailsync::format {

// Where the bytes of attachments are. The objects belong to `message`.
struct MimeParts {
  GObjectOf<GMimeMessage> message;
  std::vector<GMimeObject*> attachments;  // in the order of Email::attachments
};

// Fills text, html, attachments, is_protected and has_attachments; adds to the note. ItemInvalid beyond the
// limits.
Result<void> read_body(const MimeLimits& limits, MimeParts& parts, model::Email& email);

// Decoded bytes of a leaf, or the whole of an embedded message, in pieces; the sink says false to stop.
void read_part(GMimeObject* part, const std::function<bool(std::string_view)>& sink);

// One more sentence for people.
void add_note(std::string_view sentence, model::Email& email);

}  // namespace mailsync::format
