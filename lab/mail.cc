#include "lab/mail.h"

#include <cctype>

#include "lab/json_read.h"
#include "lab/zones.h"

namespace mailsync::lab {
namespace {

constexpr const char* kRecipientLists[] = {"toRecipients", "ccRecipients", "bccRecipients"};

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = static_cast<uint8_t>(bytes[i]) << 16;
    if (i + 1 < bytes.size()) group |= static_cast<uint8_t>(bytes[i + 1]) << 8;
    if (i + 2 < bytes.size()) group |= static_cast<uint8_t>(bytes[i + 2]);
    for (int k = 0; k < 4; ++k)
      out += i + static_cast<size_t>(k) > bytes.size() ? '=' : kDigits[(group >> (18 - 6 * k)) & 63];
    if (i % 57 == 54) out += "\r\n";
  }
  return out;
}

std::string encoded_word(std::string_view text) {
  for (char c : text)
    if (static_cast<uint8_t>(c) >= 0x80 || c == '\r' || c == '\n') return "=?UTF-8?B?" + base64(text) + "?=";
  return std::string(text);
}

std::string mailbox_text(const json::value& recipient) {
  auto* object = recipient.if_object();
  auto* email = object ? object_of(*object, "emailAddress") : nullptr;
  if (!email) return {};
  return "\"" + encoded_word(text_of(*email, "name")) + "\" <" + std::string(text_of(*email, "address")) +
         ">";
}

std::string mail_date(std::string_view iso) {
  auto instant = Instant::from_iso(iso);
  if (!instant) return "Thu, 1 Jan 1970 00:00:00 +0000";
  return date::format("%a, %d %b %Y %H:%M:%S +0000",
                      date::sys_seconds(std::chrono::seconds(instant->us / 1'000'000)));
}

void add_to_header(std::string& out, std::string_view header, const json::object& fields,
                   std::string_view list) {
  auto* recipients = array_of(fields, list);
  if (!recipients || recipients->empty()) return;
  out += std::string(header) + ": ";
  for (size_t i = 0; i < recipients->size(); ++i) out += (i ? ",\r\n " : "") + mailbox_text((*recipients)[i]);
  out += "\r\n";
}

std::string part_of(const Attachment& attachment) {
  bool is_inline = flag_of(attachment.fields, "isInline");
  std::string out = "Content-Type: " + std::string(text_of(attachment.fields, "contentType")) + "\r\n";
  out += std::string("Content-Disposition: ") + (is_inline ? "inline" : "attachment") + "; filename=\"" +
         encoded_word(text_of(attachment.fields, "name")) + "\"\r\n";
  if (auto id = text_of(attachment.fields, "contentId"); !id.empty())
    out += "Content-ID: <" + std::string(id) + ">\r\n";
  return out + "Content-Transfer-Encoding: base64\r\n\r\n" +
         base64(attachment.bytes ? *attachment.bytes : "") + "\r\n";
}

}  // namespace

std::string text_from_html(std::string_view html) {
  std::string out;
  bool tag = false;
  for (size_t i = 0; i < html.size(); ++i) {
    char c = html[i];
    if (c == '<') {
      tag = true;
      auto rest = html.substr(i, 4);
      if (rest.starts_with("<br") || rest.starts_with("</p") || rest.starts_with("</di")) out += "\r\n";
    } else if (c == '>') {
      tag = false;
    } else if (!tag) {
      if (html.substr(i).starts_with("&nbsp;"))
        out += ' ', i += 5;
      else if (html.substr(i).starts_with("&amp;"))
        out += '&', i += 4;
      else if (html.substr(i).starts_with("&lt;"))
        out += '<', i += 3;
      else if (html.substr(i).starts_with("&gt;"))
        out += '>', i += 3;
      else if (html.substr(i).starts_with("&quot;"))
        out += '"', i += 5;
      else
        out += c;
    }
  }
  while (!out.empty() && std::isspace(static_cast<unsigned char>(out.front()))) out.erase(out.begin());
  while (!out.empty() && std::isspace(static_cast<unsigned char>(out.back()))) out.pop_back();
  return out;
}

