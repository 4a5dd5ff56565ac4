#include "crm/builtin/wake.h"

#include <algorithm>
#include <map>
#include <set>

#include "crm/builtin/feed.h"
#include "crm/builtin/scope.h"

namespace mailsync::crm {

namespace {

// Beyond so many holders of a view each is woken without asking which records it holds: a wake too many costs
// a few requests.
constexpr size_t kViewsAsked = 200;

// Who has one of these records in his view "Exchange Sync".
Result<void> add_view_holders(db::Session& session, AccountId account, RecordType type,
                              const std::vector<int64_t>& ids, Instant now, std::set<UserId>& users) {
  if (ids.empty()) return {};
  TRY(const db::Rows holders,
      session.query(
          "SELECT owner_id, definition FROM crm_view WHERE account_id = $1 AND type = $2 AND name = $3",
          {account, name_of(type), kSyncViewName}));
  for (const db::Row& row : holders) {
    const UserId user = row[0].id<UserId>();
    if (users.contains(user)) continue;
    bool holds = holders.size() > kViewsAsked;
    if (!holds) {
      TRY(const ViewDefinition view, view_definition_from(row[1].text()));
      const ScopeQuery query{
          .viewer = {.account = account, .user = user}, .type = type, .bounds = {}, .now = now};
      TRY(const auto held, held_by_view(session, query, view, ids));
      holds = !held.empty();
    }
    if (holds) users.insert(user);
  }
  return {};
}

Result<void> add_changed_views(db::Session& session, AccountId account, int64_t epoch,
                               ChangedForUsers& changed, std::set<UserId>& users) {
  TRY(const db::Rows rows,
      session.query(
          "SELECT epoch, user_id FROM crm_scope_change WHERE account_id = $1 AND epoch > $2 ORDER BY epoch",
          {account, epoch}));
  changed.epoch = epoch;
  for (const db::Row& row : rows) {
    changed.epoch = row[0].integer();
    users.insert(row[1].id<UserId>());
  }
  return {};
}

}  // namespace

Result<Seen> newest_change(db::Session& session, AccountId account) {
  Seen out;
  TRY(out.seq, newest_seq(session, account));
  TRY(const db::Rows rows,
      session.query("SELECT COALESCE(MAX(epoch), 0) FROM crm_scope_change WHERE account_id = $1", {account}));
  out.epoch = rows.front()[0].integer();
  return out;
}

Result<ChangedForUsers> user_changes_since(db::Session& session, AccountId account, Seen seen, size_t limit,
                                           Instant now) {
  const int64_t seq = seen.seq;
  ChangedForUsers changed{.seq = seq};
  std::set<UserId> users;
  std::vector<int64_t> ids;
  std::map<RecordType, std::vector<int64_t>> by_type;
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
      by_type[type].push_back(row[0].integer());
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
  for (const auto& [type, of_type] : by_type)
    TRY_VOID(add_view_holders(session, account, type, of_type, now, users));
  TRY_VOID(add_changed_views(session, account, seen.epoch, changed, users));
  users.erase(UserId{0});
  changed.users.assign(users.begin(), users.end());
  for (const int64_t id : ids) changed.records.push_back({id});
  return changed;
}

}  // namespace mailsync::crm
