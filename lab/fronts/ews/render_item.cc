// What all types of items have: t:ItemType.
#include <algorithm>
#include <array>
#include <cstdio>

#include "lab/fronts/ews/base64.h"
#include "lab/fronts/ews/folders.h"
#include "lab/fronts/ews/render.h"
#include "lab/mail.h"
#include "lab/meetings.h"
#include "lab/zones.h"

namespace mailsync::lab::ews {
namespace {

std::string capital(std::string_view word) {
  std::string out(word);
  if (!out.empty()) out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
  return out;
}

bool is_message(const ItemView& view) {
  return view.item.kind == IdKind::Message;
}

void put_mime(ItemView& view) {
  if (!is_message(view)) return;
  Node node =
      add(view.out, "t:MimeContent", to_base64(view.item.mime ? *view.item.mime : mime_of(view.item)));
  if (!view.call.desk.switches.no_charset) set(node, "CharacterSet", "UTF-8");
}

void put_class(ItemView& view) {
  std::string_view name = "IPM.Note";
  if (view.item.kind == IdKind::Contact) name = "IPM.Contact";
  if (view.item.kind == IdKind::Task) name = "IPM.Task";
  if (view.item.kind == IdKind::Event) name = "IPM.Appointment";
  auto meeting = text_of(view.fields, "meetingMessageType");
  if (meeting == "meetingRequest") name = "IPM.Schedule.Meeting.Request";
  if (meeting == "meetingCancelled") name = "IPM.Schedule.Meeting.Canceled";
  if (meeting == "meetingAccepted") name = "IPM.Schedule.Meeting.Resp.Pos";
  if (meeting == "meetingDeclined") name = "IPM.Schedule.Meeting.Resp.Neg";
  if (meeting == "meetingTenativelyAccepted") name = "IPM.Schedule.Meeting.Resp.Tent";
  add(view.out, "t:ItemClass", name);
}

void put_subject(ItemView& view) {
  const char* name = view.item.kind == IdKind::Task      ? "title"
                     : view.item.kind == IdKind::Contact ? "displayName"
                                                         : "subject";
  if (auto text = text_of(view.fields, name); !text.empty()) add(view.out, "t:Subject", text);
}

void put_sensitivity(ItemView& view) {
  auto text = text_of(view.fields, "sensitivity");
  add(view.out, "t:Sensitivity", text.empty() ? "Normal" : std::string_view(capital(text)));
}

struct BodyText {
  std::string content;
  bool html = false;
};
BodyText body_of(const ItemView& view) {
  if (view.item.kind == IdKind::Contact) return {std::string(text_of(view.fields, "personalNotes")), false};
  auto* body = object_of(view.fields, "body");
  if (!body) return {};
  return {std::string(text_of(*body, "content")), text_of(*body, "contentType") == "html"};
}

std::string html_of(std::string_view text) {
  std::string out = "<html><body>";
  for (char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '\n')
      out += "<br>\n";
    else if (c != '\r')
      out += c;
  }
  return out + "</body></html>";
}

void put_body(ItemView& view) {
  BodyText body = body_of(view);
  if (view.shape.body == "Text" && body.html) body = {text_from_html(body.content), false};
  if (view.shape.body == "HTML" && !body.html) body = {html_of(body.content), true};
  set(add(view.out, "t:Body", body.content), "BodyType", body.html ? "HTML" : "Text");
}

void put_attachments(ItemView& view) {
  if (view.item.attachments.empty()) return;
  Node list = add(view.out, "t:Attachments");
  for (auto& attachment : view.item.attachments) {
    auto type = text_of(attachment.fields, "@odata.type");
    Node one = add(list, type == "#microsoft.graph.itemAttachment" ? "t:ItemAttachment" : "t:FileAttachment");
    set(add(one, "t:AttachmentId"), "Id",
        ews_text(
            {.mailbox = view.call.mailbox.number, .kind = IdKind::Attachment, .number = attachment.number}));
    add(one, "t:Name", text_of(attachment.fields, "name"));
    add(one, "t:ContentType", text_of(attachment.fields, "contentType"));
    if (auto id = text_of(attachment.fields, "contentId"); !id.empty()) add(one, "t:ContentId", id);
    add(one, "t:Size", static_cast<int64_t>(attachment.bytes ? attachment.bytes->size() : 0));
    add(one, "t:LastModifiedTime", time_text(view.call, view.item.modified));
    add(one, "t:IsInline", flag_of(attachment.fields, "isInline"));
    if (type != "#microsoft.graph.itemAttachment")
      add(one, "t:IsContactPhoto", flag_of(attachment.fields, "isContactPhoto"));
  }
}

void put_time_of(ItemView& view, const char* name, std::string_view field, Instant otherwise) {
  auto instant = Instant::from_iso(text_of(view.fields, field));
  add(view.out, name, time_text(view.call, instant.value_or(otherwise)));
}

void put_size(ItemView& view) {
  size_t size = view.item.mime ? view.item.mime->size() : 500 + body_of(view).content.size();
  if (!view.item.mime)
    for (auto& attachment : view.item.attachments) size += attachment.bytes ? attachment.bytes->size() : 0;
  add(view.out, "t:Size", static_cast<int64_t>(size));
}

void put_categories(ItemView& view) {
  auto* list = array_of(view.fields, "categories");
  if (!list || list->empty()) return;
  Node out = add(view.out, "t:Categories");
  for (auto& one : *list)
    if (one.is_string()) add(out, "t:String", std::string_view(one.get_string()));
}

void put_importance(ItemView& view) {
  auto text = text_of(view.fields, "importance");
  add(view.out, "t:Importance", text.empty() ? "Normal" : std::string_view(capital(text)));
}

std::string header_of(const ItemView& view, std::string_view wanted) {
  if (auto* headers = array_of(view.fields, "internetMessageHeaders"))
    for (auto& header : *headers)
      if (auto* h = header.if_object(); h && same_address(text_of(*h, "name"), wanted))
        return std::string(text_of(*h, "value"));
  return {};
}

void put_headers(ItemView& view) {
  auto* headers = array_of(view.fields, "internetMessageHeaders");
  if (!headers || headers->empty()) return;
  Node list = add(view.out, "t:InternetMessageHeaders");
  for (auto& header : *headers)
    if (auto* h = header.if_object())
      set(add(list, "t:InternetMessageHeader", text_of(*h, "value")), "HeaderName", text_of(*h, "name"));
}

std::string names_of(const json::array* recipients) {
  std::string out;
  if (!recipients) return out;
  for (auto& one : *recipients) {
    auto* object = one.if_object();
    auto* email = object ? object_of(*object, "emailAddress") : nullptr;
    if (email) out += (out.empty() ? "" : "; ") + std::string(text_of(*email, "name"));
  }
  return out;
}

void put_reminder_due(ItemView& view) {
  std::optional<Instant> due;
  if (view.item.kind == IdKind::Task) {
    if (auto* at = view.fields.if_contains("reminderDateTime")) due = instant_of(*at);
  } else if (view.item.kind == IdKind::Event) {
    if (auto span = span_of(view.item, view.day)) due = span->start;
  }
  if (due) add(view.out, "t:ReminderDueBy", time_text(view.call, *due));
}

void put_reminder_minutes(ItemView& view) {
  auto* minutes = view.fields.if_contains("reminderMinutesBeforeStart");
  add(view.out, "t:ReminderMinutesBeforeStart",
      minutes && minutes->is_number() ? minutes->to_number<int64_t>() : 0);
}

void put_extended(ItemView& view) {
  for (auto& field : view.shape.extended) {
    auto values = extended_value(view, field);
    if (values.empty()) continue;
    Node property = add(view.out, "t:ExtendedProperty");
    write_extended(property, field);
    if (!many_valued(field)) {
      add(property, "t:Value", values.front());
      continue;
    }
    Node list = add(property, "t:Values");
    for (auto& value : values) add(list, "t:Value", value);
  }
}

void put_rights(ItemView& view) {
  Node rights = add(view.out, "t:EffectiveRights");
  for (const char* name : {"t:CreateAssociated", "t:CreateContents", "t:CreateHierarchy"})
    add(rights, name, false);
  for (const char* name : {"t:Delete", "t:Modify", "t:Read"}) add(rights, name, true);
}

void put_flag(ItemView& view) {
  auto* flag = object_of(view.fields, "flag");
  if (!is_message(view)) return;
  auto status = flag ? text_of(*flag, "flagStatus") : std::string_view();
  Node out = add(view.out, "t:Flag");
  add(out, "t:FlagStatus",
      status == "flagged"    ? "Flagged"
      : status == "complete" ? "Complete"
                             : "NotFlagged");
  if (!flag || status == "notFlagged") return;
  for (auto [name, field] : {std::pair{"t:StartDate", "startDateTime"},
                             {"t:DueDate", "dueDateTime"},
                             {"t:CompleteDate", "completedDateTime"}})
    if (auto* at = flag->if_contains(field))
      if (auto instant = instant_of(*at)) add(out, name, time_text(view.call, *instant));
}

constexpr auto kOld = Version::E2007;
constexpr Property kItem[] = {
    {"item:MimeContent", kNamed | kGetOnly, kOld, put_mime},
    {"item:ItemId", kDefault, kOld,
     [](ItemView& v) { put_item_id(v.out, "t:ItemId", v.call, v.item, v.day); }},
    {"item:ParentFolderId", kAll, kOld,
     [](ItemView& v) {
       put_folder_id(v.out, "t:ParentFolderId", v.call.mailbox, v.call.mailbox.container(v.item.container));
     }},
    {"item:ItemClass", kAll, kOld, put_class},
    {"item:Subject", kDefault, kOld, put_subject},
    {"item:Sensitivity", kDefault, kOld, put_sensitivity},
    {"item:Body", kDefault | kGetOnly, kOld, put_body},
    {"item:Attachments", kDefault | kGetOnly, kOld, put_attachments},
    {"item:DateTimeReceived", kAll, kOld,
     [](ItemView& v) { put_time_of(v, "t:DateTimeReceived", "receivedDateTime", v.item.created); }},
    {"item:Size", kDefault, kOld, put_size},
    {"item:Categories", kAll, kOld, put_categories},
    {"item:Importance", kAll, kOld, put_importance},
    {"item:InReplyTo", kAll, kOld,
     [](ItemView& v) {
       if (auto text = header_of(v, "In-Reply-To"); !text.empty()) add(v.out, "t:InReplyTo", text);
     }},
    {"item:IsSubmitted", kAll, kOld, [](ItemView& v) { add(v.out, "t:IsSubmitted", false); }},
    {"item:IsDraft", kAll, kOld, [](ItemView& v) { add(v.out, "t:IsDraft", flag_of(v.fields, "isDraft")); }},
    {"item:IsFromMe", kAll, kOld,
     [](ItemView& v) {
       auto* from = v.fields.if_contains("from");
       add(v.out, "t:IsFromMe", from && v.call.mailbox.owns_address(address_of(*from)));
     }},
    {"item:IsResend", kAll, kOld, [](ItemView& v) { add(v.out, "t:IsResend", false); }},
    {"item:IsUnmodified", kAll, kOld, [](ItemView& v) { add(v.out, "t:IsUnmodified", false); }},
    {"item:InternetMessageHeaders", kAll | kGetOnly, kOld, put_headers},
    {"item:DateTimeSent", kDefault, kOld,
     [](ItemView& v) { put_time_of(v, "t:DateTimeSent", "sentDateTime", v.item.created); }},
    {"item:DateTimeCreated", kAll, kOld,
     [](ItemView& v) { add(v.out, "t:DateTimeCreated", time_text(v.call, v.item.created)); }},
    {"item:ReminderDueBy", kAll, kOld, put_reminder_due},
    {"item:ReminderIsSet", kAll, kOld,
     [](ItemView& v) { add(v.out, "t:ReminderIsSet", flag_of(v.fields, "isReminderOn")); }},
    {"item:ReminderMinutesBeforeStart", kAll, kOld, put_reminder_minutes},
    {"item:DisplayCc", kAll, kOld,
     [](ItemView& v) { add(v.out, "t:DisplayCc", names_of(array_of(v.fields, "ccRecipients"))); }},
    {"item:DisplayTo", kAll, kOld,
     [](ItemView& v) { add(v.out, "t:DisplayTo", names_of(array_of(v.fields, "toRecipients"))); }},
    {"item:HasAttachments", kAll, kOld,
     [](ItemView& v) {
       add(v.out, "t:HasAttachments",
           std::ranges::any_of(v.item.attachments, [](auto& a) { return !flag_of(a.fields, "isInline"); }));
     }},
    {"item:ExtendedProperty", kDefault, kOld, put_extended},
    {"item:Culture", kAll, kOld, [](ItemView& v) { add(v.out, "t:Culture", "en-US"); }},
    {"item:EffectiveRights", kAll, kOld, put_rights},
    {"item:LastModifiedName", kAll, kOld,
     [](ItemView& v) { add(v.out, "t:LastModifiedName", v.call.mailbox.user.display_name); }},
    {"item:LastModifiedTime", kAll, kOld,
     [](ItemView& v) { add(v.out, "t:LastModifiedTime", time_text(v.call, v.item.modified)); }},
    {"item:IsAssociated", kAll, Version::E2010, [](ItemView& v) { add(v.out, "t:IsAssociated", false); }},
    {"item:ConversationId", kAll, Version::E2010,
     [](ItemView& v) {
       if (auto id = text_of(v.fields, "conversationId"); !id.empty())
         set(add(v.out, "t:ConversationId"), "Id", id);
     }},
    {"item:Flag", kAll, Version::E2013, put_flag},
    {"item:Preview", kAll, Version::E2013,
     [](ItemView& v) {
       if (auto text = preview_of(v.fields); !text.empty()) add(v.out, "t:Preview", text);
     }},
    {"item:TextBody", kNamed | kGetOnly, Version::E2013,
     [](ItemView& v) {
       BodyText body = body_of(v);
       set(add(v.out, "t:TextBody", body.html ? text_from_html(body.content) : body.content), "BodyType",
           "Text");
     }},
};

// The hard-wired ones; a search key stays when the item moves ([MS-OXCPRPT] 2.2.1.9).
std::string reckoned(const ItemView& view, const ExtendedField& field) {
  if (field.tag == "0x300b") {
    std::array<char, 33> text{};
    std::snprintf(text.data(), text.size(), "lab-%04x-%07llx", view.call.mailbox.number,
                  static_cast<unsigned long long>(view.item.number));
    return to_base64(std::string_view(text.data(), 16));
  }
  if (!is_message(view)) return {};
  if (field.tag == "0xe07")
    return std::to_string((flag_of(view.fields, "isRead") ? 1 : 0) |
                          (flag_of(view.fields, "isDraft") ? 8 : 0));
  if (field.tag == "0x1035") return std::string(text_of(view.fields, "internetMessageId"));
  if (field.tag == "0x39" || field.tag == "0xe06")
    if (auto at = Instant::from_iso(
            text_of(view.fields, field.tag == "0x39" ? "sentDateTime" : "receivedDateTime")))
      return time_text(view.call, *at);
  if (field.tag == "0x1090")
    if (auto* flag = object_of(view.fields, "flag"))
      return text_of(*flag, "flagStatus") == "flagged"    ? "2"
             : text_of(*flag, "flagStatus") == "complete" ? "1"
                                                          : "";
  return {};
}

std::span<const Property> own_properties(const Item& item) {
  if (item.kind == IdKind::Contact) return contact_properties();
  if (item.kind == IdKind::Task) return task_properties();
  if (item.kind == IdKind::Event) return calendar_properties();
  return kMessageProperties;
}

bool wanted(const ItemView& view, const Property& property, bool whole) {
  if (!view.call.since(property.since) || ((property.when & kGetOnly) && !whole)) return false;
  if (view.shape.names(property.uri)) return true;
  if (view.shape.base == BaseShape::All) return property.when & kAll;
  return view.shape.base == BaseShape::Default && (property.when & kDefault) == kDefault;
}

}  // namespace

