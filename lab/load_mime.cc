#include "lab/load_mime.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>

#include "lab/json_read.h"

namespace mailsync::lab {
namespace {

constexpr size_t kMostRecipients = 20'000;

struct Unref {
  void operator()(void* object) const {
    if (object) g_object_unref(object);
  }
};
template <typename T>
using Owned = std::unique_ptr<T, Unref>;

void start_gmime() {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
}

// JSON must be UTF-8: invalid sequences become U+FFFD, NUL goes (F113).
std::string valid_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char* end = nullptr;
    bool ok = g_utf8_validate_len(text.data(), text.size(), &end);
    const auto valid = static_cast<size_t>(end - text.data());
    out.append(text.substr(0, valid));
    text.remove_prefix(valid);
    if (ok || text.empty()) break;
    if (text.front() != '\0') out += "\xEF\xBF\xBD";
    text.remove_prefix(1);
  }
  return out;
}

std::string text_or(const char* text) {
  return text ? valid_text(text) : std::string();
}

json::array recipients_of(InternetAddressList* list) {
  json::array out;
  if (!list) return out;
  for (int i = 0; i < internet_address_list_length(list) && out.size() < kMostRecipients; ++i) {
    InternetAddress* address = internet_address_list_get_address(list, i);
    if (INTERNET_ADDRESS_IS_GROUP(address)) {
      for (auto& member : recipients_of(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address))))
        out.push_back(member);
      continue;
    }
    std::string mail = text_or(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address)));
    out.push_back(recipient_of(mail, text_or(internet_address_get_name(address))));
  }
  return out;
}

std::string part_bytes(GMimePart* part) {
  GMimeDataWrapper* content = g_mime_part_get_content(part);
  if (!content) return {};
  Owned<GMimeStream> out(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, out.get());
  GByteArray* array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(out.get()));
  return {reinterpret_cast<const char*>(array->data), array->len};
}

std::string part_text(GMimePart* part) {
  std::string bytes = part_bytes(part);
  const char* charset = g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "charset");
  if (!charset || g_ascii_strcasecmp(charset, "utf-8") == 0 || g_ascii_strcasecmp(charset, "us-ascii") == 0) {
    if (g_utf8_validate_len(bytes.data(), bytes.size(), nullptr)) return bytes;
    charset = "windows-1252";
  }
  // latin-1 means windows-1252 on the web and in Exchange.
  if (g_ascii_strcasecmp(charset, "iso-8859-1") == 0) charset = "windows-1252";
  gsize written = 0;
  char* converted = g_convert_with_fallback(bytes.data(), static_cast<gssize>(bytes.size()), "UTF-8", charset,
                                            "\xEF\xBF\xBD", nullptr, &written, nullptr);
  if (!converted) return valid_text(bytes);
  std::string out = valid_text({converted, written});
  g_free(converted);
  return out;
}

bool is_type(GMimeObject* object, const char* type, const char* subtype) {
  GMimeContentType* content = g_mime_object_get_content_type(object);
  return content && g_mime_content_type_is_type(content, type, subtype);
}

struct Reader {
  LoadedMessage& out;
  std::string html, plain;
  bool has_html = false, has_plain = false;
  int depth = 0;

  void attach(GMimePart* part, std::string bytes, const char* odata_type, std::string type) {
    std::string name = text_or(g_mime_part_get_filename(part));
    const char* id = g_mime_object_get_content_id(GMIME_OBJECT(part));
    GMimeContentDisposition* disposition = g_mime_object_get_content_disposition(GMIME_OBJECT(part));
    bool is_inline =
        id && (!disposition || g_ascii_strcasecmp(g_mime_content_disposition_get_disposition(disposition),
                                                  "attachment") != 0);
    json::object fields{{"@odata.type", odata_type},
                        {"name", name.empty() ? "attachment" : name},
                        {"contentType", type},
                        {"isInline", is_inline},
                        {"lastModifiedDateTime", nullptr}};
    fields["contentId"] = id ? json::value(text_or(id)) : json::value();
    fields["contentLocation"] = nullptr;
    out.attachments.push_back({.number = 0,
                               .fields = std::move(fields),
                               .bytes = std::make_shared<const std::string>(std::move(bytes))});
  }

  void read(GMimeObject* object) {
    if (!object || ++depth > 60) return;
    if (GMIME_IS_MULTIPART(object)) {
      for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)); ++i)
        read(g_mime_multipart_get_part(GMIME_MULTIPART(object), i));
    } else if (GMIME_IS_MESSAGE_PART(object)) {
      GMimeMessage* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
      std::string subject = inner ? text_or(g_mime_message_get_subject(inner)) : std::string();
      char* bytes = inner ? g_mime_object_to_string(GMIME_OBJECT(inner), nullptr) : nullptr;
      json::object fields{{"@odata.type", "#microsoft.graph.itemAttachment"},
                          {"name", subject.empty() ? "message" : subject},
                          {"contentType", nullptr},
                          {"isInline", false},
                          {"lastModifiedDateTime", nullptr}};
      out.attachments.push_back({.number = 0,
                                 .fields = std::move(fields),
                                 .bytes = std::make_shared<const std::string>(bytes ? bytes : "")});
      g_free(bytes);
    } else if (GMIME_IS_PART(object)) {
      read_leaf(GMIME_PART(object));
    }
    --depth;
  }

  void read_leaf(GMimePart* part) {
    auto* object = GMIME_OBJECT(part);
    GMimeContentDisposition* disposition = g_mime_object_get_content_disposition(object);
    bool attached = disposition && g_ascii_strcasecmp(g_mime_content_disposition_get_disposition(disposition),
                                                      "attachment") == 0;
    if (!attached && !has_html && is_type(object, "text", "html")) {
      html = part_text(part);
      has_html = true;
    } else if (!attached && !has_plain && !has_html && is_type(object, "text", "plain") &&
               !g_mime_part_get_filename(part)) {
      plain = part_text(part);
      has_plain = true;
    } else {
      GMimeContentType* type = g_mime_object_get_content_type(object);
      char* name = type ? g_mime_content_type_get_mime_type(type) : nullptr;
      attach(part, part_bytes(part), "#microsoft.graph.fileAttachment",
             name ? valid_text(name) : "application/octet-stream");
      g_free(name);
    }
  }
};

