// Types of items that are not shown yet.
#include "lab/fronts/ews/render.h"
namespace mailsync::lab::ews {
std::span<const Property> contact_properties() {
  return {};
}
std::span<const Property> task_properties() {
  return {};
}
std::span<const Property> calendar_properties() {
  return {};
}
}  // namespace mailsync::lab::ews
