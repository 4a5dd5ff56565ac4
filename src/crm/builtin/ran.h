// A statement whose count of rows does not matter.
#pragma once

#include <cstdint>
#include <utility>

#include "base/result.h"

namespace mailsync::crm {

inline Result<void> ran(Result<int64_t> rows_changed) {
  if (!rows_changed) return fail(std::move(rows_changed).error());
  return {};
}

}  // namespace mailsync::crm
