// Attachments in requests: t:FileAttachment.
#pragma once

#include "lab/fronts/ews/call.h"

namespace mailsync::lab::ews {

// With a number of its own. ErrorInvalidOperation for an item attachment, which the lab does not take.
std::expected<Attachment, Problem> read_attachment(Call& call, Node element);

// What the service adds to a new contact or task.
void complete_fields(IdKind kind, json::object& fields);

}  // namespace mailsync::lab::ews
