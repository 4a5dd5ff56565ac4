#include "model/when.h"

#include <date/tz.h>
#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <cstdio>

#include "base/digits.h"

namespace mailsync::model {

namespace {

date::year_month_day ymd(const Date& day) {
  return date::year_month_day{date::year(day.year), date::month(day.month), date::day(day.day)};
}

Date date_of(date::sys_days days) {
  const date::year_month_day parts{days};
  return {static_cast<int>(parts.year()), static_cast<unsigned>(parts.month()),
          static_cast<unsigned>(parts.day())};
}

// nullptr for an unknown name; date-tz throws for those, and its exceptions stop here.
const date::time_zone* zone_named(std::string_view name) {
  if (name.empty()) return nullptr;
  try {
    return date::locate_zone(std::string(name));
  } catch (const std::exception&) {
    return nullptr;
  }
}

}  // namespace

std::string Date::to_text() const {
  char text[24];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", year, month, day);
  return text;
}

std::optional<Date> Date::from_text(std::string_view text) {
  int y = 0, m = 0, d = 0;
  if (text.size() != 10 || !digits(text, 0, 4, y) || text[4] != '-' || !digits(text, 5, 2, m) ||
      text[7] != '-' || !digits(text, 8, 2, d))
    return std::nullopt;
  const Date out{y, static_cast<unsigned>(m), static_cast<unsigned>(d)};
  if (!ymd(out).ok()) return std::nullopt;
  return out;
}

int64_t Date::days_since_epoch() const {
  return date::sys_days(ymd(*this)).time_since_epoch().count();
}

Date Date::plus_days(int64_t days) const {
  return date_of(date::sys_days(ymd(*this)) + date::days(days));
}

unsigned Date::weekday() const {
  return date::weekday(date::sys_days(ymd(*this))).c_encoding();
}

std::string WallTime::to_text() const {
  char text[40];
  std::snprintf(text, sizeof text, "%sT%02d:%02d:%02d", date.to_text().c_str(), second_of_day / 3600,
                second_of_day / 60 % 60, second_of_day % 60);
  return text;
}

std::optional<WallTime> WallTime::from_text(std::string_view text) {
  if (text.size() < 16) return std::nullopt;
  const auto day = Date::from_text(text.substr(0, 10));
  int h = 0, m = 0, s = 0;
  if (!day || (text[10] != 'T' && text[10] != ' ') || !digits(text, 11, 2, h) || text[13] != ':' ||
      !digits(text, 14, 2, m))
    return std::nullopt;
  if (text.size() > 16 && (text[16] != ':' || !digits(text, 17, 2, s))) return std::nullopt;
  if (h > 23 || m > 59 || s > 59) return std::nullopt;
  if (text.size() > 19 && text[19] != '.') return std::nullopt;
  return WallTime{*day, h * 3600 + m * 60 + s};
}

std::optional<Instant> instant_of(WallTime wall, std::string_view iana_zone) {
  const auto* zone = zone_named(iana_zone);
  if (!zone) return std::nullopt;
  const date::local_seconds local{date::local_days(ymd(wall.date)) +
                                  std::chrono::seconds(wall.second_of_day)};
  const auto info = zone->get_info(local);
  // Skipped by a change of clocks: the offset before the gap moves it forward by the gap. Twice: the first.
  const auto offset = info.first.offset;
  return Instant{(local.time_since_epoch() - offset).count() * 1'000'000};
}

std::optional<WallTime> wall_time_at(Instant instant, std::string_view iana_zone) {
  const auto* zone = zone_named(iana_zone);
  if (!zone) return std::nullopt;
  const auto seconds = date::floor<std::chrono::seconds>(
      date::sys_time<std::chrono::microseconds>(std::chrono::microseconds(instant.us)));
  const auto local = zone->to_local(seconds);
  const auto day = date::floor<date::days>(local);
  return WallTime{date_of(date::sys_days(day.time_since_epoch())),
                  static_cast<int32_t>((local - day).count())};
}

std::optional<Instant> instant_of(const When& when, std::string_view zone_of_reader) {
  if (when.form != When::Form::Zoned) return instant_of(when.wall, zone_of_reader);
  return instant_of(when.wall, when.zone.empty() ? "UTC" : when.zone);
}

bool zone_is_known(std::string_view iana_zone) {
  return zone_named(iana_zone) != nullptr;
}

std::optional<std::string> iana_zone_of(std::string_view vendor_zone) {
  if (vendor_zone.empty()) return std::nullopt;
  if (vendor_zone == "UTC" || vendor_zone == "Etc/UTC" || vendor_zone == "Etc/GMT") return "UTC";
  UErrorCode failed = U_ZERO_ERROR;
  icu::UnicodeString iana;
  icu::TimeZone::getIDForWindowsID(icu::UnicodeString::fromUTF8(std::string(vendor_zone)), nullptr, iana,
                                   failed);
  std::string out;
  if (U_SUCCESS(failed) && !iana.isEmpty()) iana.toUTF8String(out);
  if (out.empty()) out = vendor_zone;
  if (out == "Etc/UTC" || out == "Etc/GMT") return "UTC";
  if (!zone_is_known(out)) return std::nullopt;
  return out;
}

std::optional<std::string> windows_zone_of(std::string_view iana_zone) {
  UErrorCode failed = U_ZERO_ERROR;
  icu::UnicodeString windows;
  icu::TimeZone::getWindowsID(icu::UnicodeString::fromUTF8(std::string(iana_zone)), windows, failed);
  if (U_FAILURE(failed) || windows.isEmpty()) return std::nullopt;
  std::string out;
  windows.toUTF8String(out);
  return out;
}

}  // namespace mailsync::model