std::optional<Instant> instant_of_date(GDateTime* date) {
  if (!date) return std::nullopt;
  Instant at{g_date_time_to_unix(date) * 1'000'000};
  // A year nobody meant (a broken header) is no date.
  if (at.us < 0 || at > *Instant::from_iso("2100-01-01T00:00:00Z")) return std::nullopt;
  return at;
}

std::optional<Instant> received_at(GMimeMessage* message) {
  const char* header = g_mime_object_get_header(GMIME_OBJECT(message), "Received");
  std::string text = header ? header : "";
  auto semicolon = text.rfind(';');
  if (semicolon == std::string::npos) return std::nullopt;
  Owned<GMimeMessage> dated(g_mime_message_new(FALSE));  // GMime reads dates in a Date header
  g_mime_object_set_header(GMIME_OBJECT(dated.get()), "Date", text.c_str() + semicolon + 1, nullptr);
  return instant_of_date(g_mime_message_get_date(dated.get()));
}

void read_headers(GMimeMessage* message, json::object& fields) {
  json::array headers;
  GMimeHeaderList* list = g_mime_object_get_header_list(GMIME_OBJECT(message));
  std::string thread;
  for (int i = 0; i < g_mime_header_list_get_count(list) && i < 200; ++i) {
    GMimeHeader* header = g_mime_header_list_get_header_at(list, i);
    std::string name = text_or(g_mime_header_get_name(header)),
                value = text_or(g_mime_header_get_value(header));
    if (same_address(name, "References") || (thread.empty() && same_address(name, "In-Reply-To")))
      if (auto begin = value.find('<'), end = value.find('>');
          begin != std::string::npos && end != std::string::npos && end > begin)
        thread = value.substr(begin, end - begin + 1);
    if (same_address(name, "Importance"))
      fields["importance"] = same_address(value, "high")  ? "high"
                             : same_address(value, "low") ? "low"
                                                          : "normal";
    if (same_address(name, "Sensitivity")) fields["sensitivity"] = value;
    headers.push_back({{"name", name}, {"value", value}});
  }
  fields["internetMessageHeaders"] = std::move(headers);
  // A conversation is its first message, or itself.
  if (thread.empty()) thread = text_of(fields, "internetMessageId");
  if (thread.empty()) thread = text_of(fields, "subject");
  char id[32];
  std::snprintf(id, sizeof id, "%016zx", std::hash<std::string>()(thread));
  fields["conversationId"] = "AAQkAGI1AAAoZCfHAAAAEAD" + std::string(id) + "=";
}

}  // namespace

LoadedMessage parse_mime(std::string_view bytes) {
  start_gmime();
  LoadedMessage out;
  Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
  Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  g_mime_parser_set_format(parser.get(), GMIME_FORMAT_MESSAGE);
  Owned<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  json::object& fields = out.fields;
  if (!message) {
    fields["body"] = json::object{{"contentType", "text"}, {"content", valid_text(bytes)}};
    fields["from"] = recipient_of("", "");
    return out;
  }
  fields["subject"] = text_or(g_mime_message_get_subject(message.get()));
  // Exchange gives a message without an id one of its own; the lab leaves it empty, which is the harder case
  // (F18).
  std::string id = text_or(g_mime_message_get_message_id(message.get()));
  fields["internetMessageId"] = id.empty() ? "" : "<" + id + ">";
  auto from = recipients_of(g_mime_message_get_from(message.get()));
  auto sender = recipients_of(g_mime_message_get_sender(message.get()));
  fields["from"] =
      from.empty() ? json::value(sender.empty() ? recipient_of("", "") : sender[0].as_object()) : from[0];
  fields["sender"] = sender.empty() ? fields["from"] : sender[0];
  fields["toRecipients"] = recipients_of(g_mime_message_get_to(message.get()));
  fields["ccRecipients"] = recipients_of(g_mime_message_get_cc(message.get()));
  fields["bccRecipients"] = recipients_of(g_mime_message_get_bcc(message.get()));
  fields["replyTo"] = recipients_of(g_mime_message_get_reply_to(message.get()));
  read_headers(message.get(), fields);
  Reader reader{.out = out};
  reader.read(g_mime_message_get_mime_part(message.get()));
  fields["body"] = reader.has_html ? json::object{{"contentType", "html"}, {"content", reader.html}}
                                   : json::object{{"contentType", "text"}, {"content", reader.plain}};
  out.date = instant_of_date(g_mime_message_get_date(message.get()));
  out.received = received_at(message.get());
  return out;
}

}  // namespace mailsync::lab
