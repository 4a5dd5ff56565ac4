// When a meeting or task is, as people mean it: a date, a wall time in a zone, or a floating wall time.
// An instant is computed from it, never stored instead of it (F97, F100).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/result.h"

namespace mailsync::model {

// Proleptic Gregorian, no zone.
struct Date {
  int year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  auto operator<=>(const Date&) const = default;
  std::string to_text() const;                             // "2026-11-22"
  static std::optional<Date> from_text(std::string_view);  // refuses what is no date
  Date plus_days(int64_t days) const;
  int64_t days_since_epoch() const;
  unsigned weekday() const;  // 0 = Sunday … 6 = Saturday
};

struct WallTime {
  Date date;
  int32_t second_of_day = 0;  // 0 … 86399
  auto operator<=>(const WallTime&) const = default;
  std::string to_text() const;  // "2026-11-22T13:05:00"
  // Fractions of a second are cut off (Graph sends seven digits).
  static std::optional<WallTime> from_text(std::string_view);
};

struct When {
  enum class Form { AllDay, Zoned, Floating };
  Form form = Form::Zoned;
  WallTime wall;  // second_of_day is 0 for AllDay
  std::string
      zone;  // IANA name; only for Zoned. "" there = unknown zone: `wall` is UTC, not written back (F98)
  auto operator<=>(const When&) const = default;

  static When all_day(Date date) { return {Form::AllDay, {date, 0}, {}}; }
  static When zoned(WallTime wall, std::string zone) { return {Form::Zoned, wall, std::move(zone)}; }
  static When floating(WallTime wall) { return {Form::Floating, wall, {}}; }
};

// The zone's wall time at an instant, and back. A wall time that a change of clocks skips moves forward by
// the gap; one that comes twice is the first. nullopt for a zone the system does not know.
std::optional<Instant> instant_of(WallTime wall, std::string_view iana_zone);
std::optional<WallTime> wall_time_at(Instant instant, std::string_view iana_zone);
// AllDay and Floating are read in `zone_of_reader`.
std::optional<Instant> instant_of(const When& when, std::string_view zone_of_reader);
bool zone_is_known(std::string_view iana_zone);

// CLDR windowsZones by ICU: "W. Europe Standard Time" ⇄ "Europe/Berlin". IANA names pass through; nullopt
// when unknown
// ("Customized Time Zone", "tzone://Microsoft/Custom": F98, F99).
std::optional<std::string> iana_zone_of(std::string_view vendor_zone);
std::optional<std::string> windows_zone_of(std::string_view iana_zone);

}  // namespace mailsync::model
