// What the mailboxes hold, and what their owners do with it.
#include <date/date.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cctype>

#include "lab/control/control_front.h"
#include "lab/mail.h"

namespace mailsync::lab {

namespace {

constexpr size_t kListLimit = 50;

json::value sorted(const json::value& from) {
  if (from.is_array()) {
    json::array out;
    for (const json::value& entry : from.as_array()) out.push_back(sorted(entry));
    return out;
  }
  if (!from.is_object()) return from;
  std::map<std::string_view, const json::value*> by_name;
  for (const auto& [name, value] : from.as_object()) by_name.emplace(name, &value);
  json::object out;
  for (const auto& [name, value] : by_name) out[name] = sorted(*value);
  return out;
}

std::string hex_sha256(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (unsigned char c : identity::sha256(bytes)) {
    out += kHex[c >> 4];
    out += kHex[c & 15];
  }
  return out;
}

// Days from 1970-01-01 → "2026-11-22".
std::string day_text(uint32_t day) {
  return date::format("%F", date::local_days{date::days{static_cast<int>(day)}});
}

std::string text_at(const json::object& fields, std::string_view name) {
  const json::value* value = fields.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : "";
}

json::object container_of(const Mailbox& mailbox, const Item& item) {
  const auto found = mailbox.containers.find(item.container);
  if (found == mailbox.containers.end()) return {};
  return {{"id", mailbox.id_of(found->second)},
          {"name", found->second.name},
          {"well_known", found->second.well_known}};
}

std::string_view title_field(IdKind kind) {
  switch (kind) {
    case IdKind::Message:
    case IdKind::Event:
      return "subject";
    case IdKind::Contact:
      return "displayName";
    case IdKind::Task:
      return "title";
    case IdKind::Container:
    case IdKind::Attachment:
      break;
  }
  return "";
}

bool has_category(const Item& item, std::string_view category) {
  const json::value* categories = item.fields.if_contains("categories");
  if (!categories || !categories->is_array()) return false;
  return std::ranges::any_of(categories->as_array(), [&](const json::value& one) {
    return one.is_string() && same_address(one.as_string(), category);
  });
}

bool contains_without_case(std::string_view text, std::string_view part) {
  return identity::lower(text).contains(identity::lower(part));
}

// Where Graph has it, below /v1.0/users/{id}.
std::string resource_path(const Mailbox& mailbox, const Item& item, const std::string& id) {
  switch (item.kind) {
    case IdKind::Message:
      return "/messages/" + id;
    case IdKind::Contact:
      return "/contacts/" + id;
    case IdKind::Event:
      return "/events/" + id;
    case IdKind::Task:
      return "/todo/lists/" + mailbox.id_of(mailbox.containers.at(item.container)) + "/tasks/" + id;
    case IdKind::Container:
    case IdKind::Attachment:
      break;
  }
  return "";
}

// The message of a Graph error: {"error": {"code": …, "message": …}}; else the whole answer.
std::string reason_in(const std::string& body) {
  boost::system::error_code problem;
  const json::value parsed = json::parse(body.empty() ? "null" : body, problem);
  const json::object* whole = problem ? nullptr : parsed.if_object();
  const json::value* error = whole ? whole->if_contains("error") : nullptr;
  if (!error || !error->is_object()) return body;
  return text_at(error->as_object(), "message") + " (" + text_at(error->as_object(), "code") + ")";
}

// By id, well-known name or display name, any case.
Container* find_container(Mailbox& mailbox, std::string_view name) {
  if (Container* found = mailbox.well_known(name)) return found;
  for (auto& [number, container] : mailbox.containers)
    if (mailbox.id_of(container) == name || same_address(container.name, name)) return &container;
  return nullptr;
}

}  // namespace

json::object item_summary(const Mailbox& mailbox, const Item& item) {
  json::object out{{"id", mailbox.id_of(item, true)},
                   {"kind", kind_name(item.kind)},
                   {"mailbox", mailbox.user.mail},
                   {"container", container_of(mailbox, item)["name"]},
                   {"title", text_at(item.fields, title_field(item.kind))},
                   {"modified", item.modified.to_iso()}};
  for (const char* name : {"categories", "receivedDateTime", "from", "emailAddresses", "status",
                           "dueDateTime", "start", "end", "attendees"})
    if (const json::value* value = item.fields.if_contains(name)) out[name] = *value;
  return out;
}

json::object whole_item(const Mailbox& mailbox, const Item& item) {
  json::object out = item.fields;
  out["id"] = mailbox.id_of(item, true);
  out["restId"] = mailbox.id_of(item, false);
  out["kind"] = kind_name(item.kind);
  out["changeKey"] = change_key(item.version);
  out["container"] = container_of(mailbox, item);
  out["created"] = item.created.to_iso();
  out["modified"] = item.modified.to_iso();
  json::array attachments;
  for (const Attachment& attachment : item.attachments) {
    json::object one = attachment.fields;
    one["size"] = attachment.bytes ? attachment.bytes->size() : 0;
    one["sha256"] = attachment.bytes ? hex_sha256(*attachment.bytes) : "";
    attachments.push_back(std::move(one));
  }
  out["attachments"] = std::move(attachments);
  if (item.mime) out["mimeSha256"] = hex_sha256(*item.mime);
  if (!item.exceptions.empty()) {
    json::object exceptions;
    for (const auto& [day, fields] : item.exceptions) exceptions[day_text(day)] = fields;
    out["exceptions"] = std::move(exceptions);
  }
  if (!item.cancelled.empty()) {
    json::array cancelled;
    for (uint32_t day : item.cancelled) cancelled.emplace_back(day_text(day));
    out["cancelled"] = std::move(cancelled);
  }
  return sorted(out).as_object();
}

std::string ControlFront::addresses() const {
  std::string out;
  for (const auto& mailbox : world_.mailboxes()) out += (out.empty() ? "" : ", ") + mailbox->user.mail;
  return out;
}

std::expected<Mailbox*, ControlFront::Refused> ControlFront::find_mailbox(std::string_view address) const {
  if (Mailbox* found = world_.find(address)) return found;
  return std::unexpected(
      Refused{404, "There is no mailbox \"" + std::string(address) + "\". There are: " + addresses() + "."});
}

std::expected<ControlFront::Found, ControlFront::Refused> ControlFront::find_item(std::string_view id) const {
  const auto parsed = ItemId::parse(id);
  if (parsed)
    for (const auto& mailbox : world_.mailboxes())
      if (mailbox->number == parsed->mailbox)
        if (Item* item = mailbox->item(parsed->number)) return Found{mailbox.get(), item};
  return std::unexpected(Refused{404, "There is no item \"" + std::string(id) + "\" (any more)."});
}

// Through the Graph front, with an all-powerful token, no throttling and no fault, and nothing counted.
ControlFront::Answer ControlFront::as_owner(const Call& call, std::string method, std::string path,
                                            const json::value& body) {
  const std::string token = "lab-owner";
  tokens_.put(token, Grant{.app_id = "lab",
                           .tenant_id = world_.tenant_id(),
                           .user_id = "",
                           .scopes = identity::known_permissions(),
                           .expires = call.now + std::chrono::hours(1)});
  net::ServerRequest request{.method = std::move(method),
                             .target = "/v1.0/users/" + path,
                             .path = "/v1.0/users/" + path,
                             .query = {},
                             .headers = {{"Host", "lab"},
                                         {"Authorization", "Bearer " + token},
                                         {"Prefer", "IdType=\"ImmutableId\""},
                                         {"Content-Type", "application/json"}},
                             .body = body.is_null() ? "" : json::serialize(body),
                             .peer = "127.0.0.1"};
  const Counters counters = world_.counters;
  Faults undisturbed;
  undisturbed.rewrite_on_store = world_.faults.rewrite_on_store;
  undisturbed.drop_notifications = world_.faults.drop_notifications;
  undisturbed.duplicate_notifications = world_.faults.duplicate_notifications;
  undisturbed.notification_delay = world_.faults.notification_delay;
  const Faults faults = std::exchange(world_.faults, undisturbed);
  auto answer = graph_.serve(request, call.now);
  world_.faults = faults;
  world_.counters = counters;
  tokens_.revoke_app("lab");
  if (!answer) return std::unexpected(Refused{501, "The Graph front does not answer " + request.path + "."});
  if (answer->status >= 300)
    return std::unexpected(Refused{answer->status, "The mailbox refused it: " + reason_in(answer->body)});
  if (answer->body.empty()) return json::object{{"done", true}};
  boost::system::error_code problem;
  json::value parsed = json::parse(answer->body, problem);
  if (problem) return json::object{{"done", true}};
  return parsed;
}

ControlFront::Answer ControlFront::items(const Call& call) {
  if (call.path.size() > 1) return one_item(call);
  if (call.request.method == "GET") return list(call);
  if (call.request.method == "POST") return create(call);
  return std::unexpected(Refused{405, "Items are listed with GET and created with POST."});
}

ControlFront::Answer ControlFront::list(const Call& call) {
  const std::string kind = call.get("kind");
  if (!kind.empty() && !kind_of_name(kind))
    return std::unexpected(Refused{400, "Kinds are email, contact, task and meeting, not \"" + kind + "\"."});
  if (!call.get("mailbox").empty())
    if (auto mailbox = find_mailbox(call.get("mailbox")); !mailbox) return std::unexpected(mailbox.error());
  const std::string wanted_limit = call.get("limit");
  size_t limit = kListLimit;
  if (!wanted_limit.empty()) limit = static_cast<size_t>(std::strtoull(wanted_limit.c_str(), nullptr, 10));
  json::array found;
  size_t total = 0;
  for (const auto& mailbox : world_.mailboxes()) {
    if (!call.get("mailbox").empty() && world_.find(call.get("mailbox")) != mailbox.get()) continue;
    Container* within = nullptr;
    if (!call.get("container").empty()) {
      within = find_container(*mailbox, call.get("container"));
      if (!within) continue;
    }
    // The newest first, as a mailbox shows them.
    for (auto it = mailbox->items.rbegin(); it != mailbox->items.rend(); ++it) {
      const Item& item = it->second;
      if (!kind.empty() && item.kind != *kind_of_name(kind)) continue;
      if (within && item.container != within->number) continue;
      if (!call.get("category").empty() && !has_category(item, call.get("category"))) continue;
      if (!call.get("without_category").empty() && has_category(item, call.get("without_category"))) continue;
      if (!call.get("text").empty() &&
          !contains_without_case(text_at(item.fields, title_field(item.kind)), call.get("text")))
        continue;
      if (++total <= limit) found.push_back(item_summary(*mailbox, item));
    }
  }
  return json::object{{"total", total}, {"items", std::move(found)}};
}

ControlFront::Answer ControlFront::create(const Call& call) {
  const auto kind = kind_of_name(call.get("kind"));
  if (!kind) return std::unexpected(Refused{400, "Say which kind: email, contact, task or meeting."});
  auto mailbox = find_mailbox(call.get("mailbox"));
  if (!mailbox) return std::unexpected(mailbox.error());
  if (!call.body.is_object())
    return std::unexpected(Refused{400, "Give the new item as an object of Graph fields."});
  Container* within = nullptr;
  if (!call.get("container").empty()) {
    within = find_container(**mailbox, call.get("container"));
    if (!within)
      return std::unexpected(Refused{404, "There is no container \"" + call.get("container") + "\"."});
  }
  if (*kind == IdKind::Message) {
    // Not a draft of the owner's but a message that somebody sent.
    Item& item = deliver(world_, **mailbox, call.body.as_object(), {}, call.now);
    if (within) world_.move(**mailbox, item, within->number, call.now);
    return whole_item(**mailbox, item);
  }
  const std::string user = (*mailbox)->user.id;
  const std::string id = within ? (*mailbox)->id_of(*within) : "";
  std::string path;
  if (*kind == IdKind::Contact) {
    path = within && within->well_known.empty() ? "/contactFolders/" + id + "/contacts" : "/contacts";
  } else if (*kind == IdKind::Task) {
    Container* list = within ? within : (*mailbox)->well_known("defaultList");
    path = "/todo/lists/" + (*mailbox)->id_of(*list) + "/tasks";
  } else {
    path = within && within->well_known.empty() ? "/calendars/" + id + "/events" : "/events";
  }
  return as_owner(call, "POST", user + path, call.body);
}

ControlFront::Answer ControlFront::one_item(const Call& call) {
  auto found = find_item(call.path[1]);
  if (!found) return std::unexpected(found.error());
  const std::string path =
      found->mailbox->user.id + resource_path(*found->mailbox, *found->item, call.path[1]);
  const std::string& method = call.request.method;
  const std::string part = call.path.size() > 2 ? call.path[2] : "";
  if (part == "category" && method == "PUT") return set_category(call, *found);
  if (part == "move" && method == "POST") return move(call, *found);
  if (!part.empty()) return std::unexpected(Refused{404, "An item has no \"" + part + "\"."});
  if (method == "GET") return whole_item(*found->mailbox, *found->item);
  if (method == "PATCH") {
    if (!call.body.is_object()) return std::unexpected(Refused{400, "Give the changed fields as an object."});
    return as_owner(call, "PATCH", path, call.body);
  }
  if (method == "DELETE") return as_owner(call, "DELETE", path, nullptr);
  return std::unexpected(Refused{405, "An item takes GET, PATCH and DELETE."});
}

ControlFront::Answer ControlFront::set_category(const Call& call, Found found) {
  const json::object* body = call.body.if_object();
  const std::string category = body ? text_at(*body, "category") : "";
  if (category.empty()) return std::unexpected(Refused{400, "Give {\"category\": \"CRM\", \"set\": true}."});
  const json::value* set = body->if_contains("set");
  const bool on = !set || !set->is_bool() || set->as_bool();
  json::array next;
  if (const json::value* old = found.item->fields.if_contains("categories"); old && old->is_array())
    for (const json::value& one : old->as_array())
      if (one.is_string() && !same_address(one.as_string(), category)) next.push_back(one);
  if (on) next.emplace_back(category);
  const std::string path = found.mailbox->user.id + resource_path(*found.mailbox, *found.item, call.path[1]);
  return as_owner(call, "PATCH", path, json::object{{"categories", std::move(next)}});
}

ControlFront::Answer ControlFront::move(const Call& call, Found found) {
  const std::string name = call.body.is_object() ? text_at(call.body.as_object(), "container") : "";
  Container* target = find_container(*found.mailbox, name);
  if (!target)
    return std::unexpected(Refused{404, "There is no container \"" + name + "\" in this mailbox."});
  // Contacts and tasks have no move in Graph; in Outlook their owners drag them.
  world_.move(*found.mailbox, *found.item, target->number, call.now);
  return whole_item(*found.mailbox, *found.item);
}

ControlFront::Answer ControlFront::send(const Call& call) {
  auto mailbox = find_mailbox(call.get("mailbox"));
  if (!mailbox) return std::unexpected(mailbox.error());
  return as_owner(call, "POST", (*mailbox)->user.id + "/sendMail", call.body);
}

ControlFront::Answer ControlFront::dump(const Call& call) {
  auto mailbox = find_mailbox(call.get("mailbox"));
  if (!mailbox) return std::unexpected(mailbox.error());
  const auto kind = kind_of_name(call.get("kind"));
  if (!kind) return std::unexpected(Refused{400, "Say which kind: email, contact, task or meeting."});
  json::array items;
  for (const auto& [number, item] : (*mailbox)->items)
    if (item.kind == *kind) items.push_back(whole_item(**mailbox, item));
  return json::object{
      {"mailbox", (*mailbox)->user.mail}, {"kind", kind_name(*kind)}, {"items", std::move(items)}};
}

}  // namespace mailsync::lab
