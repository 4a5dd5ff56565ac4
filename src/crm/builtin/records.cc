#include "crm/builtin/records.h"

#include <algorithm>
#include <set>
#include <utility>

#include "crm/builtin/content.h"
#include "crm/builtin/feed.h"
#include "crm/builtin/fold.h"
#include "crm/builtin/json_text.h"
#include "crm/builtin/match.h"
#include "crm/builtin/ran.h"

namespace mailsync::crm {
namespace {

Via via_named(std::string_view name) {
  for (Via via : {Via::User, Via::MailSync})
    if (name_of(via) == name) return via;
  return Via::System;
}

// Case numbers are found by search as they are shown.
std::string search_text(AccountId account, RecordType type, int64_t id, const Content& content) {
  std::string text = search_scope(account, type) + " " + content.search;
  if (type == RecordType::Case) text += " c " + std::to_string(id);
  return text;
}

// A snapshot does not show what another transaction has just given the same address or domain, and both would
// make the person who has it: so the second of two that write one key at a time fails, and looks again (F17).
// On SQLite, where writers wait for each other, it never does.
Result<void> claim_keys(db::Session& session, AccountId account, std::set<std::string> keys) {
  std::vector<db::Params> rows;
  for (const std::string& key : keys) rows.push_back({account, key});
  auto claimed = session.execute_batch(
      "INSERT INTO crm_match_key (account_id, key, writes) VALUES ($1, $2, 1) "
      "ON CONFLICT (account_id, key) DO UPDATE SET writes = crm_match_key.writes + 1",
      rows);
  if (!claimed && claimed.error().vendor_code == "serialization")
    return fail(ErrorKind::VersionStale,
                "somebody else wrote a record with the same address or domain at the same time; it is looked "
                "at again");
  return claimed;
}

Result<void> write_keys(db::Session& session, AccountId account, RecordType type, int64_t id,
                        const Content& content) {
  std::vector<db::Params> rows;
  if (type == RecordType::Person || type == RecordType::Lead) {
    if (type == RecordType::Person)
      TRY_VOID(claim_keys(session, account, {content.addresses.begin(), content.addresses.end()}));
    for (const std::string& address : content.addresses) rows.push_back({account, address, id});
    return session.execute_batch(
        "INSERT INTO crm_contact_address (account_id, address, contact_id) VALUES ($1, $2, $3)", rows);
  }
  if (type != RecordType::Organisation) return {};
  TRY_VOID(claim_keys(session, account, {content.domains.begin(), content.domains.end()}));
  for (const std::string& domain : content.domains) rows.push_back({account, domain, id});
  return session.execute_batch(
      "INSERT INTO crm_organisation_domain (account_id, domain, organisation_id) VALUES ($1, $2, $3)", rows);
}

Result<void> remove_keys(db::Session& session, RecordType type, int64_t id) {
  if (type == RecordType::Person || type == RecordType::Lead)
    return ran(session.execute("DELETE FROM crm_contact_address WHERE contact_id = $1", {id}));
  if (type == RecordType::Organisation)
    return ran(session.execute("DELETE FROM crm_organisation_domain WHERE organisation_id = $1", {id}));
  return {};
}

Result<void> write_type_row(db::Session& session, std::string_view sql, AccountId account, int64_t id,
                            const Content& content) {
  db::Params params{id, account};
  params.insert(params.end(), content.columns.begin(), content.columns.end());
  return ran(session.execute(sql, params));
}

// What ties the record to others by address.
Result<void> relate(db::Session& session, AccountId account, RecordType type, int64_t id,
                    const Content& content) {
  if (type == RecordType::Person) return relate_contact(session, account, RecordId{id}, content.addresses);
  if (type == RecordType::Lead) return relate_contact(session, account, RecordId{id}, content.addresses);
  if (type == RecordType::Meeting)
    return relate_meeting(session, account, RecordId{id}, content.starts_us, content.addresses);
  return {};
}

Result<void> write_history(db::Session& session, const Actor& actor, const Record& before,
                           const Record& after) {
  model::Fields old, now = model::changed(before.fields, after.fields);
  for (const auto& [name, json] : now) {
    const auto at = before.fields.find(name);
    old[name] = at == before.fields.end() ? std::string(model::kCleared) : at->second;
  }
  if (before.owner != after.owner) {
    old["owner_id"] = json_string(std::to_string(before.owner.value));
    now["owner_id"] = json_string(std::to_string(after.owner.value));
  }
  return ran(
      session.execute("INSERT INTO crm_history (record_id, version, account_id, at_us, by_user, via, "
                      "before_fields, after_fields) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                      {after.id, after.version, actor.account, actor.now, actor.user, name_of(actor.via),
                       model::to_json(old), model::to_json(now)}));
}

// Type's table, address keys and search, where they differ.
Result<void> rewrite_content(db::Session& session, const Actor& actor, const Record& before,
                             const Record& after, const Content& content) {
  const int64_t id = after.id.value;
  const Content old = content_of(before.type, before.fields, actor.now);
  TRY_VOID(write_type_row(session, update_sql(after.type), actor.account, id, content));
  if (old.addresses != content.addresses || old.domains != content.domains) {
    TRY_VOID(remove_keys(session, after.type, id));
    TRY_VOID(write_keys(session, actor.account, after.type, id, content));
    TRY_VOID(relate(session, actor.account, after.type, id, content));
  }
  if (old.starts_us != content.starts_us)
    TRY_VOID(ran(
        session.execute("UPDATE crm_relation SET at_us = $2 WHERE source_id = $1", {id, content.starts_us})));
  if (old.search == content.search) return {};
  return ran(session.execute("UPDATE crm_text SET text = $2 WHERE rowid = $1",
                             {id, search_text(actor.account, after.type, id, content)}));
}

Result<void> write_meeting_marks(db::Session& session, const Record& record) {
  return ran(session.execute("UPDATE crm_meeting SET series_key = $2, send_version = $3 WHERE id = $1",
                             {record.id, record.series_key, record.send_version}));
}

Result<void> write_record_row(db::Session& session, const Actor& actor, const Record& record,
                              int64_t was_version) {
  TRY(const int64_t changed,
      session.execute(
          "UPDATE crm_record SET version = $3, seq = $4, owner_id = $5, title = $6, title_key = $7, "
          "starts_us = $8, ends_us = $9, changed_at_us = $10, changed_by = $11, changed_via = $12, "
          "deleted = $13, fields = $14 WHERE id = $1 AND account_id = $2 AND version = $15",
          {record.id, actor.account, record.version, record.seq, record.owner, record.title,
           fold(record.title), record.starts_us, record.ends_us, record.changed.at, record.changed.by,
           name_of(record.changed.via), record.deleted, model::to_json(record.fields), was_version}));
  if (changed == 1) return {};
  return fail(ErrorKind::VersionStale, "the record has changed since it was read; read it again");
}

}  // namespace

