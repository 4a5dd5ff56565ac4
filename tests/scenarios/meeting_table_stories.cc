// The cases with a story: people, splits, edits after exceptions, what a mailbox cannot store.
#include <algorithm>

#include "crm/builtin/records.h"
#include "tests/scenarios/meeting_table.h"

namespace mailsync::scenario {
namespace {

const std::string kPeople = "People", kSeries = "Series that change", kOther = "Other content";

json::object attendee(const std::string& address) {
  return {{"type", "required"}, {"emailAddress", {{"name", address}, {"address", address}}}};
}

json::object meeting_with(const std::vector<std::string>& people) {
  json::object out = event_at("m", "2026-11-25T12:00:00", "2026-11-25T13:00:00");
  json::array list;
  for (const std::string& one : people) list.push_back(attendee(one));
  out["attendees"] = std::move(list);
  return out;
}

// An invitation from outside, as it stands in the attendee's calendar.
json::object invitation(const std::vector<std::string>& people) {
  json::object out = meeting_with(people);
  out["organizer"] = json::object{{"emailAddress", {{"name", "Out"}, {"address", "out@side.example"}}}};
  out["isOrganizer"] = false;
  return out;
}

json::object weeks() {
  json::object out = event_at("m", "2026-11-23T09:00:00", "2026-11-23T09:30:00", "Europe/Berlin");
  out["recurrence"] =
      repeating({{"type", "weekly"}, {"daysOfWeek", json::array{"monday"}}, {"firstDayOfWeek", "monday"}},
                range_of("numbered", "2026-11-23", "", 10));
  return out;
}

json::object times(const std::string& start, const std::string& end) {
  return {{"start", at(start, "Europe/Berlin")}, {"end", at(end, "Europe/Berlin")}};
}

std::string as_it_is(Stage& stage, lab::Mailbox& mailbox, const lab::Item& item, size_t mails) {
  if (const size_t count = stage.records(mailbox, sync::Kind::Meeting).size(); count != 1)
    return "failed: " + std::to_string(count) + " records";
  if (auto wrong = difference(in_mailbox(item), in_crm(only_meeting(stage, mailbox))); !wrong.empty())
    return wrong;
  if (auto wrong = unquiet(stage, mails); !wrong.empty()) return wrong;
  return kPassed;
}

model::When berlin(const char* wall) {
  return model::When::zoned(*model::WallTime::from_text(wall), "Europe/Berlin");
}

// By a user of the CRM who may ask that the people be told.
void edit_in_crm(Stage& stage, const lab::Mailbox& as, const model::Fields& fields, bool send) {
  const auto records = stage.records(as, sync::Kind::Meeting);
  if (records.size() != 1) {
    ADD_FAILURE() << records.size() << " meetings in the CRM where one was to be changed; "
                  << open_issues(stage);
    return;
  }
  const auto& record = records.front();
  const sync::Mailbox& row = stage.connected(as);
  stage.write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(const auto current, crm::load_record(tx, row.account, row.user, record.id));
    TRY_VOID(crm::update_record(
        tx, {.account = row.account, .user = row.user, .via = crm::Via::User, .now = stage.clock.now()},
        *current, {.fields = fields, .owner = {}, .send_requested = send, .series_key = {}}));
    return {};
  });
}

Row organizer() {
  Row row{.group = kPeople, .name = "the organizer's copy, with attendees"};
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& item = add_event(stage, ann, meeting_with({"bob@side.example", "eve@side.example"}));
  const size_t mails = stage.world.outbox().size();
  stage.settle();
  row.to_crm = as_it_is(stage, ann, item, mails);
  if (only_meeting(stage, ann).attendees.value_or({}).size() != 2)
    row.to_crm = "failed: the attendees are missing";
  // An edit waits until a user asks that they be told; then each is mailed once.
  edit_in_crm(stage, ann, {{"location", R"("Room 2")"}}, false);
  stage.settle();
  const std::string said = open_issues(stage);
  if (stage.world.outbox().size() != mails || said.find("would mail 2 people") == std::string::npos) {
    row.to_mailbox =
        "failed: " + std::to_string(stage.world.outbox().size() - mails) + " mails, said: " + said;
    return row;
  }
  edit_in_crm(stage, ann, {{"location", R"("Room 3")"}}, true);
  stage.settle();
  row.to_mailbox = as_it_is(stage, ann, item, mails + 2);
  if (row.to_mailbox == kPassed && !open_issues(stage).empty())
    row.to_mailbox = "failed: still open: " + open_issues(stage);
  row.round_trip = row.to_mailbox;
  return row;
}

