// The calendar of a Microsoft 365 mailbox: our client against the lab. Whatever is done here, the lab's
// outbox shows whether anybody was mailed (F86).
#include <gmock/gmock.h>

#include "model/meeting.h"
#include "tests/contract/graph_fixture.h"

namespace mailsync::tests {
namespace {

using model::Date;
using model::Meeting;
using model::When;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

When berlin(Date date, int hour, int minute = 0) {
  return When::zoned({date, hour * 3600 + minute * 60}, "Europe/Berlin");
}

class GraphMeetings : public GraphFixture {
 protected:
  static Meeting single() {
    Meeting meeting;
    meeting.subject = std::string("Review");
    meeting.body = std::string("Bring numbers");
    meeting.location = std::string("Room 1");
    meeting.start = berlin({2026, 12, 1}, 10);
    meeting.end = berlin({2026, 12, 1}, 11, 30);
    meeting.reminder_minutes = int64_t{10};
    return meeting;
  }
  // Tuesdays, ten times, with one moved and one cancelled.
  static Meeting series() {
    Meeting meeting = single();
    model::Recurrence rule;
    rule.pattern = model::Recurrence::Pattern::Weekly;
    rule.weekdays = {2};
    rule.first_day_of_week = 1;
    rule.end = model::Recurrence::End::Count;
    rule.count = 10;
    meeting.recurrence = rule;
    model::Occurrence moved;
    moved.original_start = berlin({2026, 12, 8}, 10);
    moved.start = berlin({2026, 12, 9}, 14);
    moved.end = berlin({2026, 12, 9}, 15, 30);
    moved.subject = std::string("Review, moved");
    model::Occurrence cancelled;
    cancelled.original_start = berlin({2026, 12, 15}, 10);
    cancelled.cancelled = true;
    meeting.exceptions = std::vector<model::Occurrence>{moved, cancelled};
    return meeting;
  }
  sync::RemoteItem created(const Meeting& meeting, std::string operation, bool mark = false) {
    auto item =
        run(replica().apply(create(Kind::Meeting, model::fields_of(meeting), std::move(operation), mark)));
    EXPECT_TRUE(item) << (item ? "" : item.error().message);
    return item.value_or(sync::RemoteItem{});
  }
  Result<sync::RemoteItem> changed(const sync::RemoteItem& item, const Meeting& change,
                                   bool may_mail = false) {
    auto write = update(item, model::fields_of(change));
    write.may_mail_others = may_mail;
    return run(replica().apply(std::move(write)));
  }
  sync::RemoteItem now(const sync::RemoteItem& item) {
    auto items = run(replica().fetch(Kind::Meeting, {item.id}));
    EXPECT_TRUE(items.at(0)) << (items[0] ? "" : items[0].error().message);
    return items[0].value_or(sync::RemoteItem{});
  }
  sync::Collection calendar() { return collections(Kind::Meeting).at(0); }
  lab::Item& event_of(const sync::RemoteItem& item) {
    for (auto& [number, one] : ada.items)
      if (id(one) == item.id.value) return one;
    throw std::runtime_error("not there");
  }
  // As its owner would in Outlook.
  lab::Item& outlook_event(std::string subject, std::string start, std::string end, json::object more = {}) {
    json::object fields{{"subject", subject},
                        {"isAllDay", false},
                        {"categories", json::array()},
                        {"body", json::object{{"contentType", "html"}, {"content", "<p>Hello</p>"}}},
                        {"start", json::object{{"dateTime", start}, {"timeZone", "W. Europe Standard Time"}}},
                        {"end", json::object{{"dateTime", end}, {"timeZone", "W. Europe Standard Time"}}}};
    for (auto& [name, value] : more) fields[name] = value;
    return lab::create_event(world, ada, ada.well_known("calendar")->number, std::move(fields), clock.now());
  }
};

TEST_F(GraphMeetings, ASingleMeetingRoundTripsAndIsCreatedOnce) {
  const auto item = created(single(), "op-m", true);
  EXPECT_TRUE(item.marked);
  EXPECT_EQ(item.made_by.value, "op-m");
  const auto wanted = model::fields_of(single());
  for (const auto& [name, words] : wanted) EXPECT_EQ(item.fields.at(name), words) << name;
  EXPECT_FALSE(item.others_would_be_mailed);
  EXPECT_EQ(created(single(), "op-m").id, item.id);
  const auto found = run(replica().find_by_operation(Kind::Meeting, OperationId{"op-m"}, {}));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->id, item.id);
  EXPECT_FALSE(run(replica().find_by_operation(Kind::Meeting, OperationId{"op-z"}, {})).value().has_value());
  Cursor cursor;
  const auto feed = round(calendar(), cursor).present();
  ASSERT_TRUE(feed.contains(item.id.value));
  EXPECT_EQ(feed.at(item.id.value).fields, item.fields);
  EXPECT_EQ(feed.at(item.id.value).version, item.version);
  EXPECT_EQ(feed.at(item.id.value).series_key, item.series_key);
}

// F97
TEST_F(GraphMeetings, AnAllDayMeetingIsDates) {
  Meeting meeting = single();
  meeting.start = When::all_day({2026, 12, 24});
  meeting.end = When::all_day({2026, 12, 27});
  const auto item = created(meeting, "op-d");
  EXPECT_EQ(item.fields.at("start"), model::fields_of(meeting).at("start"));
  EXPECT_EQ(item.fields.at("end"), model::fields_of(meeting).at("end"));
  // To a time of day and back.
  Meeting timed;
  timed.start = berlin({2026, 12, 24}, 9);
  timed.end = berlin({2026, 12, 24}, 10);
  const auto later = changed(item, timed);
  ASSERT_TRUE(later) << later.error().message;
  EXPECT_EQ(later->fields.at("start"), model::fields_of(timed).at("start"));
}

// F92, F93, F95, F101
TEST_F(GraphMeetings, ASeriesWithExceptionsRoundTrips) {
  const auto item = created(series(), "op-s");
  const auto wanted = model::fields_of(series());
  for (const auto& [name, words] : wanted) EXPECT_EQ(item.fields.at(name), words) << name;
  Cursor cursor;
  const auto feed = round(calendar(), cursor);
  ASSERT_EQ(feed.present().size(), 1u);
  EXPECT_EQ(feed.present().at(item.id.value).fields, item.fields);
  EXPECT_EQ(feed.present().at(item.id.value).version, item.version);
  EXPECT_THAT(round(calendar(), cursor).changes, IsEmpty());
}

TEST_F(GraphMeetings, ManyOccurrencesOnManyPagesAreOneChange) {
  for (const size_t grant : {10u, 100u}) {
    world.faults.page_max = grant;
    const auto item = created(series(), "op-" + std::to_string(grant));
    Meeting daily = single();
    model::Recurrence rule;
    rule.end = model::Recurrence::End::Count;
    rule.count = 250;
    daily.recurrence = rule;
    created(daily, "op-daily-" + std::to_string(grant));
    forget_replica();
    Cursor cursor;
    const auto feed = round(calendar(), cursor);
    size_t reports = 0;
    for (const auto& change : feed.changes) reports += change.item.id == item.id;
    EXPECT_EQ(reports, 1u);
    // A restart in mid-feed reports a series once more rather than not at all.
    Cursor place;
    auto page = run(replica().changes(calendar(), place));
    ASSERT_TRUE(page && page->more);
    for (int i = 0; i < 30 && page->more; ++i) {
      place = page->next;
      page = run(replica().changes(calendar(), place));
      ASSERT_TRUE(page);
      // A page that is asked for again says again what it said; the last one may be where the next pass goes
      // on, so it then names its series as well.
      const auto again = run(replica().changes(calendar(), place));
      ASSERT_TRUE(again);
      EXPECT_EQ(page->changes.size(), again->changes.size() - (page->more ? 0 : 1));
    }
    place = {};
    place = run(replica().changes(calendar(), place))->next;
    forget_replica();
    EXPECT_FALSE(round(calendar(), place).present().empty());
  }
}

// F92
TEST_F(GraphMeetings, ChangesOfOneOccurrenceInOutlookComeAsTheSeries) {
  const auto item = created(series(), "op-s");
  Cursor cursor;
  round(calendar(), cursor);
  lab::Item& event = event_of(item);
  const auto day = [](Date date) { return static_cast<uint32_t>(date.days_since_epoch()); };
  lab::remove_event(world, ada, event, day({2026, 12, 22}), "", clock.now());
  lab::patch_event(world, ada, event, day({2026, 12, 29}), {{"subject", "Short one"}}, clock.now());
  const auto feed = round(calendar(), cursor).present();
  ASSERT_TRUE(feed.contains(item.id.value));
  const auto meeting = model::meeting_from(feed.at(item.id.value).fields);
  ASSERT_TRUE(meeting);
  ASSERT_EQ(meeting->exceptions.value().size(), 4u);
  EXPECT_TRUE(meeting->exceptions.value()[2].cancelled);
  EXPECT_EQ(meeting->exceptions.value()[3].subject.value(), "Short one");
  EXPECT_NE(feed.at(item.id.value).version, item.version);
}

TEST_F(GraphMeetings, ExceptionsAreWrittenOccurrenceByOccurrence) {
  auto item = created(series(), "op-s");
  Meeting change;
  auto exceptions = series().exceptions.value();
  exceptions[0].start = berlin({2026, 12, 10}, 8);
  exceptions[0].end = berlin({2026, 12, 10}, 9, 30);
  exceptions.push_back(exceptions[1]);
  exceptions[2].original_start = berlin({2026, 12, 22}, 10);
  change.exceptions = exceptions;
  auto stored = changed(item, change);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->fields.at("exceptions"), model::fields_of(change).at("exceptions"));
  // The moved one goes back to where it was.
  exceptions.erase(exceptions.begin());
  change.exceptions = exceptions;
  stored = changed(*stored, change);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->fields.at("exceptions"), model::fields_of(change).at("exceptions"));
}

