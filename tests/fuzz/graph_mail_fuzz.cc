// A page of messages as Graph answers it.
#include "mailbox/graph/codec.h"
#include "mailbox/graph/map.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailsync;
  const auto page = graph::read_page(fuzz::text_of(data, size), "mails", graph::read_message);
  if (!page) return 0;
  for (const graph::WireMessage& message : page->items) {
    const sync::RemoteItem item = graph::item_of(message, "CRM");
    fuzz::must(item.head.has_value());
    const model::Email email = graph::email_of(message);
    for (const std::string* text : {&email.text, &email.html, &email.preview, &email.head.subject,
                                    &email.head.message_id, &email.head.from.name, &email.head.from.address})
      fuzz::must_be_text(*text);
    for (const model::Attachment& attachment : email.attachments) {
      fuzz::must_be_text(attachment.name);
      fuzz::must_be_text(attachment.content_type);
      fuzz::must_be_text(attachment.content_id);
      fuzz::must_be_text(attachment.link);
    }
    for (const std::string& id : email.references) fuzz::must_be_text(id);
    fuzz::must(model::email_identity(email.head).size() >= 32);
  }
  return 0;
}
