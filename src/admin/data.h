// Handlers' way to the database: a snapshot to read, a transaction to write, given up when the answer is a
// problem.
#pragma once

#include "admin/api.h"

namespace mailsync::admin {

// work(db::Session&) -> Answer
template <typename F>
Answer reading(Api& api, F work) {
  Answer out = std::unexpected(Problem());
  const auto done = api.database.read([&](db::Session& session) -> Result<void> {
    out = work(session);
    return {};
  });
  if (!done) return std::unexpected(Problem(done.error()));
  return out;
}

// work(db::Session&) -> Answer. Tried again when another writer was faster (503 says so to this function
// alone).
template <typename F>
Answer writing(Api& api, F work) {
  constexpr int kTries = 4;
  Answer out = std::unexpected(Problem());
  for (int attempt = 1; attempt <= kTries; ++attempt) {
    const auto done =
        api.database.write(db::Durability::Durable, [&](db::SqlTransaction& tx) -> Result<void> {
          out = work(tx);
          if (!out) return fail(ErrorKind::Cancelled, "the request was refused");
          return {};
        });
    if (done) return out;
    if (out) out = std::unexpected(Problem(done.error()));
    if (out.error().status != 503) return out;
  }
  return out;
}

}  // namespace mailsync::admin
