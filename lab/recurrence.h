// Occurrences of a patternedRecurrence (Graph), reckoned by libical from the equivalent RRULE (RFC
// 5545 3.3.10).
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lab/zones.h"

namespace mailsync::lab {

// The RRULE without UNTIL: the range's end is applied by occurrences(). nullopt: a pattern nobody knows.
std::optional<std::string> rrule_of(const boost::json::object& recurrence);

// Days (in the series' zone) on which an occurrence starts, from `from` to `to` inclusive, cancelled ones
// included. `start` is the master's own start; the range's startDate counts where it is later.
std::vector<date::local_days> occurrence_days(const boost::json::object& recurrence, LocalTime start,
                                              date::local_days from, date::local_days to);

}  // namespace mailsync::lab
