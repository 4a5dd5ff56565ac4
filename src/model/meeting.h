// A meeting or a whole series of them: exceptions and cancelled occurrences are its parts, not items of their
// own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/field.h"
#include "model/fields.h"
#include "model/recurrence.h"

namespace mailsync::model {

struct Attendee {
  enum class Type { Required, Optional, Resource };
  enum class Response { None, Accepted, Tentative, Declined };
  std::string address;  // lower case
  std::string name;
  Type type = Type::Required;
  Response response = Response::None;
  bool operator==(const Attendee&) const = default;
};

struct Participant {
  std::string address;  // lower case
  std::string name;
  bool operator==(const Participant&) const = default;
};

// One occurrence that differs from its series, named by where it would have been.
struct Occurrence {
  When original_start;  // in the series' zone (F93, F101)
  bool cancelled = false;
  // What differs from the series; not supplied = as in the series.
  Field<std::string> subject, body, location;
  Field<When> start, end;
  bool operator==(const Occurrence&) const = default;
};

struct Meeting {
  enum class ShowAs { Free, Tentative, Busy, Away, WorkingElsewhere };
  enum class Sensitivity {
    Normal,
    Personal,
    Private,
    Confidential
  };  // unknown reads as Private, never lowered (F102)

  Field<std::string> subject;
  Field<std::string> body;  // plain text, without the online-meeting block (F39)
  Field<std::string> location;
  Field<When> start, end;  // end is exclusive; for AllDay the day after the last
  Field<ShowAs> show_as;
  Field<Sensitivity> sensitivity;
  Field<int64_t> reminder_minutes;  // before the start; cleared = no reminder
  Field<Participant> organizer;
  Field<std::vector<Attendee>> attendees;  // sorted by address; without the organizer
  Field<Recurrence> recurrence;
  Field<std::vector<Occurrence>> exceptions;  // sorted by original start
  Field<std::string> online_url;              // read only
  bool operator==(const Meeting&) const = default;
};

Fields fields_of(const Meeting& meeting);
Result<Meeting> meeting_from(const Fields& fields);

// One key per meeting or series over all mailboxes and methods: the UID cleaned of provider prefixes
// (Google's
// "_R2026…" suffix, Exchange's GlobalObjectId instance date), the organizer, and the original start in the
// series' zone.
std::string series_key(std::string_view uid, std::string_view organizer_address, const When& original_start);

}  // namespace mailsync::model
