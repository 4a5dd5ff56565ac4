// GetItem: many items at once, each with its own outcome.
#include "lab/fronts/ews/render.h"

namespace mailsync::lab::ews {

void get_item(Call& call) {
  auto shape = read_shape(child(call.request, "ItemShape"));
  for (Node id : children(child(call.request, "ItemIds"))) {
    auto found = find_item(call, id);
    if (!shape || !found) {
      call.refuse(shape ? found.error() : shape.error(), "m:Items");
      continue;
    }
    render_item(call, add(call.respond(), "m:Items"), *found->item, found->day, *shape, true);
  }
}

}  // namespace mailsync::lab::ews
