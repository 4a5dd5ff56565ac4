// model::Email → an RFC 5322 message: for originals that were never MIME, and for methods that send MIME.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "model/email.h"

namespace mailsync::format {

struct ComposeOptions {
  // Bcc is written only into originals and drafts: who sends MIME names those people in the envelope.
  bool with_bcc = false;
};

// The same email gives the same bytes: boundaries are counted, not drawn. `contents` holds the bytes of
// email.attachments, in that order; an attachment with a link and no bytes becomes a line of the text.
// Mail written by a machine (head.is_automatic) says so (RFC 3834, F8).
//
// ItemInvalid when a header value, an address, a file name or a content id holds CR, LF or NUL (S36), an
// address is none, or `contents` does not match: the message names which.
Result<std::string> compose_mime(const model::Email& email, std::span<const std::string> contents,
                                 const ComposeOptions& options = {});

}  // namespace mailsync::format
