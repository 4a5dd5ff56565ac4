// iCalendar (RFC 5545) ⇄ model::Meeting and model::Task, by libical.
//
// Overrides of a series (RECURRENCE-ID) and EXDATEs become the exceptions of its meeting. What the model
// cannot say exactly (a rule that Exchange does not know, extra dates, an unknown time zone) is read as far
// as it goes and marked read-only with words: writing it back would change somebody's calendar.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "model/meeting.h"
#include "model/task.h"
#include "model/when.h"

namespace mailsync::format {

struct CalendarItem {
  std::string uid;
  int64_t sequence = 0;
  bool is_cancelled = false;          // as a whole
  std::optional<Instant> changed_at;  // LAST-MODIFIED
  // Set for one occurrence that came without its series: where it would have been.
  std::optional<model::When> original_start;
  std::variant<model::Meeting, model::Task> content;
  bool read_only = false;
  std::string note;  // why it is read-only or what is missing, for people
};

struct Calendar {
  std::string method;  // "REQUEST", "CANCEL", …; "" in a file
  std::vector<CalendarItem> items;
  std::string note;  // what could not be read, for people
};

struct CalendarLimits {
  size_t bytes = 20 << 20;
  size_t components = 20'000;
  size_t depth = 12;  // of components in each other
  size_t exceptions = 5'000;
};

// ItemInvalid, with words, beyond the limits and for what holds no calendar at all; broken lines and
// components are noted and passed over.
Result<Calendar> parse_icalendar(std::string_view bytes, const CalendarLimits& limits = {});

// A VCALENDAR with a VTIMEZONE for each zone named. `stamp` becomes DTSTAMP. Unsupported, with words, for a
// start in an unknown zone; ItemInvalid for an item without uid or start.
Result<std::string> write_icalendar(const Calendar& calendar, Instant stamp);

}  // namespace mailsync::format
