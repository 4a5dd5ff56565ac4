// message and its attachments: learn.microsoft.com/graph/api/resources/message
#include "format/mime_head.h"
#include "mailbox/graph/codec.h"

namespace mailsync::graph {
namespace {

WireAttachment read_attachment(const JsonObject& from) {
  WireAttachment out;
  const std::string type = text(from, "@odata.type");
  out.type = type.ends_with("itemAttachment")        ? "item"
             : type.ends_with("referenceAttachment") ? "reference"
                                                     : "file";
  out.id = text(from, "id");
  out.name = text(from, "name");
  out.content_type = text(from, "contentType");
  out.content_id = text(from, "contentId");
  out.source_url = text(from, "sourceUrl");
  out.size = number(from, "size").value_or(0);
  out.is_inline = flag(from, "isInline");
  return out;
}

void read_header(const JsonObject& from, WireMessage& out) {
  const auto found = from.if_contains("name");
  const auto name = found ? found->if_string() : std::nullopt;
  if (name && format::is_looked_at(*name)) out.headers.emplace_back(*name, text(from, "value"));
}

}  // namespace

WireMessage read_message(const JsonObject& from) {
  WireMessage out;
  static_cast<WireItem&>(out) = read_item(from);
  if (out.removed) return out;
  out.parent_folder_id = text(from, "parentFolderId");
  out.subject = text(from, "subject");
  out.body_preview = text(from, "bodyPreview");
  out.internet_message_id = text(from, "internetMessageId");
  out.conversation_id = text(from, "conversationId");
  out.importance = text(from, "importance");
  out.sent = instant(from, "sentDateTime");
  out.received = instant(from, "receivedDateTime");
  out.is_draft = flag(from, "isDraft");
  out.has_attachments = flag(from, "hasAttachments");
  out.categories = texts(from, "categories");
  out.from = read_recipient(child(from, "from"));
  out.sender = read_recipient(child(from, "sender"));
  out.to = read_recipients(from, "toRecipients");
  out.cc = read_recipients(from, "ccRecipients");
  out.bcc = read_recipients(from, "bccRecipients");
  out.reply_to = read_recipients(from, "replyTo");
  if (Field<WireBody> body = read_body(from, "body"); body.is_set()) out.body = body.value();
  if (const auto headers = list(from, "internetMessageHeaders"))
    for (const JsonValue header : *headers)
      if (const auto members = header.if_object()) read_header(*members, out);
  if (const auto attachments = list(from, "attachments"))
    for (const JsonValue attachment : *attachments)
      if (const auto members = attachment.if_object()) out.attachments.push_back(read_attachment(*members));
  return out;
}

}  // namespace mailsync::graph