Row attendee_copy(const std::string& name, const std::vector<std::string>& people) {
  Row row{.group = kPeople, .name = name};
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& item = add_event(stage, ann, invitation(people));
  stage.settle();
  row.to_crm = as_it_is(stage, ann, item, 0);
  const auto before = only_meeting(stage, ann);
  edit_in_crm(stage, ann, {{"location", R"("Room 2")"}}, false);
  stage.settle();
  const std::string said = open_issues(stage);
  const bool restored = only_meeting(stage, ann).location == before.location;
  if (item.fields.at("location").at("displayName") != "Room 1")
    row.to_mailbox = "failed: the organizer's meeting was written";
  else if (!restored || said.empty())
    row.to_mailbox = restored ? "failed: nobody was told" : "failed: the CRM kept its own place";
  else
    row.to_mailbox = "read-only: " + said;
  // What the organizer changes follows.
  lab::patch_event(stage.world, ann, item, {}, times("2026-11-26T10:00:00", "2026-11-26T11:00:00"),
                   stage.clock.now());
  stage.settle();
  row.round_trip = as_it_is(stage, ann, item, 0);
  return row;
}

// To Exchange and to us, what a delegate makes in the owner's calendar is the owner's.
Row delegated() {
  Row row{.group = kPeople, .name = "made by a delegate in the owner's calendar"};
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  json::object event = event_at("m", "2026-11-25T12:00:00", "2026-11-25T13:00:00");
  event["organizer"] = json::object{{"emailAddress", {{"name", "Ann"}, {"address", "ann@ours.example"}}}};
  auto& item = add_event(stage, ann, event);
  stage.settle();
  row.to_crm = as_it_is(stage, ann, item, 0);
  edit_in_crm(stage, ann, {{"location", R"("Room 2")"}}, false);
  stage.settle();
  const bool arrived = item.fields.at("location").at("displayName") == "Room 2";
  row.to_mailbox = arrived ? as_it_is(stage, ann, item, 0) : "failed: the place did not arrive";
  return row;
}

Row own_side_of_attendee() {
  Row row{.group = kPeople, .name = "an attendee's own reminder and availability"};
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& item = add_event(stage, ann, invitation({"ann@ours.example"}));
  stage.settle();
  row.to_crm = as_it_is(stage, ann, item, 0);
  edit_in_crm(stage, ann, {{"show_as", R"("away")"}, {"reminder_minutes", "30"}}, false);
  stage.settle();
  const bool arrived =
      item.fields.at("showAs") == "oof" && item.fields.at("reminderMinutesBeforeStart") == 30;
  row.to_mailbox = arrived ? as_it_is(stage, ann, item, 0) : "failed: they did not arrive";
  row.round_trip = row.to_mailbox;
  return row;
}

Row two_of_ours() {
  Row row{.group = kPeople, .name = "organizer and attendee are both ours: one record"};
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& bob = stage.connect("bob@ours.example", "Bob");
  auto& item = add_event(stage, ann, meeting_with({"bob@ours.example"}));
  const size_t mails = stage.world.outbox().size();
  for (auto* copy : stage.items(bob, lab::IdKind::Event)) stage.set_marked(bob, *copy, true);
  stage.settle();
  row.to_crm = as_it_is(stage, ann, item, mails);
  if (stage.count("SELECT count(*) FROM link") != 2) row.to_crm = "failed: not two links";
  edit_in_crm(stage, ann, {{"location", R"("Room 2")"}}, true);
  stage.settle();
  // Through the organizer's copy alone: one mail, to Bob.
  row.to_mailbox = as_it_is(stage, ann, item, mails + 1);
  const auto copies = stage.items(bob, lab::IdKind::Event);
  if (row.to_mailbox == kPassed && (copies.size() != 1 || in_mailbox(*copies.front()) != in_mailbox(item)))
    row.to_mailbox = "failed: the attendee's copy differs";
  row.round_trip = row.to_mailbox;
  return row;
}

Row responses() {
  Row row{.group = kPeople, .name = "responses of attendees"};
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& bob = stage.world.add_user("bob@ours.example", "Bob");
  auto& item = add_event(stage, ann, meeting_with({"bob@ours.example"}));
  stage.settle();
  lab::respond(stage.world, bob, *stage.items(bob, lab::IdKind::Event).front(), {}, "accepted", true, "",
               stage.clock.now());
  const size_t mails = stage.world.outbox().size();
  stage.settle();
  row.to_crm = as_it_is(stage, ann, item, mails);
  const auto people = only_meeting(stage, ann).attendees.value_or({});
  if (people.size() != 1 || people.front().response != model::Attendee::Response::Accepted)
    row.to_crm = "failed: the response did not arrive";
  row.to_mailbox = "never written: they flow from the mailbox to the CRM";
  return row;
}

