#include "store/codes.h"
#include "store/state_store.h"

namespace mailsync::store {

Result<std::optional<sync::CursorState>> StateStore::cursor(MailboxId mailbox, std::string_view collection) {
  TRY(db::Rows rows,
      query(
          "SELECT cursor, enumerated, saved_at_us FROM sync_cursor WHERE mailbox_id = $1 AND collection = $2",
          {mailbox, collection}));
  if (rows.empty()) return std::nullopt;
  return sync::CursorState{rows[0][0].id<Cursor>(), rows[0][1].boolean(), rows[0][2].instant()};
}

Result<std::vector<std::pair<std::string, sync::CursorState>>> StateStore::cursors(MailboxId mailbox,
                                                                                   std::string_view prefix,
                                                                                   size_t limit) {
  TRY(db::Rows rows,
      query("SELECT collection, cursor, enumerated, saved_at_us FROM sync_cursor WHERE mailbox_id = $1 AND "
            "substr(collection, 1, $2) = $3 ORDER BY collection LIMIT $4",
            {mailbox, static_cast<int64_t>(prefix.size()), prefix, limit}));
  std::vector<std::pair<std::string, sync::CursorState>> out;
  for (const db::Row& row : rows)
    out.emplace_back(row[0].text(),
                     sync::CursorState{row[1].id<Cursor>(), row[2].boolean(), row[3].instant()});
  return out;
}

Result<void> StateStore::save_cursor(Transaction& transaction, MailboxId mailbox, std::string_view collection,
                                     const sync::CursorState& state) {
  TRY_VOID(
      db::SqlTransaction::of(transaction)
          .execute(
              "INSERT INTO sync_cursor (mailbox_id, collection, account_id, cursor, enumerated, saved_at_us) "
              "VALUES ($1, $2, (SELECT account_id FROM mailbox WHERE id = $1), $3, $4, $5) "
              "ON CONFLICT (mailbox_id, collection) DO UPDATE SET cursor = excluded.cursor, "
              "enumerated = excluded.enumerated, saved_at_us = excluded.saved_at_us",
              {mailbox, collection, state.cursor, state.enumerated, state.saved_at}));
  return {};
}

Result<void> StateStore::forget_cursor(Transaction& transaction, MailboxId mailbox,
                                       std::string_view collection) {
  TRY_VOID(db::SqlTransaction::of(transaction)
               .execute("DELETE FROM sync_cursor WHERE mailbox_id = $1 AND collection = $2",
                        {mailbox, collection}));
  return {};
}

Result<std::vector<sync::RemovalHint>> StateStore::removals(MailboxId mailbox) {
  TRY(db::Rows rows, query("SELECT kind, remote_id, collection FROM removal_hint WHERE mailbox_id = $1 "
                           "ORDER BY kind, remote_id, collection",
                           {mailbox}));
  std::vector<sync::RemovalHint> hints;
  for (const db::Row& row : rows) {
    TRY(auto kind, decoded(row[0], model::Kind::Meeting));
    hints.push_back({kind, row[1].id<RemoteId>(), row[2].text()});
  }
  return hints;
}

Result<void> StateStore::note_removals(Transaction& transaction, MailboxId mailbox,
                                       std::span<const sync::RemovalHint> hints) {
  std::vector<db::Params> rows;
  for (const auto& hint : hints) rows.push_back({mailbox, code(hint.kind), hint.remote_id, hint.collection});
  return db::SqlTransaction::of(transaction)
      .execute_batch(
          "INSERT INTO removal_hint (mailbox_id, kind, remote_id, collection, account_id) "
          "VALUES ($1, $2, $3, $4, (SELECT account_id FROM mailbox WHERE id = $1)) ON CONFLICT DO NOTHING",
          rows);
}

Result<void> StateStore::forget_removals(Transaction& transaction, MailboxId mailbox,
                                         std::span<const sync::RemovalHint> hints) {
  std::vector<db::Params> rows;
  for (const auto& hint : hints) rows.push_back({mailbox, code(hint.kind), hint.remote_id, hint.collection});
  return db::SqlTransaction::of(transaction)
      .execute_batch(
          "DELETE FROM removal_hint WHERE mailbox_id = $1 AND kind = $2 AND remote_id = $3 "
          "AND collection = $4",
          rows);
}

}  // namespace mailsync::store
