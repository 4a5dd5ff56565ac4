#include "crm/builtin/local_replica.h"

#include <algorithm>
#include <map>

#include "crm/builtin/blobs.h"
#include "crm/builtin/changes.h"
#include "crm/builtin/emails.h"
#include "crm/builtin/json_text.h"
#include "crm/builtin/match.h"
#include "crm/builtin/rules.h"
#include "model/email.h"

namespace mailsync::crm {
namespace {

std::unexpected<Error> forbidden(const Rights& rights, std::string_view what) {
  return fail(ErrorKind::Forbidden, "the CRM does not allow " + rights.name + " to " + std::string(what) +
                                        "; its owner or an administrator can");
}

// The record that an update or a deletion stands on.
Result<Record> current_record(db::Session& session, sync::Viewer viewer, const Rights& rights,
                              const sync::CrmWrite& write) {
  TRY(const auto record, load_record(session, viewer.account, viewer.user, write.id));
  const bool restores = write.op == sync::CrmWrite::Op::Restore;
  if (!record || record->deleted != restores || record->type == RecordType::Email)
    return fail(ErrorKind::Gone, "the record does not exist in the CRM any more");
  const bool may = write.op == sync::CrmWrite::Op::Delete ? rights.may_delete(record->owner)
                                                          : rights.may_write(record->owner, record->watched);
  if (!may || !rights.may_see(record->owner, record->watched))
    return forbidden(rights,
                     write.op == sync::CrmWrite::Op::Delete ? "delete this record" : "change this record");
  if (record->version != write.base_version)
    return fail(ErrorKind::VersionStale, "the record has changed since it was read; read it again");
  return *record;
}

// Another mailbox may have made the same person since this one looked.
Result<void> check_considered(db::Session& session, AccountId account, RecordType type,
                              const model::Fields& fields, const sync::CrmWrite& write) {
  if (!write.considered || type != RecordType::Person) return {};
  std::vector<std::string> addresses;
  for (const std::string& address : texts_in(fields, "emails"))
    addresses.push_back(model::address_for_matching(address));
  TRY(const auto people, people_by_address(session, account, addresses));
  for (const auto& [address, refs] : people)
    for (const sync::PersonRef& person : refs)
      if (!person.is_lead && std::ranges::find(*write.considered, person.id) == write.considered->end())
        return fail(ErrorKind::VersionStale,
                    "somebody else made a person with this address meanwhile; it is looked at again");
  return {};
}

Result<Record> create(db::Session& session, const Actor& actor, const Rights& rights,
                      const sync::CrmWrite& write) {
  if (rights.writes == Reach::None) return forbidden(rights, "add records");
  const RecordType type =
      write.kind == model::Kind::Contact && write.as_lead ? RecordType::Lead : type_of(write.kind);
  TRY(model::Fields fields, checked(type, write.fields));
  if (type == RecordType::Person && write.organisation)
    fields["organisation_id"] = json_string(std::to_string(write.organisation.value));
  TRY_VOID(check_considered(session, actor.account, type, fields, write));
  if (type == RecordType::Lead) fields = with_defaults(type, std::move(fields));
  TRY_VOID(check_whole(type, fields));
  return insert_record(
      session, actor,
      {.type = type, .fields = std::move(fields), .owner = actor.user, .series_key = write.series_key});
}

Result<Record> update(db::Session& session, const Actor& actor, const Record& current,
                      const sync::CrmWrite& write) {
  TRY(model::Fields fields, checked(current.type, write.fields));
  TRY_VOID(check_whole(current.type, model::overlaid(current.fields, fields)));
  return update_record(session, actor, current,
                       {.fields = std::move(fields), .series_key = write.series_key});
}

// As it was, and changed at once where the write says so. Nothing is written before the rules are kept.
Result<Record> restore(db::Session& session, const Actor& actor, const Record& current,
                       const sync::CrmWrite& write) {
  TRY(model::Fields fields, checked(current.type, write.fields));
  const model::Fields whole = model::overlaid(current.fields, fields);
  TRY_VOID(check_considered(session, actor.account, current.type, whole, write));
  TRY_VOID(check_whole(current.type, whole));
  TRY(const Record restored, restore_record(session, actor, current, write.series_key));
  if (fields.empty()) return restored;
  return update_record(session, actor, restored, {.fields = std::move(fields)});
}

}  // namespace

sync::Capabilities BuiltinReplica::capabilities(sync::Kind kind) const {
  return {.readable = true,
          .writable = true,
          .precondition = sync::Precondition::Hard,
          .create_once = sync::CreateOnce::IdempotentId,
          .silent_writes = true,
          .fields = model::all_fields(kind)};
}

Result<sync::CrmChangePage> BuiltinReplica::changes(sync::Viewer viewer, sync::Kind kind, Cursor cursor,
                                                    size_t limit) {
  sync::CrmChangePage page;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(page, crm::changes(session, viewer, kind, viewer.window, cursor, limit, clock_.now()));
    return {};
  }));
  return page;
}

