// One typed field in its three states.
#pragma once

#include <optional>
#include <utility>

namespace mailsync::model {

template <typename T>
class Field {
 public:
  Field() = default;  // not supplied
  Field(T value) : supplied_(true), value_(std::move(value)) {}
  template <typename U>
    requires std::convertible_to<U, T>
  Field(U&& value) : supplied_(true), value_(std::forward<U>(value)) {}
  static Field cleared() {
    Field field;
    field.supplied_ = true;
    return field;
  }
  // Set when there is a value, else cleared.
  static Field of(std::optional<T> maybe) { return maybe ? Field(*std::move(maybe)) : cleared(); }

  bool supplied() const { return supplied_; }
  bool is_set() const { return value_.has_value(); }
  bool is_cleared() const { return supplied_ && !value_; }
  const T& value() const { return *value_; }  // only when set
  const T* get() const { return value_ ? &*value_ : nullptr; }
  T value_or(T fallback) const { return value_.value_or(std::move(fallback)); }
  bool operator==(const Field&) const = default;

 private:
  bool supplied_ = false;
  std::optional<T> value_;
};

}  // namespace mailsync::model
