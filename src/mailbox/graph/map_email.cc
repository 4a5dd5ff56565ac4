#include <algorithm>
#include <cctype>

#include "format/html_text.h"
#include "mailbox/graph/map.h"

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

// The first header of that name, or nothing.
const std::string* header(const WireMessage& message, std::string_view name) {
  for (const auto& [key, words] : message.headers)
    if (lower(key) == name) return &words;
  return nullptr;
}

// RFC 3834 and the habits of lists; X-Auto-Response-Suppress alone proves nothing (F8).
bool is_automatic(const WireMessage& message) {
  if (const auto* words = header(message, "auto-submitted"); words && !lower(*words).starts_with("no"))
    return true;
  if (const auto* words = header(message, "precedence")) {
    const std::string kind = lower(*words);
    if (kind.starts_with("bulk") || kind.starts_with("list") || kind.starts_with("junk")) return true;
  }
  if (header(message, "list-id") || header(message, "list-unsubscribe")) return true;
  const auto* path = header(message, "return-path");
  return path && *path == "<>";
}

bool is_private(const WireMessage& message) {
  const auto* words = header(message, "sensitivity");
  return words && lower(*words) != "normal";
}

// S/MIME and rights-managed mail: the content is in an attachment that we do not open (F119).
bool is_protected(const WireMessage& message) {
  return std::ranges::any_of(message.attachments, [](const WireAttachment& attachment) {
    const std::string type = lower(attachment.content_type);
    const std::string name = lower(attachment.name);
    return type.starts_with("application/pkcs7-mime") || type.starts_with("application/x-pkcs7-mime") ||
           type.starts_with("multipart/signed") || name == "smime.p7m" || name.ends_with(".rpmsg") ||
           type.starts_with("application/x-microsoft-rpmsg-message");
  });
}

void add_message_ids(std::string_view words, std::vector<std::string>& out) {
  for (size_t at = words.find('<'); at != std::string_view::npos; at = words.find('<', at + 1)) {
    const size_t end = words.find('>', at);
    if (end == std::string_view::npos) return;
    if (std::string id = without_brackets(words.substr(at, end - at + 1)); !id.empty()) {
      std::erase(out, id);  // the last mention counts: In-Reply-To comes last
      out.push_back(std::move(id));
    }
    if (out.size() >= 200) return;
  }
}

// "cid:" as the HTML names it: percent escapes of @ are common.
bool references(const std::string& lower_html, const std::string& content_id) {
  if (content_id.empty()) return false;
  const std::string id = lower(content_id);
  if (lower_html.find("cid:" + id) != std::string::npos) return true;
  std::string escaped = id;
  for (size_t at = escaped.find('@'); at != std::string::npos; at = escaped.find('@', at + 3))
    escaped.replace(at, 1, "%40");
  return escaped != id && lower_html.find("cid:" + escaped) != std::string::npos;
}

void take_attachments(const WireMessage& message, model::Email& email) {
  if (message.attachments.empty()) return;
  const bool may_be_inline = std::ranges::any_of(
      message.attachments, [](const WireAttachment& one) { return !one.content_id.empty(); });
  const std::string html = may_be_inline ? lower(email.html) : std::string();
  for (const WireAttachment& from : message.attachments) {
    model::Attachment attachment;
    attachment.remote_id = from.id;
    attachment.name = model::clean_text(from.name);
    attachment.content_type = from.type == "item" ? "message/rfc822" : from.content_type;
    attachment.size = from.size;
    attachment.content_id = without_brackets(from.content_id);
    attachment.is_inline = references(html, attachment.content_id);  // F117
    if (from.type == "reference") {
      attachment.remote_id.clear();
      attachment.link = from.source_url;
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
  head.is_automatic = is_automatic(message);
  head.is_private = is_private(message);
  head.is_protected = is_protected(message);
  if (!message.importance.empty()) head.importance = message.importance;
  return head;
}

model::Email email_of(const WireMessage& message) {
  model::Email email;
  email.head = head_of(message);
  if (message.body) {
    if (message.body->html) {
      email.html = model::clean_text(message.body->content);
      email.text = format::text_of_html(email.html);
    } else {
      email.text = model::clean_text(message.body->content);
    }
  }
  if (const auto* words = header(message, "references")) add_message_ids(*words, email.references);
  if (const auto* words = header(message, "in-reply-to")) add_message_ids(*words, email.references);
  take_attachments(message, email);
  email.preview =
      format::preview_of_text(email.text.empty() ? model::clean_text(message.body_preview) : email.text);
  if (email.head.is_protected)
    email.note =
        "This message is encrypted, signed or rights-managed: it is kept as it is and its content is not "
        "read.";
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
