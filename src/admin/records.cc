#include "admin/records.h"

#include <algorithm>
#include <set>

#include "admin/data.h"
#include "admin/record_body.h"
#include "admin/record_json.h"
#include "crm/builtin/email_reads.h"
#include "crm/builtin/fold.h"
#include "crm/builtin/json_text.h"
#include "crm/builtin/views.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;
using crm::Record;
using crm::RecordType;

Result<object> one_json(db::Session& session, const Request& request, const crm::Rights& rights,
                        const Record& record) {
  TRY(auto all, records_json(session, request.viewer.account, rights, std::span(&record, 1)));
  return std::move(all.front());
}

// Sets waiting_update of these meetings: what sync holds back because writing it would mail people.
void tell_waiting(Api& api, const Request& request, std::span<object*> meetings) {
  constexpr std::string_view kWhat = "would mail";
  std::map<int64_t, object*> by_id;
  std::vector<RecordId> ids;
  for (object* meeting : meetings)
    if (const auto id = crm::id_from(meeting->at("id").as_string())) {
      by_id[*id] = meeting;
      ids.push_back(RecordId{*id});
    }
  if (ids.empty()) return;
  const auto issues = api.store.open_issues_about(request.viewer.account, ids);
  if (!issues) return;
  for (const sync::Issue& issue : *issues) {
    const size_t at = issue.title.find(kWhat);
    if (issue.key.starts_with("would_mail:") && at != std::string::npos)
      (*by_id.at(issue.record.value))["waiting_update"] = issue.title.substr(at);
  }
}

void tell_waiting(Api& api, const Request& request, RecordType type, Answer& answer) {
  if (type != RecordType::Meeting || !answer) return;
  object& json = answer->json.as_object();
  std::vector<object*> meetings;
  if (auto* items = json.if_contains("items"))
    for (auto& item : items->as_array()) meetings.push_back(&item.as_object());
  else
    meetings.push_back(&json);
  tell_waiting(api, request, meetings);
}

std::expected<void, Problem> use_view(db::Session& session, const Request& request, crm::ListQuery& query) {
  const auto name = request.http.query_value("view");
  if (!name || *name == "all") return {};
  if (*name == "mine") {
    query.filters.push_back({"owner_id", "eq", "me"});
  } else if (*name == "watched") {
    query.filters.push_back({"watcher_id", "eq", "me"});
  } else if (*name == "recent") {
    const bool email = query.type == RecordType::Email;
    query.filters.push_back({email ? "received_at" : "changed_at", "gte", "today-7"});
  } else {
    const auto id = record_id(*name);
    Result<crm::View> view = fail(ErrorKind::Gone, "");
    if (id) view = crm::view(session, request.viewer, *id);
    if (!view && view.error().kind != ErrorKind::Gone) return std::unexpected(Problem(view.error()));
    if (!view || view->type != query.type)
      return std::unexpected(
          Problem(400, "filter_invalid", "There is no such view of this list; choose another one."));
    query.filters = view->definition.filters;
    query.words = view->definition.words;
    query.sort = view->definition.sort;
  }
  return {};
}

Problem forbidden(std::string_view what) {
  return {403, "forbidden",
          "Your rights do not allow you to " + std::string(what) + "; its owner or an administrator can."};
}

// 409 with the record as it is now.
Problem stale(object current) {
  Problem out(409, "version_stale",
              "Somebody changed the record since you opened it. Look at what it says now, then save again.");
  out.current = std::move(current);
  return out;
}

Result<void> write_ties(db::Session& session, const crm::Actor& actor, const Record& record,
                        const RecordBody& body) {
  if (body.watchers) {
    TRY_VOID(crm::set_watchers(session, actor, record.id, *body.watchers));
  }
  if (body.related) TRY_VOID(crm::set_related(session, actor.account, record, *body.related));
  return {};
}

Result<Reply> reply_with(db::Session& session, const Request& request, const crm::Rights& rights, RecordId id,
                         int status) {
  TRY(const auto stored, crm::load_record(session, request.viewer.account, request.viewer.user, id));
  TRY(object json, one_json(session, request, rights, *stored));
  return Reply{.status = status, .json = std::move(json)};
}

