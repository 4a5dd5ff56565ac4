// JSON that was received, as the parser left it: views into one JsonDocument, copied freely, that hold as
// long as it does. A member that is not there and one of another type are both "nothing".
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mailsync::graph {

class JsonObject;
class JsonArray;

class JsonValue {
 public:
  JsonValue() = default;  // null
  explicit JsonValue(simdjson::dom::element element) : element_(element) {}

  bool is_null() const { return !element_ || element_->is_null(); }
  std::optional<JsonObject> if_object() const;
  std::optional<JsonArray> if_array() const;
  std::optional<std::string_view> if_string() const { return get<std::string_view>(); }
  std::optional<int64_t> if_int64() const { return get<int64_t>(); }
  std::optional<bool> if_bool() const { return get<bool>(); }
  std::string to_json() const { return element_ ? simdjson::minify(*element_) : "null"; }

 protected:
  template <typename T>
  std::optional<T> get() const {
    T found;
    if (!element_ || element_->get(found) != simdjson::SUCCESS) return std::nullopt;
    return found;
  }
  std::optional<simdjson::dom::element> element_;
};

class JsonArray {
 public:
  explicit JsonArray(simdjson::dom::array array) : array_(array) {}
  size_t size() const { return array_.size(); }

  class Iterator {
   public:
    explicit Iterator(simdjson::dom::array::iterator at) : at_(at) {}
    JsonValue operator*() const { return JsonValue(*at_); }
    Iterator& operator++() { return ++at_, *this; }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    simdjson::dom::array::iterator at_;
  };
  Iterator begin() const { return Iterator(array_.begin()); }
  Iterator end() const { return Iterator(array_.end()); }

 private:
  simdjson::dom::array array_;
};

class JsonObject {
 public:
  explicit JsonObject(simdjson::dom::object object) : object_(object) {}
  std::optional<JsonValue> if_contains(std::string_view name) const {
    simdjson::dom::element found;
    if (object_.at_key(name).get(found) != simdjson::SUCCESS) return std::nullopt;
    return JsonValue(found);
  }
  bool empty() const { return object_.size() == 0; }
  bool contains(std::string_view name) const { return if_contains(name).has_value(); }
  // see(name, value) for every member.
  template <typename See>
  void each(const See& see) const {
    for (const auto member : object_) see(member.key, JsonValue(member.value));
  }

 private:
  simdjson::dom::object object_;
};

inline std::optional<JsonObject> JsonValue::if_object() const {
  const auto found = get<simdjson::dom::object>();
  return found ? std::optional<JsonObject>(*found) : std::nullopt;
}

inline std::optional<JsonArray> JsonValue::if_array() const {
  const auto found = get<simdjson::dom::array>();
  return found ? std::optional<JsonArray>(*found) : std::nullopt;
}

// A value together with the memory that it and everything in it lie in.
class JsonDocument : public JsonValue {
 public:
  JsonDocument() = default;  // null
  JsonDocument(JsonValue value, std::shared_ptr<const simdjson::dom::document> memory)
      : JsonValue(value), memory_(std::move(memory)) {}
  // Of a document that is known to be an object.
  JsonObject get_object() const { return if_object().value(); }
  // A part of this document that may outlive it.
  JsonDocument part(JsonValue value) const { return {value, memory_}; }

 private:
  std::shared_ptr<const simdjson::dom::document> memory_;
};

}  // namespace mailsync::graph
