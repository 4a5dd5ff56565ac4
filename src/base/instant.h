// Points in time and lengths of time. Wall times and zones live in model/when.h.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mailsync {

using Duration = std::chrono::microseconds;

// Microseconds since 1970-01-01T00:00:00Z.
struct Instant {
  int64_t us = 0;

  auto operator<=>(const Instant&) const = default;
  Instant operator+(Duration d) const { return {us + d.count()}; }
  Instant operator-(Duration d) const { return {us - d.count()}; }
  Duration operator-(Instant other) const { return Duration(us - other.us); }

  // "2026-11-22T13:05:00Z", with a fraction (".123456") only where there is one.
  std::string to_iso() const;
  // RFC 3339, with any number of fraction digits and any offset; nullopt for anything else.
  static std::optional<Instant> from_iso(std::string_view text);
};

}  // namespace mailsync