crm::Actor actor_of(const Api& api, const Request& request) {
  return {request.viewer.account, request.viewer.user, crm::Via::User, api.now()};
}

}  // namespace

std::expected<crm::ListQuery, Problem> list_query(db::Session& session, const Request& request,
                                                  RecordType type) {
  crm::ListQuery query{.type = type};
  TRY_VOID(use_view(session, request, query));
  int filters = 0;
  for (const auto& [name, text] : request.http.query) {
    if (name != "filter") continue;
    if (++filters > 20)
      return std::unexpected(Problem(400, "filter_invalid", "A list takes at most 20 filters."));
    TRY(crm::Filter filter, crm::filter_from(text));
    query.filters.push_back(std::move(filter));
  }
  if (const auto words = request.http.query_value("q"); words && !words->empty())
    query.words += (query.words.empty() ? "" : " ") + crm::cut(*words, 800);
  if (const auto sort = request.http.query_value("sort")) query.sort = *sort;
  if (const auto cursor = request.http.query_value("cursor")) query.cursor = *cursor;
  TRY(query.limit, limit_of(request.http));
  return query;
}

std::expected<Record, Problem> visible_record(db::Session& session, const Request& request,
                                              const crm::Rights& rights, std::optional<RecordType> type) {
  const auto id = record_id(request.path.at("id"));
  if (!id) return std::unexpected(not_found("record"));
  TRY(auto record, crm::load_record(session, request.viewer.account, request.viewer.user, *id));
  if (!record || record->deleted || (type && record->type != *type))
    return std::unexpected(not_found(type ? crm::name_of(*type) : "record"));
  if (record->type == RecordType::Email) {
    TRY(const auto emails,
        crm::email_summaries(session, request.viewer.account, rights, std::span(&id->value, 1)));
    if (emails.empty()) return std::unexpected(not_found("email"));
  } else if (!rights.may_see(record->owner, record->watched)) {
    return std::unexpected(not_found(crm::name_of(record->type)));
  }
  return *std::move(record);
}

std::vector<MailboxId> mailboxes_of(Api& api, const Request& request, RecordId record) {
  std::set<MailboxId> out;
  if (const auto links = api.store.links_of_records(request.viewer.account, std::span(&record, 1)))
    for (const sync::Link& link : *links) out.insert(link.mailbox);
  std::set<UserId> users;
  (void)api.database.read([&](db::Session& session) -> Result<void> {
    TRY(const db::Rows rows,
        session.query("SELECT owner_id FROM crm_record WHERE id = $1 AND account_id = $2 "
                      "UNION SELECT user_id FROM crm_watcher WHERE record_id = $1 AND "
                      "account_id = $2",
                      {record, request.viewer.account}));
    for (const db::Row& row : rows) users.insert(row[0].id<UserId>());
    return {};
  });
  if (const auto mailboxes = api.store.mailboxes(request.viewer.account))
    for (const sync::Mailbox& mailbox : *mailboxes)
      if (users.contains(mailbox.user)) out.insert(mailbox.id);
  return {out.begin(), out.end()};
}

Answer list_of_type(Api& api, const Request& request, RecordType type) {
  Answer out = reading(api, [&](db::Session& session) -> Answer {
    TRY(const crm::Rights rights, crm::rights_of(session, request.viewer));
    TRY(const crm::ListQuery query, list_query(session, request, type));
    TRY(const crm::ListPage page,
        crm::list_records(session, request.viewer.account, rights, query, api.now()));
    TRY(const auto found, crm::load_records(session, request.viewer.account, request.viewer.user, page.ids));
    std::map<int64_t, const Record*> by_id;
    for (const Record& record : found) by_id[record.id.value] = &record;
    std::vector<Record> ordered;
    for (int64_t id : page.ids)
      if (const auto at = by_id.find(id); at != by_id.end()) ordered.push_back(*at->second);
    TRY(auto items, records_json(session, request.viewer.account, rights, ordered));
    return Reply{
        .json = page_of(array(std::make_move_iterator(items.begin()), std::make_move_iterator(items.end())),
                        {page.next_cursor, page.total, page.total_is_estimate})};
  });
  tell_waiting(api, request, type, out);
  return out;
}

