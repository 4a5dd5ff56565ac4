#include "admin/record_json.h"

#include <algorithm>
#include <array>

#include "crm/builtin/json_text.h"
#include "crm/builtin/rules.h"
#include "model/email.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using crm::Record;
using crm::RecordType;

// Everything that a page of records refers to.
struct Context {
  UsersById users;
  std::map<int64_t, std::vector<int64_t>> watchers;
  std::map<int64_t, std::vector<int64_t>> related;
  std::map<int64_t, object> refs;
  std::set<int64_t> elsewhere;
};

value field_value(const model::Fields& fields, std::string_view name) {
  const auto at = fields.find(name);
  if (at == fields.end()) return nullptr;
  boost::system::error_code failed;
  auto out = boost::json::parse(at->second, failed);
  return failed ? value() : out;
}

bool is_list(std::string_view field) {
  constexpr std::array<std::string_view, 5> kLists{"emails", "business_phones", "domains", "attendees",
                                                   "exceptions"};
  return std::ranges::find(kLists, field) != kLists.end();
}

// How a series ends, in a word; what is stored has the day or the number alone.
void say_end(value& recurrence) {
  if (auto* rule = recurrence.if_object())
    (*rule)["end"] = rule->contains("until") ? "until" : rule->contains("count") ? "count" : "never";
}

value ref_of(const Context& context, const model::Fields& fields, std::string_view name) {
  const auto at = context.refs.find(crm::id_in(fields, name));
  return at == context.refs.end() ? value() : value(at->second);
}

object base_json(const Context& context, const crm::Rights& rights, const Record& record) {
  array watchers;
  if (const auto at = context.watchers.find(record.id.value); at != context.watchers.end())
    for (int64_t user : at->second)
      if (value ref = user_ref(context.users, UserId{user}); !ref.is_null())
        watchers.push_back(std::move(ref));
  const bool may_write =
      record.type != RecordType::Email && rights.may_write(record.owner, record.watched) && !record.deleted;
  object out{{"id", id_text(record.id)},
             {"type", crm::name_of(record.type)},
             {"name", record.title},
             {"version", record.version},
             {"owner", user_ref(context.users, record.owner)},
             {"watchers", std::move(watchers)},
             {"created_at", time_text(record.created.at)},
             {"created_by", actor_json(context.users, record.created.by, record.created.via)},
             {"changed_at", time_text(record.changed.at)},
             {"changed_by", actor_json(context.users, record.changed.by, record.changed.via)},
             {"can_edit", may_write}};
  if (!may_write && record.type != RecordType::Email)
    out["read_only_reason"] =
        "Your rights do not reach this record; its owner or an administrator can change it.";
  return out;
}

void add_meeting(object& out, const Context& context, const Record& record) {
  for (auto& each : out["exceptions"].as_array())
    if (auto* occurrence = each.if_object(); occurrence && !occurrence->contains("cancelled"))
      (*occurrence)["cancelled"] = false;
  out["starts_at"] = time_or_null({record.starts_us});
  out["we_organise"] = !context.elsewhere.contains(record.id.value);
  out["waiting_update"] = nullptr;
}

object record_json(const Context& context, const crm::Rights& rights, const Record& record) {
  object out = base_json(context, rights, record);
  const model::Fields fields = crm::with_defaults(record.type, record.fields);
  for (const std::string& name : crm::fields_of_type(record.type)) {
    if (name.ends_with("_id")) {
      out[name.substr(0, name.size() - 3)] = ref_of(context, fields, name);
      continue;
    }
    value each = field_value(fields, name);
    if (each.is_null() && is_list(name)) each = array();
    if (each.is_null() && name == "subject") each = "";
    if (name == "recurrence") say_end(each);
    out[name] = std::move(each);
  }
  if (record.type == RecordType::Lead)
    for (std::string_view unused : {"middle_name", "title", "suffix", "department", "business_address"})
      out.erase(unused);
  if (record.type == RecordType::Case) out["number"] = "C-" + std::to_string(record.id.value);
  if (record.type == RecordType::Meeting) add_meeting(out, context, record);
  if (record.type == RecordType::Task || record.type == RecordType::Meeting) {
    array related;
    if (const auto at = context.related.find(record.id.value); at != context.related.end())
      for (int64_t target : at->second)
        if (const auto ref = context.refs.find(target); ref != context.refs.end())
          related.push_back(ref->second);
    out["related"] = std::move(related);
  }
  return out;
}

