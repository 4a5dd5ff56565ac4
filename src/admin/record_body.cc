#include "admin/record_body.h"

#include <algorithm>
#include <array>
#include <map>

#include "admin/record_json.h"
#include "crm/builtin/json_text.h"
#include "crm/builtin/rules.h"
#include "model/email.h"
#include "model/json.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using crm::RecordType;

constexpr std::array<std::string_view, 2> kReadOnly{"organizer", "online_url"};
constexpr std::array<std::string_view, 6> kOrganisers{"start",      "end",       "location",
                                                      "recurrence", "attendees", "exceptions"};

// Longest texts, in bytes, as openapi.yaml has them in characters.
size_t longest(std::string_view name) {
  static const std::map<std::string_view, size_t> kLongest{
      {"given_name", 800},   {"family_name", 800}, {"middle_name", 800}, {"title", 400},
      {"suffix", 400},       {"company", 2000},    {"department", 2000}, {"job_title", 2000},
      {"mobile_phone", 400}, {"web_page", 8000},   {"name", 2000},       {"subject", 4000},
      {"location", 4000},    {"industry", 800},    {"source", 800},      {"description", 80000}};
  const auto at = kLongest.find(name);
  return at == kLongest.end() ? size_t{4'000'000} : at->second;
}

bool is_list_member(std::string_view name) {
  return name == "owner_id" || name == "watcher_ids" || name == "related_ids" || name == "version" ||
         name == "send_updates";
}

// Responses flow from the mailbox: what a client says of them is replaced by what is known (or nothing).
value with_known_responses(const value& attendees, const crm::Record* current) {
  if (!attendees.is_array()) return attendees;
  std::map<std::string, value> known;
  if (current) {
    boost::system::error_code failed;
    const auto at = current->fields.find("attendees");
    const value stored = at == current->fields.end() ? value() : boost::json::parse(at->second, failed);
    if (stored.is_array())
      for (const value& each : stored.get_array())
        if (const auto* members = each.if_object(); members && members->contains("response"))
          known[std::string(members->at("address").as_string())] = members->at("response");
  }
  array out;
  for (const value& each : attendees.get_array()) {
    const auto* members = each.if_object();
    if (!members) return attendees;
    object attendee = *members;
    const auto* address = attendee.if_contains("address");
    const std::string key =
        address && address->is_string() ? model::clean_address(address->get_string()) : std::string();
    attendee["response"] = known.contains(key) ? known[key] : value("none");
    if (const auto* name = attendee.if_contains("name"); name && name->is_null()) attendee["name"] = "";
    out.push_back(std::move(attendee));
  }
  return out;
}

// In an address null and absent are the same.
value without_nulls(const value& json) {
  const auto* members = json.if_object();
  if (!members) return json;
  object out;
  for (const auto& member : *members)
    if (!member.value().is_null()) out.insert(member);
  return out;
}

value as_stored(std::string_view name, const value& json, const crm::Record* current) {
  if (name == "attendees") return with_known_responses(json, current);
  return name == "business_address" ? without_nulls(json) : json;
}

std::expected<model::Fields, Problem> fields_of(RecordType type, const object& body,
                                                const crm::Record* current) {
  model::Fields supplied;
  for (const auto& member : body) {
    const std::string name(member.key());
    if (is_list_member(name)) continue;
    if (std::ranges::find(kReadOnly, name) != kReadOnly.end())
      return std::unexpected(invalid(name, "Only the server sets this."));
    if (member.value().is_string() && member.value().get_string().size() > longest(name))
      return std::unexpected(invalid(name, "This text is too long; shorten it."));
    supplied[name] = model::canonical_text(as_stored(name, member.value(), current));
  }
  TRY(auto checked, crm::checked(type, supplied));
  return checked;
}

// What a user's act implies: a task that he completes was completed today, one that he reopens was not.
void complete(model::Fields& fields, Instant now) {
  if (!fields.contains("status") || fields.contains("completed_on")) return;
  const auto today = model::wall_time_at(now, "UTC");
  const bool done = crm::text_in(fields, "status") == "completed";
  fields["completed_on"] =
      done && today ? crm::json_string(today->date.to_text()) : std::string(model::kCleared);
}

