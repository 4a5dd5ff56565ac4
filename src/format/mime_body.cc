#include "format/mime_body.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string>
#include <utility>

#include "format/charset.h"
#include "format/content_ids.h"
#include "format/header_words.h"
#include "format/html_text.h"
#include "format/protection.h"

namespace mailsync::format {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string or_empty(const char* text) {
  return text == nullptr ? "" : text;
}

std::string type_of(GMimeObject* part) {
  GMimeContentType* type = g_mime_object_get_content_type(part);
  if (type == nullptr) return "text/plain";
  return lower(model::clean_text(or_empty(g_mime_content_type_get_media_type(type)))) + "/" +
         lower(model::clean_text(or_empty(g_mime_content_type_get_media_subtype(type))));
}

// As it is written to disk or shown: no folders, no control characters.
std::string file_name(GMimeObject* part) {
  if (!GMIME_IS_PART(part)) return {};
  std::string name = header_text(or_empty(g_mime_part_get_filename(GMIME_PART(part))));
  if (const size_t slash = name.find_last_of("/\\"); slash != std::string::npos) name.erase(0, slash + 1);
  return name;
}

// Charsets that an HTML body names itself: the first charset= of its first kilobyte.
std::string charset_in_html(std::string_view html) {
  const std::string head = lower(html.substr(0, 1024));
  const size_t at = head.find("charset=");
  if (at == std::string::npos) return {};
  std::string_view rest = std::string_view(head).substr(at + 8);
  while (!rest.empty() && (rest.front() == '"' || rest.front() == '\'')) rest.remove_prefix(1);
  const std::string label(rest.substr(0, rest.find_first_of("\"' ;/>")));
  // A file that says UTF-16 in ASCII is none.
  return label.starts_with("utf-16") || !is_charset(label) ? "" : label;
}

std::string with_plain_line_ends(std::string text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out += text[i] == '\r' ? '\n' : text[i];
  }
  return out;
}

// One stretch of the body in its one or two forms.
struct Section {
  bool has_plain = false, has_html = false;
  std::string plain, html;
};

class BodyReader {
 public:
  BodyReader(const MimeLimits& limits, MimeParts& parts, model::Email& email)
      : limits_(limits), parts_(parts), email_(email) {}

  Result<void> read() {
    if (GMimeObject* root = g_mime_message_get_mime_part(parts_.message.get()))
      TRY_VOID(visit(root, nullptr, 0));
    finish_text();
    finish_attachments();
    return {};
  }

 private:
  // `alternative` is the section that the enclosing multipart/alternative fills.
  Result<void> visit(GMimeObject* part, Section* alternative, int depth) {
    if (++count_ > limits_.parts) return too_much("more than " + std::to_string(limits_.parts) + " parts");
    if (depth > limits_.depth)
      return too_much("parts nested more than " + std::to_string(limits_.depth) + " deep");
    if (!GMIME_IS_MULTIPART(part)) {
      add_leaf(part, alternative);
      return {};
    }
    const std::string type = type_of(part);
    if (is_protected_part(type, "")) protect();
    GMimeMultipart* multipart = GMIME_MULTIPART(part);
    Section own;
    const bool begins = alternative == nullptr && type == "multipart/alternative";
    const int children = g_mime_multipart_get_count(multipart);
    for (int i = 0; i < children; ++i)
      TRY_VOID(visit(g_mime_multipart_get_part(multipart, i), begins ? &own : alternative, depth + 1));
    if (begins) sections_.push_back(std::move(own));
    return {};
  }

  static Result<void> too_much(const std::string& what) {
    return fail(ErrorKind::ItemInvalid,
                "the message has " + what + ", so it was not read; it stays in its mailbox");
  }

  void protect() {
    if (!email_.head.is_protected) add_note(kProtectedNote, email_);
    email_.head.is_protected = true;
  }

  void add_leaf(GMimeObject* part, Section* alternative) {
    const std::string type = type_of(part), name = file_name(part);
    const std::string disposition = lower(or_empty(g_mime_object_get_disposition(part)));
    const bool plain = type == "text/plain" || type == "text/";
    const bool is_text =
        GMIME_IS_PART(part) && (plain || type == "text/html") && name.empty() && disposition != "attachment";
    if (is_protected_part(type, name)) protect();
    if (!is_text) {
      add_attachment(part, type, name);
      return;
    }
    Section own;
    Section& section = alternative == nullptr ? own : *alternative;
    if (plain ? section.has_plain : section.has_html) {
      add_attachment(part, type, name);
      return;
    }
    (plain ? section.plain : section.html) = text_of(part, !plain);
    (plain ? section.has_plain : section.has_html) = true;
    if (alternative == nullptr) sections_.push_back(std::move(own));
  }