// F86, F10
TEST_F(GraphMeetings, NobodyIsMailedUnlessAUserAskedForIt) {
  Meeting invited = single();
  invited.attendees = std::vector<model::Attendee>{{"ben@contoso.example", "Ben", {}, {}},
                                                   {"out@side.example", "Out", {}, {}}};
  auto write = create(Kind::Meeting, model::fields_of(invited), "op-i");
  const auto refused = run(replica().apply(write));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Unsupported);
  EXPECT_THAT(refused.error().message, HasSubstr("would mail 2 people"));
  EXPECT_THAT(world.outbox(), IsEmpty());
  write.may_mail_others = true;
  const auto item = run(replica().apply(write));
  ASSERT_TRUE(item) << item.error().message;
  EXPECT_TRUE(item->others_would_be_mailed);
  const size_t mails = world.outbox().size();
  EXPECT_GT(mails, 0u);
  Meeting change;
  change.subject = std::string("Other");
  const auto unasked = changed(*item, change);
  ASSERT_FALSE(unasked);
  EXPECT_THAT(unasked.error().message, HasSubstr("would mail"));
  EXPECT_FALSE(run(replica().apply(erase(*item))));
  EXPECT_FALSE(run(replica().set_mark(Kind::Meeting, item->id, true)));
  EXPECT_EQ(world.outbox().size(), mails);
  ASSERT_TRUE(changed(*item, change, true));
  EXPECT_GT(world.outbox().size(), mails);
}

