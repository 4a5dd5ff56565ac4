#include "lab/fronts/graph/render.h"

#include <cstdio>

#include "lab/mail.h"

namespace mailsync::lab::graph {
namespace {

void begin(const Call& call, json::object& out, const Item& item, std::string id) {
  out["@odata.etag"] = etag_of(item.version);
  out["id"] = id;
  out["createdDateTime"] = iso_seconds(item.created);
  out["lastModifiedDateTime"] = iso_seconds(item.modified);
  out["changeKey"] = change_key(item.version);
  auto* categories = array_of(item.fields, "categories");
  out["categories"] = categories ? *categories : json::array();
  (void)call;
}

json::value body_for(const Call& call, const json::object& fields) {
  auto* body = object_of(fields, "body");
  if (!body) return json::object{{"contentType", "text"}, {"content", ""}};
  if (call.prefer.text_body && text_of(*body, "contentType") == "html")
    return json::object{{"contentType", "text"}, {"content", text_from_html(text_of(*body, "content"))}};
  return *body;
}

json::value location_for(const json::object& fields) {
  auto* location = object_of(fields, "location");
  json::object out = location ? *location : json::object{{"displayName", ""}};
  if (!out.contains("locationType")) out["locationType"] = "default";
  if (!out.contains("uniqueIdType")) out["uniqueIdType"] = "unknown";
  return out;
}

// In the zone the client asked for; an all-day event stays at midnight in whatever zone (F97).
json::value time_for(const Call& call, const json::object& fields, std::string_view name) {
  auto* value = fields.if_contains(name);
  if (!value) return nullptr;
  if (flag_of(fields, "isAllDay")) {
    auto local = parse_local(value->is_object() ? text_of(value->get_object(), "dateTime") : "");
    return local ? date_time_time_zone(*local, call.prefer.zone_name) : json::object();
  }
  auto instant = instant_of(*value);
  if (!instant) return *value;
  return date_time_time_zone(to_local(*instant, *call.prefer.zone), call.prefer.zone_name);
}

std::string event_uid(const Item& item, std::optional<uint32_t> day) {
  std::string uid(text_of(item.fields, "iCalUId"));
  // Exchange's own ids name the occurrence: YYYYMMDD in hex after the class id (MS-OXOCAL 2.2.1.27). Foreign
  // ids do not.
  if (!day || !uid.starts_with("040000008200E00074C5B7101A82E008") || uid.size() < 40) return uid;
  date::year_month_day ymd(day_of_number(*day));
  char hex[24];
  std::snprintf(hex, sizeof hex, "%04X%02X%02X", static_cast<unsigned>(static_cast<int>(ymd.year())),
                static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
  return uid.replace(32, 8, hex);
}

constexpr const char* kContactTexts[] = {
    "fileAs",        "displayName", "givenName",     "initials",       "middleName",      "nickName",
    "surname",       "title",       "yomiGivenName", "yomiSurname",    "yomiCompanyName", "generation",
    "jobTitle",      "companyName", "department",    "officeLocation", "profession",      "businessHomePage",
    "assistantName", "manager",     "mobilePhone",   "personalNotes",  "spouseName",      "birthday"};
constexpr const char* kContactLists[] = {"imAddresses", "homePhones", "businessPhones", "children",
                                         "emailAddresses"};
constexpr const char* kContactPlaces[] = {"homeAddress", "businessAddress", "otherAddress"};

// What a master says of its occurrences, where the client asks for it.
void add_series(const Call& call, const Item& item, json::object& out, const std::vector<Expansion>& expand) {
  bool immutable = call.prefer.immutable_ids;
  auto occurrence_name = [&](uint32_t d) {
    return "OID." + call.mailbox->id_of(item, immutable) + "." + format_day(day_of_number(d));
  };
  json::array cancelled;
  for (uint32_t d : item.cancelled) cancelled.push_back(json::value(occurrence_name(d)));
  // Only shown when the client selects it, as in the service; harmless to show with an explicit $select
  // alone.
  if (Selection(call.query("$select")).names("cancelledOccurrences"))
    out["cancelledOccurrences"] = std::move(cancelled);
  if (find_expansion(expand, "exceptionOccurrences")) {
    json::array exceptions;
    for (auto& [d, _] : item.exceptions) exceptions.push_back(render_event(call, item, d, {}));
    out["exceptionOccurrences"] = std::move(exceptions);
  }
}

}  // namespace

std::string etag_of(uint64_t version) {
  return "W/\"" + change_key(version) + "\"";
}

void add_expansions(const Call& call, const Item& item, json::object& out,
                    const std::vector<Expansion>& expand) {
  for (std::string_view name :
       {"singleValueExtendedProperties", "multiValueExtendedProperties", "extensions"}) {
    auto* wanted = find_expansion(expand, name);
    auto* all = array_of(item.fields, name);
    if (!wanted || !all) continue;
    json::array kept;
    for (auto& property : *all)
      if (wanted->option("$filter").empty() ||
          matches(wanted->option("$filter"), property.as_object()).value_or(false))
        kept.push_back(property);
    if (!kept.empty()) out[name] = std::move(kept);
  }
  if (auto* wanted = find_expansion(expand, "attachments")) {
    Selection select(wanted->option("$select"));
    json::array list;
    for (auto& attachment : item.attachments) {
      json::object shown = render_attachment(call, attachment, select.wants("contentBytes"));
      json::object row;
      for (auto& [key, value] : shown)
        if (select.wants(key) || key == "id" || std::string_view(key).starts_with("@odata."))
          row[key] = std::move(value);
      list.push_back(std::move(row));
    }
    out["attachments"] = std::move(list);
  }
}

json::object render_message(const Call& call, const Item& item, const Selection& select,
                            const std::vector<Expansion>& expand) {
  json::object out;
  const json::object& fields = item.fields;
  if (auto type = text_of(fields, "@odata.type"); !type.empty()) out["@odata.type"] = type;
  std::string id = call.mailbox->id_of(item, call.prefer.immutable_ids);
  begin(call, out, item, id);
  auto show = [&](const char* name) {
    if (!select.wants(name)) return;
    auto* value = fields.if_contains(name);
    out[name] = value ? *value : json::value();
  };
  for (const char* name : {"receivedDateTime", "sentDateTime", "internetMessageId", "subject", "importance",
                           "conversationId", "conversationIndex", "isDeliveryReceiptRequested",
                           "isReadReceiptRequested", "isRead", "isDraft", "inferenceClassification", "sender",
                           "from", "toRecipients", "ccRecipients", "bccRecipients", "replyTo", "flag"})
    show(name);
  if (select.wants("parentFolderId"))
    if (auto* home = call.mailbox->container(item.container))
      out["parentFolderId"] = call.mailbox->id_of(*home);
  if (select.wants("hasAttachments")) {
    bool has = false;
    for (auto& attachment : item.attachments) has = has || !flag_of(attachment.fields, "isInline");
    out["hasAttachments"] = has;
  }
  if (select.wants("webLink"))
    out["webLink"] = "https://outlook.office365.com/owa/?ItemID=" + percent_encode(id) +
                     "&exvsurl=1&viewmodel=ReadMessageItem";
  if (select.wants("bodyPreview")) out["bodyPreview"] = preview_of(fields);
  if (select.wants("body")) out["body"] = body_for(call, fields);
  if (select.names("uniqueBody")) out["uniqueBody"] = body_for(call, fields);
  if (select.names("internetMessageHeaders")) show("internetMessageHeaders");
  if (auto type = text_of(fields, "@odata.type"); type.starts_with("#microsoft.graph.eventMessage")) {
    for (const char* name : {"meetingMessageType", "type", "isOutOfDate", "isDelegated", "isAllDay"})
      if (select.wants(name) && fields.contains(name)) out[name] = fields.at(name);
    for (const char* name : {"startDateTime", "endDateTime"})
      if (select.wants(name)) out[name] = time_for(call, fields, name);
  }
  if (!select.all()) {
    for (const char* name : {"createdDateTime", "lastModifiedDateTime", "changeKey", "categories"})
      if (!select.names(name)) out.erase(name);
  }
  add_expansions(call, item, out, expand);
  return out;
}

json::object render_contact(const Call& call, const Item& item, const std::vector<Expansion>& expand) {
  json::object out;
  begin(call, out, item, call.mailbox->id_of(item, call.prefer.immutable_ids));
  if (auto* home = call.mailbox->container(item.container))
    out["parentFolderId"] = call.mailbox->id_of(*home);
  auto value_or = [&](const char* name, json::value otherwise) {
    auto* value = item.fields.if_contains(name);
    return value && !value->is_null() ? *value : otherwise;
  };
  for (const char* name : kContactTexts) out[name] = value_or(name, nullptr);
  for (const char* name : kContactLists) out[name] = value_or(name, json::array());
  for (const char* name : kContactPlaces) out[name] = value_or(name, json::object());
  auto& addresses = out.at("emailAddresses").as_array();
  const char* positions[] = {"primaryEmailAddress", "secondaryEmailAddress", "tertiaryEmailAddress"};
  for (size_t i = 0; i < 3; ++i) out[positions[i]] = i < addresses.size() ? addresses[i] : json::value();
  add_expansions(call, item, out, expand);
  return out;
}

json::object render_task(const Call& call, const Item& item, const std::vector<Expansion>& expand) {
  json::object out;
  begin(call, out, item, call.mailbox->id_of(item, false));
  out.erase("changeKey");
  for (const char* name : {"title", "status", "importance", "isReminderOn", "body"})
    out[name] = item.fields.at(name);
  out["hasAttachments"] = !item.attachments.empty();
  for (const char* name : {"dueDateTime", "startDateTime", "reminderDateTime", "completedDateTime",
                           "recurrence", "bodyLastModifiedDateTime"})
    if (auto* value = item.fields.if_contains(name); value && !value->is_null()) out[name] = *value;
  for (const char* name : {"linkedResources", "checklistItems"})
    if (find_expansion(expand, name)) {
      auto* list = array_of(item.fields, name);
      out[name] = list ? *list : json::array();
    }
  return out;
}

json::object render_bare_occurrence(const Call& call, const Item& master, uint32_t day) {
  json::object fields = occurrence_fields(master, day);
  json::object out{{"@odata.type", "#microsoft.graph.event"},
                   {"@odata.etag", etag_of(master.version)},
                   {"id", call.mailbox->occurrence_id(master, day, call.prefer.immutable_ids)},
                   {"seriesMasterId", call.mailbox->id_of(master, call.prefer.immutable_ids)},
                   {"type", "occurrence"}};
  out["start"] = time_for(call, fields, "start");
  out["end"] = time_for(call, fields, "end");
  return out;
}

json::object render_event(const Call& call, const Item& item, std::optional<uint32_t> day,
                          const std::vector<Expansion>& expand) {
  bool immutable = call.prefer.immutable_ids;
  json::object shown = day ? occurrence_fields(item, *day) : json::object();
  const json::object& fields = day ? shown : item.fields;
  bool series = !day && object_of(fields, "recurrence");
  json::object out;
  begin(call, out, item,
        day ? call.mailbox->occurrence_id(item, *day, immutable) : call.mailbox->id_of(item, immutable));
  if (auto* categories = array_of(fields, "categories")) out["categories"] = *categories;
  for (const char* name : {"transactionId",
                           "originalStartTimeZone",
                           "originalEndTimeZone",
                           "reminderMinutesBeforeStart",
                           "isReminderOn",
                           "subject",
                           "importance",
                           "sensitivity",
                           "isAllDay",
                           "isCancelled",
                           "responseRequested",
                           "showAs",
                           "isOnlineMeeting",
                           "onlineMeetingProvider",
                           "allowNewTimeProposals",
                           "hideAttendees",
                           "responseStatus",
                           "attendees",
                           "organizer",
                           "recurrence"}) {
    auto* value = fields.if_contains(name);
    out[name] = value ? *value : json::value();
  }
  out["iCalUId"] = event_uid(item, day);
  out["isDraft"] = false;
  out["isOrganizer"] = is_organizer(*call.mailbox, item);
  out["hasAttachments"] = !item.attachments.empty();
  out["bodyPreview"] = preview_of(fields);
  out["body"] = body_for(call, fields);
  out["seriesMasterId"] = day ? json::value(call.mailbox->id_of(item, immutable)) : json::value();
  out["type"] = series                           ? "seriesMaster"
                : !day                           ? "singleInstance"
                : item.exceptions.contains(*day) ? "exception"
                                                 : "occurrence";
  out["webLink"] =
      "https://outlook.office365.com/owa/?itemid=" + percent_encode(std::string(out.at("id").as_string())) +
      "&exvsurl=1&path=/calendar/item";
  out["onlineMeetingUrl"] = nullptr;
  out["onlineMeeting"] = flag_of(fields, "isOnlineMeeting")
                             ? json::value{{"joinUrl", "https://teams.microsoft.com/l/meetup-join/" +
                                                           std::to_string(item.number)}}
                             : json::value();
  out["location"] = location_for(fields);
  auto* locations = array_of(fields, "locations");
  out["locations"] = locations ? *locations
                     : text_of(out.at("location").as_object(), "displayName").empty()
                         ? json::array()
                         : json::array{out.at("location")};
  out["start"] = time_for(call, fields, "start");
  out["end"] = time_for(call, fields, "end");
  if (day) out["originalStart"] = original_start(item, *day).to_iso();
  if (series) add_series(call, item, out, expand);
  add_expansions(call, item, out, expand);
  return out;
}

json::object render_attachment(const Call& call, const Attachment& attachment, bool with_bytes) {
  json::object out = attachment.fields;
  out["id"] = ItemId{.mailbox = call.mailbox->number,
                     .kind = IdKind::Attachment,
                     .number = attachment.number,
                     .immutable = call.prefer.immutable_ids}
                  .text();
  out["size"] = attachment.bytes ? attachment.bytes->size() : 0;
  bool file = text_of(attachment.fields, "@odata.type") == "#microsoft.graph.fileAttachment";
  if (with_bytes && file) out["contentBytes"] = base64_of(attachment.bytes ? *attachment.bytes : "");
  return out;
}

json::object render_container(const Call& call, const Container& container) {
  const Mailbox& mailbox = *call.mailbox;
  json::object out{{"@odata.etag", etag_of(container.version)}, {"id", mailbox.id_of(container)}};
  if (container.kind == ContainerKind::Calendar) {
    out["name"] = container.name;
    out["changeKey"] = change_key(container.version);
    out["isDefaultCalendar"] = container.well_known == "calendar";
    out["canEdit"] = out["canShare"] = out["canViewPrivateItems"] = true;
    out["color"] = "auto";
    out["hexColor"] = "";
    out["isRemovable"] = container.well_known.empty();
    out["owner"] = json::object{{"name", mailbox.user.display_name}, {"address", mailbox.user.mail}};
    return out;
  }
  out["displayName"] = container.name;
  if (container.kind == ContainerKind::TaskList) {
    out["isOwner"] = true;
    out["isShared"] = false;
    out["wellknownListName"] = container.well_known.empty() ? "none" : container.well_known;
    return out;
  }
  out.erase("@odata.etag");
  auto parent = mailbox.containers.find(container.parent);
  out["parentFolderId"] =
      parent == mailbox.containers.end()
          ? ItemId{.mailbox = mailbox.number, .kind = IdKind::Container, .number = 0}.text()
          : mailbox.id_of(parent->second);
  if (container.kind == ContainerKind::ContactFolder) return out;
  size_t children = 0, unread = 0;
  for (auto& [_, other] : mailbox.containers)
    children += other.kind == container.kind && other.parent == container.number;
  for (uint64_t number : container.items) unread += !flag_of(mailbox.items.at(number).fields, "isRead");
  out["childFolderCount"] = children;
  out["unreadItemCount"] = unread;
  out["totalItemCount"] = container.items.size();
  out["isHidden"] = false;
  return out;
}

std::string base64_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])) << 16;
    if (i + 1 < bytes.size()) group |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[i + 1])) << 8;
    if (i + 2 < bytes.size()) group |= static_cast<uint8_t>(bytes[i + 2]);
    for (size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : kDigits[(group >> (18 - 6 * k)) & 63];
  }
  return out;
}

std::optional<std::string> bytes_of_base64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  uint32_t group = 0;
  int bits = 0;
  for (char c : text) {
    if (c == '=' || c == '\r' || c == '\n') continue;
    auto value = kDigits.find(c == '-' ? '+' : c == '_' ? '/' : c);
    if (value == std::string_view::npos) return std::nullopt;
    group = group << 6 | static_cast<uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(group >> bits & 255);
    }
  }
  return out;
}

}  // namespace mailsync::lab::graph
