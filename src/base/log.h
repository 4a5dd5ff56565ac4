// Structured logs: one JSON object a line, fields by name. There is no overload for Secret, mail content or
// addresses; items are named by opaque id (S53, S54, S55).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "base/ids.h"

namespace mailsync::log {

enum class Level { Debug, Info, Warn, Error };

struct Field {
  std::string_view name;
  std::variant<int64_t, double, bool, std::string_view> value;
  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, bool v) : name(n), value(v) {}
  Field(std::string_view n, double v) : name(n), value(v) {}
  template <typename N>
    requires(std::is_integral_v<N> && !std::is_same_v<N, bool>)
  Field(std::string_view n, N v) : name(n), value(static_cast<int64_t>(v)) {}
  template <typename Tag>
  Field(std::string_view n, NumberId<Tag> v) : name(n), value(v.value) {}
};

void set_level(Level level);
// To standard error by default.
void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});
inline void info(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::Info, event, fields);
}
inline void warn(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::Warn, event, fields);
}
// An error's kind, message and vendor code.
void error(std::string_view event, const Error& error, std::initializer_list<Field> fields = {});

}  // namespace mailsync::log