Result<std::map<int64_t, std::vector<int64_t>>> watchers_of(db::Session& session, AccountId account,
                                                            std::span<const int64_t> ids) {
  TRY(const db::Rows rows,
      session.query("SELECT record_id, user_id FROM crm_watcher WHERE +account_id = $1 AND "
                    "record_id IN {{ints $2}} ORDER BY record_id, user_id",
                    {account, db::int_list(ids)}));
  std::map<int64_t, std::vector<int64_t>> out;
  for (const db::Row& row : rows) out[row[0].integer()].push_back(row[1].integer());
  return out;
}

Result<Context> context_of(db::Session& session, AccountId account, const crm::Rights& rights,
                           std::span<const Record> records) {
  Context out;
  std::vector<int64_t> ids, related_from;
  std::set<int64_t> users, targets;
  for (const Record& record : records) {
    ids.push_back(record.id.value);
    users.insert({record.owner.value, record.created.by.value, record.changed.by.value});
    if (record.type == RecordType::Task || record.type == RecordType::Meeting)
      related_from.push_back(record.id.value);
    for (std::string_view name : {"organisation_id", "person_id"})
      targets.insert(crm::id_in(record.fields, name));
  }
  TRY(out.watchers, watchers_of(session, account, ids));
  for (const auto& [id, list] : out.watchers) users.insert(list.begin(), list.end());
  if (!related_from.empty()) {
    TRY(out.related, targets_of(session, account, related_from, false));
  }
  for (const auto& [id, list] : out.related) targets.insert(list.begin(), list.end());
  targets.erase(0);
  const std::vector<int64_t> user_ids(users.begin(), users.end()), target_ids(targets.begin(), targets.end());
  TRY(out.users, users_of(session, account, user_ids));
  TRY(out.refs, refs_of(session, account, rights, target_ids));
  TRY(out.elsewhere, organised_elsewhere(session, account, records));
  return out;
}

// The people of a stored email: {"from":[…],"to":[…]}.
object people_of(const crm::EmailSummary& email) {
  boost::system::error_code failed;
  auto parsed = boost::json::parse(email.participants, failed);
  return failed || !parsed.is_object() ? object() : std::move(parsed.get_object());
}

array list_of(const object& people, std::string_view role, size_t most) {
  array out;
  const auto* found = people.if_contains(role);
  if (!found || !found->is_array()) return out;
  for (const auto& each : found->get_array())
    if (out.size() < most) out.push_back(each);
  return out;
}

}  // namespace

Result<UsersById> users_of(db::Session& session, AccountId account, std::span<const int64_t> ids) {
  UsersById out;
  if (ids.empty()) return out;
  TRY(auto users, crm::users_by_id(session, account, ids));
  for (crm::User& user : users) out.emplace(user.id.value, std::move(user));
  return out;
}

object actor_json(const UsersById& users, UserId by, crm::Via via) {
  const auto at = users.find(by.value);
  const std::string name = at == users.end() ? "somebody" : at->second.name;
  switch (via) {
    case crm::Via::User:
      return {{"kind", "user"}, {"id", id_text(by)}, {"name", name}};
    case crm::Via::MailSync:
      return {{"kind", "mail_sync"}, {"id", id_text(by)}, {"name", "Mail Sync for " + name}};
    case crm::Via::System:
      return {{"kind", "system"}, {"id", nullptr}, {"name", "System"}};
  }
  std::unreachable();
}

