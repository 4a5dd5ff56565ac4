// The fencing token counts up with every taking and is never used twice, so a commit that carries an older
// one is from a worker whose lease ran out while it was alive (F148). A released lease has until_us = 0.
#include "store/lease_store.h"
#include "store/state_store.h"

namespace mailsync::store {
namespace {

constexpr int kTries = 3;  // against another worker that took at the same moment

std::unexpected<Error> lost(MailboxId mailbox) {
  return fail(ErrorKind::Cancelled, "another worker has taken over mailbox number " +
                                        std::to_string(mailbox.value) + ": this one gives up its work on it");
}

}  // namespace

Result<void> StateStore::check_lease(Transaction& transaction, const sync::Lease& lease) {
  // Locked, so that on PostgreSQL nobody takes it between here and the commit.
  TRY(db::Rows rows,
      db::SqlTransaction::of(transaction)
          .query("SELECT fencing_token, until_us FROM mailbox_lease WHERE mailbox_id = $1 {{for_update}}",
                 {lease.mailbox}));
  if (rows.empty() || rows[0][0].integer() != lease.fencing_token || rows[0][1].integer() == 0)
    return lost(lease.mailbox);
  return {};
}

Result<db::Rows> LeaseStore::write(std::string_view sql, std::initializer_list<db::Value> params) {
  // A token lost with the power could be given twice: on SQLite that takes all workers with it, on PostgreSQL
  // not.
  const auto durability =
      database_.engine() == db::Engine::Postgres ? db::Durability::Durable : db::Durability::Normal;
  for (int tries = 1;; ++tries) {
    db::Rows rows;
    auto done = database_.write(durability, [&](db::SqlTransaction& tx) -> Result<void> {
      TRY(rows, tx.query(sql, params));
      return {};
    });
    if (done) return rows;
    if (done.error().kind != ErrorKind::Transient || tries == kTries) return fail(std::move(done).error());
  }
}

Result<std::vector<sync::Lease>> LeaseStore::take_due(Instant now, Duration length, size_t limit,
                                                      std::string_view worker) {
  const Instant until = now + length;
  TRY(db::Rows rows,
      write("UPDATE mailbox_lease SET fencing_token = fencing_token + 1, worker = $1, until_us = $2 WHERE "
            "mailbox_id IN "
            "(SELECT mailbox_id FROM mailbox_lease WHERE takeable = 1 AND due_at_us <= $3 AND until_us <= $3 "
            "ORDER BY due_at_us, mailbox_id LIMIT $4 {{skip_locked}}) RETURNING mailbox_id, fencing_token",
            {worker, until, now, limit}));
  std::vector<sync::Lease> leases;
  for (const db::Row& row : rows) leases.push_back({row[0].id<MailboxId>(), row[1].integer(), until});
  return leases;
}

Result<std::optional<sync::Lease>> LeaseStore::take(MailboxId mailbox, Instant now, Duration length,
                                                    std::string_view worker) {
  const Instant until = now + length;
  TRY(db::Rows rows,
      write("UPDATE mailbox_lease SET fencing_token = fencing_token + 1, worker = $1, until_us = $2 "
            "WHERE mailbox_id = $3 AND until_us <= $4 RETURNING fencing_token",
            {worker, until, mailbox, now}));
  if (rows.empty()) return std::nullopt;
  return sync::Lease{mailbox, rows[0][0].integer(), until};
}

Result<sync::Lease> LeaseStore::renew(const sync::Lease& lease, Instant until) {
  TRY(db::Rows rows,
      write("UPDATE mailbox_lease SET until_us = $3 WHERE mailbox_id = $1 AND fencing_token = $2 "
            "AND until_us > 0 RETURNING mailbox_id",
            {lease.mailbox, lease.fencing_token, until}));
  if (rows.empty()) return lost(lease.mailbox);
  return sync::Lease{lease.mailbox, lease.fencing_token, until};
}

Result<void> LeaseStore::release(const sync::Lease& lease, Instant next_due) {
  TRY_VOID(
      write("UPDATE mailbox_lease SET until_us = 0, worker = '', due_at_us = $3 WHERE mailbox_id = $1 "
            "AND fencing_token = $2 AND until_us > 0 RETURNING mailbox_id",
            {lease.mailbox, lease.fencing_token, next_due}));
  return {};
}

Result<void> LeaseStore::take_back(std::string_view worker) {
  TRY_VOID(
      write("UPDATE mailbox_lease SET until_us = 0, worker = '' WHERE worker = $1 AND until_us > 0 "
            "RETURNING mailbox_id",
            {worker}));
  return {};
}

}  // namespace mailsync::store