const std::string_view kRecordColumns =
    "r.id, r.type, r.version, r.seq, r.owner_id, r.title, r.starts_us, r.ends_us, r.created_at_us, "
    "r.created_by, "
    "r.created_via, r.changed_at_us, r.changed_by, r.changed_via, r.deleted, "
    "CASE WHEN EXISTS (SELECT 1 FROM crm_watcher w WHERE w.record_id = r.id AND w.user_id = $2) THEN 1 ELSE "
    "0 END, "
    "r.fields, COALESCE(m.series_key, ''), COALESCE(m.send_version, 0)";
const std::string_view kRecordTables = "crm_record r LEFT JOIN crm_meeting m ON m.id = r.id";

std::string_view name_of(Via via) {
  switch (via) {
    case Via::User:
      return "user";
    case Via::MailSync:
      return "mail_sync";
    case Via::System:
      return "system";
  }
  std::unreachable();
}

int64_t timeline_us(const Record& record) {
  return record.type == RecordType::Meeting && record.starts_us != 0 ? record.starts_us
                                                                     : record.created.at.us;
}

Result<Record> record_of(const db::Row& row) {
  Record out;
  out.id = row[0].id<RecordId>();
  out.type = record_type_named(row[1].text()).value_or(RecordType::Person);
  out.version = row[2].integer();
  out.seq = row[3].integer();
  out.owner = row[4].id<UserId>();
  out.title = row[5].text();
  out.starts_us = row[6].integer();
  out.ends_us = row[7].integer();
  out.created = {row[8].instant(), row[9].id<UserId>(), via_named(row[10].text())};
  out.changed = {row[11].instant(), row[12].id<UserId>(), via_named(row[13].text())};
  out.deleted = row[14].boolean();
  out.watched = row[15].boolean();
  TRY(out.fields, model::fields_from_json(row[16].text()));
  out.series_key = row[17].text();
  out.send_version = row[18].integer();
  return out;
}