std::string preview_of(const json::object& fields) {
  auto* body = object_of(fields, "body");
  if (!body) return {};
  std::string text(text_of(*body, "content"));
  if (text_of(*body, "contentType") == "html") text = text_from_html(text);
  std::string out;
  for (char c : text) {
    if (out.size() >= 250 && (static_cast<uint8_t>(c) & 0xC0) != 0x80) break;
    out += c;
  }
  return out;
}

void fill_message(World& world, const Mailbox& mailbox, json::object& fields, Instant now) {
  auto set_default = [&](std::string_view name, const auto& value) {
    if (auto* old = fields.if_contains(name); !old || old->is_null()) fields[name] = value;
  };
  std::string iso = Instant{now.us / 1'000'000 * 1'000'000}.to_iso();
  set_default("subject", "");
  set_default("importance", "normal");
  set_default("isRead", false);
  set_default("isDraft", false);
  set_default("isDeliveryReceiptRequested", nullptr);
  set_default("isReadReceiptRequested", false);
  set_default("inferenceClassification", "focused");
  set_default("categories", json::array());
  set_default("body", json::object{{"contentType", "text"}, {"content", ""}});
  for (const char* list : kRecipientLists) set_default(list, json::array());
  set_default("replyTo", json::array());
  set_default("flag", json::object{{"flagStatus", "notFlagged"}});
  set_default("from", recipient_of(mailbox.user.mail, mailbox.user.display_name));
  set_default("sender", json::value(fields.at("from")));  // a copy: the object may move what it holds
  set_default("sentDateTime", iso);
  set_default("receivedDateTime", iso);
  if (text_of(fields, "internetMessageId").empty()) {
    std::string domain = mailbox.user.mail.substr(mailbox.user.mail.find('@') + 1);
    fields["internetMessageId"] = "<" + world.guid() + "@" + domain + ">";
  }
  if (text_of(fields, "conversationId").empty()) fields["conversationId"] = "AAQkAG" + world.guid() + "AQAB=";
  set_default("conversationIndex", "AQHZ" + world.guid().substr(0, 8) + "==");
}

Item& deliver(World& world, Mailbox& to, json::object fields, std::vector<Attachment> attachments,
              Instant now) {
  fields["isRead"] = false;
  fields["isDraft"] = false;
  fields["bccRecipients"] = json::array();
  fields["categories"] = json::array();  // the sender's own marks do not travel
  fields["flag"] = json::object{{"flagStatus", "notFlagged"}};
  fields.erase("singleValueExtendedProperties");
  fields["receivedDateTime"] = Instant{now.us / 1'000'000 * 1'000'000}.to_iso();
  fill_message(world, to, fields, now);
  Item& item = world.add(to, IdKind::Message, to.well_known("inbox")->number, std::move(fields), now);
  item.attachments = std::move(attachments);
  return item;
}

void send_message(World& world, Mailbox& from, json::object fields, std::vector<Attachment> attachments,
                  Item* draft, bool save, std::string why, Instant now) {
  std::string iso = Instant{now.us / 1'000'000 * 1'000'000}.to_iso();
  fill_message(world, from, fields, now);
  fields["isDraft"] = false;
  fields["isRead"] = true;
  fields["sentDateTime"] = iso;
  fields["receivedDateTime"] = iso;
  std::set<Mailbox*> reached;
  for (const char* list : kRecipientLists) {
    for (auto& recipient : fields.at(list).as_array()) {
      std::string address(address_of(recipient));
      Mailbox* inside = world.find(address);
      world.record({.at = now,
                    .from = from.user.mail,
                    .to = address,
                    .inside = inside != nullptr,
                    .why = why,
                    .subject = std::string(text_of(fields, "subject")),
                    .message_id = std::string(text_of(fields, "internetMessageId"))});
      if (inside && inside->user.mailbox_enabled && reached.insert(inside).second)
        deliver(world, *inside, fields, attachments, now);
    }
  }
  Container* sent = from.well_known("sentitems");
  if (draft) {
    draft->fields = std::move(fields);
    draft->attachments = std::move(attachments);
    if (!save) return world.remove(from, draft->number, now);
    Duration delay = world.faults.sent_items_delay;
    world.move(from, *draft, delay > Duration(0) ? from.well_known("outbox")->number : sent->number, now);
    if (delay > Duration(0)) world.move_later(from, draft->number, sent->number, now + delay);
  } else if (save) {
    Item& item = world.add(from, IdKind::Message, sent->number, std::move(fields), now);
    item.attachments = std::move(attachments);
  }
}