const std::span<const Property> kItemProperties = kItem;

std::vector<std::string> extended_value(const ItemView& view, const ExtendedField& field) {
  if (auto text = reckoned(view, field); !text.empty()) return {text};
  std::string key = field.key();
  auto* list = array_of(
      view.fields, many_valued(field) ? "multiValueExtendedProperties" : "singleValueExtendedProperties");
  if (!list) return {};
  for (auto& one : *list) {
    auto* property = one.if_object();
    if (!property || !same_address(text_of(*property, "id"), key)) continue;
    if (!many_valued(field)) return {std::string(text_of(*property, "value"))};
    std::vector<std::string> out;
    if (auto* values = array_of(*property, "value"))
      for (auto& value : *values)
        if (value.is_string()) out.emplace_back(value.get_string());
    return out;
  }
  return {};
}

const char* element_of(const Item& item) {
  if (item.kind == IdKind::Contact) return "t:Contact";
  if (item.kind == IdKind::Task) return "t:Task";
  if (item.kind == IdKind::Event) return "t:CalendarItem";
  auto meeting = text_of(item.fields, "meetingMessageType");
  if (meeting.empty()) return "t:Message";
  return meeting == "meetingRequest"     ? "t:MeetingRequest"
         : meeting == "meetingCancelled" ? "t:MeetingCancellation"
                                         : "t:MeetingResponse";
}

