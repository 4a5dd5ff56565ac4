// The order of changes within an account.
//
// Every change of a record takes the next number. Writers of one account take a row lock first and hold it to
// the commit, so numbers become visible in their order: a reader that has seen a number has seen every lower
// one, and no cursor can pass over a transaction that commits late (F58).
#pragma once

#include "db/database.h"

namespace mailsync::crm {

// The number for what is written next. Take it as late in the transaction as can be: other writers of the
// account wait from here on.
Result<int64_t> next_seq(db::Session& session, AccountId account);

// The newest number that a reader of this snapshot can see; 0 when nothing was ever written.
Result<int64_t> newest_seq(db::Session& session, AccountId account);

}  // namespace mailsync::crm
