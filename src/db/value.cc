#include <stdexcept>

#include "db/database.h"

namespace mailsync::db {
namespace {

template <typename T>
const T& get(const auto& variant, const T& for_null, const char* name) {
  if (const T* value = std::get_if<T>(&variant)) return *value;
  if (std::holds_alternative<std::monostate>(variant)) return for_null;
  constexpr const char* kNames[] = {"NULL", "an integer", "a real", "a text", "bytes"};
  throw std::logic_error(std::string("a column was read as ") + name + " but holds " +
                         kNames[variant.index()]);
}

const std::string kNoText;
const Blob kNoBytes;

}  // namespace

int64_t Value::integer() const {
  return get<int64_t>(value_, 0, "an integer");
}
double Value::real() const {
  return get<double>(value_, 0.0, "a real");
}
const std::string& Value::text() const {
  return get<std::string>(value_, kNoText, "a text");
}
const std::string& Value::bytes() const {
  return get<Blob>(value_, kNoBytes, "bytes").bytes;
}

}  // namespace mailsync::db
