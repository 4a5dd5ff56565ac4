// Folders as EWS shows them: one tree of all kinds, under a root that is not kept itself (nullptr).
#pragma once

#include "lab/fronts/ews/call.h"
#include "lab/fronts/ews/shape.h"

namespace mailsync::lab::ews {

bool in_tree(const Container& folder);
bool is_below(const Mailbox& mailbox, const Container& folder, const Container* top);
void put_folder_id(Node parent, const char* name, const Mailbox& mailbox, const Container* folder);
void render_folder(const Call& call, Node parent, const Container* folder, const Shape& shape);

}  // namespace mailsync::lab::ews
