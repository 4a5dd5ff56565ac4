#include "format/mime.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "format/charset.h"
#include "format/gmime_objects.h"
#include "format/html_text.h"
#include "format/mime_body.h"
#include "format/mime_head.h"
#include "format/mime_limits.h"

namespace mailsync::format {
namespace {

constexpr std::string_view kNoMessage = "These bytes are not an e-mail message; they are shown as they came.";
constexpr std::string_view kDamaged =
    "The message is damaged; what could be read of it is here, and the original stays in its mailbox.";

struct Warnings {
  bool damaged = false, nested = false;
};

void on_warning(gint64, GMimeParserWarning what, const gchar*, gpointer data) {
  auto* warnings = static_cast<Warnings*>(data);
  if (what == GMIME_CRIT_NESTING_OVERFLOW) warnings->nested = true;
  if (what == GMIME_WARN_MALFORMED_MULTIPART || what == GMIME_WARN_TRUNCATED_MESSAGE ||
      what == GMIME_WARN_MALFORMED_MESSAGE || what == GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY)
    warnings->damaged = true;
}

// A copy that C strings can hold: no byte order mark, no mbox line before the header, no NUL in the header.
std::string prepared(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  if (bytes.starts_with("From ") || bytes.starts_with(">From "))
    bytes.remove_prefix(std::min(
        bytes.size(), bytes.find('\n') == std::string_view::npos ? bytes.size() : bytes.find('\n') + 1));
  std::string out(bytes);
  std::replace(out.begin(), out.begin() + static_cast<ptrdiff_t>(header_block(bytes).size()), '\0', ' ');
  return out;
}

RawHeaders headers_of(GMimeMessage* message) {
  RawHeaders out;
  GMimeHeaderList* list = g_mime_object_get_header_list(GMIME_OBJECT(message));
  const int count = g_mime_header_list_get_count(list);
  for (int i = 0; i < count; ++i) {
    GMimeHeader* header = g_mime_header_list_get_header_at(list, i);
    const char* name = g_mime_header_get_name(header);
    const char* value = g_mime_header_get_raw_value(header);
    if (name != nullptr && value != nullptr) out.emplace_back(name, value);
  }
  // The part's own headers are kept apart by GMime.
  if (GMimeObject* body = g_mime_message_get_mime_part(message))
    if (const char* type = g_mime_object_get_header(body, "Content-Type"))
      out.emplace_back("Content-Type", type);
  return out;
}

GObjectOf<GMimeMessage> parsed(const std::string& bytes, Warnings& warnings) {
  // The stream copies the bytes, and GMime's parts read from it as long as they live.
  const GObjectOf<GMimeStream> source(g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
  const GObjectOf<GMimeParser> parser(g_mime_parser_new_with_stream(source.get()));
  g_mime_parser_set_format(parser.get(), GMIME_FORMAT_MESSAGE);
  const std::unique_ptr<GMimeParserOptions, decltype(&g_mime_parser_options_free)> options(
      g_mime_parser_options_new(), &g_mime_parser_options_free);
  g_mime_parser_options_set_warning_callback(options.get(), &on_warning, &warnings);
  return GObjectOf<GMimeMessage>(g_mime_parser_construct_message(parser.get(), options.get()));
}

// What no parser takes for a message is kept as text (never dropped).
ParsedEmail as_text(std::string_view bytes, const MimeLimits& limits) {
  ParsedEmail out;
  out.email.text = utf8_of(bytes.substr(0, limits.text_bytes), "");
  out.email.preview = preview_of_text(out.email.text);
  out.email.note = kNoMessage;
  out.parts = std::make_shared<MimeParts>();
  return out;
}

}  // namespace

Result<ParsedEmail> parse_mime(std::string_view bytes, const MimeLimits& limits) {
  start_gmime();
  TRY_VOID(check_mime_limits(bytes, limits));
  auto parts = std::make_shared<MimeParts>();
  const std::string copy = prepared(bytes);
  Warnings warnings;
  parts->message = parsed(copy, warnings);
  if (!parts->message) return as_text(bytes, limits);
  const RawHeaders headers = headers_of(parts->message.get());
  if (headers.empty()) return as_text(bytes, limits);
  if (warnings.nested)
    return fail(ErrorKind::ItemInvalid,
                "the message has parts nested too deep, so it was not read; it stays in its mailbox");
  ParsedEmail out;
  TRY(out.email.head, head_of(headers, limits));
  out.email.references = references_of(headers);
  TRY_VOID(read_body(limits, *parts, out.email));
  if (warnings.damaged) add_note(kDamaged, out.email);
  out.parts = std::move(parts);
  return out;
}

void ParsedEmail::read_attachment(size_t index, const std::function<bool(std::string_view)>& sink) const {
  if (parts && index < parts->attachments.size()) read_part(parts->attachments[index], sink);
}

std::string ParsedEmail::attachment_bytes(size_t index, size_t most) const {
  std::string out;
  read_attachment(index, [&](std::string_view piece) {
    out += piece.substr(0, most - out.size());
    return out.size() < most;
  });
  return out;
}

}  // namespace mailsync::format
