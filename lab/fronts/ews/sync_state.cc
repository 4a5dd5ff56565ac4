#include "lab/fronts/ews/sync_state.h"

#include "lab/fronts/ews/base64.h"
#include "lab/json_read.h"

namespace mailsync::lab::ews {

std::string SyncState::text() const {
  json::array numbers(told.begin(), told.end());
  return to_base64(json::serialize(json::object{
      {"c", collection}, {"s", since}, {"w", walking}, {"b", below}, {"a", at}, {"t", std::move(numbers)}}));
}

std::optional<SyncState> SyncState::read(std::string_view text) {
  auto bytes = from_base64(text);
  if (!bytes) return std::nullopt;
  boost::system::error_code failed;
  auto value = json::parse(*bytes, failed);
  auto* object = failed ? nullptr : value.if_object();
  if (!object || !object->contains("c")) return std::nullopt;
  auto number = [&](std::string_view name) {
    auto* found = object->if_contains(name);
    return found && found->is_number() ? found->to_number<uint64_t>() : 0;
  };
  SyncState state{.collection = std::string(text_of(*object, "c")),
                  .since = number("s"),
                  .walking = flag_of(*object, "w"),
                  .below = number("b"),
                  .at = number("a"),
                  .told = {}};
  if (auto* list = array_of(*object, "t"))
    for (auto& one : *list)
      if (one.is_number()) state.told.insert(one.to_number<uint64_t>());
  return state;
}

}  // namespace mailsync::lab::ews