TEST_F(GraphMeetings, AnAttendeesCopyTakesOnlyWhatIsHisOwn) {
  auto& event = lab::create_event(
      world, ben, ben.well_known("calendar")->number,
      {{"subject", "Ben's"},
       {"isAllDay", false},
       {"body", json::object{{"contentType", "text"}, {"content", ""}}},
       {"start", json::object{{"dateTime", "2026-12-02T10:00:00"}, {"timeZone", "UTC"}}},
       {"end", json::object{{"dateTime", "2026-12-02T11:00:00"}, {"timeZone", "UTC"}}},
       {"attendees",
        json::array{json::object{
            {"type", "required"},
            {"emailAddress", json::object{{"address", "ada@contoso.example"}, {"name", "Ada"}}}}}}},
      clock.now());
  const size_t mails = world.outbox().size();
  Cursor cursor;
  const auto feed = round(calendar(), cursor).present();
  ASSERT_EQ(feed.size(), 1u);
  const auto copy = feed.begin()->second;
  EXPECT_FALSE(copy.is_organizer);
  EXPECT_FALSE(copy.others_would_be_mailed);
  Meeting change;
  change.subject = std::string("Mine");
  EXPECT_EQ(changed(copy, change).error().kind, ErrorKind::Unsupported);
  Meeting own;
  own.reminder_minutes = int64_t{42};
  const auto stored = changed(copy, own);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->fields.at("reminder_minutes"), "42");
  EXPECT_EQ(world.outbox().size(), mails);
  // The same meeting in both mailboxes has one key (F96).
  auto client = std::make_unique<graph::Client>(
      http, [](std::optional<std::string>) { return bearer(); }, executor, random, limit,
      graph::ClientOptions{.base_url = "https://graph.lab/v1.0", .user = ben.user.id});
  Replica other(std::move(client), {.profile = profile});
  const auto original = run(other.fetch(Kind::Meeting, {{ben.id_of(event, true)}}));
  ASSERT_TRUE(original.at(0));
  EXPECT_EQ(original[0]->series_key, copy.series_key);
}

// F27
TEST_F(GraphMeetings, StaleVersionsAndDeletions) {
  const auto item = created(single(), "op");
  lab::patch_event(world, ada, event_of(item), {}, {{"subject", "Edited in Outlook"}}, clock.now());
  Meeting change;
  change.location = std::string("Room 2");
  EXPECT_EQ(changed(item, change).error().kind, ErrorKind::VersionStale);
  const auto fresh = now(item);
  ASSERT_TRUE(changed(fresh, change));
  Cursor cursor;
  round(calendar(), cursor);
  ASSERT_TRUE(run(replica().apply(erase(now(item)))));
  EXPECT_THAT(round(calendar(), cursor).removed(), ElementsAre(item.id.value));
}

