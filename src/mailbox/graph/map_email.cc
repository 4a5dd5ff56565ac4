#include <algorithm>
#include <cctype>

#include "format/content_ids.h"
#include "format/html_text.h"
#include "format/mime_head.h"
#include "format/protection.h"
#include "mailbox/graph/map.h"
#include "model/cleaned.h"

namespace mailsync::graph {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string without_brackets(std::string_view id) {
  while (!id.empty() && (id.front() == '<' || id.front() == ' ')) id.remove_prefix(1);
  while (!id.empty() && (id.back() == '>' || id.back() == ' ')) id.remove_suffix(1);
  return model::clean_text(id);
}

model::Address address_of(const WireAddress& from) {
  return {model::clean_address(from.address), model::clean_text(from.name)};
}

std::vector<model::Address> addresses_of(const std::vector<WireAddress>& from) {
  std::vector<model::Address> out;
  out.reserve(from.size());
  for (const WireAddress& one : from) out.push_back(address_of(one));
  return out;
}

// The first header of that name (lower case), or nothing.
const std::string* header(const WireMessage& message, std::string_view name) {
  const auto same = [](char a, char b) {  // names are ASCII
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  };
  for (const auto& [key, words] : message.headers)
    if (std::ranges::equal(key, name, same)) return &words;
  return nullptr;
}

bool is_private(const WireMessage& message) {
  const auto* words = header(message, "sensitivity");
  return words && lower(*words) != "normal";
}

// Only its attachments say so, which the listing does not have.
bool is_protected(const WireMessage& message) {
  return std::ranges::any_of(message.attachments, [](const WireAttachment& attachment) {
    return format::is_protected_part(attachment.content_type, attachment.name);
  });
}

void take_attachments(const WireMessage& message, model::Email& email) {
  if (message.attachments.empty()) return;
  const auto shown = format::content_ids_in(email.html);
  for (const WireAttachment& from : message.attachments) {
    model::Attachment attachment;
    attachment.remote_id = from.id;
    attachment.name = model::clean_text(from.name);
    attachment.content_type = from.type == "item" ? "message/rfc822" : model::clean_text(from.content_type);
    attachment.size = from.size;
    attachment.content_id = without_brackets(from.content_id);
    attachment.is_inline = !attachment.content_id.empty() &&
                           shown.contains(format::content_id_key(attachment.content_id));  // F117
    if (from.type == "reference") {
      attachment.remote_id.clear();
      attachment.link = model::clean_text(from.source_url);
    }
    email.attachments.push_back(std::move(attachment));
  }
}

}  // namespace

model::EmailHead head_of(const WireMessage& message) {
  model::EmailHead head;
  head.message_id = without_brackets(message.internet_message_id);
  head.subject = model::clean_text(message.subject);
  head.from = address_of(message.from);
  head.sender = address_of(message.sender);
  head.to = addresses_of(message.to);
  head.cc = addresses_of(message.cc);
  head.bcc = addresses_of(message.bcc);
  head.reply_to = addresses_of(message.reply_to);
  head.sent_at = message.sent;
  head.received_at = message.received;
  head.conversation_id = message.conversation_id;
  head.is_draft = message.is_draft;
  head.has_attachments = message.has_attachments;
  head.is_automatic = format::is_automatic(message.headers);
  head.is_private = is_private(message);
  head.is_protected = is_protected(message);
  if (!message.importance.empty()) head.importance = message.importance;
  return head;
}

model::Email email_of(WireMessage message) {
  model::Email email;
  email.head = head_of(message);
  if (message.body) {
    if (message.body->html) {
      email.html = model::cleaned(std::move(message.body->content));
      email.text = format::text_of_html(email.html);
    } else {
      email.text = model::cleaned(std::move(message.body->content));
    }
  }
  email.references = format::references_of(message.headers);
  take_attachments(message, email);
  email.preview = format::preview_of_text(email.text.empty() ? model::cleaned(std::move(message.body_preview))
                                                             : email.text);
  if (email.head.is_protected) email.note = format::kProtectedNote;
  return email;
}

sync::RemoteItem item_of(const WireMessage& message, std::string_view category) {
  sync::RemoteItem item;
  item.kind = sync::Kind::Email;
  item.id = RemoteId{message.id};
  item.version = Version{message.change_key};
  item.changed_at = message.modified.value_or(Instant{});
  item.marked = has_category(message.categories, category);
  item.container = message.parent_folder_id;
  item.head = head_of(message);
  item.is_private = item.head->is_private;
  return item;
}

}  // namespace mailsync::graph