Answer record_of_type(Api& api, const Request& request, RecordType type) {
  Answer out = reading(api, [&](db::Session& session) -> Answer {
    TRY(const crm::Rights rights, crm::rights_of(session, request.viewer));
    TRY(const Record record, visible_record(session, request, rights, type));
    TRY(object json, one_json(session, request, rights, record));
    return Reply{.json = std::move(json)};
  });
  tell_waiting(api, request, type, out);
  return out;
}

Answer create_of_type(Api& api, const Request& request, RecordType type) {
  RecordId id;
  Answer out = writing(api, [&](db::Session& session) -> Answer {
    TRY(const crm::Rights rights, crm::rights_of(session, request.viewer));
    if (rights.writes == crm::Reach::None) return std::unexpected(forbidden("add records"));
    if (request.body.contains("version"))
      return std::unexpected(invalid("version", "A new record has no version yet."));
    TRY(RecordBody body,
        record_body(session, request.viewer.account, type, request.body, nullptr, api.now()));
    TRY(const Record made, crm::insert_record(session, actor_of(api, request),
                                              {.type = type,
                                               .fields = body.fields,
                                               .owner = body.owner.value_or(request.viewer.user),
                                               .send_requested = body.send_updates}));
    id = made.id;
    TRY_VOID(write_ties(session, actor_of(api, request), made, body));
    TRY(Reply reply, reply_with(session, request, rights, id, 201));
    reply.headers.set("Location", request.http.path + "/" + std::to_string(id.value));
    return reply;
  });
  if (out) out->wake = mailboxes_of(api, request, id);
  return out;
}

Answer update_of_type(Api& api, const Request& request, RecordType type) {
  RecordId id;
  Answer out = writing(api, [&](db::Session& session) -> Answer {
    TRY(const crm::Rights rights, crm::rights_of(session, request.viewer));
    TRY(const Record current, visible_record(session, request, rights, type));
    id = current.id;
    if (!rights.may_write(current.owner, current.watched))
      return std::unexpected(forbidden("change this record"));
    TRY(const int64_t version, version_in(request.body));
    TRY(object as_now, one_json(session, request, rights, current));
    if (version != current.version) return std::unexpected(stale(std::move(as_now)));
    TRY(RecordBody body,
        record_body(session, request.viewer.account, type, request.body, &current, api.now()));
    TRY(const Record changed,
        crm::update_record(
            session, actor_of(api, request), current,
            {.fields = body.fields, .owner = body.owner, .send_requested = body.send_updates}));
    TRY_VOID(write_ties(session, actor_of(api, request), changed, body));
    TRY(Reply reply, reply_with(session, request, rights, id, 200));
    return reply;
  });
  tell_waiting(api, request, type, out);
  if (out) out->wake = mailboxes_of(api, request, id);
  return out;
}

Answer delete_of_type(Api& api, const Request& request, RecordType type) {
  RecordId id;
  Answer out = writing(api, [&](db::Session& session) -> Answer {
    TRY(const crm::Rights rights, crm::rights_of(session, request.viewer));
    TRY(const Record current, visible_record(session, request, rights, type));
    id = current.id;
    if (!rights.may_delete(current.owner)) return std::unexpected(forbidden("delete this record"));
    const auto text = request.http.query_value("version");
    const auto version = text ? crm::id_from(*text) : std::nullopt;
    if (!version) return std::unexpected(invalid("version", "Send the version that was shown."));
    TRY(object as_now, one_json(session, request, rights, current));
    if (*version != current.version) return std::unexpected(stale(std::move(as_now)));
    TRY_VOID(crm::delete_record(session, actor_of(api, request), current));
    return Reply{.status = 204};
  });
  if (out) out->wake = mailboxes_of(api, request, id);
  return out;
}

}  // namespace mailsync::admin
