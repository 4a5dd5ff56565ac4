#include "crm/builtin/feed.h"

#include <algorithm>

#include "crm/builtin/ran.h"
#include "crm/builtin/record_type.h"

namespace mailsync::crm {

Result<int64_t> next_seq(db::Session& session, AccountId account) {
  // The row is locked, never changed: changing it would make concurrent REPEATABLE READ writers fail on
  // PostgreSQL.
  TRY(const db::Rows locked,
      session.query("SELECT account_id FROM crm_feed WHERE account_id = $1 {{for_update}}", {account}));
  if (locked.empty()) return fail(ErrorKind::Corrupt, "the CRM has no such account; add its first user");
  // A key that the database fills is never used twice and does not roll back; the row itself is not needed.
  TRY(const db::Rows made,
      session.query("INSERT INTO crm_tick (account_id) VALUES ($1) RETURNING seq", {account}));
  const int64_t seq = made.front()[0].integer();
  TRY_VOID(ran(session.execute("DELETE FROM crm_tick WHERE seq = $1", {seq})));
  return seq;
}

Result<int64_t> newest_seq(db::Session& session, AccountId account) {
  int64_t newest = 0;
  for (RecordType type : kRecordTypes) {
    TRY(const db::Rows rows, session.query("SELECT seq FROM crm_record WHERE account_id = $1 AND type = $2 "
                                           "ORDER BY account_id DESC, type DESC, seq DESC LIMIT 1",
                                           {account, name_of(type)}));
    if (!rows.empty()) newest = std::max(newest, rows.front()[0].integer());
  }
  return newest;
}

}  // namespace mailsync::crm
