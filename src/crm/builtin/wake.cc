#include "crm/builtin/wake.h"

#include <algorithm>
#include <array>
#include <set>

namespace mailsync::crm {

Result<ChangedForUsers> user_changes_since(db::Session& session, AccountId account, int64_t seq,
                                           size_t limit) {
  ChangedForUsers changed{.seq = seq};
  std::set<UserId> users;
  std::vector<int64_t> ids;
  int64_t newest = seq, complete = INT64_MAX;
  for (const RecordType type : {RecordType::Person, RecordType::Task, RecordType::Meeting}) {
    TRY(const db::Rows rows,
        session.query("SELECT id, owner_id, seq, changed_via FROM crm_record "
                      "WHERE account_id = $1 AND type = $2 AND seq > $3 ORDER BY seq LIMIT $4",
                      {account, name_of(type), seq, limit}));
    for (const db::Row& row : rows) {
      newest = std::max(newest, row[2].integer());
      if (row[3].text() != "user") continue;
      ids.push_back(row[0].integer());
      users.insert(row[1].id<UserId>());
    }
    // A kind that was cut short: the others may not run ahead of it.
    if (rows.size() == limit) complete = std::min(complete, rows.back()[2].integer());
  }
  changed.seq = std::min(newest, complete);
  if (!ids.empty()) {
    TRY(const db::Rows rows,
        session.query("SELECT DISTINCT user_id FROM crm_watcher WHERE record_id IN {{ints $1}}",
                      {db::int_list(ids)}));
    for (const db::Row& row : rows) users.insert(row[0].id<UserId>());
  }
  users.erase(UserId{0});
  changed.users.assign(users.begin(), users.end());
  for (const int64_t id : ids) changed.records.push_back({id});
  return changed;
}

}  // namespace mailsync::crm
