// docs/meetings.md as a test: every kind of meeting goes through the real pass in each direction, and what
// came of it is a row of the table. Times are compared occurrence by occurrence, to the second: the mailbox's
// by the lab (libical, date-tz), the CRM's by the model.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lab/meetings.h"
#include "model/meeting.h"
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {

// What came of one direction: "passed", "read-only: <what the user is told>", "failed: <what>", or "–".
struct Row {
  std::string group, name;
  std::string to_crm = "–", to_mailbox = "–", round_trip = "–";
};

// A change of one occurrence, named by its day in the series' zone.
struct OccurrenceChange {
  model::Date day;
  json::object patch;  // empty: cancelled
};

struct MeetingCase {
  std::string group, name;
  json::object event;  // as its owner makes it in Outlook
  std::vector<OccurrenceChange> changes;
  // The first happenings, worked out by hand: "2026-11-23T09:00:00Z 2026-11-23T09:30:00Z subject".
  std::vector<std::string> first;
};

inline constexpr const char* kPassed = "passed";

// The cases of plain content: mailbox → CRM, CRM → mailbox, and edits on both sides.
std::vector<MeetingCase> plain_meeting_cases();
Row run(const MeetingCase& meeting_case);
// The cases with a story of their own: people, splits, edits after exceptions, what cannot be stored.
std::vector<Row> run_stories();

// ---- pieces of both ----
json::object at(const std::string& local, const std::string& zone);
json::object event_at(const std::string& subject, const std::string& start, const std::string& end,
                      const std::string& zone = "Europe/London");
// {"pattern": …, "range": …}
json::object repeating(json::object pattern, json::object range);
json::object range_of(const std::string& type, const std::string& start, const std::string& end = {},
                      int count = 0);
lab::Item& add_event(Stage& stage, lab::Mailbox& mailbox, json::object fields);
uint32_t day_of(model::Date date);

// Every occurrence that starts from 2026-11-01 to 2028-12-31: "start end subject @place", in order.
using Happenings = std::vector<std::string>;
Happenings in_mailbox(const lab::Item& event);
Happenings in_crm(const model::Meeting& meeting);
model::Meeting read(const sync::CrmRecord& record);
// The only meeting there is, or one that says nothing.
model::Meeting only_meeting(Stage& stage, const lab::Mailbox& mailbox);
// "" when they are the same, else the first difference.
std::string difference(const Happenings& wanted, const Happenings& found);
// A pass of every mailbox wrote nothing, and nobody was mailed since `mails`: "", or what happened.
std::string unquiet(Stage& stage, size_t mails = 0);
// Words of the open issues, joined.
std::string open_issues(Stage& stage);

}  // namespace mailsync::scenario
