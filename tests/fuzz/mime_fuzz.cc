// Whole messages.
#include "format/compose.h"
#include "format/mime.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailsync;
  const auto mail = format::parse_mime(fuzz::text_of(data, size));
  if (!mail) return 0;
  const model::Email& email = mail->email;
  for (const std::string* text : {&email.text, &email.html, &email.head.subject, &email.head.message_id,
                                  &email.head.from.name, &email.head.from.address, &email.note})
    fuzz::must_be_text(*text);
  std::vector<std::string> contents;
  for (size_t i = 0; i < email.attachments.size(); ++i) {
    fuzz::must_be_text(email.attachments[i].name);
    fuzz::must_be_text(email.attachments[i].content_type);
    fuzz::must_be_text(email.attachments[i].content_id);
    contents.push_back(mail->attachment_bytes(i));
    fuzz::must(static_cast<int64_t>(contents.back().size()) == email.attachments[i].size);
  }
  // What was read can be written, or is refused with words; what was written can be read.
  if (const auto bytes = format::compose_mime(email, contents))
    fuzz::must(format::parse_mime(*bytes).has_value());
  return 0;
}
