// Reading JSON of unknown shape without exceptions.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace mailsync::lab {

namespace json = boost::json;

// The string under this name, or empty.
inline std::string_view text_of(const json::object& object, std::string_view name) {
  auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}
inline bool flag_of(const json::object& object, std::string_view name, bool otherwise = false) {
  auto* value = object.if_contains(name);
  return value && value->is_bool() ? value->get_bool() : otherwise;
}
inline const json::object* object_of(const json::object& object, std::string_view name) {
  auto* value = object.if_contains(name);
  return value ? value->if_object() : nullptr;
}
inline const json::array* array_of(const json::object& object, std::string_view name) {
  auto* value = object.if_contains(name);
  return value ? value->if_array() : nullptr;
}
// Of a recipient or attendee: emailAddress.address, or empty.
inline std::string_view address_of(const json::value& recipient) {
  auto* object = recipient.if_object();
  auto* email = object ? object_of(*object, "emailAddress") : nullptr;
  return email ? text_of(*email, "address") : std::string_view();
}
inline json::object recipient_of(std::string_view address, std::string_view name) {
  return {{"emailAddress", {{"name", name.empty() ? address : name}, {"address", address}}}};
}

}  // namespace mailsync::lab