// F98
TEST_F(GraphMeetings, AnUnknownZoneIsReadAndNotWritten) {
  auto& event = outlook_event("Odd", "2026-12-03T10:00:00", "2026-12-03T11:00:00");
  event.fields["originalStartTimeZone"] = "tzone://Microsoft/Custom";
  const auto item = now({.kind = Kind::Meeting, .id = {id(event)}});
  EXPECT_EQ(item.fields.at("start"), model::fields_of([] {
                                       Meeting meeting;
                                       meeting.start = When::zoned({{2026, 12, 3}, 9 * 3600}, "");
                                       return meeting;
                                     }())
                                         .at("start"));
  Meeting change;
  change.subject = std::string("x");
  EXPECT_EQ(changed(item, change).error().kind, ErrorKind::Unsupported);
}

// F39
TEST_F(GraphMeetings, TheJoinBlockOfAnOnlineMeetingStays) {
  const std::string body =
      "Agenda\r\n________________________________________________________________________________\r\nJoin "
      "here";
  auto& event = outlook_event(
      "Online", "2026-12-03T10:00:00", "2026-12-03T11:00:00",
      {{"isOnlineMeeting", true}, {"body", json::object{{"contentType", "text"}, {"content", body}}}});
  const auto item = now({.kind = Kind::Meeting, .id = {id(event)}});
  EXPECT_EQ(item.fields.at("body"), "\"Agenda\"");
  Meeting change;
  change.body = std::string("New");
  change.subject = std::string("Renamed");
  const auto stored = changed(item, change);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_THAT(std::string(event.fields.at("body").at("content").as_string()), HasSubstr("Join here"));
  EXPECT_EQ(event.fields.at("subject"), "Renamed");
}

// F22, F79
TEST_F(GraphMeetings, TheWindowRollsOnWithoutRemovingWhatLeavesIt) {
  auto& old = outlook_event("Old", "2026-11-10T10:00:00", "2026-11-10T11:00:00");
  auto& near = outlook_event("Near", "2026-12-10T10:00:00", "2026-12-10T11:00:00");
  auto& doomed = outlook_event("Doomed", "2026-12-11T10:00:00", "2026-12-11T11:00:00");
  Cursor cursor;
  const auto first = round(calendar(), cursor);
  EXPECT_EQ(first.present().size(), 3u);
  EXPECT_TRUE(first.complete);
  clock.advance(std::chrono::hours(24 * 3));
  const std::string before = cursor.value.substr(0, 25);
  round(calendar(), cursor);
  EXPECT_EQ(cursor.value.substr(0, 25), before);
  clock.advance(std::chrono::hours(24 * 6));
  lab::remove_event(world, ada, doomed, {}, "", clock.now());
  const auto doomed_id = first.changes;
  const auto moved = round(calendar(), cursor);
  EXPECT_NE(cursor.value.substr(0, 25), before);
  EXPECT_TRUE(cursor.value.starts_with("f "));
  EXPECT_FALSE(moved.complete);
  EXPECT_EQ(moved.removed().size(), 1u);
  EXPECT_TRUE(moved.present().contains(id(near)));
  EXPECT_FALSE(moved.present().contains(id(old)));
  EXPECT_THAT(round(calendar(), cursor).changes, IsEmpty());
  // By id it is still there.
  EXPECT_TRUE(run(replica().fetch(Kind::Meeting, {{id(old)}})).at(0));
}

// F22, F48
TEST_F(GraphMeetings, ADeletionWhileTheNewWindowIsListedIsNotMissed) {
  world.faults.page_max = 10;
  std::vector<std::string> ids;
  for (int i = 0; i < 30; ++i)
    ids.push_back(id(outlook_event("E" + std::to_string(i), "2026-12-10T10:00:00", "2026-12-10T11:00:00")));
  Cursor cursor;
  round(calendar(), cursor);
  clock.advance(std::chrono::hours(24 * 9));
  auto page = run(replica().changes(calendar(), cursor));
  ASSERT_TRUE(page && page->more);
  cursor = page->next;
  const std::string victim = page->changes.front().item.id.value;
  for (auto& [number, item] : ada.items)
    if (id(item) == victim) {
      lab::remove_event(world, ada, item, {}, "", clock.now());
      break;
    }
  EXPECT_THAT(round(calendar(), cursor).removed(), testing::Contains(victim));
}

}  // namespace
}  // namespace mailsync::tests