Row cancelled_by_organizer() {
  Row row{.group = kPeople, .name = "cancelled by its organizer"};
  Stage stage;
  auto& bob = stage.world.add_user("bob@ours.example", "Bob");
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& item = add_event(stage, bob, meeting_with({"ann@ours.example"}));
  auto* copy = stage.items(ann, lab::IdKind::Event).front();
  stage.set_marked(ann, *copy, true);
  stage.settle();
  lab::remove_event(stage.world, bob, item, {}, "", stage.clock.now());
  const size_t mails = stage.world.outbox().size();
  stage.settle();
  row.to_crm = as_it_is(stage, ann, *copy, mails);
  if (only_meeting(stage, ann).subject.value_or("") != "Canceled: m")
    row.to_crm = "failed: the CRM does not show it";
  return row;
}

Row with_people_from_crm() {
  Row row{.group = kPeople, .name = "made in the CRM with attendees"};
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  model::Meeting meeting;
  meeting.subject = "m";
  meeting.start = berlin("2026-11-26T15:00:00");
  meeting.end = berlin("2026-11-26T16:00:00");
  meeting.attendees = std::vector<model::Attendee>{{.address = "out@side.example", .name = "Out"}};
  stage.create(ann, sync::Kind::Meeting, model::fields_of(meeting));
  stage.settle();
  if (!stage.items(ann, lab::IdKind::Event).empty() || !stage.world.outbox().empty() ||
      open_issues(stage).empty()) {
    row.to_mailbox = "failed: it went out unasked, or nobody was told that it waits";
    return row;
  }
  edit_in_crm(stage, ann, {{"location", R"("Room 2")"}}, true);
  stage.settle();
  const auto events = stage.items(ann, lab::IdKind::Event);
  row.to_mailbox = events.size() == 1 ? as_it_is(stage, ann, *events.front(), 1) : "failed: not one event";
  return row;
}

Row split() {
  Row row{.group = kSeries, .name = "\"this and following\" changed: the series is split"};
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& item = add_event(stage, ann, weeks());
  stage.settle();
  // What Outlook does: the old series ends, a new one begins.
  json::object shorter = item.fields.at("recurrence").as_object();
  shorter["range"] = range_of("endDate", "2026-11-23", "2026-12-20");
  lab::patch_event(stage.world, ann, item, {}, {{"recurrence", shorter}}, stage.clock.now());
  json::object rest = weeks();
  rest["start"] = at("2026-12-21T11:00:00", "Europe/Berlin");
  rest["end"] = at("2026-12-21T11:30:00", "Europe/Berlin");
  rest["recurrence"].as_object()["range"] = range_of("numbered", "2026-12-21", "", 6);
  auto& second = add_event(stage, ann, rest);
  stage.settle();
  Happenings there = in_mailbox(item), here;
  for (const std::string& one : in_mailbox(second)) there.push_back(one);
  for (const auto& record : stage.records(ann, sync::Kind::Meeting))
    for (std::string& one : in_crm(read(record))) here.push_back(std::move(one));
  std::ranges::sort(there);
  std::ranges::sort(here);
  row.to_crm = difference(there, here);
  if (row.to_crm.empty()) row.to_crm = unquiet(stage);
  if (row.to_crm.empty() && there.size() != 10)
    row.to_crm = "failed: " + std::to_string(there.size()) + " occurrences";
  if (row.to_crm.empty()) row.to_crm = kPassed;
  return row;
}

