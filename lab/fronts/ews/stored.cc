#include "lab/fronts/ews/stored.h"

#include <algorithm>
#include <cctype>

#include "lab/zones.h"

namespace mailsync::lab::ews {
namespace {

// Elements of t:ItemType that can be written; all others belong to the type.
constexpr std::string_view kItemElements[] = {"MimeContent",
                                              "ItemId",
                                              "ParentFolderId",
                                              "ItemClass",
                                              "Subject",
                                              "Sensitivity",
                                              "Body",
                                              "Attachments",
                                              "DateTimeReceived",
                                              "Size",
                                              "Categories",
                                              "Importance",
                                              "InReplyTo",
                                              "IsSubmitted",
                                              "IsDraft",
                                              "IsFromMe",
                                              "IsResend",
                                              "IsUnmodified",
                                              "InternetMessageHeaders",
                                              "DateTimeSent",
                                              "DateTimeCreated",
                                              "ReminderDueBy",
                                              "ReminderIsSet",
                                              "ReminderNextTime",
                                              "ReminderMinutesBeforeStart",
                                              "DisplayCc",
                                              "DisplayTo",
                                              "HasAttachments",
                                              "Culture",
                                              "Flag",
                                              "TextBody"};

std::string_view prefix_of(IdKind kind) {
  if (kind == IdKind::Contact) return "contacts:";
  if (kind == IdKind::Task) return "task:";
  if (kind == IdKind::Event) return "calendar:";
  return "message:";
}

// Dictionaries are written entry by entry.
bool add_entries(std::vector<Setting>& out, Node list) {
  std::string name(local_name(list));
  std::string_view one = name == "EmailAddresses"      ? "contacts:EmailAddress"
                         : name == "PhoneNumbers"      ? "contacts:PhoneNumber"
                         : name == "ImAddresses"       ? "contacts:ImAddress"
                         : name == "PhysicalAddresses" ? "contacts:PhysicalAddress"
                                                       : "";
  if (one.empty()) return false;
  for (Node entry : children(list)) {
    std::string key = attribute(entry, "Key");
    if (name != "PhysicalAddresses") {
      out.push_back({.uri = std::string(one) + "/" + key, .value = entry, .extended = {}});
      continue;
    }
    for (Node part : children(entry))
      out.push_back({.uri = std::string(one) + ":" + std::string(local_name(part)) + "/" + key,
                     .value = part,
                     .extended = {}});
  }
  return true;
}

json::object body_of(Node value) {
  bool html = attribute(value, "BodyType") == "HTML";
  return {{"contentType", html ? "html" : "text"}, {"content", content_of(value)}};
}

json::object flag_of_xml(const Call& call, Node value) {
  std::string status = text_in(value, "FlagStatus");
  json::object out{{"flagStatus", status == "Flagged"    ? "flagged"
                                  : status == "Complete" ? "complete"
                                                         : "notFlagged"}};
  for (auto [name, field] : {std::pair{"StartDate", "startDateTime"},
                             {"DueDate", "dueDateTime"},
                             {"CompleteDate", "completedDateTime"}})
    if (auto at = read_time(call, text_in(value, name)))
      out[field] = date_time_time_zone(to_local(*at, *lab::zone_of("UTC")), "UTC");
  return out;
}

std::string lower_first(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

// Properties of every item.
Applied set_item(const Edit& edit, IdKind kind, const Setting& setting) {
  const std::string& uri = setting.uri;
  std::string text = content_of(setting.value);
  if (uri == "item:Subject") {
    if (kind != IdKind::Contact) edit.patch[kind == IdKind::Task ? "title" : "subject"] = text;
  } else if (uri == "item:Body" || uri == "item:TextBody") {
    if (kind == IdKind::Contact)
      edit.patch["personalNotes"] = text;
    else
      edit.patch["body"] =
          setting.value ? body_of(setting.value) : json::object{{"contentType", "text"}, {"content", ""}};
  } else if (uri == "item:Categories") {
    json::array list;
    for (Node one : children(setting.value)) list.push_back(json::value(content_of(one)));
    edit.patch["categories"] = std::move(list);
  } else if (uri == "item:Importance") {
    edit.patch["importance"] = text.empty() ? "normal" : lower_first(text);
  } else if (uri == "item:Sensitivity") {
    edit.patch["sensitivity"] = text.empty() ? "normal" : lower_first(text);
  } else if (uri == "item:ReminderIsSet") {
    edit.patch["isReminderOn"] = is_true(text);
  } else if (uri == "item:ReminderMinutesBeforeStart") {
    edit.patch["reminderMinutesBeforeStart"] = std::strtoll(text.c_str(), nullptr, 10);
  } else if (uri == "item:ReminderDueBy") {
    if (auto at = read_time(edit.call, text); at && kind == IdKind::Task)
      edit.patch["reminderDateTime"] = date_time_time_zone(to_local(*at, *lab::zone_of("UTC")), "UTC");
  } else if (uri == "item:Flag") {
    edit.patch["flag"] =
        setting.value ? flag_of_xml(edit.call, setting.value) : json::object{{"flagStatus", "notFlagged"}};
  } else if (uri == "item:ItemClass" || uri == "item:Culture" || uri == "item:MimeContent" ||
             uri == "item:Attachments") {
    return true;  // the first two change nothing here, the others are read where items are made
  } else {
    return false;
  }
  return true;
}

void set_extended(const Edit& edit, const Setting& setting) {
  const ExtendedField& field = *setting.extended;
  bool many = many_valued(field);
  const char* name = many ? "multiValueExtendedProperties" : "singleValueExtendedProperties";
  std::string key = field.key();
  json::array kept;
  json::value now = edit.now(name);
  if (auto* list = now.if_array())
    for (auto& one : *list)
      if (!one.is_object() || !same_address(text_of(one.get_object(), "id"), key)) kept.push_back(one);
  if (setting.value) {
    json::object property{{"id", key}};
    if (many) {
      json::array values;
      for (Node one : children(child(setting.value, "Values")))
        values.push_back(json::value(content_of(one)));
      property["value"] = std::move(values);
    } else {
      property["value"] = text_in(setting.value, "Value");
    }
    kept.push_back(std::move(property));
  }
  edit.patch[name] = std::move(kept);
}

}  // namespace

std::vector<Setting> settings_of(Node item, IdKind kind) {
  std::vector<Setting> out;
  for (Node property : children(item)) {
    std::string name(local_name(property));
    if (name == "ExtendedProperty") {
      out.push_back(
          {.uri = "", .value = property, .extended = read_extended(child(property, "ExtendedFieldURI"))});
    } else if (kind != IdKind::Contact || !add_entries(out, property)) {
      bool of_every_item = std::ranges::find(kItemElements, name) != std::end(kItemElements);
      out.push_back({.uri = std::string(of_every_item ? "item:" : prefix_of(kind)) + name,
                     .value = property,
                     .extended = {}});
    }
  }
  return out;
}

std::expected<std::vector<Setting>, Problem> settings_of_update(Node update, IdKind kind) {
  auto parts = children(update);
  if (parts.empty()) return std::unexpected(problem("ErrorSchemaValidation"));
  bool extended = local_name(parts[0]) == "ExtendedFieldURI";
  if (local_name(update) == "DeleteItemField") {
    Setting gone{.uri = extended ? "" : field_uri(parts[0]), .value = {}, .extended = {}};
    if (extended) gone.extended = read_extended(parts[0]);
    return std::vector{gone};
  }
  if (parts.size() < 2) return std::unexpected(problem("ErrorSchemaValidation"));
  auto set = settings_of(parts[1], kind);
  // Exactly the property that the path names.
  std::string wanted = extended ? "" : field_uri(parts[0]);
  if (set.size() != 1 || (set[0].uri != wanted && wanted != "item:TextBody"))
    return std::unexpected(problem("ErrorUpdatePropertyMismatch"));
  return set;
}

json::value Edit::now(std::string_view field) const {
  if (auto* value = patch.if_contains(field)) return *value;
  auto* value = before.if_contains(field);
  return value ? *value : json::value();
}

void Edit::beside(std::string_view name, const std::string& text) const {
  json::value held = now("exchange");
  json::object kept = held.is_object() ? held.get_object() : json::object();
  if (text.empty())
    kept.erase(name);
  else
    kept[name] = text;
  patch["exchange"] = std::move(kept);
}

std::expected<void, Problem> apply(const Call& call, IdKind kind, const json::object& fields,
                                   const std::vector<Setting>& settings, json::object& patch) {
  Edit edit{.call = call, .before = fields, .patch = patch};
  for (auto& setting : settings) {
    if (setting.uri.empty()) {
      if (!setting.extended) return std::unexpected(problem("ErrorInvalidExtendedProperty"));
      set_extended(edit, setting);
      continue;
    }
    Applied done = set_item(edit, kind, setting);
    if (done && !*done)
      done = kind == IdKind::Contact ? set_contact(edit, setting)
             : kind == IdKind::Task  ? set_task(edit, setting)
             : kind == IdKind::Event ? set_calendar(edit, setting)
                                     : set_message(edit, setting);
    if (!done) return std::unexpected(done.error());
    if (!*done) {
      Problem unknown = problem("ErrorInvalidPropertySet");
      unknown.values = {{"FieldURI", setting.uri}};
      return std::unexpected(unknown);
    }
  }
  return {};
}

json::array read_recipients(Node list) {
  json::array out;
  for (Node mailbox : children(list)) {
    Node one = local_name(mailbox) == "Attendee" ? child(mailbox, "Mailbox") : mailbox;
    out.push_back(recipient_of(text_in(one, "EmailAddress"), text_in(one, "Name")));
  }
  return out;
}

std::optional<Instant> read_time(const Call& call, std::string_view text) {
  if (auto instant = Instant::from_iso(text)) return instant;
  auto* zone = lab::zone_of(call.zone);
  auto local = parse_local(text);
  if (!local || !zone) return std::nullopt;
  return to_instant(*local, *zone);
}

}  // namespace mailsync::lab::ews
