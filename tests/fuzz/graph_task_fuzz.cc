// A page of tasks as Graph answers it, and what we would write back.
#include "mailbox/graph/codec.h"
#include "mailbox/graph/map.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mailsync;
  const auto page = graph::read_page(fuzz::text_of(data, size), "tasks", graph::read_task);
  if (!page) return 0;
  for (const graph::WireTask& one : page->items) {
    if (one.removed) continue;
    const sync::RemoteItem item = graph::item_of(one, "CRM");
    fuzz::must_be_fields(item.fields);
    const auto task = model::task_from(item.fields);
    fuzz::must(task.has_value());
    fuzz::must(model::fields_of(*task) == item.fields);
    if (const auto wire = graph::wire_of(*task, &one))
      fuzz::must(graph::parse_object(graph::write_task(*wire), "our own").has_value());
  }
  return 0;
}
