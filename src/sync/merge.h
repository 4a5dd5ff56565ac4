// Three-way merge, field by field. Pure.
//
// A side has changed a field when it differs from that side's own base, so a server that rewrites what it is
// given does not look like an edit (F5). A field that a side does not supply has not changed (F34). Lists of
// values merge by what was added and removed (F37, F38). Where both changed the same field differently, the
// winner's value is written and the other one is reported, so that the journal keeps it.
#pragma once

#include <string>
#include <vector>

#include "model/fields.h"
#include "sync/link.h"

namespace mailsync::sync {

struct Conflict {
  std::string field;
  std::string kept;  // canonical JSON text
  std::string overruled;
  bool mailbox_won = false;
};

struct Merge {
  model::Fields to_crm;      // what the CRM must take
  model::Fields to_mailbox;  // what the mailbox must take
  std::vector<Conflict> conflicts;
  model::FieldNames moved;  // what either side changed
  bool mailbox_changed = false;
  bool crm_changed = false;
};

// `names`: the fields both sides can hold; others are never touched.
Merge merge(model::Kind kind, const Base& base, const model::Fields& mailbox, const model::Fields& crm,
            const model::FieldNames& names, bool mailbox_wins);

// First match, without a base: each side fills the other's blanks, nothing is overwritten, differences are
// listed
// (`kept` is the CRM's value).
Merge first_match(const model::Fields& mailbox, const model::Fields& crm, const model::FieldNames& names);

}  // namespace mailsync::sync