Result<std::vector<Record>> load_records(db::Session& session, AccountId account, UserId reader,
                                         std::span<const int64_t> ids) {
  if (ids.empty()) return std::vector<Record>();
  // The plus: without it SQLite walks through all records of the account and asks of each whether it is
  // listed.
  static const std::string sql = "SELECT " + std::string(kRecordColumns) + " FROM " +
                                 std::string(kRecordTables) +
                                 " WHERE +r.account_id = $1 AND r.id IN {{ints $3}}";
  TRY(const db::Rows rows, session.query(sql, {account, reader, db::int_list(ids)}));
  std::vector<Record> out;
  out.reserve(rows.size());
  for (const db::Row& row : rows) {
    TRY(Record record, record_of(row));
    out.push_back(std::move(record));
  }
  return out;
}

Result<std::optional<Record>> load_record(db::Session& session, AccountId account, UserId reader,
                                          RecordId id) {
  TRY(auto found, load_records(session, account, reader, std::span(&id.value, 1)));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<Record> insert_record(db::Session& session, const Actor& actor, NewRecord record) {
  const Content content = content_of(record.type, record.fields, actor.now);
  TRY(const int64_t seq, next_seq(session, actor.account));
  const Stamp stamp{actor.now, actor.user, actor.via};
  Record out{.type = record.type,
             .version = 1,
             .seq = seq,
             .owner = record.owner,
             .title = content.title,
             .starts_us = content.starts_us,
             .ends_us = content.ends_us,
             .created = stamp,
             .changed = stamp,
             .fields = std::move(record.fields),
             .series_key = std::move(record.series_key),
             .send_version = record.send_requested ? 1 : 0};
  TRY(const db::Rows made,
      session.query(
          "INSERT INTO crm_record (account_id, type, version, seq, owner_id, title, title_key, starts_us, "
          "ends_us, created_at_us, created_by, created_via, changed_at_us, changed_by, changed_via, deleted, "
          "fields) VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $9, $10, $11, 0, $12) "
          "RETURNING id",
          {actor.account, name_of(out.type), seq, out.owner, out.title, fold(out.title), out.starts_us,
           out.ends_us, actor.now, actor.user, name_of(actor.via), model::to_json(out.fields)}));
  out.id = made.front()[0].id<RecordId>();
  TRY_VOID(write_type_row(session, insert_sql(out.type), actor.account, out.id.value, content));
  if (out.type == RecordType::Meeting && (!out.series_key.empty() || out.send_version != 0))
    TRY_VOID(write_meeting_marks(session, out));
  TRY_VOID(write_keys(session, actor.account, out.type, out.id.value, content));
  TRY_VOID(relate(session, actor.account, out.type, out.id.value, content));
  TRY_VOID(ran(session.execute("INSERT INTO crm_text (rowid, text) VALUES ($1, $2)",
                               {out.id, search_text(actor.account, out.type, out.id.value, content)})));
  return out;
}

Result<Record> update_record(db::Session& session, const Actor& actor, const Record& current,
                             RecordChange change) {
  Record out = current;
  out.fields = model::overlaid(current.fields, change.fields);
  if (change.owner) out.owner = *change.owner;
  if (!change.series_key.empty()) out.series_key = change.series_key;
  const bool same_content = model::changed(current.fields, out.fields).empty();
  if (same_content && out.owner == current.owner && out.series_key == current.series_key &&
      !change.send_requested)
    return current;

  const Content content = content_of(out.type, out.fields, actor.now);
  out.version = current.version + 1;
  out.title = content.title;
  out.starts_us = content.starts_us;
  // Completed before and still: the day it was completed does not move.
  out.ends_us = same_content ? current.ends_us : content.ends_us;
  out.changed = {actor.now, actor.user, actor.via};
  out.send_version = change.send_requested ? out.version : 0;
  if (!same_content) TRY_VOID(rewrite_content(session, actor, current, out, content));
  if (out.type == RecordType::Meeting) TRY_VOID(write_meeting_marks(session, out));
  TRY_VOID(write_history(session, actor, current, out));
  TRY(out.seq, next_seq(session, actor.account));
  TRY_VOID(write_record_row(session, actor, out, current.version));
  return out;
}

Result<Record> delete_record(db::Session& session, const Actor& actor, const Record& current) {
  Record out = current;
  out.deleted = true;
  out.version = current.version + 1;
  out.changed = {actor.now, actor.user, actor.via};
  out.series_key.clear();  // a meeting of this series may be shared again
  out.send_version = 0;
  TRY_VOID(remove_keys(session, out.type, out.id.value));
  TRY_VOID(ran(session.execute("DELETE FROM crm_text WHERE rowid = $1", {out.id})));
  if (out.type == RecordType::Meeting) TRY_VOID(write_meeting_marks(session, out));
  TRY(out.seq, next_seq(session, actor.account));
  TRY_VOID(write_record_row(session, actor, out, current.version));
  return out;
}

Result<Record> restore_record(db::Session& session, const Actor& actor, const Record& current,
                              const std::string& series_key) {
  Record out = current;
  const Content content = content_of(out.type, out.fields, actor.now);
  out.deleted = false;
  out.version = current.version + 1;
  out.changed = {actor.now, actor.user, actor.via};
  out.series_key = series_key;
  TRY_VOID(write_keys(session, actor.account, out.type, out.id.value, content));
  TRY_VOID(ran(session.execute("INSERT INTO crm_text (rowid, text) VALUES ($1, $2)",
                               {out.id, search_text(actor.account, out.type, out.id.value, content)})));
  if (out.type == RecordType::Meeting) TRY_VOID(write_meeting_marks(session, out));
  TRY(out.seq, next_seq(session, actor.account));
  TRY_VOID(write_record_row(session, actor, out, current.version));
  return out;
}

Result<bool> set_watchers(db::Session& session, const Actor& actor, RecordId record,
                          std::vector<int64_t> users) {
  std::ranges::sort(users);
  users.erase(std::ranges::unique(users).begin(), users.end());
  TRY(const db::Rows rows,
      session.query(
          "SELECT user_id FROM crm_watcher WHERE record_id = $1 AND account_id = $2 ORDER BY user_id",
          {record, actor.account}));
  std::vector<int64_t> were;
  for (const db::Row& row : rows) were.push_back(row[0].integer());
  if (were == users) return false;
  TRY_VOID(ran(session.execute("DELETE FROM crm_watcher WHERE record_id = $1 AND account_id = $2",
                               {record, actor.account})));
  std::vector<db::Params> added;
  for (int64_t user : users) added.push_back({record, user, actor.account});
  TRY_VOID(session.execute_batch(
      "INSERT INTO crm_watcher (record_id, user_id, account_id) VALUES ($1, $2, $3)", added));
  TRY(const int64_t seq, next_seq(session, actor.account));
  TRY_VOID(ran(session.execute("UPDATE crm_record SET seq = $2 WHERE id = $1", {record, seq})));
  return true;
}

Result<void> set_related(db::Session& session, AccountId account, const Record& source,
                         std::span<const int64_t> targets) {
  TRY_VOID(ran(session.execute(
      "DELETE FROM crm_relation WHERE source_id = $1 AND role = 'related' AND account_id = $2",
      {source.id, account})));
  std::vector<db::Params> rows;
  for (int64_t target : std::set<int64_t>(targets.begin(), targets.end()))
    if (target != source.id.value) rows.push_back({source.id, target, account, timeline_us(source)});
  return session.execute_batch(
      "INSERT INTO crm_relation (source_id, target_id, role, account_id, at_us) VALUES ($1, $2, 'related', "
      "$3, $4)",
      rows);
}

}  // namespace mailsync::crm
