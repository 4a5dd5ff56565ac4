// A read or write inside the work of another would wait for itself, or see another state: refused on both
// engines.
#pragma once

#include <algorithm>
#include <vector>

#include "base/result.h"

namespace mailsync::db {

class Database;

class NestingGuard {
 public:
  explicit NestingGuard(const Database* database) : database_(database) {
    nested_ = std::find(open().begin(), open().end(), database) != open().end();
    if (!nested_) open().push_back(database);
  }
  ~NestingGuard() {
    if (!nested_) std::erase(open(), database_);
  }
  NestingGuard(const NestingGuard&) = delete;
  NestingGuard& operator=(const NestingGuard&) = delete;

  Result<void> check() const {
    if (!nested_) return {};
    return fail(
        ErrorKind::Corrupt,
        "a database call was made inside the work of another; use the session that the work was given");
  }

 private:
  static std::vector<const Database*>& open() {
    thread_local std::vector<const Database*> databases;
    return databases;
  }
  const Database* database_;
  bool nested_;
};

}  // namespace mailsync::db
