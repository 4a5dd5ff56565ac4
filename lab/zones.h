// Wall times and zones as Graph writes them: {"dateTime": "2026-11-22T09:00:00.0000000", "timeZone": "UTC"},
// the zone by Windows or IANA name. The rules come from the system's tzdata through date-tz.
#pragma once

#include <date/tz.h>

#include <boost/json.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"

namespace mailsync::lab {

using LocalTime = date::local_time<std::chrono::microseconds>;

std::optional<std::string_view> iana_of_windows(std::string_view windows);
std::optional<std::string_view> windows_of_iana(std::string_view iana);

// nullptr: a name nobody knows ("tzone://Microsoft/Custom", "Customized Time Zone"; F98).
const date::time_zone* zone_of(std::string_view name);

// With or without fraction, with or without a trailing Z (which Graph tolerates and ignores).
std::optional<LocalTime> parse_local(std::string_view text);
std::string format_local(LocalTime time);                          // seven fraction digits, as Graph does
std::optional<date::local_days> parse_day(std::string_view text);  // "2026-11-22"
std::string format_day(date::local_days day);

// The earlier instant of an hour that comes twice; one that does not exist is read with the offset before the
// gap (RFC 5545 section 3.3.5).
Instant to_instant(LocalTime time, const date::time_zone& zone);
LocalTime to_local(Instant instant, const date::time_zone& zone);

// {dateTime, timeZone} → the instant, nullopt when either is missing or not understood.
std::optional<Instant> instant_of(const boost::json::value& date_time_time_zone);
boost::json::object date_time_time_zone(LocalTime time, std::string_view zone);

uint32_t day_number(date::local_days day);  // days from 1970-01-01
date::local_days day_of_number(uint32_t number);

}  // namespace mailsync::lab
