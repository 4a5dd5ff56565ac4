#include "tests/scenarios/meeting_table.h"

#include <algorithm>

namespace mailsync::scenario {

namespace {

const Instant kFrom = *Instant::from_iso("2026-11-01T00:00:00Z");
const Instant kTo = *Instant::from_iso("2029-01-01T00:00:00Z");

std::string text_in(const json::object& fields, std::string_view name) {
  const auto* value = fields.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string happening(const std::string& start, const std::string& end, const std::string& subject,
                      const std::string& place) {
  return start + " " + end + " " + subject + (place.empty() ? "" : " @" + place);
}

std::string seconds(Instant at) {
  return at.to_iso().substr(0, 19) + "Z";
}

// One occurrence, or the event itself, of the lab's.
void add_from_mailbox(const lab::Item& event, std::optional<uint32_t> day, Happenings& out) {
  const auto span = lab::span_of(event, day);
  if (!span || span->start < kFrom || span->start >= kTo) return;
  const json::object fields = day ? lab::occurrence_fields(event, *day) : event.fields;
  const auto* all_day = fields.if_contains("isAllDay");
  std::string start = seconds(span->start), end = seconds(span->end);
  if (all_day != nullptr && all_day->is_bool() && all_day->get_bool()) {
    start = text_in(fields.at("start").as_object(), "dateTime").substr(0, 10);
    end = text_in(fields.at("end").as_object(), "dateTime").substr(0, 10);
  }
  out.push_back(happening(start, end, text_in(fields, "subject"),
                          text_in(fields.at("location").as_object(), "displayName")));
}

std::string words_of(const model::When& when) {
  if (when.form == model::When::Form::AllDay) return when.wall.date.to_text();
  const auto at = model::instant_of(when, "UTC");
  return at ? seconds(*at) : "?";
}

// The series' length in wall time, laid behind a start.
model::When end_after(const model::Meeting& meeting, const model::When& start) {
  const auto &from = meeting.start.value().wall, &to = meeting.end.value().wall;
  const int64_t length = (to.date.days_since_epoch() - from.date.days_since_epoch()) * 86400 +
                         to.second_of_day - from.second_of_day + start.wall.second_of_day;
  model::When out = start;
  out.wall = {start.wall.date.plus_days(length / 86400), static_cast<int32_t>(length % 86400)};
  return out;
}

void add_from_crm(const model::Meeting& meeting, model::When start, Happenings& out) {
  model::When end = end_after(meeting, start);
  std::string subject = meeting.subject.value_or(""), place = meeting.location.value_or("");
  for (const model::Occurrence& one : meeting.exceptions.value_or({})) {
    if (one.original_start != start) continue;
    if (one.cancelled) return;
    if (one.start.is_set()) start = one.start.value();
    end = one.end.is_set() ? one.end.value() : end_after(meeting, start);
    if (one.subject.supplied()) subject = one.subject.value_or("");
    if (one.location.supplied()) place = one.location.value_or("");
    break;
  }
  const auto at = model::instant_of(start, "UTC");
  if (at && *at >= kFrom && *at < kTo)
    out.push_back(happening(words_of(start), words_of(end), subject, place));
}

}  // namespace

json::object at(const std::string& local, const std::string& zone) {
  return {{"dateTime", local}, {"timeZone", zone}};
}

json::object event_at(const std::string& subject, const std::string& start, const std::string& end,
                      const std::string& zone) {
  return {{"subject", subject},
          {"start", at(start, zone)},
          {"end", at(end, zone)},
          {"location", json::object{{"displayName", "Room 1"}}},
          {"categories", json::array{"CRM"}}};
}

json::object repeating(json::object pattern, json::object range) {
  if (!pattern.contains("interval")) pattern["interval"] = 1;
  return {{"pattern", std::move(pattern)}, {"range", std::move(range)}};
}

json::object range_of(const std::string& type, const std::string& start, const std::string& end, int count) {
  json::object out{{"type", type}, {"startDate", start}};
  if (!end.empty()) out["endDate"] = end;
  if (count > 0) out["numberOfOccurrences"] = count;
  return out;
}

lab::Item& add_event(Stage& stage, lab::Mailbox& mailbox, json::object fields) {
  return lab::create_event(stage.world, mailbox, mailbox.well_known("calendar")->number, std::move(fields),
                           stage.clock.now());
}

uint32_t day_of(model::Date date) {
  return static_cast<uint32_t>(date.days_since_epoch());
}

Happenings in_mailbox(const lab::Item& event) {
  Happenings out;
  const auto* recurrence = event.fields.if_contains("recurrence");
  if (recurrence == nullptr || recurrence->is_null())
    add_from_mailbox(event, {}, out);
  else
    for (const uint32_t day : lab::occurrences_between(event, kFrom, kTo)) add_from_mailbox(event, day, out);
  std::ranges::sort(out);
  return out;
}

Happenings in_crm(const model::Meeting& meeting) {
  Happenings out;
  if (!meeting.start.is_set() || !meeting.end.is_set()) return out;
  if (!meeting.recurrence.is_set()) {
    out.push_back(happening(words_of(meeting.start.value()), words_of(meeting.end.value()),
                            meeting.subject.value_or(""), meeting.location.value_or("")));
    return out;
  }
  const model::When& first = meeting.start.value();
  for (const model::Date date :
       model::occurrence_dates(meeting.recurrence.value(), first.wall.date, {2029, 1, 2}, 5000)) {
    model::When start = first;
    start.wall.date = date;
    add_from_crm(meeting, start, out);
  }
  std::ranges::sort(out);
  return out;
}

model::Meeting read(const sync::CrmRecord& record) {
  return model::meeting_from(record.fields).value_or(model::Meeting{});
}

model::Meeting only_meeting(Stage& stage, const lab::Mailbox& mailbox) {
  const auto records = stage.records(mailbox, sync::Kind::Meeting);
  return records.size() == 1 ? read(records.front()) : model::Meeting{};
}

std::string difference(const Happenings& wanted, const Happenings& found) {
  for (size_t i = 0; i < std::max(wanted.size(), found.size()); ++i) {
    const std::string want = i < wanted.size() ? wanted[i] : "nothing";
    const std::string have = i < found.size() ? found[i] : "nothing";
    if (want != have) return "failed: wanted " + want + ", found " + have;
  }
  return "";
}

std::string unquiet(Stage& stage, size_t mails) {
  const int64_t rows = stage.rows_written();
  const uint64_t writes = stage.world.counters.writes;
  stage.settle();
  if (stage.rows_written() != rows || stage.world.counters.writes != writes)
    return "failed: a pass with nothing to do wrote something";
  if (stage.world.outbox().size() != mails)
    return "failed: " + std::to_string(stage.world.outbox().size() - mails) + " mails to others";
  return "";
}

std::string open_issues(Stage& stage) {
  std::string out;
  const auto read = stage.database->read([&](db::Session& session) -> Result<void> {
    TRY(const auto rows, session.query("SELECT DISTINCT title || ': ' || cause FROM issue ORDER BY 1"));
    for (const db::Row& row : rows) out += (out.empty() ? "" : "; ") + std::string(row.at(0).text());
    return {};
  });
  EXPECT_TRUE(read);
  return out;
}

namespace {

// The first sync brings it up as it is.
std::string goes_up(Stage& stage, lab::Mailbox& ann, const lab::Item& item, const MeetingCase& one) {
  stage.settle();
  if (const size_t count = stage.records(ann, sync::Kind::Meeting).size(); count != 1)
    return "failed: " + std::to_string(count) + " records";
  const Happenings there = in_mailbox(item), here = in_crm(only_meeting(stage, ann));
  for (size_t i = 0; i < one.first.size(); ++i)
    if (i >= there.size() || !there[i].starts_with(one.first[i]))
      return "failed: worked out by hand " + one.first[i] + ", the mailbox has " +
             (i < there.size() ? there[i] : "nothing");
  if (auto wrong = difference(there, here); !wrong.empty()) return wrong;
  if (auto wrong = unquiet(stage); !wrong.empty()) return wrong;
  return kPassed;
}

// The same content, made by a user of the CRM, becomes an event with the same happenings.
std::string goes_down(const model::Meeting& content, const Happenings& wanted) {
  Stage stage;
  auto& bob = stage.connect("bob@ours.example", "Bob");
  model::Meeting meeting = content;
  meeting.organizer = {};
  meeting.online_url = {};
  meeting.attendees = {};
  stage.create(bob, sync::Kind::Meeting, model::fields_of(meeting));
  stage.settle();
  const auto events = stage.items(bob, lab::IdKind::Event);
  if (events.size() != 1) {
    const std::string said = open_issues(stage);
    return said.empty() ? "failed: " + std::to_string(events.size()) + " events" : "read-only: " + said;
  }
  if (auto wrong = difference(wanted, in_mailbox(*events.front())); !wrong.empty()) return wrong;
  if (auto wrong = difference(wanted, in_crm(only_meeting(stage, bob))); !wrong.empty()) return wrong;
  if (auto wrong = unquiet(stage); !wrong.empty()) return wrong;
  return kPassed;
}

// Edits of both sides arrive, and move nothing by a second: the place in the CRM, then the subject in the
// mailbox.
std::string comes_and_goes(Stage& stage, lab::Mailbox& ann, lab::Item& item) {
  const auto record = stage.records(ann, sync::Kind::Meeting).front();
  stage.update(ann, record, {{"location", R"("Room 2")"}});
  stage.settle();
  const std::string place = text_in(item.fields.at("location").as_object(), "displayName");
  if (place != "Room 2") {
    const std::string said = open_issues(stage);
    return said.empty() ? "failed: the CRM's edit did not arrive" : "read-only: " + said;
  }
  if (auto wrong = difference(in_mailbox(item), in_crm(only_meeting(stage, ann))); !wrong.empty())
    return wrong;
  lab::patch_event(stage.world, ann, item, {}, {{"subject", "renamed"}}, stage.clock.now());
  const Happenings wanted = in_mailbox(item);
  stage.settle();
  if (auto wrong = difference(wanted, in_crm(only_meeting(stage, ann))); !wrong.empty()) return wrong;
  if (auto wrong = difference(wanted, in_mailbox(item)); !wrong.empty()) return wrong;
  if (auto wrong = unquiet(stage); !wrong.empty()) return wrong;
  return kPassed;
}

}  // namespace

Row run(const MeetingCase& one) {
  Row row{.group = one.group, .name = one.name};
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& item = add_event(stage, ann, one.event);
  for (const OccurrenceChange& change : one.changes) {
    if (change.patch.empty())
      lab::remove_event(stage.world, ann, item, day_of(change.day), "", stage.clock.now());
    else
      lab::patch_event(stage.world, ann, item, day_of(change.day), change.patch, stage.clock.now());
  }
  row.to_crm = goes_up(stage, ann, item, one);
  if (row.to_crm != kPassed) return row;
  row.to_mailbox = goes_down(only_meeting(stage, ann), in_mailbox(item));
  const Happenings before = in_mailbox(item);
  row.round_trip = comes_and_goes(stage, ann, item);
  // Only the words changed: every start and end is where it was.
  const Happenings after = in_mailbox(item);
  if (row.round_trip == kPassed && before.size() != after.size())
    row.round_trip = "failed: occurrences were lost";
  for (size_t i = 0; row.round_trip == kPassed && i < before.size(); ++i) {
    const auto times = [](const std::string& text) {
      return text.substr(0, text.find(' ', text.find(' ') + 1));
    };
    if (times(before[i]) != times(after[i]))
      row.round_trip = "failed: " + times(before[i]) + " became " + times(after[i]);
  }
  return row;
}

}  // namespace mailsync::scenario
