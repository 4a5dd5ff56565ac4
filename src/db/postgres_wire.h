// Values as libpq sends and receives them.
#pragma once

#include <libpq-fe.h>

#include <span>
#include <string>
#include <vector>

#include "db/database.h"

namespace mailsync::db {

// Built-in type numbers, fixed since ever (src/include/catalog/pg_type.dat).
inline constexpr Oid kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23, kText = 25, kOid = 26,
                     kFloat4 = 700, kFloat8 = 701, kUnknown = 705, kBpchar = 1042, kVarchar = 1043,
                     kNumeric = 1700, kVoid = 2278, kName = 19;

// The arrays that PQsendQueryPrepared wants. They point into `values`, which must outlive this.
class WireParams {
 public:
  explicit WireParams(std::span<const Value> values);
  int size() const { return static_cast<int>(pointers_.size()); }
  const char* const* pointers() const { return pointers_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  std::vector<std::string> numbers_;
  std::vector<const char*> pointers_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

// Appends the rows of a binary result. Corrupt for a column type that the contract does not have.
// numeric: an integer where it has no fraction and fits, else a real; boolean: 0 or 1.
Result<void> append_rows(const PGresult* result, Rows& rows);

}  // namespace mailsync::db