std::vector<Result<sync::CrmRecord>> BuiltinReplica::fetch(sync::Viewer viewer, sync::Kind kind,
                                                           std::span<const RecordId> ids) {
  std::map<int64_t, Result<sync::CrmRecord>> found;
  const auto read = database_.read([&](db::Session& session) -> Result<void> {
    TRY(const Rights rights, rights_of(session, viewer));
    std::vector<int64_t> numbers;
    for (RecordId id : ids) numbers.push_back(id.value);
    TRY(const auto records, load_records(session, viewer.account, viewer.user, numbers));
    const Instant now = clock_.now();
    const ScopeQuery query{viewer, type_of(kind), bounds_of(viewer.window, type_of(kind), now), now};
    TRY(const int64_t epoch, sync_view_epoch(session, viewer, query.type));
    TRY(const auto view, sync_view_at(session, viewer, query.type, epoch));
    TRY(auto answers, crm_records_of(session, query, rights, view, records));
    for (size_t i = 0; i < records.size(); ++i) {
      const bool may = rights.may_see(records[i].owner, records[i].watched);
      found.emplace(records[i].id.value, may ? Result<sync::CrmRecord>(std::move(answers[i]))
                                             : Result<sync::CrmRecord>(forbidden(rights, "see this record")));
    }
    return {};
  });
  std::vector<Result<sync::CrmRecord>> out;
  for (RecordId id : ids) {
    if (!read) {
      out.push_back(fail(read.error()));
    } else if (const auto at = found.find(id.value); at != found.end()) {
      out.push_back(at->second);
    } else {
      out.push_back(fail(ErrorKind::Gone, "the CRM has no such record"));
    }
  }
  return out;
}

Result<sync::CrmRecord> BuiltinReplica::answer(db::Session& session, sync::Viewer viewer,
                                               const Record& record) {
  TRY(const Rights rights, rights_of(session, viewer));
  const Instant now = clock_.now();
  const ScopeQuery query{viewer, record.type, bounds_of(viewer.window, record.type, now), now};
  TRY(const int64_t epoch, sync_view_epoch(session, viewer, record.type));
  TRY(const auto view, sync_view_at(session, viewer, record.type, epoch));
  TRY(auto answers, crm_records_of(session, query, rights, view, std::span(&record, 1)));
  return std::move(answers.front());
}

Result<sync::CrmRecord> BuiltinReplica::apply(Transaction& transaction, sync::Viewer viewer,
                                              const sync::CrmWrite& write) {
  db::Session& session = db::SqlTransaction::of(transaction);
  TRY(const Rights rights, rights_of(session, viewer));
  const Actor actor{viewer.account, viewer.user, Via::MailSync, clock_.now()};
  if (write.op == sync::CrmWrite::Op::Create) {
    TRY(const Record made, create(session, actor, rights, write));
    return answer(session, viewer, made);
  }
  TRY(const Record current, current_record(session, viewer, rights, write));
  if (write.op == sync::CrmWrite::Op::Restore) {
    TRY(const Record restored, restore(session, actor, current, write));
    return answer(session, viewer, restored);
  }
  if (write.op == sync::CrmWrite::Op::Delete) {
    TRY(const Record deleted, delete_record(session, actor, current));
    return answer(session, viewer, deleted);
  }
  TRY(const Record updated, update(session, actor, current, write));
  return answer(session, viewer, updated);
}