Result<std::map<int64_t, object>> refs_of(db::Session& session, AccountId account, const crm::Rights& rights,
                                          std::span<const int64_t> ids) {
  std::map<int64_t, object> out;
  if (ids.empty()) return out;
  TRY(const auto records, crm::load_records(session, account, rights.user, ids));
  for (const Record& record : records)
    if (!record.deleted && rights.may_see(record.owner, record.watched))
      out.emplace(record.id.value, record_ref(record.id, record.type, record.title));
  return out;
}

Result<std::map<int64_t, std::vector<int64_t>>> targets_of(db::Session& session, AccountId account,
                                                           std::span<const int64_t> sources,
                                                           bool participants) {
  TRY(const db::Rows rows,
      session.query(
          "SELECT DISTINCT source_id, target_id FROM crm_relation WHERE source_id IN {{ints $2}} AND "
          "+account_id = $1 AND (role = 'related' OR $3 <> 0) ORDER BY source_id, target_id",
          {account, db::int_list(sources), participants ? 1 : 0}));
  std::map<int64_t, std::vector<int64_t>> out;
  for (const db::Row& row : rows) out[row[0].integer()].push_back(row[1].integer());
  return out;
}

Result<std::set<int64_t>> organised_elsewhere(db::Session& session, AccountId account,
                                              std::span<const Record> records) {
  std::map<std::string, std::vector<int64_t>> by_organizer;
  for (const Record& record : records) {
    if (record.type != RecordType::Meeting) continue;
    const value organizer = field_value(record.fields, "organizer");
    if (!organizer.is_object()) continue;
    const auto* address = organizer.get_object().if_contains("address");
    if (address && address->is_string())
      by_organizer[model::clean_address(address->get_string())].push_back(record.id.value);
  }
  std::set<int64_t> out;
  if (by_organizer.empty()) return out;
  std::vector<std::string> addresses;
  for (const auto& [address, ids] : by_organizer) addresses.push_back(address);
  TRY(const db::Rows rows, session.query("SELECT DISTINCT address FROM crm_user WHERE account_id = $1 AND "
                                         "address IN {{texts $2}}",
                                         {account, db::text_list(addresses)}));
  for (const db::Row& row : rows) by_organizer.erase(row[0].text());
  for (const auto& [address, ids] : by_organizer) out.insert(ids.begin(), ids.end());
  return out;
}

Result<std::vector<object>> records_json(db::Session& session, AccountId account, const crm::Rights& rights,
                                         std::span<const Record> records) {
  TRY(const Context context, context_of(session, account, rights, records));
  std::vector<object> out;
  for (const Record& record : records) out.push_back(record_json(context, rights, record));
  return out;
}

Result<std::vector<object>> emails_json(db::Session& session, AccountId account, const crm::Rights& rights,
                                        std::span<const crm::EmailSummary> emails) {
  std::vector<Record> records;
  for (const crm::EmailSummary& email : emails) records.push_back(email.record);
  TRY(const Context context, context_of(session, account, rights, records));
  std::vector<object> out;
  for (const crm::EmailSummary& email : emails) {
    object each = base_json(context, rights, email.record);
    const object people = people_of(email);
    const array from = list_of(people, "from", 1);
    const auto* to = people.if_contains("to");
    each["subject"] = email.subject;
    each["from"] = from.empty() ? value() : from.front();
    each["to"] = list_of(people, "to", 10);
    each["to_count"] = to && to->is_array() ? to->get_array().size() : 0;
    each["direction"] = email.direction;
    each["sent_at"] = time_or_null(email.sent_at);
    each["received_at"] = time_text(email.received_at);
    each["preview"] = email.preview;
    each["has_attachments"] = email.has_attachments;
    each["importance"] = email.importance;
    out.push_back(std::move(each));
  }
  return out;
}

}  // namespace mailsync::admin