void mirror_flag(World& world, Mailbox& mailbox, const Item& message, Instant now) {
  auto* flag = object_of(message.fields, "flag");
  std::string status(flag ? text_of(*flag, "flagStatus") : "notFlagged");
  std::string id = mailbox.id_of(message, true);
  Container* list = mailbox.well_known("flaggedEmails");
  Item* task = nullptr;
  for (uint64_t number : list->items)
    if (text_of(mailbox.item(number)->fields.at("linkedResources").as_array()[0].as_object(), "externalId") ==
        id)
      task = mailbox.item(number);
  if (status == "notFlagged") {
    if (task) world.remove(mailbox, task->number, now);
    return;
  }
  json::object fields{{"title", text_of(message.fields, "subject")},
                      {"status", status == "complete" ? "completed" : "notStarted"},
                      {"importance", "normal"},
                      {"isReminderOn", false},
                      {"categories", json::array()},
                      {"body", {{"contentType", "text"}, {"content", ""}}},
                      {"linkedResources", json::array{{{"id", world.guid()},
                                                       {"applicationName", "Outlook"},
                                                       {"displayName", text_of(message.fields, "subject")},
                                                       {"externalId", id}}}},
                      {"checklistItems", json::array()}};
  if (status == "complete")
    fields["completedDateTime"] =
        date_time_time_zone(date::floor<date::days>(to_local(now, *zone_of("UTC"))), "UTC");
  if (auto* due = flag->if_contains("dueDateTime")) fields["dueDateTime"] = *due;
  if (!task) {
    world.add(mailbox, IdKind::Task, list->number, std::move(fields), now);
  } else {
    task->fields = std::move(fields);
    world.changed(mailbox, *task, now);
  }
}

std::string mime_of(const Item& item) {
  const json::object& fields = item.fields;
  std::string out =
      "From: " + (fields.contains("from") ? mailbox_text(fields.at("from")) : std::string("\"\" <>")) +
      "\r\n";
  add_to_header(out, "To", fields, "toRecipients");
  add_to_header(out, "Cc", fields, "ccRecipients");
  out += "Subject: " + encoded_word(text_of(fields, "subject")) + "\r\n";
  out += "Date: " + mail_date(text_of(fields, "sentDateTime")) + "\r\n";
  out += "Message-ID: " + std::string(text_of(fields, "internetMessageId")) + "\r\n";
  if (auto* headers = array_of(fields, "internetMessageHeaders"))
    for (auto& header : *headers)
      if (auto* h = header.if_object())
        out += std::string(text_of(*h, "name")) + ": " + encoded_word(text_of(*h, "value")) + "\r\n";
  out += "MIME-Version: 1.0\r\n";
  auto* body = object_of(fields, "body");
  bool html = body && text_of(*body, "contentType") == "html";
  std::string text = std::string("Content-Type: text/") + (html ? "html" : "plain") +
                     "; charset=\"utf-8\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
                     base64(body ? text_of(*body, "content") : std::string_view()) + "\r\n";
  if (item.attachments.empty()) return out + text;
  std::string boundary = "_=_lab_" + std::to_string(item.number) + "_=_";
  out += "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n--" + boundary + "\r\n" + text;
  for (auto& attachment : item.attachments) out += "--" + boundary + "\r\n" + part_of(attachment);
  return out + "--" + boundary + "--\r\n";
}

}  // namespace mailsync::lab
