#include <sodium.h>

#include <array>

#include "db/params.h"
#include "store/base_codec.h"
#include "store/codes.h"
#include "store/state_store.h"

namespace mailsync::store {
namespace {

// The same columns in the same order, spelled out per statement because statements are constant texts.
#define LINK_COLUMNS                                                                                 \
  "mailbox_id, kind, remote_id, remote_version, record_id, record_version, state, made_by, marked, " \
  "container, "                                                                                      \
  "series_key, is_organizer, sequence, base, hash, synced_at_us"

constexpr std::string_view kInsert =
    "INSERT INTO link (account_id, " LINK_COLUMNS
    ", remote_key) VALUES ((SELECT account_id FROM mailbox WHERE id = $1), "
    "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING id";

constexpr std::string_view kUpdate =
    "UPDATE link SET mailbox_id = $1, kind = $2, remote_id = $3, remote_version = $4, record_id = $5, "
    "record_version = $6, state = $7, made_by = $8, marked = $9, container = $10, series_key = $11, "
    "is_organizer = $12, sequence = $13, base = $14, hash = $15, synced_at_us = $16, remote_key = $17 WHERE "
    "id = $18 "
    "RETURNING id";

// 128 bits of BLAKE2b, which no two ids share; short, where Graph's ids have 150 characters.
std::string key_of(const RemoteId& id) {
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(id.value.data()),
                     id.value.size(), nullptr, 0);
  std::array<char, 24> text{};
  sodium_bin2base64(text.data(), text.size(), hash.data(), hash.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return text.data();
}

db::Params params_of(const sync::Link& link) {
  db::Params params = db::params(
      link.mailbox, code(link.kind), link.remote_id, link.remote_version, link.record, link.record_version,
      code(link.state), code(link.made_by), link.marked, link.container, link.series_key, link.is_organizer,
      link.sequence, db::Blob{encode_base(link.base)}, link.hash, link.synced_at, key_of(link.remote_id));
  if (link.id) params.emplace_back(link.id);
  return params;
}

Result<sync::Link> read_link(const db::Row& row) {
  sync::Link link{.id = row[0].id<LinkId>(),
                  .mailbox = row[1].id<MailboxId>(),
                  .remote_id = row[3].id<RemoteId>(),
                  .remote_version = row[4].id<Version>(),
                  .record = row[5].id<RecordId>(),
                  .record_version = row[6].integer(),
                  .marked = row[9].boolean(),
                  .container = row[10].text(),
                  .series_key = row[11].text(),
                  .is_organizer = row[12].boolean(),
                  .sequence = row[13].integer(),
                  .hash = row[15].text(),
                  .synced_at = row[16].instant()};
  TRY(link.kind, decoded(row[2], model::Kind::Meeting));
  TRY(link.state, decoded(row[7], sync::LinkState::Tombstone));
  TRY(link.made_by, decoded(row[8], sync::MadeBy::Crm));
  TRY(link.base, decode_base(row[14].bytes()));
  return link;
}

db::Value list_of(std::span<const RecordId> records) {
  std::vector<int64_t> numbers;
  for (RecordId record : records) numbers.push_back(record.value);
  return db::int_list(numbers);
}

}  // namespace

Result<std::vector<sync::Link>> StateStore::find_links(std::string_view sql,
                                                       std::initializer_list<db::Value> params) {
  TRY(db::Rows rows, query(sql, params));
  std::vector<sync::Link> links;
  links.reserve(rows.size());
  for (const db::Row& row : rows) {
    TRY(links.emplace_back(), read_link(row));
  }
  return links;
}

Result<std::vector<sync::Link>> StateStore::links_by_remote(MailboxId mailbox, model::Kind kind,
                                                            std::span<const RemoteId> ids) {
  if (ids.empty()) return std::vector<sync::Link>();
  std::vector<std::string> texts;
  for (const RemoteId& id : ids) texts.push_back(key_of(id));
  return find_links(
      "SELECT id, " LINK_COLUMNS
      " FROM link WHERE mailbox_id = $1 AND kind = $2 AND remote_key IN {{texts $3}} ORDER BY id",
      {mailbox, code(kind), db::text_list(texts)});
}

Result<std::vector<sync::Link>> StateStore::links_by_record(MailboxId mailbox,
                                                            std::span<const RecordId> records) {
  if (records.empty()) return std::vector<sync::Link>();
  return find_links(
      "SELECT id, " LINK_COLUMNS
      " FROM link WHERE account_id = (SELECT account_id FROM mailbox WHERE id = $1) AND mailbox_id = $1 "
      "AND record_id IN {{ints $2}} ORDER BY id",
      {mailbox, list_of(records)});
}

// The condition on kind is the index's own: it has no emails.
Result<std::vector<sync::Link>> StateStore::links_by_content(MailboxId mailbox, model::Kind kind,
                                                             std::span<const std::string> hashes) {
  if (hashes.empty()) return std::vector<sync::Link>();
  return find_links("SELECT id, " LINK_COLUMNS
                    " FROM link WHERE mailbox_id = $1 AND kind = $2 AND kind <> 0 AND state <= 1 AND hash IN "
                    "{{texts $3}} ORDER BY id",
                    {mailbox, code(kind), db::text_list(hashes)});
}

Result<std::vector<sync::Link>> StateStore::links_of_records(AccountId account,
                                                             std::span<const RecordId> records) {
  if (records.empty()) return std::vector<sync::Link>();
  return find_links("SELECT id, " LINK_COLUMNS
                    " FROM link WHERE account_id = $1 AND record_id IN {{ints $2}} ORDER BY id",
                    {account, list_of(records)});
}

Result<std::vector<sync::Link>> StateStore::links(MailboxId mailbox, model::Kind kind, LinkId after,
                                                  size_t limit) {
  return find_links("SELECT id, " LINK_COLUMNS
                    " FROM link WHERE mailbox_id = $1 AND kind = $2 AND id > $3 ORDER BY id LIMIT $4",
                    {mailbox, code(kind), after, limit});
}

Result<int64_t> StateStore::count_links(MailboxId mailbox, model::Kind kind) {
  TRY(db::Rows rows, query("SELECT count(*) FROM link WHERE mailbox_id = $1 AND kind = $2 AND state = 0",
                           {mailbox, code(kind)}));
  return rows.at(0).at(0).integer();
}

Result<void> StateStore::save_links(Transaction& transaction, std::span<sync::Link> links) {
  auto& tx = db::SqlTransaction::of(transaction);
  std::vector<db::Params> inserts, updates;
  std::vector<sync::Link*> inserted;
  for (sync::Link& link : links) {
    (link.id ? updates : inserts).push_back(params_of(link));
    if (!link.id) inserted.push_back(&link);
  }
  TRY(db::Rows updated, tx.query_batch(kUpdate, updates));
  if (updated.size() != updates.size())
    return fail(ErrorKind::VersionStale, "a link was removed while it was being changed: read again");
  TRY(db::Rows ids, tx.query_batch(kInsert, inserts));
  for (size_t i = 0; i < inserted.size(); ++i) inserted[i]->id = ids[i].at(0).id<LinkId>();
  return {};
}

Result<void> StateStore::remove_link(Transaction& transaction, LinkId link) {
  TRY_VOID(db::SqlTransaction::of(transaction).execute("DELETE FROM link WHERE id = $1", {link}));
  return {};
}

}  // namespace mailsync::store
