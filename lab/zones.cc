#include "lab/zones.h"

#include <cstdio>

namespace mailsync::lab {
namespace {

std::optional<int> digits(std::string_view text, size_t at, size_t count) {
  if (text.size() < at + count) return std::nullopt;
  int value = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

const date::time_zone* zone_of(std::string_view name) {
  if (auto iana = iana_of_windows(name)) name = *iana;
  if (name.empty()) return nullptr;
  try {
    return date::locate_zone(std::string(name));
  } catch (const std::exception&) {
    return nullptr;
  }
}

std::optional<date::local_days> parse_day(std::string_view text) {
  auto y = digits(text, 0, 4), m = digits(text, 5, 2), d = digits(text, 8, 2);
  if (!y || !m || !d || text[4] != '-' || text[7] != '-') return std::nullopt;
  date::year_month_day day{date::year(*y), date::month(static_cast<unsigned>(*m)),
                           date::day(static_cast<unsigned>(*d))};
  if (!day.ok()) return std::nullopt;
  return date::local_days(day);
}

std::optional<LocalTime> parse_local(std::string_view text) {
  auto day = parse_day(text.substr(0, 10));
  if (!day) return std::nullopt;
  LocalTime time = *day;
  if (text.size() == 10) return time;
  auto h = digits(text, 11, 2), m = digits(text, 14, 2);
  auto s = text.size() > 16 && text[16] == ':' ? digits(text, 17, 2) : std::optional<int>(0);
  if (!h || !m || !s || (text[10] != 'T' && text[10] != ' ') || text[13] != ':') return std::nullopt;
  if (*h > 24 || *m > 59 || *s > 60) return std::nullopt;
  time += std::chrono::hours(*h) + std::chrono::minutes(*m) + std::chrono::seconds(*s);
  size_t at = 19;
  if (text.size() > at && text[at] == '.') {
    int64_t unit = 100'000;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10)
      time += std::chrono::microseconds((text[at] - '0') * unit);
  }
  if (at < text.size() && text[at] == 'Z') ++at;
  if (at < text.size() && text.size() > 16) return std::nullopt;
  return time;
}

std::string format_day(date::local_days day) {
  date::year_month_day ymd(day);
  char out[48];
  std::snprintf(out, sizeof out, "%04d-%02u-%02u", static_cast<int>(ymd.year()),
                static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
  return out;
}

std::string format_local(LocalTime time) {
  auto day = date::floor<date::days>(time);
  date::hh_mm_ss clock(time - day);
  char out[48];
  std::snprintf(out, sizeof out, "T%02d:%02d:%02d.%06d0", static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return format_day(day) + out;
}

Instant to_instant(LocalTime time, const date::time_zone& zone) {
  const auto offset = zone.get_info(time).first.offset;
  return {std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch() - offset).count()};
}

LocalTime to_local(Instant instant, const date::time_zone& zone) {
  return zone.to_local(date::sys_time<std::chrono::microseconds>(std::chrono::microseconds(instant.us)));
}

std::optional<Instant> instant_of(const boost::json::value& value) {
  auto* object = value.if_object();
  if (!object) return std::nullopt;
  auto *time = object->if_contains("dateTime"), *name = object->if_contains("timeZone");
  if (!time || !time->is_string()) return std::nullopt;
  auto local = parse_local(time->get_string());
  auto* zone = zone_of(name && name->is_string() ? std::string_view(name->get_string()) : "UTC");
  if (!local || !zone) return std::nullopt;
  return to_instant(*local, *zone);
}

boost::json::object date_time_time_zone(LocalTime time, std::string_view zone) {
  return {{"dateTime", format_local(time)}, {"timeZone", zone}};
}

uint32_t day_number(date::local_days day) {
  return static_cast<uint32_t>(day.time_since_epoch().count());
}
date::local_days day_of_number(uint32_t number) {
  return date::local_days(date::days(number));
}

}  // namespace mailsync::lab