// The series' own fields or times change while it has a moved and a cancelled occurrence.
Row edited_after_exceptions(const std::string& name, const json::object& patch, const model::Fields& fields) {
  Row row{.group = kSeries, .name = name};
  const auto prepare = [](Stage& stage) -> std::pair<lab::Mailbox*, lab::Item*> {
    auto& ann = stage.connect("ann@ours.example", "Ann");
    auto& item = add_event(stage, ann, weeks());
    lab::patch_event(stage.world, ann, item, day_of({2026, 11, 30}),
                     times("2026-12-01T15:00:00", "2026-12-01T15:30:00"), stage.clock.now());
    lab::remove_event(stage.world, ann, item, day_of({2026, 12, 7}), "", stage.clock.now());
    stage.settle();
    return {&ann, &item};
  };
  {
    Stage stage;
    auto [ann, item] = prepare(stage);
    lab::patch_event(stage.world, *ann, *item, {}, patch, stage.clock.now());
    stage.settle();
    row.to_crm = as_it_is(stage, *ann, *item, 0);
  }
  Stage stage;
  auto [ann, item] = prepare(stage);
  const Happenings before = in_mailbox(*item);
  edit_in_crm(stage, *ann, fields, false);
  const Happenings wanted = in_crm(only_meeting(stage, *ann));
  stage.settle();
  row.to_mailbox = as_it_is(stage, *ann, *item, 0);
  if (row.to_mailbox == kPassed) {
    if (in_mailbox(*item) == before) row.to_mailbox = "failed: the edit did not arrive";
    if (auto wrong = difference(wanted, in_mailbox(*item)); !wrong.empty()) row.to_mailbox = wrong;
  }
  return row;
}

// The CRM's user moves one occurrence and cancels another.
Row exceptions_from_crm() {
  Row row{.group = kSeries, .name = "an occurrence moved and another cancelled in the CRM"};
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& item = add_event(stage, ann, weeks());
  stage.settle();
  model::Meeting change;
  model::Occurrence moved{.original_start = berlin("2026-11-30T09:00:00")};
  moved.start = berlin("2026-12-02T10:00:00");
  moved.end = berlin("2026-12-02T11:00:00");
  model::Occurrence gone{.original_start = berlin("2026-12-14T09:00:00"), .cancelled = true};
  change.exceptions = std::vector<model::Occurrence>{moved, gone};
  edit_in_crm(stage, ann, model::fields_of(change), false);
  const Happenings wanted = in_crm(only_meeting(stage, ann));
  stage.settle();
  row.to_mailbox = difference(wanted, in_mailbox(item));
  if (row.to_mailbox.empty()) row.to_mailbox = as_it_is(stage, ann, item, 0);
  // Back to what the series says: Exchange cannot bring a cancelled occurrence back.
  change.exceptions = std::vector<model::Occurrence>{gone};
  edit_in_crm(stage, ann, model::fields_of(change), false);
  stage.settle();
  row.round_trip = as_it_is(stage, ann, item, 0);
  return row;
}

Row until_changed() {
  Row row{.group = kSeries, .name = "a single meeting becomes a series, and its rule changes"};
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& item =
      add_event(stage, ann, event_at("m", "2026-11-23T09:00:00", "2026-11-23T09:30:00", "Europe/Berlin"));
  stage.settle();
  lab::patch_event(stage.world, ann, item, {}, {{"recurrence", weeks().at("recurrence")}}, stage.clock.now());
  stage.settle();
  row.to_crm = as_it_is(stage, ann, item, 0);
  model::Meeting change;
  change.recurrence = model::Recurrence{.pattern = model::Recurrence::Pattern::Daily,
                                        .interval = 2,
                                        .end = model::Recurrence::End::Until,
                                        .until = {2026, 12, 31}};
  edit_in_crm(stage, ann, model::fields_of(change), false);
  const Happenings wanted = in_crm(only_meeting(stage, ann));
  stage.settle();
  row.to_mailbox = difference(wanted, in_mailbox(item));
  if (row.to_mailbox.empty()) row.to_mailbox = as_it_is(stage, ann, item, 0);
  return row;
}

Row moved_in_crm() {
  Row row{.group = kSeries, .name = "a single meeting moved in the CRM, to another zone"};
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& item =
      add_event(stage, ann, event_at("m", "2026-11-23T09:00:00", "2026-11-23T09:30:00", "Europe/Berlin"));
  stage.settle();
  model::Meeting change;
  change.start = model::When::zoned(*model::WallTime::from_text("2027-04-05T09:00:00"), "America/New_York");
  change.end = model::When::zoned(*model::WallTime::from_text("2027-04-05T10:15:00"), "America/New_York");
  edit_in_crm(stage, ann, model::fields_of(change), false);
  stage.settle();
  row.to_mailbox = difference({"2027-04-05T13:00:00Z 2027-04-05T14:15:00Z m @Room 1"}, in_mailbox(item));
  if (row.to_mailbox.empty()) row.to_mailbox = as_it_is(stage, ann, item, 0);
  return row;
}