std::expected<void, Problem> check_organiser(db::Session& session, AccountId account,
                                             const crm::Record& current, const model::Fields& fields) {
  TRY(const auto elsewhere, organised_elsewhere(session, account, std::span(&current, 1)));
  if (elsewhere.empty()) return {};
  for (std::string_view name : kOrganisers)
    if (fields.contains(name) &&
        !model::changed(current.fields, model::restricted(fields, {std::string(name)})).empty())
      return std::unexpected(
          invalid(std::string(name),
                  "Nobody of this account organises the meeting, so its organiser alone can change "
                  "this. Ask him, or propose another time from your mailbox."));
  return {};
}

std::expected<void, Problem> check_users(db::Session& session, AccountId account,
                                         std::span<const int64_t> ids, std::string_view member) {
  TRY(const auto users, users_of(session, account, ids));
  for (int64_t id : ids)
    if (const auto at = users.find(id); at == users.end() || at->second.disabled)
      return std::unexpected(invalid(std::string(member), "There is no such active user."));
  return {};
}

std::expected<void, Problem> check_records(db::Session& session, AccountId account,
                                           std::span<const int64_t> ids, std::string_view member) {
  TRY(const auto found, crm::load_records(session, account, {}, ids));
  const auto alive = std::ranges::count_if(found, [](const crm::Record& each) { return !each.deleted; });
  if (std::cmp_equal(alive, ids.size())) return {};
  return std::unexpected(invalid(std::string(member), "There is no such record."));
}

std::expected<void, Problem> read_people(db::Session& session, AccountId account, const object& body,
                                         RecordBody& out) {
  if (const auto* owner = body.if_contains("owner_id")) {
    out.owner = UserId{};
    if (!owner->is_null()) {
      const auto id = owner->is_string() ? crm::id_from(owner->get_string()) : std::nullopt;
      if (!id) return std::unexpected(invalid("owner_id", "This is not an id."));
      out.owner = UserId{*id};
      TRY_VOID(check_users(session, account, std::span(&*id, 1), "owner_id"));
    }
  }
  if (body.contains("watcher_ids")) {
    TRY(out.watchers, ids_in(body, "watcher_ids"));
    TRY_VOID(check_users(session, account, *out.watchers, "watcher_ids"));
  }
  return {};
}

std::expected<void, Problem> read_related(db::Session& session, AccountId account, RecordType type,
                                          const object& body, RecordBody& out) {
  const bool has_related = type == RecordType::Task || type == RecordType::Meeting;
  for (std::string_view name : {"organisation_id", "person_id"})
    if (const int64_t id = crm::id_in(out.fields, name))
      TRY_VOID(check_records(session, account, std::span(&id, 1), name));
  if (body.contains("related_ids")) {
    if (!has_related) return std::unexpected(invalid("related_ids", "This type is not tied to records."));
    TRY(out.related, ids_in(body, "related_ids"));
    std::ranges::sort(*out.related);
    out.related->erase(std::ranges::unique(*out.related).begin(), out.related->end());
    TRY_VOID(check_records(session, account, *out.related, "related_ids"));
  }
  if (const auto* send = body.if_contains("send_updates")) {
    if (type != RecordType::Meeting || !send->is_bool())
      return std::unexpected(invalid("send_updates", "Only a meeting can be sent; say true or false."));
    out.send_updates = send->get_bool();
  }
  return {};
}

}  // namespace

std::expected<RecordBody, Problem> record_body(db::Session& session, AccountId account, RecordType type,
                                               const object& body, const crm::Record* current, Instant now) {
  RecordBody out;
  TRY(out.fields, fields_of(type, body, current));
  if (type == RecordType::Task) complete(out.fields, now);
  if (!current) out.fields = crm::with_defaults(type, std::move(out.fields));
  const model::Fields whole = current ? model::overlaid(current->fields, out.fields) : out.fields;
  TRY_VOID(crm::check_whole(type, whole));
  const bool named = type == RecordType::Task || type == RecordType::Meeting;
  if (named && (!current || out.fields.contains("subject")) && !model::is_set(whole, "subject"))
    return std::unexpected(invalid("subject", "Give it a subject."));
  if (type == RecordType::Meeting && current)
    TRY_VOID(check_organiser(session, account, *current, out.fields));
  TRY_VOID(read_people(session, account, body, out));
  TRY_VOID(read_related(session, account, type, body, out));
  return out;
}

}  // namespace mailsync::admin
