#include "format/compose.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <string_view>

#include "format/gmime_objects.h"

namespace mailsync::format {
namespace {

using FormatOptions = std::unique_ptr<GMimeFormatOptions, decltype(&g_mime_format_options_free)>;

// Every header goes through here: nothing gets in that could begin another header (S36).
class HeaderWriter {
 public:
  explicit HeaderWriter(GMimeObject* part) : part_(part) {}

  Result<void> text(const char* name, std::string_view value) {
    if (value.empty()) return {};
    TRY_VOID(one_line(name, value));
    g_mime_object_set_header(part_, name, std::string(value).c_str(), "utf-8");
    return {};
  }

  Result<void> ids(const char* name, std::span<const std::string> ids) {
    std::string value;
    for (const std::string& id : ids) {
      TRY_VOID(one_line(name, id));
      if (id.find_first_of("<> \t") != std::string::npos)
        return fail(ErrorKind::ItemInvalid,
                    std::string("the ") + name + " header holds what is no message id");
      if (!id.empty()) value += (value.empty() ? "<" : " <") + id + ">";
    }
    return text(name, value);
  }

  Result<void> addresses(const char* name, std::span<const model::Address> list) {
    const GObjectOf<InternetAddressList> out(internet_address_list_new());
    for (const model::Address& one : list) {
      TRY_VOID(one_line(name, one.name));
      TRY_VOID(one_line(name, one.address));
      if (one.address.empty() && one.name.empty()) continue;
      if (model::clean_address(one.address).empty())
        return fail(ErrorKind::ItemInvalid,
                    std::string("\"") + (one.address.empty() ? one.name : one.address) + "\" in the " + name +
                        " header is no e-mail address: correct it and try again");
      const GObjectOf<InternetAddress> mailbox(
          internet_address_mailbox_new(one.name.empty() ? nullptr : one.name.c_str(), one.address.c_str()));
      internet_address_set_charset(mailbox.get(), "utf-8");
      internet_address_list_add(out.get(), mailbox.get());
    }
    if (internet_address_list_length(out.get()) == 0) return {};
    const std::unique_ptr<char, decltype(&g_free)> words(
        internet_address_list_to_string(out.get(), nullptr, TRUE), &g_free);
    g_mime_object_set_header(part_, name, words.get(), "utf-8");
    return {};
  }

  static Result<void> one_line(std::string_view name, std::string_view value) {
    if (value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos) return {};
    return fail(
        ErrorKind::ItemInvalid,
        "the " + std::string(name) +
            " of the message holds a line break or NUL, which a header cannot: remove it and try again");
  }

