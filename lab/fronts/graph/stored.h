// What may be written, and what the service makes of it on storing (F5): shared by the resources' files.
#pragma once

#include <optional>
#include <span>

#include "lab/fronts/graph/call.h"

namespace mailsync::lab::graph {

enum class Shape { Message, Contact, Task, Event };

// 400 for a property that the type does not have or whose value has the wrong type.
std::optional<Answer> check_properties(const Call& call, Shape shape, const json::object& body);

// Drops what is read-only, and rewrites the rest as Exchange does: subjects and phones trimmed, names filled
// into addresses, HTML wrapped into a document, birthdays put at 11:59 UTC. Nothing is rewritten when the
// switch is off.
json::object stored_form(const Call& call, Shape shape, json::object body);

}  // namespace mailsync::lab::graph