Row floating() {
  Row row{.group = kOther, .name = "a floating time (no zone)"};
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  model::Meeting meeting;
  meeting.subject = "m";
  meeting.start = model::When::floating(*model::WallTime::from_text("2026-11-26T15:00:00"));
  meeting.end = model::When::floating(*model::WallTime::from_text("2026-11-26T16:00:00"));
  stage.create(ann, sync::Kind::Meeting, model::fields_of(meeting));
  stage.settle();
  const std::string said = open_issues(stage);
  const bool made = !stage.items(ann, lab::IdKind::Event).empty();
  row.to_crm = "no mailbox holds one";
  row.to_mailbox = made           ? "failed: it was given a zone"
                   : said.empty() ? "failed: nobody was told"
                                  : "read-only: " + said;
  return row;
}

Row online() {
  Row row{.group = kOther, .name = "an online meeting's block of the body"};
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  json::object event = event_at("m", "2026-11-23T09:00:00", "2026-11-23T09:30:00");
  event["isOnlineMeeting"] = true;
  event["onlineMeeting"] = json::object{{"joinUrl", "https://teams.example/join"}};
  event["body"] = json::object{
      {"contentType", "html"},
      {"content", "<p>Agenda</p><div>________________________________________</div><p>Join the meeting</p>"}};
  auto& item = add_event(stage, ann, event);
  stage.settle();
  row.to_crm = as_it_is(stage, ann, item, 0);
  if (const std::string body = only_meeting(stage, ann).body.value_or("");
      body.find("Join") != std::string::npos)
    row.to_crm = "failed: the block became content: " + body;
  edit_in_crm(stage, ann, {{"body", R"("New agenda")"}, {"location", R"("Room 2")"}}, false);
  stage.settle();
  const std::string content(item.fields.at("body").at("content").as_string());
  const std::string said = open_issues(stage);
  if (content.find("Join the meeting") == std::string::npos)
    row.to_mailbox = "failed: the block is gone";
  else if (content.find("New agenda") != std::string::npos)
    row.to_mailbox = as_it_is(stage, ann, item, 0);
  else
    row.to_mailbox = said.empty() ? "failed: the text was dropped and nobody was told" : "read-only: " + said;
  if (item.fields.at("location").at("displayName") != "Room 2")
    row.to_mailbox = "failed: the place did not arrive";
  return row;
}

Row confidential() {
  Row row{.group = kOther, .name = "private and confidential: never lowered"};
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  json::object event = event_at("m", "2026-11-23T09:00:00", "2026-11-23T09:30:00");
  event["sensitivity"] = "confidential";
  auto& item = add_event(stage, ann, event);
  stage.settle();
  row.to_crm = as_it_is(stage, ann, item, 0);
  edit_in_crm(stage, ann, {{"sensitivity", R"("normal")"}}, false);
  stage.settle();
  if (item.fields.at("sensitivity") != "confidential")
    row.to_mailbox = "failed: it was lowered";
  else
    row.to_mailbox = unquiet(stage).empty() ? kPassed : unquiet(stage);
  return row;
}

}  // namespace

std::vector<Row> run_stories() {
  model::Meeting subject, moved;
  subject.subject = "renamed";
  moved.start = berlin("2026-11-24T10:00:00");
  moved.end = berlin("2026-11-24T10:30:00");
  moved.recurrence = model::Recurrence{.pattern = model::Recurrence::Pattern::Weekly,
                                       .weekdays = {2},
                                       .first_day_of_week = 1,
                                       .end = model::Recurrence::End::Count,
                                       .count = 10};
  moved.exceptions = model::Field<std::vector<model::Occurrence>>::cleared();
  json::object tuesdays = times("2026-11-24T10:00:00", "2026-11-24T10:30:00");
  tuesdays["recurrence"] =
      repeating({{"type", "weekly"}, {"daysOfWeek", json::array{"tuesday"}}, {"firstDayOfWeek", "monday"}},
                range_of("numbered", "2026-11-24", "", 10));
  return {split(),
          edited_after_exceptions("renamed while it has a moved and a cancelled occurrence",
                                  {{"subject", "renamed"}}, model::fields_of(subject)),
          edited_after_exceptions("moved to another day and time: Exchange drops its exceptions", tuesdays,
                                  model::fields_of(moved)),
          exceptions_from_crm(),
          until_changed(),
          moved_in_crm(),
          organizer(),
          attendee_copy("an attendee's copy", {"ann@ours.example", "bob@side.example"}),
          attendee_copy("forwarded: the owner is not on the list", {"bob@side.example"}),
          delegated(),
          own_side_of_attendee(),
          two_of_ours(),
          responses(),
          cancelled_by_organizer(),
          with_people_from_crm(),
          floating(),
          online(),
          confidential()};
}

}  // namespace mailsync::scenario
