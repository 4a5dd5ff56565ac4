#include "admin/news.h"

#include <algorithm>

#include "admin/api.h"
#include "admin/mailbox_json.h"
#include "admin/outbox_json.h"
#include "crm/builtin/email_reads.h"
#include "crm/builtin/records.h"
#include "crm/builtin/rights.h"

namespace mailsync::admin {
namespace {

constexpr int64_t kMaxChanges = 200;
// A page that opens has read its records at most this long before its stream is heard.
constexpr Duration kOpening = std::chrono::seconds(10);

struct RecordNews {
  RecordId id;
  crm::RecordType type = crm::RecordType::Person;
  int64_t version = 0;
  bool deleted = false;
};

struct Found {
  std::vector<RecordNews> records;
  bool too_many = false;
  std::map<UserId, std::set<int64_t>> hidden;  // records that a reader may not see
};

// The feed after `seen`; where nothing was seen yet, only where it stands.
Result<Found> look(db::Session& session, AccountId account,
                   std::optional<std::map<std::string, int64_t>>& seen) {
  Found out;
  const bool first = !seen;
  if (first) seen.emplace();
  for (crm::RecordType type : crm::kRecordTypes) {
    int64_t& seq = (*seen)[std::string(crm::name_of(type))];
    const std::string_view sql = first ? "SELECT id, seq, version, deleted FROM crm_record WHERE account_id "
                                         "= $1 AND type = $2 AND seq > $3 "
                                         "ORDER BY seq DESC LIMIT $4"
                                       : "SELECT id, seq, version, deleted FROM crm_record WHERE account_id "
                                         "= $1 AND type = $2 AND seq > $3 "
                                         "ORDER BY seq LIMIT $4";
    TRY(const db::Rows rows, session.query(sql, {account, crm::name_of(type), seq, first ? 1 : kMaxChanges}));
    if (rows.empty()) continue;
    seq = rows.back()[1].integer();
    if (first) continue;
    out.too_many = out.too_many || std::cmp_equal(rows.size(), kMaxChanges);
    for (const db::Row& row : rows)
      out.records.push_back({row[0].id<RecordId>(), type, row[2].integer(), row[3].boolean()});
  }
  return out;
}

// What changed since then, whatever has been told.
Result<Found> look_back(db::Session& session, AccountId account, Instant since) {
  Found out;
  for (crm::RecordType type : crm::kRecordTypes) {
    TRY(const db::Rows rows,
        session.query("SELECT id, version, deleted FROM (SELECT id, version, deleted, changed_at_us FROM "
                      "crm_record WHERE account_id = $1 AND type = $2 ORDER BY seq DESC LIMIT $3) AS latest "
                      "WHERE changed_at_us >= $4",
                      {account, crm::name_of(type), kMaxChanges, since}));
    out.too_many = out.too_many || std::cmp_equal(rows.size(), kMaxChanges);
    for (const db::Row& row : rows)
      out.records.push_back({row[0].id<RecordId>(), type, row[1].integer(), row[2].boolean()});
  }
  return out;
}

// What each reader may not see. Deletions are told to everybody: they say nothing but an id.
Result<void> hide(db::Session& session, AccountId account, const std::set<UserId>& readers, Found& found) {
  std::vector<int64_t> ids;
  for (const RecordNews& each : found.records)
    if (!each.deleted) ids.push_back(each.id.value);
  if (ids.empty()) return {};
  for (UserId reader : readers) {
    const auto rights = crm::rights_of(session, {account, reader});
    std::set<int64_t>& hidden = found.hidden[reader];
    hidden.insert(ids.begin(), ids.end());
    if (!rights) continue;
    TRY(const auto records, crm::load_records(session, account, reader, ids));
    TRY(const auto emails, crm::email_summaries(session, account, *rights, ids));
    for (const crm::EmailSummary& email : emails) hidden.erase(email.record.id.value);
    for (const crm::Record& record : records)
      if (record.type != crm::RecordType::Email && rights->may_see(record.owner, record.watched))
        hidden.erase(record.id.value);
  }
  return {};
}

using Readers = std::vector<std::shared_ptr<Subscriber>>;

std::set<UserId> users_of(const Readers& readers) {
  std::set<UserId> users;
  for (const auto& reader : readers) users.insert(reader->viewer.user);
  return users;
}

struct RecordLook {
  Found news, opening;
};

// For pages that have been told something before, what is new; for those that have just opened, what may have
// changed while they did. The feed is read first: what comes between the two is told twice rather than never.
Result<RecordLook> look_for(Api& api, AccountId account, const Readers& told, const Readers& fresh,
                            News& news) {
  RecordLook out;
  TRY_VOID(api.database.read([&](db::Session& session) -> Result<void> {
    TRY(out.news, look(session, account, news.seq_by_type));
    TRY_VOID(hide(session, account, users_of(told), out.news));
    if (fresh.empty()) return {};
    TRY(out.opening, look_back(session, account, api.now() - kOpening));
    return hide(session, account, users_of(fresh), out.opening);
  }));
  return out;
}

void tell_records(const Readers& readers, const Found& found) {
  for (const auto& reader : readers) {
    if (found.too_many) {
      reader->push("reload", "{}");
      continue;
    }
    const auto hidden = found.hidden.find(reader->viewer.user);
    for (const RecordNews& each : found.records) {
      if (hidden != found.hidden.end() && hidden->second.contains(each.id.value)) continue;
      const std::string_view change = each.deleted ? "deleted" : each.version == 1 ? "created" : "changed";
      reader->push("record", boost::json::serialize(boost::json::object{{"id", id_text(each.id)},
                                                                        {"type", crm::name_of(each.type)},
                                                                        {"change", change},
                                                                        {"version", each.version}}));
    }
  }
}

struct MailboxNews {
  MailboxFacts facts;
  std::vector<std::string> issues;  // JSON, opened or solved
};

// Facts of the touched mailboxes, and what is new among their issues.
Result<std::vector<MailboxNews>> look_at_mailboxes(Api& api, AccountId account,
                                                   const std::set<MailboxId>& touched, News& news) {
  std::vector<MailboxNews> out;
  for (MailboxId id : touched) {
    const auto mailbox = api.store.mailbox(id);
    if (!mailbox || mailbox->account != account) continue;
    MailboxNews each;
    TRY(each.facts, facts_of(api, *mailbox));
    TRY(const auto open, api.store.open_issues(id));
    const bool known = news.issues.contains(id);
    std::map<int64_t, std::string> now;
    for (const sync::Issue& issue : open)
      now[issue.id.value] = boost::json::serialize(issue_json(issue, *mailbox, nullptr));
    auto& told = news.issues[id];
    for (const auto& [number, json] : now)
      if (known && !told.contains(number)) each.issues.push_back(json);
    for (const auto& [number, json] : told) {
      if (now.contains(number)) continue;
      boost::json::object solved = boost::json::parse(json).as_object();
      solved["state"] = "solved";
      solved["solved_at"] = time_text(api.now());
      each.issues.push_back(boost::json::serialize(solved));
    }
    told = std::move(now);
    out.push_back(std::move(each));
  }
  return out;
}

void tell_mailboxes(const Api& api, const Readers& readers, const std::vector<MailboxNews>& found) {
  for (const MailboxNews& each : found) {
    const std::string json = boost::json::serialize(mailbox_json(api, each.facts));
    for (const auto& reader : readers) {
      if (!reader->who.reaches(each.facts.mailbox.user)) continue;
      reader->push("mailbox", json);
      for (const std::string& issue : each.issues) reader->push("issue", issue);
    }
  }
}

struct OutboxNews {
  UserId user;
  std::string json;
};

// What was settled before a page was opened is no news to it.
Result<std::vector<OutboxNews>> look_at_outbox(Api& api, AccountId account, const std::set<UserId>& readers,
                                               News& news) {
  std::vector<OutboxNews> out;
  TRY(const auto mailboxes, mailboxes_by_id(api, account));
  TRY_VOID(api.database.read([&](db::Session& session) -> Result<void> {
    for (UserId reader : readers) {
      const bool known = news.outbox_known.contains(reader);
      TRY(const auto messages, crm::outbox(session, {account, reader}, {.limit = 20}));
      for (const crm::OutboxMessage& message : messages) {
        std::string json = boost::json::serialize(message_json(message, mailboxes));
        std::string& told = news.outbox[message.id.value];
        if (told == json) continue;
        told = json;
        if (known) out.push_back({reader, std::move(json)});
      }
      news.outbox_known.insert(reader);
    }
    return {};
  }));
  return out;
}

}  // namespace

Task<void> tell_news(Api& api, AccountId account, std::vector<std::shared_ptr<Subscriber>> readers,
                     std::set<MailboxId> touched, News& news) {
  const std::set<UserId> users = users_of(readers);
  Readers told, fresh;
  for (const auto& reader : readers) (reader->fresh ? fresh : told).push_back(reader);
  const auto records =
      co_await api.executor.blocking([&] { return look_for(api, account, told, fresh, news); });
  if (records) {
    tell_records(told, records->news);
    tell_records(fresh, records->opening);
    for (const auto& reader : fresh) reader->fresh = false;
  }
  if (!touched.empty()) {
    const auto mailboxes =
        co_await api.executor.blocking([&] { return look_at_mailboxes(api, account, touched, news); });
    if (mailboxes) tell_mailboxes(api, readers, *mailboxes);
  } else if (std::ranges::includes(news.outbox_known, users)) {
    co_return;
  }
  const auto outbox =
      co_await api.executor.blocking([&] { return look_at_outbox(api, account, users, news); });
  if (!outbox) co_return;
  for (const OutboxNews& each : *outbox)
    for (const auto& reader : readers)
      if (reader->viewer.user == each.user) reader->push("outbox", each.json);
}

}  // namespace mailsync::admin
