// A row of parameters without copying its texts twice, as a list in braces would.
#pragma once

#include <utility>

#include "db/database.h"

namespace mailsync::db {

template <typename... T>
Params params(T&&... values) {
  Params out;
  out.reserve(sizeof...(values));
  (out.emplace_back(std::forward<T>(values)), ...);
  return out;
}

}  // namespace mailsync::db