 private:
  GMimeObject* part_;
};

GObjectOf<GMimeDataWrapper> content_of(std::string_view bytes) {
  const GObjectOf<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
  return GObjectOf<GMimeDataWrapper>(
      g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_DEFAULT));
}

GObjectOf<GMimeObject> text_part(const char* subtype, std::string_view text) {
  GMimePart* part = g_mime_part_new_with_type("text", subtype);
  g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
  g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  g_mime_part_set_content(part, content_of(model::clean_text(text)).get());
  return GObjectOf<GMimeObject>(GMIME_OBJECT(part));
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("!#$&-^_.+").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

// An embedded message must not be encoded (RFC 2046 section 5.2.1), so it goes in as parts.
GObjectOf<GMimeObject> embedded_message(std::string_view bytes) {
  const GObjectOf<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
  const GObjectOf<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const GObjectOf<GMimeMessage> inner(g_mime_parser_construct_message(parser.get(), nullptr));
  if (!inner) return nullptr;
  return GObjectOf<GMimeObject>(GMIME_OBJECT(g_mime_message_part_new_with_message("rfc822", inner.get())));
}

Result<GObjectOf<GMimeObject>> attached(const model::Attachment& about, std::string_view bytes) {
  TRY_VOID(HeaderWriter::one_line("file name of an attachment", about.name));
  TRY_VOID(HeaderWriter::one_line("content id of an attachment", about.content_id));
  TRY_VOID(HeaderWriter::one_line("content type of an attachment", about.content_type));
  GObjectOf<GMimeObject> part;
  if (about.content_type == "message/rfc822") part = embedded_message(bytes);
  if (!part) {
    const std::string_view type =
        std::string_view(about.content_type).substr(0, about.content_type.find(';'));
    const size_t slash = type.find('/');
    const std::string_view media = type.substr(0, slash),
                           subtype = slash == std::string_view::npos ? "" : type.substr(slash + 1);
    const bool usable = is_token(media) && is_token(subtype) && media != "multipart" && media != "message";
    GMimePart* leaf =
        usable ? g_mime_part_new_with_type(std::string(media).c_str(), std::string(subtype).c_str())
               : g_mime_part_new_with_type("application", "octet-stream");
    g_mime_part_set_content_encoding(leaf, GMIME_CONTENT_ENCODING_BASE64);
    g_mime_part_set_content(leaf, content_of(bytes).get());
    part.reset(GMIME_OBJECT(leaf));
  }
  g_mime_object_set_disposition(part.get(), about.is_inline ? "inline" : "attachment");
  if (!about.name.empty())
    g_mime_object_set_content_disposition_parameter(part.get(), "filename", about.name.c_str());
  if (!about.content_id.empty()) g_mime_object_set_content_id(part.get(), about.content_id.c_str());
  return part;
}

// Puts parts into multiparts; boundaries hold "=_", which neither base64 nor quoted-printable can.
class Assembly {
 public:
  GObjectOf<GMimeObject> multipart(const char* subtype, GObjectOf<GMimeObject> first) {
    GMimeMultipart* out = g_mime_multipart_new_with_subtype(subtype);
    g_mime_multipart_set_boundary(out, ("=_part_" + std::to_string(++count_) + "_=").c_str());
    if (first) g_mime_multipart_add(out, first.get());
    return GObjectOf<GMimeObject>(GMIME_OBJECT(out));
  }

 private:
  int count_ = 0;
};

Result<GObjectOf<GMimeObject>> body_of(const model::Email& email, std::span<const std::string> contents) {
  Assembly assembly;
  std::string text = email.text;
  for (const model::Attachment& attachment : email.attachments)
    if (!attachment.link.empty())
      text += (text.empty() || text.ends_with('\n') ? "" : "\n") + attachment.name + ": " + attachment.link +
              "\n";
  GObjectOf<GMimeObject> body;
  if (email.html.empty() || !text.empty()) body = text_part("plain", text);
  if (!email.html.empty()) {
    GObjectOf<GMimeObject> html = text_part("html", email.html);
    for (size_t i = 0; i < contents.size(); ++i) {
      if (!email.attachments[i].is_inline || !email.attachments[i].link.empty()) continue;
      TRY(const auto part, attached(email.attachments[i], contents[i]));
      if (!GMIME_IS_MULTIPART(html.get())) html = assembly.multipart("related", std::move(html));
      g_mime_multipart_add(GMIME_MULTIPART(html.get()), part.get());
    }
    if (body) {
      body = assembly.multipart("alternative", std::move(body));
      g_mime_multipart_add(GMIME_MULTIPART(body.get()), html.get());
    } else {
      body = std::move(html);
    }
  }
  bool mixed = false;
  for (size_t i = 0; i < contents.size(); ++i) {
    if ((email.attachments[i].is_inline && !email.html.empty()) || !email.attachments[i].link.empty())
      continue;
    TRY(const auto part, attached(email.attachments[i], contents[i]));
    if (!mixed) body = assembly.multipart("mixed", std::move(body));
    mixed = true;
    g_mime_multipart_add(GMIME_MULTIPART(body.get()), part.get());
  }
  return body;
}

Result<void> write_head(const model::Email& email, const ComposeOptions& options, GMimeMessage* message) {
  const model::EmailHead& head = email.head;
  HeaderWriter headers(GMIME_OBJECT(message));
  TRY_VOID(headers.addresses("From", std::span(&head.from, 1)));
  if (!head.sender.address.empty() && head.sender.address != head.from.address)
    TRY_VOID(headers.addresses("Sender", std::span(&head.sender, 1)));
  TRY_VOID(headers.addresses("To", head.to));
  TRY_VOID(headers.addresses("Cc", head.cc));
  if (options.with_bcc) TRY_VOID(headers.addresses("Bcc", head.bcc));
  TRY_VOID(headers.addresses("Reply-To", head.reply_to));
  TRY_VOID(headers.text("Subject", head.subject));
  if (head.sent_at) {
    const std::unique_ptr<GDateTime, decltype(&g_date_time_unref)> date(
        g_date_time_new_from_unix_utc(head.sent_at->us / 1'000'000), &g_date_time_unref);
    if (date) g_mime_message_set_date(message, date.get());
  }
  if (!head.message_id.empty()) TRY_VOID(headers.ids("Message-ID", std::span(&head.message_id, 1)));
  TRY_VOID(headers.ids("References", email.references));
  if (!email.references.empty()) TRY_VOID(headers.ids("In-Reply-To", std::span(&email.references.back(), 1)));
  if (head.importance == "high" || head.importance == "low")
    TRY_VOID(headers.text("Importance", head.importance));
  if (head.is_private) TRY_VOID(headers.text("Sensitivity", "Private"));
  if (head.is_draft) TRY_VOID(headers.text("X-Unsent", "1"));
  if (head.is_automatic) {
    TRY_VOID(headers.text("Auto-Submitted", "auto-generated"));
    TRY_VOID(headers.text("X-Auto-Response-Suppress", "All"));
  }
  return {};
}

}  // namespace

Result<std::string> compose_mime(const model::Email& email, std::span<const std::string> contents,
                                 const ComposeOptions& options) {
  start_gmime();
  if (contents.size() != email.attachments.size())
    return fail(ErrorKind::ItemInvalid, "the message has " + std::to_string(email.attachments.size()) +
                                            " attachments, but the bytes of " +
                                            std::to_string(contents.size()));
  const GObjectOf<GMimeMessage> message(g_mime_message_new(FALSE));
  TRY_VOID(write_head(email, options, message.get()));
  TRY(const auto body, body_of(email, contents));
  g_mime_message_set_mime_part(message.get(), body.get());
  const FormatOptions format(g_mime_format_options_new(), &g_mime_format_options_free);
  g_mime_format_options_set_newline_format(format.get(), GMIME_NEWLINE_FORMAT_DOS);
  const GObjectOf<GMimeStream> memory(g_mime_stream_mem_new());
  g_mime_object_write_to_stream(GMIME_OBJECT(message.get()), format.get(), memory.get());
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory.get()));
  return std::string(reinterpret_cast<const char*>(bytes->data), bytes->len);
}

}  // namespace mailsync::format
