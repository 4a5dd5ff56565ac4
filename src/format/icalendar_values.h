// Values of iCalendar properties ⇄ the model's: times in their zones, and rules of repetition.
#pragma once

#include <libical/ical.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/recurrence.h"
#include "model/when.h"

namespace mailsync::format {

struct ComponentFree {
  void operator()(icalcomponent* component) const { icalcomponent_free(component); }
};
using Component = std::unique_ptr<icalcomponent, ComponentFree>;

// Valid UTF-8 of a text value, line ends as "\n"; "" when the property is missing or holds no text.
std::string text_value(icalproperty* property);
std::string text_of(icalcomponent* component, icalproperty_kind kind);
// Of an X- property, by name without regard to case.
std::string x_text_of(icalcomponent* component, std::string_view name);
std::string parameter_of(icalproperty* property, icalparameter_kind kind);

struct ReadTime {
  model::When when;
  bool zone_unknown = false;  // `when` is UTC then, worked out by the file's own VTIMEZONE where there is one
};
// nullopt when it is no date. `calendar` holds the VTIMEZONEs.
std::optional<ReadTime> time_of(icalproperty* property, icalcomponent* calendar);

// The same moment as `when`, in the form of `like`: an occurrence is named in its series' zone.
model::When in_form_of(const model::When& like, const model::When& when);

// `start` is the first occurrence. nullopt for rules that Exchange and Graph do not know.
std::optional<model::Recurrence> recurrence_of(icalproperty* rrule, const model::When& start);
// "FREQ=WEEKLY;…", so that every reader gets the model's occurrences: day 31 means the last day of short
// months here, where RFC 5545 would skip them.
std::string rrule_text(const model::Recurrence& rule, const model::When& start);

// "20261122", "20261122T130500", "20261122T130500Z"
std::string date_text(model::Date date);
std::string time_text(model::WallTime wall, bool utc);

}  // namespace mailsync::format
