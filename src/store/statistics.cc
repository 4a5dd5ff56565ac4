#include "store/statistics.h"

#include "store/codes.h"

namespace mailsync::store {
namespace {

db::Value list_of(std::span<const MailboxId> mailboxes) {
  std::vector<int64_t> numbers;
  numbers.reserve(mailboxes.size());
  for (const MailboxId id : mailboxes) numbers.push_back(id.value);
  return db::int_list(numbers);
}

}  // namespace

Result<db::Rows> Statistics::query(std::string_view sql, std::initializer_list<db::Value> params) {
  db::Rows rows;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(rows, session.query(sql, params));
    return {};
  }));
  return rows;
}

Result<std::vector<sync::DayItems>> Statistics::items(AccountId account, std::span<const MailboxId> mailboxes,
                                                      sync::Day first) {
  TRY(const db::Rows rows,
      query(
          "SELECT day, kind, sum(to_crm), sum(to_mailbox) FROM daily_items WHERE account_id = $1 AND day >= "
          "$2 AND mailbox_id IN {{ints $3}} GROUP BY day, kind ORDER BY day, kind",
          {account, first, list_of(mailboxes)}));
  std::vector<sync::DayItems> out;
  for (const db::Row& row : rows) {
    TRY(const auto kind, decoded(row[1], model::Kind::Meeting));
    out.push_back({row[0].integer(), kind, row[2].integer(), row[3].integer()});
  }
  return out;
}

Result<std::vector<sync::MailboxItems>> Statistics::items_by_mailbox(AccountId account,
                                                                     std::span<const MailboxId> mailboxes,
                                                                     sync::Day first, size_t limit) {
  TRY(const db::Rows most,
      query("SELECT mailbox_id, sum(to_crm + to_mailbox) AS items FROM daily_items WHERE account_id = $1 AND "
            "day >= $2 AND mailbox_id IN {{ints $3}} GROUP BY mailbox_id ORDER BY items DESC, mailbox_id "
            "LIMIT $4",
            {account, first, list_of(mailboxes), limit}));
  std::vector<MailboxId> ids;
  for (const db::Row& row : most) ids.push_back(row[0].id<MailboxId>());
  TRY(const db::Rows rows,
      query(
          "SELECT mailbox_id, kind, sum(to_crm), sum(to_mailbox) FROM daily_items WHERE account_id = $1 AND "
          "day >= $2 AND mailbox_id IN {{ints $3}} GROUP BY mailbox_id, kind",
          {account, first, list_of(ids)}));
  std::vector<sync::MailboxItems> out;
  for (const MailboxId id : ids)
    for (const db::Row& row : rows) {
      if (row[0].id<MailboxId>() != id) continue;
      TRY(const auto kind, decoded(row[1], model::Kind::Meeting));
      out.push_back({id, kind, row[2].integer(), row[3].integer()});
    }
  return out;
}

Result<std::vector<sync::DayOutcome>> Statistics::outcomes(AccountId account,
                                                           std::span<const MailboxId> mailboxes,
                                                           sync::Day first) {
  TRY(const db::Rows rows,
      query("SELECT day, outcome, sum(passes) FROM daily_outcome WHERE account_id = $1 AND day >= $2 AND "
            "mailbox_id IN {{ints $3}} GROUP BY day, outcome ORDER BY day, outcome",
            {account, first, list_of(mailboxes)}));
  std::vector<sync::DayOutcome> out;
  for (const db::Row& row : rows) out.push_back({row[0].integer(), row[1].text(), row[2].integer()});
  return out;
}

Result<std::vector<sync::DayDuration>> Statistics::durations(AccountId account,
                                                             std::span<const MailboxId> mailboxes,
                                                             sync::Day first, size_t limit) {
  TRY(const db::Rows rows,
      query(
          "SELECT started_at_us, ended_at_us FROM run WHERE account_id = $1 AND started_at_us >= $2 AND "
          "ended_at_us IS NOT NULL AND error = '' AND mailbox_id IN {{ints $3}} ORDER BY started_at_us DESC "
          "LIMIT $4",
          {account, first * 86'400'000'000, list_of(mailboxes), limit}));
  std::vector<sync::DayDuration> out;
  for (const db::Row& row : rows)
    out.push_back({sync::day_of(row[0].instant()), row[1].instant() - row[0].instant()});
  return out;
}

Result<std::vector<sync::IssueCount>> Statistics::open_issues(AccountId account,
                                                              std::span<const MailboxId> mailboxes) {
  TRY(const db::Rows rows,
      query("SELECT key, severity, count(*) FROM issue WHERE account_id = $1 AND mailbox_id IN {{ints $2}} "
            "GROUP BY key, severity",
            {account, list_of(mailboxes)}));
  std::map<std::pair<std::string, std::string>, int64_t> counts;
  for (const db::Row& row : rows) {
    const std::string& key = row[0].text();
    const std::string code = key.starts_with("mailbox:") ? key : key.substr(0, key.find(':'));
    counts[{code, row[1].text()}] += row[2].integer();
  }
  std::vector<sync::IssueCount> out;
  for (const auto& [what, count] : counts) out.push_back({what.first, what.second, count});
  return out;
}

Result<void> Statistics::note_outcome(MailboxId mailbox, sync::Day day, std::string_view outcome) {
  return database_.write(db::Durability::Normal, [&](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(tx.execute(
        "INSERT INTO daily_outcome (account_id, day, mailbox_id, outcome, passes) SELECT account_id, $2, id, "
        "$3, 1 FROM mailbox WHERE id = $1 ON CONFLICT (account_id, day, mailbox_id, outcome) DO UPDATE SET "
        "passes = daily_outcome.passes + 1",
        {mailbox, day, outcome}));
    return {};
  });
}

}  // namespace mailsync::store
