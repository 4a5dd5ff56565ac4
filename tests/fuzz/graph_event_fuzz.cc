// A page of events as Graph answers it, and what we would write back.
#include "mailbox/graph/codec.h"
#include "mailbox/graph/map.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailsync;
  const auto page = graph::read_page(fuzz::text_of(data, size), "events", graph::read_event);
  if (!page) return 0;
  for (const graph::WireEvent& one : page->items) {
    if (one.removed) continue;
    const sync::RemoteItem item = graph::item_of(one, "CRM");
    fuzz::must_be_fields(item.fields);
    const auto meeting = model::meeting_from(item.fields);
    fuzz::must(meeting.has_value());
    fuzz::must(model::fields_of(*meeting) == item.fields);
    if (const auto wire = graph::wire_of(*meeting, &one))
      fuzz::must(graph::parse_object(graph::write_event(*wire), "our own").has_value());
    for (const model::Occurrence& occurrence : meeting->exceptions.value_or({}))
      fuzz::must_be_fields(model::fields_of(graph::wanted_of(occurrence, *meeting)));
  }
  return 0;
}