  std::string text_of(GMimeObject* part, bool html) {
    std::string bytes;
    bool cut = false;
    read_part(part, [&](std::string_view piece) {
      cut = piece.size() > limits_.text_bytes - bytes.size();
      bytes += piece.substr(0, limits_.text_bytes - bytes.size());
      return !cut;
    });
    if (cut)
      add_note("A text of the message is longer than " + std::to_string(limits_.text_bytes >> 20) +
                   " MB and was cut.",
               email_);
    const std::string named =
        model::clean_text(or_empty(g_mime_object_get_content_type_parameter(part, "charset")));
    std::string charset = named;
    if (html && !is_charset(charset))
      if (std::string own = charset_in_html(bytes); !own.empty()) charset = std::move(own);
    if (!named.empty() && !is_charset(charset))
      add_note("A text of the message names a character set that does not exist; it was guessed.", email_);
    return with_plain_line_ends(utf8_of(bytes, charset));
  }

  void add_attachment(GMimeObject* part, const std::string& type, const std::string& name) {
    model::Attachment out{.name = name, .content_type = type};
    out.content_id = header_text(or_empty(g_mime_object_get_content_id(part)));
    std::erase_if(out.content_id, [](char c) { return c == '<' || c == '>'; });
    if (GMIME_IS_MESSAGE_PART(part) && out.name.empty()) {
      GMimeMessage* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
      const std::string subject =
          inner == nullptr ? "" : header_text(or_empty(g_mime_message_get_subject(inner)));
      out.name = (subject.empty() ? "message" : subject) + ".eml";
    }
    if (out.name.empty() && type == "text/calendar") out.name = "invite.ics";
    read_part(part, [&out](std::string_view piece) {
      out.size += static_cast<int64_t>(piece.size());
      return true;
    });
    email_.attachments.push_back(std::move(out));
    parts_.attachments.push_back(part);
  }

  void finish_text() {
    const bool any_html = std::ranges::any_of(sections_, &Section::has_html);
    for (const Section& section : sections_) {
      const std::string plain = section.has_plain ? section.plain : text_of_html(section.html);
      if (!email_.text.empty() && !email_.text.ends_with('\n') && !plain.empty()) email_.text += '\n';
      email_.text += plain;
      if (!any_html) continue;
      email_.html += section.has_html ? section.html : "<pre>" + html_of_text(section.plain) + "</pre>";
    }
    email_.preview = preview_of_text(email_.text);
  }

  void finish_attachments() {
    const auto shown =
        email_.html.empty() ? std::set<std::string, std::less<>>() : content_ids_in(email_.html);
    for (model::Attachment& attachment : email_.attachments) {
      attachment.is_inline =
          !attachment.content_id.empty() && shown.contains(content_id_key(attachment.content_id));
      if (!attachment.is_inline) email_.head.has_attachments = true;
    }
  }

  const MimeLimits& limits_;
  MimeParts& parts_;
  model::Email& email_;
  std::vector<Section> sections_;
  size_t count_ = 0;
};

void pump(GMimeStream* stream, const std::function<bool(std::string_view)>& sink) {
  std::array<char, 65536> buffer{};
  for (ssize_t got = 0; (got = g_mime_stream_read(stream, buffer.data(), buffer.size())) > 0;)
    if (!sink({buffer.data(), static_cast<size_t>(got)})) return;
}

}  // namespace

void add_note(std::string_view sentence, model::Email& email) {
  if (email.note.find(sentence) != std::string::npos) return;
  if (!email.note.empty()) email.note += ' ';
  email.note += sentence;
}

void read_part(GMimeObject* part, const std::function<bool(std::string_view)>& sink) {
  if (!GMIME_IS_PART(part)) {  // an embedded message: as it was sent
    GMimeMessage* inner =
        GMIME_IS_MESSAGE_PART(part) ? g_mime_message_part_get_message(GMIME_MESSAGE_PART(part)) : nullptr;
    const GObjectOf<GMimeStream> memory(g_mime_stream_mem_new());
    g_mime_object_write_to_stream(inner == nullptr ? part : GMIME_OBJECT(inner), nullptr, memory.get());
    g_mime_stream_reset(memory.get());
    pump(memory.get(), sink);
    return;
  }
  GMimeDataWrapper* content = g_mime_part_get_content(GMIME_PART(part));
  GMimeStream* encoded = content == nullptr ? nullptr : g_mime_data_wrapper_get_stream(content);
  if (encoded == nullptr) return;
  g_mime_stream_reset(encoded);
  const GObjectOf<GMimeStream> filtered(g_mime_stream_filter_new(encoded));
  const GObjectOf<GMimeFilter> decoder(
      g_mime_filter_basic_new(g_mime_data_wrapper_get_encoding(content), FALSE));
  g_mime_stream_filter_add(GMIME_STREAM_FILTER(filtered.get()), decoder.get());
  pump(filtered.get(), sink);
}

Result<void> read_body(const MimeLimits& limits, MimeParts& parts, model::Email& email) {
  return BodyReader(limits, parts, email).read();
}

}  // namespace mailsync::format
