// A page of contacts as Graph answers it, and what we would write back.
#include "mailbox/graph/codec.h"
#include "mailbox/graph/map.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailsync;
  const auto page = graph::read_page(fuzz::text_of(data, size), "contacts", graph::read_contact);
  if (!page) return 0;
  for (const graph::WireContact& one : page->items) {
    if (one.removed) continue;
    const sync::RemoteItem item = graph::item_of(one, "CRM");
    fuzz::must_be_fields(item.fields);
    const auto contact = model::contact_from(item.fields);
    fuzz::must(contact.has_value());
    fuzz::must(model::fields_of(*contact) == item.fields);
    const std::string json = graph::write_contact(graph::wire_of(*contact, &one));
    fuzz::must(graph::parse_object(json, "our own").has_value());
  }
  return 0;
}
