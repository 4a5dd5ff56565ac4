#include "crm/builtin/emails.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>
#include <unordered_map>

#include "crm/builtin/content.h"
#include "crm/builtin/feed.h"
#include "crm/builtin/fold.h"
#include "crm/builtin/json_text.h"
#include "crm/builtin/outbox.h"
#include "crm/builtin/ran.h"
#include "db/params.h"

namespace mailsync::crm {
namespace {

// Long lists of recipients are kept whole; only these many are indexed and searched.
constexpr size_t kMaxIndexedAddresses = 200;
constexpr size_t kMaxSearchBytes = 4000;

void append_addresses(std::string& out, std::span<const model::Address> addresses) {
  out += '[';
  for (const model::Address& each : addresses) {
    if (&each != addresses.data()) out += ',';
    out += R"({"address":)";
    append_json(out, each.address);
    out += R"(,"name":)";
    append_json(out, each.name);
    out += '}';
  }
  out += ']';
}

// Everybody but Bcc, which is a copy's.
std::string participants_json(const model::EmailHead& head) {
  std::string out = "{";
  const auto put = [&out](std::string_view role, std::span<const model::Address> addresses) {
    if (addresses.empty()) return;
    if (out.size() > 1) out += ',';
    ((out += '"') += role) += "\":";
    append_addresses(out, addresses);
  };
  put("from", std::span(&head.from, 1));
  if (!head.sender.address.empty() && head.sender.address != head.from.address)
    put("sender", std::span(&head.sender, 1));
  put("to", head.to);
  put("cc", head.cc);
  put("reply_to", head.reply_to);
  return out += '}';
}

std::vector<std::string> matching_addresses(const model::EmailHead& head) {
  std::vector<std::string> out;
  const auto add = [&out](const model::Address& each) {
    if (out.size() >= kMaxIndexedAddresses) return;
    std::string key = model::address_for_matching(each.address);
    if (!key.empty() && std::ranges::find(out, key) == out.end()) out.push_back(std::move(key));
  };
  add(head.from);
  add(head.sender);
  std::ranges::for_each(head.to, add);
  std::ranges::for_each(head.cc, add);
  return out;
}

std::string search_text(AccountId account, const model::EmailHead& head) {
  std::string out = head.subject;
  const auto add = [&out](const model::Address& each) {
    if (out.size() < kMaxSearchBytes) (((out += ' ') += each.name) += ' ') += each.address;
  };
  add(head.from);
  std::ranges::for_each(head.to, add);
  std::ranges::for_each(head.cc, add);
  return search_scope(account, RecordType::Email) + " " + fold(out, kMaxSearchBytes);
}

std::string_view domain_of(std::string_view address) {
  const size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

using Domains = std::set<std::string, std::less<>>;

// Domains that users of the account have an address in: they tell in from out.
Result<Domains> own_domains(db::Session& session, AccountId account,
                            std::span<const sync::EmailRecordWrite> writes) {
  std::set<std::string_view> seen;
  for (const sync::EmailRecordWrite& write : writes) {
    seen.insert(domain_of(write.email.head.from.address));
    for (const auto* list : {&write.email.head.to, &write.email.head.cc})
      for (const model::Address& each : *list) seen.insert(domain_of(each.address));
  }
  seen.erase("");
  const std::vector<std::string> domains(seen.begin(), seen.end());
  TRY(const db::Rows rows,
      session.query("SELECT DISTINCT domain FROM crm_user WHERE account_id = $1 AND domain IN {{texts $2}}",
                    {account, db::text_list(domains)}));
  Domains own;
  for (const db::Row& row : rows) own.insert(row[0].text());
  return own;
}

std::string_view direction_of(const model::EmailHead& head, const Domains& own) {
  if (!own.contains(domain_of(head.from.address))) return "in";
  for (const auto* list : {&head.to, &head.cc})
    for (const model::Address& each : *list)
      if (!own.contains(domain_of(each.address))) return "out";
  return "internal";
}

Instant received(const model::EmailHead& head, Instant now) {
  return head.received_at.value_or(head.sent_at.value_or(now));
}

// One statement for all emails of a page, table by table.
struct Batch {
  std::vector<db::Params> records, emails, bodies, copies, addresses, relations, attachments, texts;
  std::vector<db::Params> joined;  // emails that were there before this copy
};

db::Params record_row(const Actor& actor, int64_t seq, const model::Email& email) {
  std::string title = cut(email.head.subject, 1000);
  std::string key = fold(title);
  return db::params(actor.account, seq, actor.user, std::move(title), std::move(key),
                    received(email.head, actor.now), actor.now, actor.user, name_of(actor.via));
}

void add_rows(Batch& batch, const Actor& actor, RecordId id, const sync::EmailRecordWrite& write,
              const Domains& own) {
  const model::Email& email = write.email;
  const model::EmailHead& head = email.head;
  const Instant at = received(head, actor.now);
  const bool has_attachments =
      std::ranges::any_of(email.attachments, [](const model::Attachment& a) { return !a.is_inline; });
  batch.emails.push_back(db::params(id, actor.account, write.identity, head.message_id, head.subject,
                                    head.from.address, participants_json(head),
                                    head.sent_at ? head.sent_at->us : 0, at, direction_of(head, own),
                                    head.importance, has_attachments, head.is_protected, email.preview,
                                    email.note, email.raw_blob, name_of(write.shown)));
  batch.bodies.push_back(db::params(id, actor.account, email.text, email.html, json_list(email.references)));
  for (std::string& address : matching_addresses(head))
    batch.addresses.push_back(db::params(actor.account, std::move(address), id));
  int64_t position = 0;
  for (const model::Attachment& each : email.attachments)
    batch.attachments.push_back(db::params(actor.account, id, position++, each.name, each.content_type,
                                           each.size, each.content_id, each.is_inline, each.link, each.blob));
  batch.texts.push_back(db::params(id, search_text(actor.account, head)));
}

void add_copy_rows(Batch& batch, const Actor& actor, RecordId id, MailboxId mailbox,
                   const model::EmailHead& head, sync::Shown shown) {
  batch.copies.push_back(db::params(id, mailbox, actor.account, actor.user, head.conversation_id,
                                    addresses_json(head.bcc), actor.now, name_of(shown)));
}

// Of an email others see what its most open copy shows.
constexpr std::string_view kOpenest =
    "UPDATE crm_email SET shown = CASE WHEN EXISTS (SELECT 1 FROM crm_email_copy c WHERE c.email_id = $1 AND "
    "c.shown = 'all') THEN 'all' WHEN EXISTS (SELECT 1 FROM crm_email_copy c WHERE c.email_id = $1 AND "
    "c.shown = 'head') THEN 'head' ELSE 'owner' END WHERE id = $1 AND account_id = $2 AND EXISTS (SELECT 1 "
    "FROM "
    "crm_email_copy c WHERE c.email_id = $1)";

Result<void> insert_batch(db::Session& session, const Batch& batch) {
  TRY_VOID(session.execute_batch(
      "INSERT INTO crm_email (id, account_id, identity, message_id, subject, from_address, participants, "
      "sent_at_us, "
      "received_at_us, direction, importance, has_attachments, is_protected, shown, preview, note, raw_blob) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $17, $14, $15, $16)",
      batch.emails));
  TRY_VOID(
      session.execute_batch("INSERT INTO crm_email_body (email_id, account_id, text, html, email_references) "
                            "VALUES ($1, $2, $3, $4, $5)",
                            batch.bodies));
  TRY_VOID(session.execute_batch(
      "INSERT INTO crm_email_copy (email_id, mailbox_id, account_id, user_id, conversation_id, bcc, shown, "
      "added_at_us) VALUES ($1, $2, $3, $4, $5, $6, $8, $7) ON CONFLICT (email_id, mailbox_id) DO NOTHING",
      batch.copies));
  TRY_VOID(session.execute_batch(kOpenest, batch.joined));
  TRY_VOID(session.execute_batch(
      "INSERT INTO crm_email_address (account_id, address, email_id) VALUES ($1, $2, $3)", batch.addresses));
  TRY_VOID(session.execute_batch(
      "INSERT INTO crm_relation (source_id, target_id, role, account_id, at_us) "
      "SELECT CAST($1 AS {{int}}), r.id, 'participant', r.account_id, CAST($4 AS {{int}}) FROM crm_record r "
      "WHERE r.id = $2 AND r.account_id = $3 AND r.deleted = 0 ON CONFLICT (source_id, target_id, role) DO "
      "NOTHING",
      batch.relations));
  TRY_VOID(
      session.execute_batch("INSERT INTO crm_attachment (account_id, email_id, position, name, content_type, "
                            "size, content_id, is_inline, "
                            "link, content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                            batch.attachments));
  return session.execute_batch("INSERT INTO crm_text (rowid, text) VALUES ($1, $2)", batch.texts);
}

}  // namespace

std::string_view name_of(sync::Shown shown) {
  switch (shown) {
    case sync::Shown::All:
      return "all";
    case sync::Shown::Head:
      return "head";
    case sync::Shown::Owner:
      return "owner";
  }
  std::unreachable();
}

std::optional<sync::Shown> shown_named(std::string_view name) {
  for (const sync::Shown shown : {sync::Shown::All, sync::Shown::Head, sync::Shown::Owner})
    if (name_of(shown) == name) return shown;
  return std::nullopt;
}

namespace {

// An email without any mailbox's copy is kept for the undo of the undo, and seen by nobody.
Result<void> set_visible(db::Session& session, const Actor& actor, RecordId email, bool visible) {
  TRY(const db::Rows hidden, session.query("SELECT deleted FROM crm_record WHERE id = $1 AND account_id = $2",
                                           {email, actor.account}));
  if (hidden.empty() || hidden.front()[0].boolean() != visible) return {};
  TRY(const int64_t seq, next_seq(session, actor.account));
  return ran(session.execute(
      "UPDATE crm_record SET deleted = $3, seq = $4, version = version + 1 WHERE id = $1 AND account_id = $2",
      {email, actor.account, visible ? 0 : 1, seq}));
}

}  // namespace

std::string addresses_json(std::span<const model::Address> addresses) {
  std::string out;
  append_addresses(out, addresses);
  return out;
}

Result<std::vector<model::Address>> addresses_from_json(std::string_view json) {
  boost::system::error_code failed;
  const auto value = boost::json::parse(json, failed);
  if (failed || !value.is_array()) return fail(ErrorKind::Corrupt, "stored addresses are not a JSON list");
  std::vector<model::Address> out;
  for (const auto& entry : value.get_array()) {
    const auto* members = entry.if_object();
    if (!members) continue;
    const auto text = [members](std::string_view name) {
      const auto* found = members->if_contains(name);
      return found && found->is_string() ? std::string(found->get_string()) : std::string();
    };
    out.push_back({text("address"), text("name")});
  }
  return out;
}

Result<std::map<std::string, RecordId>> emails_by_identity(db::Session& session, AccountId account,
                                                           std::span<const std::string> identities) {
  std::map<std::string, RecordId> out;
  if (identities.empty()) return out;
  TRY(const db::Rows rows,
      session.query("SELECT identity, id FROM crm_email WHERE account_id = $1 AND identity IN {{texts $2}}",
                    {account, db::text_list(identities)}));
  for (const db::Row& row : rows) out.emplace(row[0].text(), row[1].id<RecordId>());
  return out;
}

Result<std::vector<RecordId>> add_emails(db::Session& session, const Actor& actor,
                                         std::span<const sync::EmailRecordWrite> writes) {
  std::vector<std::string> identities;
  for (const sync::EmailRecordWrite& write : writes) identities.push_back(write.identity);
  TRY(auto ids, emails_by_identity(session, actor.account, identities));
  TRY(const auto own, own_domains(session, actor.account, writes));

  Batch batch;
  std::vector<const sync::EmailRecordWrite*> fresh;
  std::set<std::string_view> seen;
  for (const sync::EmailRecordWrite& write : writes)
    if (!ids.contains(write.identity) && seen.insert(write.identity).second) fresh.push_back(&write);
  if (!fresh.empty()) {
    TRY(const int64_t seq, next_seq(session, actor.account));
    for (const auto* write : fresh) batch.records.push_back(record_row(actor, seq, write->email));
    TRY(const db::Rows made,
        session.query_batch(
            "INSERT INTO crm_record (account_id, type, version, seq, owner_id, title, title_key, starts_us, "
            "ends_us, "
            "created_at_us, created_by, created_via, changed_at_us, changed_by, changed_via, deleted, "
            "fields) "
            "VALUES ($1, 'email', 1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $7, $8, $9, 0, '{}') RETURNING id",
            batch.records));
    for (size_t i = 0; i < fresh.size(); ++i) {
      const RecordId id = made[i][0].id<RecordId>();
      ids.emplace(fresh[i]->identity, id);
      add_rows(batch, actor, id, *fresh[i], own);
    }
  }

  std::vector<RecordId> out;
  for (const sync::EmailRecordWrite& write : writes) {
    const RecordId id = ids.at(write.identity);
    add_copy_rows(batch, actor, id, write.mailbox, write.email.head, write.shown);
    if (std::ranges::none_of(fresh, [&](const auto* each) { return each == &write; }))
      batch.joined.push_back({id, actor.account});
    for (RecordId target : write.related)
      batch.relations.push_back(db::params(id, target, actor.account, received(write.email.head, actor.now)));
    out.push_back(id);
  }
  TRY_VOID(insert_batch(session, batch));
  std::vector<std::pair<std::string, RecordId>> taken_in;
  for (const auto* write : fresh)
    taken_in.emplace_back(write->email.head.message_id, ids.at(write->identity));
  TRY_VOID(settle_sent(session, actor.account, taken_in));
  return out;
}

Result<void> add_copy(db::Session& session, const Actor& actor, RecordId email, MailboxId mailbox,
                      const model::EmailHead& head, sync::Shown shown) {
  TRY(const db::Rows rows,
      session.query("SELECT id FROM crm_email WHERE id = $1 AND account_id = $2", {email, actor.account}));
  if (rows.empty()) return fail(ErrorKind::Gone, "the CRM has no such email");
  Batch batch;
  add_copy_rows(batch, actor, email, mailbox, head, shown);
  batch.joined.push_back({email, actor.account});
  TRY_VOID(insert_batch(session, batch));
  return set_visible(session, actor, email, true);
}

Result<void> narrow_copy(db::Session& session, AccountId account, UserId user, RecordId email,
                         sync::Shown shown) {
  TRY(const db::Rows rows,
      session.query("SELECT shown FROM crm_email_copy WHERE email_id = $1 AND account_id = $2 "
                    "AND user_id = $3 ORDER BY mailbox_id",
                    {email, account, user}));
  if (rows.empty()) return fail(ErrorKind::Gone, "you have no copy of this email; only its owner decides");
  for (const db::Row& row : rows)
    if (shown < shown_named(row[0].text()).value_or(sync::Shown::Owner))
      return fail(ErrorKind::Forbidden, "an email can only be shown to fewer people, never to more");
  TRY_VOID(ran(session.execute(
      "UPDATE crm_email_copy SET shown = $4 WHERE email_id = $1 AND account_id = $2 AND user_id = $3",
      {email, account, user, name_of(shown)})));
  TRY_VOID(ran(session.execute(kOpenest, {email, account})));
  return {};
}

Result<void> remove_copy(db::Session& session, const Actor& actor, RecordId email, MailboxId mailbox) {
  TRY_VOID(ran(session.execute(
      "DELETE FROM crm_email_copy WHERE email_id = $1 AND mailbox_id = $2 AND account_id = $3",
      {email, mailbox, actor.account})));
  TRY_VOID(ran(session.execute(kOpenest, {email, actor.account})));
  TRY(const db::Rows left,
      session.query("SELECT mailbox_id FROM crm_email_copy WHERE email_id = $1 AND account_id = $2 LIMIT 1",
                    {email, actor.account}));
  if (!left.empty()) return {};
  return set_visible(session, actor, email, false);
}

}  // namespace mailsync::crm
