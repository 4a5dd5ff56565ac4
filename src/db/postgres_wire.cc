#include "db/postgres_wire.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

namespace mailsync::db {
namespace {

template <typename T>
T big_endian(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  if constexpr (std::endian::native == std::endian::little) {
    char* raw = reinterpret_cast<char*>(&value);
    std::reverse(raw, raw + sizeof value);
  }
  return value;
}

// Binary numeric (src/backend/utils/adt/numeric.c, numeric_send): digits of base 10,000, int16 each, after a
// header of four int16: count, weight of the first digit, sign, digits shown after the point.
Value numeric(const char* bytes) {
  const auto count = big_endian<int16_t>(bytes);
  const auto weight = big_endian<int16_t>(bytes + 2);
  const auto sign = big_endian<uint16_t>(bytes + 4);
  const auto scale = big_endian<int16_t>(bytes + 6);
  if (sign == 0xc000) return std::nan("");
  double real = 0;
  int64_t whole = 0;
  bool fits = scale == 0;
  for (int i = 0; i <= std::max<int>(weight, count - 1); ++i) {
    const int digit = i < count ? big_endian<int16_t>(bytes + 8 + ptrdiff_t{2} * i) : 0;
    real += digit * std::pow(10'000.0, weight - i);
    if (i <= weight && fits)
      fits = !__builtin_mul_overflow(whole, int64_t{10'000}, &whole) &&
             !__builtin_add_overflow(whole, int64_t{digit}, &whole);
  }
  const bool negative = sign == 0x4000;
  if (fits) return negative ? -whole : whole;
  return negative ? -real : real;
}

Result<Value> decode(Oid type, const char* bytes, size_t size) {
  switch (type) {
    case kInt8:
      return Value(big_endian<int64_t>(bytes));
    case kInt4:
      return Value(big_endian<int32_t>(bytes));
    case kInt2:
      return Value(big_endian<int16_t>(bytes));
    case kOid:
      return Value(big_endian<uint32_t>(bytes));
    case kBool:
      return Value(bytes[0] != 0);
    case kFloat8:
      return Value(big_endian<double>(bytes));
    case kFloat4:
      return Value(static_cast<double>(big_endian<float>(bytes)));
    case kNumeric:
      return numeric(bytes);
    case kText:
    case kVarchar:
    case kBpchar:
    case kName:
    case kUnknown:
      return Value(std::string(bytes, size));
    case kBytea:
      return Value(Blob{std::string(bytes, size)});
    case kVoid:
      return Value();
    default:
      return fail(ErrorKind::Corrupt, "a query returned PostgreSQL type " + std::to_string(type) +
                                          ", which db does not read: cast it to text or bigint");
  }
}

}  // namespace

WireParams::WireParams(std::span<const Value> values) {
  numbers_.reserve(values.size());  // so that pointers into it stay
  auto add = [&](const char* pointer, size_t length, int format) {
    pointers_.push_back(pointer);
    lengths_.push_back(static_cast<int>(length));
    formats_.push_back(format);
  };
  auto add_number = [&](auto number) {
    char digits[32];
    auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    numbers_.emplace_back(digits, end);
    add(numbers_.back().c_str(), 0, 0);
  };
  for (const Value& value : values) {
    if (const auto* number = std::get_if<int64_t>(&value.variant())) {
      add_number(*number);
    } else if (const auto* real = std::get_if<double>(&value.variant())) {
      add_number(*real);
    } else if (const auto* text = std::get_if<std::string>(&value.variant())) {
      add(text->c_str(), text->size(), 0);
    } else if (const auto* blob = std::get_if<Blob>(&value.variant())) {
      add(blob->bytes.data(), blob->bytes.size(), 1);
    } else {
      add(nullptr, 0, 0);
    }
  }
}

Result<void> append_rows(const PGresult* result, Rows& rows) {
  const int columns = PQnfields(result);
  for (int r = 0; r < PQntuples(result); ++r) {
    Row& row = rows.emplace_back();
    row.reserve(static_cast<size_t>(columns));
    for (int c = 0; c < columns; ++c) {
      if (PQgetisnull(result, r, c) != 0) {
        row.emplace_back();
        continue;
      }
      TRY(Value value, decode(PQftype(result, c), PQgetvalue(result, r, c),
                              static_cast<size_t>(PQgetlength(result, r, c))));
      row.push_back(std::move(value));
    }
  }
  return {};
}

}  // namespace mailsync::db