Result<std::vector<RecordId>> BuiltinReplica::add_emails(Transaction& transaction, sync::Viewer viewer,
                                                         std::span<const sync::EmailRecordWrite> writes) {
  db::Session& session = db::SqlTransaction::of(transaction);
  TRY(const Rights rights, rights_of(session, viewer));
  if (rights.writes == Reach::None) return forbidden(rights, "add emails");
  return crm::add_emails(session, {viewer.account, viewer.user, Via::MailSync, clock_.now()}, writes);
}

Result<void> BuiltinReplica::add_email_copy(Transaction& transaction, sync::Viewer viewer, RecordId email,
                                            MailboxId mailbox, const model::EmailHead& head,
                                            sync::Shown shown) {
  db::Session& session = db::SqlTransaction::of(transaction);
  TRY(const Rights rights, rights_of(session, viewer));
  if (rights.writes == Reach::None) return forbidden(rights, "add emails");
  return add_copy(session, {viewer.account, viewer.user, Via::MailSync, clock_.now()}, email, mailbox, head,
                  shown);
}

Result<void> BuiltinReplica::remove_email_copy(Transaction& transaction, sync::Viewer viewer, RecordId email,
                                               MailboxId mailbox) {
  db::Session& session = db::SqlTransaction::of(transaction);
  TRY(const Rights rights, rights_of(session, viewer));
  (void)rights;
  return remove_copy(session, {viewer.account, viewer.user, Via::MailSync, clock_.now()}, email, mailbox);
}

std::unique_ptr<sync::BlobSink> BuiltinReplica::new_blob(AccountId account) {
  return crm::new_blob(database_, clock_, account);
}

Result<std::map<std::string, std::vector<sync::PersonRef>>> BuiltinDirectory::people_by_address(
    AccountId account, std::span<const std::string> addresses) {
  std::map<std::string, std::vector<sync::PersonRef>> out;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(out, crm::people_by_address(session, account, addresses));
    return {};
  }));
  return out;
}

Result<std::map<std::string, RecordId>> BuiltinDirectory::emails_by_identity(
    AccountId account, std::span<const std::string> identities) {
  std::map<std::string, RecordId> out;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(out, crm::emails_by_identity(session, account, identities));
    return {};
  }));
  return out;
}

Result<std::map<std::string, RecordId>> BuiltinDirectory::meetings_by_series(
    AccountId account, std::span<const std::string> keys) {
  std::map<std::string, RecordId> out;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(const db::Rows rows, session.query("SELECT series_key, id FROM crm_meeting WHERE account_id = $1 AND "
                                           "series_key <> '' AND series_key IN {{texts $2}}",
                                           {account, db::text_list(keys)}));
    for (const db::Row& row : rows) out.emplace(row[0].text(), row[1].id<RecordId>());
    return {};
  }));
  return out;
}

Result<std::map<std::string, sync::OrganisationRef>> BuiltinDirectory::organisations_by_domain(
    AccountId account, std::span<const std::string> domains) {
  std::map<std::string, sync::OrganisationRef> out;
  std::set<std::string> shared;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(const db::Rows rows,
        session.query(
            "SELECT d.domain, r.id, r.title FROM crm_organisation_domain d JOIN crm_record r ON r.id = "
            "d.organisation_id WHERE d.account_id = $1 AND d.domain IN {{texts $2}} AND r.deleted = 0 "
            "ORDER BY d.domain, r.id",
            {account, db::text_list(domains)}));
    for (const db::Row& row : rows)
      if (!out.emplace(row[0].text(), sync::OrganisationRef{row[1].id<RecordId>(), row[2].text()}).second)
        shared.insert(row[0].text());
    return {};
  }));
  for (const std::string& domain : shared) out.erase(domain);
  return out;
}

Result<std::set<std::string>> BuiltinDirectory::shared_conversations(
    AccountId account, MailboxId mailbox, std::span<const std::string> conversation_ids) {
  std::set<std::string> out;
  TRY_VOID(database_.read([&](db::Session& session) -> Result<void> {
    TRY(const db::Rows rows,
        session.query("SELECT DISTINCT conversation_id FROM crm_email_copy WHERE mailbox_id = $1 AND "
                      "conversation_id IN {{texts $2}} AND conversation_id <> '' AND account_id = $3",
                      {mailbox, db::text_list(conversation_ids), account}));
    for (const db::Row& row : rows) out.insert(row[0].text());
    return {};
  }));
  return out;
}

}  // namespace mailsync::crm
