// What an item says, field by field, in canonical form: the only thing that plan and merge look at.
//
// A field is in one of three states (F33, F34): set, cleared, or not supplied. In Fields a set field holds
// its canonical JSON text, a cleared one holds "null", one that was not supplied is absent. Canonical means:
// the same content is always the same bytes, so comparing text compares content.
//
// The typed structs (contact.h, task.h, meeting.h) are how providers and the CRM read and write Fields.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/kind.h"

namespace mailsync::model {

// Field name → canonical JSON text. Ordered, so that everything made from it is deterministic.
using Fields = std::map<std::string, std::string, std::less<>>;
using FieldNames = std::set<std::string, std::less<>>;

inline constexpr std::string_view kCleared = "null";

// {"company":"Acme","emails":["a@x.example"],"suffix":null}
std::string to_json(const Fields& fields);
// Corrupt when it is not an object; values are made canonical.
Result<Fields> fields_from_json(std::string_view json);

// Fields of `after` whose state differs from `before`; a field absent from `after` is not a difference.
Fields changed(const Fields& before, const Fields& after);
// `base` with every supplied field of `patch` laid over it.
Fields overlaid(Fields base, const Fields& patch);
// Only the named fields.
Fields restricted(const Fields& fields, const FieldNames& names);
// Fields that are set (neither cleared nor absent).
bool is_set(const Fields& fields, std::string_view name);

// 128-bit BLAKE2b of the canonical form, hex. Cleared and absent fields do not count, so that "never had a
// telephone" and "telephone removed" are the same content.
std::string content_hash(Kind kind, const Fields& fields);

// Fields whose JSON array is a set of values: merged by set difference, not as a whole (F37, F38).
bool is_multi_valued(Kind kind, std::string_view field);
// Every field the model knows of this kind.
const FieldNames& all_fields(Kind kind);

}  // namespace mailsync::model