void put_item_id(Node parent, const char* name, const Call& call, const Item& item,
                 std::optional<uint32_t> day) {
  Node id = add(parent, name);
  set(id, "Id", ews_id(call.mailbox, item, day));
  set(id, "ChangeKey", change_key(item.version));
}

void put_mailbox(Node parent, const json::value& recipient) {
  auto address = address_of(recipient);
  if (address.empty()) return;
  Node out = add(parent, "t:Mailbox");
  add(out, "t:Name", text_of(*object_of(recipient.get_object(), "emailAddress"), "name"));
  add(out, "t:EmailAddress", address);
  add(out, "t:RoutingType", "SMTP");
  add(out, "t:MailboxType", "Mailbox");
}

void put_recipients(Node parent, const char* name, const json::array* recipients) {
  if (!recipients || recipients->empty()) return;
  Node list = add(parent, name);
  for (auto& one : *recipients) put_mailbox(list, one);
  if (!list.first_child()) parent.remove_child(list);
}

Node render_item(Call& call, Node parent, Item& item, std::optional<uint32_t> day, const Shape& shape,
                 bool whole) {
  if (auto every = call.desk.switches.change_key_drift; every && ++call.desk.shown % every == 0)
    item.version = call.world.new_version();
  json::object shown = day ? occurrence_fields(item, *day) : json::object();
  ItemView view{.call = call,
                .item = item,
                .day = day,
                .fields = day ? shown : item.fields,
                .shape = shape,
                .out = add(parent, element_of(item))};
  auto put_all = [&](std::span<const Property> properties) {
    for (auto& property : properties) {
      bool always = property.put == put_extended || std::string_view(property.uri) == "item:ItemId" ||
                    (property.put == put_mime && shape.mime && whole);
      if (always || wanted(view, property, whole)) property.put(view);
    }
  };
  put_all(kItemProperties);
  put_all(own_properties(item));
  return view.out;
}

Node render_bare(const Call& call, Node parent, const Item& item, std::optional<uint32_t> day) {
  Node out = add(parent, element_of(item));
  put_item_id(out, "t:ItemId", call, item, day);
  return out;
}

}  // namespace mailsync::lab::ews
