// What the CRM accepts in a record: its own rules, whoever writes.
#pragma once

#include "base/result.h"
#include "crm/builtin/record_type.h"
#include "model/fields.h"

namespace mailsync::crm {

// The supplied fields in canonical form. ItemInvalid says what is wrong, with the field's name in
// vendor_code; fields that the type does not have are refused, never dropped.
Result<model::Fields> checked(RecordType type, const model::Fields& supplied);

// What must hold of the whole record: somebody or something it can be called by, an end not before the start.
Result<void> check_whole(RecordType type, const model::Fields& fields);

// What a record that a user creates says where he said nothing.
model::Fields with_defaults(RecordType type, model::Fields supplied);

// Every field the type has.
const model::FieldNames& fields_of_type(RecordType type);

}  // namespace mailsync::crm
