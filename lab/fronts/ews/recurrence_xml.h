// Recurrences between EWS (t:Recurrence) and the world's patternedRecurrence.
#pragma once

#include "lab/fronts/ews/call.h"

namespace mailsync::lab::ews {

// Appends name with pattern and range; nothing for a pattern that EWS does not have.
void put_recurrence(Node parent, const char* name, const json::object& recurrence);
// nullopt: malformed, or a regenerating task (its next one starts when this one is done), which the world
// lacks.
std::optional<json::object> read_recurrence(Node recurrence);

}  // namespace mailsync::lab::ews
