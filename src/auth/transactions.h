// Small transactions that plan on nothing read before: a deadlock or serialization failure just runs them
// again.
#pragma once

#include "db/database.h"

namespace mailsync::auth {

inline Result<void> write_again(db::Database& database, db::Durability durability,
                                const std::function<Result<void>(db::SqlTransaction&)>& work) {
  constexpr int kAttempts = 5;
  for (int attempt = 1;; ++attempt) {
    auto result = database.write(durability, work);
    const bool again =
        !result && (result.error().kind == ErrorKind::Transient || result.error().vendor_code == "unique");
    if (!again || attempt == kAttempts) return result;
  }
}

}  // namespace mailsync::auth
