// Any record: what it is called, what happened around it, and in which mailboxes it is.
#include "crm/builtin/timeline.h"

#include "admin/data.h"
#include "admin/handlers.h"
#include "admin/mailbox_json.h"
#include "admin/record_json.h"
#include "admin/records.h"
#include "crm/builtin/json_text.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// A field's value as people read it.
value text_of(const value& json) {
  if (json.is_null()) return nullptr;
  if (json.is_string()) return json;
  if (!json.is_array()) return boost::json::string(boost::json::serialize(json));
  std::string out;
  for (const value& each : json.get_array()) {
    if (!out.empty()) out += ", ";
    out += each.is_string() ? std::string(each.get_string()) : boost::json::serialize(each);
  }
  return boost::json::string(out);
}

array changes_json(const crm::TimelineEntry& entry) {
  boost::system::error_code failed;
  const value before = boost::json::parse(entry.before, failed),
              after = boost::json::parse(entry.after, failed);
  array out;
  if (!before.is_object() || !after.is_object()) return out;
  for (const auto& member : after.get_object()) {
    const auto* was = before.get_object().if_contains(member.key());
    out.push_back(
        {{"field", member.key()}, {"from", was ? text_of(*was) : value()}, {"to", text_of(member.value())}});
  }
  return out;
}

struct Sources {
  std::map<int64_t, crm::Record> records;
  std::map<int64_t, crm::EmailSummary> emails;
  UsersById users;
};

Result<Sources> sources_of(db::Session& session, AccountId account, const crm::Rights& rights,
                           const std::vector<crm::TimelineEntry>& entries) {
  Sources out;
  std::vector<int64_t> ids, users;
  for (const crm::TimelineEntry& entry : entries) {
    if (entry.source) ids.push_back(entry.source.value);
    users.push_back(entry.by.by.value);
  }
  TRY(auto records, crm::load_records(session, account, rights.user, ids));
  TRY(auto emails, crm::email_summaries(session, account, rights, ids));
  for (crm::Record& record : records) {
    users.push_back(record.created.by.value);
    const int64_t id = record.id.value;
    out.records.emplace(id, std::move(record));
  }
  for (crm::EmailSummary& email : emails) {
    const int64_t id = email.record.id.value;
    out.emails.emplace(id, std::move(email));
  }
  TRY(out.users, users_of(session, account, users));
  return out;
}

object change_json(const crm::TimelineEntry& entry, const Sources& sources) {
  return {{"id", "change-" + std::to_string(entry.version)},
          {"kind", "change"},
          {"at", time_text(entry.at)},
          {"title", "Changed"},
          {"preview", nullptr},
          {"record", nullptr},
          {"direction", nullptr},
          {"has_attachments", false},
          {"status", nullptr},
          {"actor", actor_json(sources.users, entry.by.by, entry.by.via)},
          {"changes", changes_json(entry)}};
}

object source_json(const crm::TimelineEntry& entry, const crm::Record& record, const Sources& sources) {
  object out{{"id", "record-" + std::to_string(record.id.value)},
             {"kind", crm::name_of(record.type)},
             {"at", time_text(entry.at)},
             {"title", record.title},
             {"preview", text_or_null(crm::text_in(record.fields, "location"))},
             {"record", record_ref(record.id, record.type, record.title)},
             {"direction", nullptr},
             {"has_attachments", false},
             {"status", text_or_null(crm::text_in(record.fields, "status"))},
             {"actor", actor_json(sources.users, record.created.by, record.created.via)}};
  if (const auto email = sources.emails.find(record.id.value); email != sources.emails.end()) {
    out["preview"] = text_or_null(email->second.preview);
    out["direction"] = email->second.direction;
    out["has_attachments"] = email->second.has_attachments;
  }
  return out;
}

std::string_view link_state(const sync::Link& link, const crm::Record& record) {
  switch (link.state) {
    case sync::LinkState::Active:
      return link.record_version < record.version ? "waiting" : "linked";
    case sync::LinkState::Frozen:
      return "frozen";
    case sync::LinkState::Dismissed:
    case sync::LinkState::Tombstone:
      return "dismissed";
  }
  std::unreachable();
}

}  // namespace

Answer get_record(Api& api, const Request& request) {
  return reading(api, [&](db::Session& session) -> Answer {
    TRY(const crm::Rights rights, crm::rights_of(session, request.viewer));
    TRY(const crm::Record record, visible_record(session, request, rights));
    return Reply{.json = record_ref(record.id, record.type, record.title)};
  });
}

Answer get_timeline(Api& api, const Request& request) {
  return reading(api, [&](db::Session& session) -> Answer {
    const AccountId account = request.viewer.account;
    TRY(const crm::Rights rights, crm::rights_of(session, request.viewer));
    TRY(const crm::Record record, visible_record(session, request, rights));
    crm::TimelineQuery query{.record = record.id, .type = record.type};
    query.kind = request.http.query_value("kind").value_or("");
    query.cursor = request.http.query_value("cursor").value_or("");
    TRY(query.limit, limit_of(request.http));
    TRY(const crm::TimelinePage page, crm::timeline(session, account, rights, query));
    TRY(const Sources sources, sources_of(session, account, rights, page.entries));
    array items;
    for (const crm::TimelineEntry& entry : page.entries) {
      const auto source = sources.records.find(entry.source.value);
      if (!entry.source) {
        items.push_back(change_json(entry, sources));
      } else if (source != sources.records.end()) {
        items.push_back(source_json(entry, source->second, sources));
      }
    }
    return Reply{.json = page_of(std::move(items), {page.next_cursor, page.total, false})};
  });
}

Answer list_record_links(Api& api, const Request& request) {
  std::optional<crm::Record> record;
  Answer found = reading(api, [&](db::Session& session) -> Answer {
    TRY(const crm::Rights rights, crm::rights_of(session, request.viewer));
    TRY(record, visible_record(session, request, rights));
    return Reply();
  });
  if (!found) return found;
  TRY(const auto links, api.store.links_of_records(request.viewer.account, std::span(&record->id, 1)));
  array items;
  for (const sync::Link& link : links) {
    TRY(const sync::Mailbox mailbox, api.store.mailbox(link.mailbox));
    if (items.size() < 1000)
      items.push_back({{"mailbox", mailbox_ref(mailbox)},
                       {"state", link_state(link, *record)},
                       {"detail", nullptr},
                       {"last_synced_at", time_or_null(link.synced_at)}});
  }
  return Reply{.json = object{{"items", std::move(items)}}};
}

}  // namespace mailsync::admin
