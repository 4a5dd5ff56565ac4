#include <gmock/gmock.h>

#include <set>

#include "lab/fronts/graph/graph_lab.h"

namespace mailsync::lab::graph {
namespace {

json::object at(std::string_view time, std::string_view zone = "Europe/Berlin") {
  return {{"dateTime", time}, {"timeZone", zone}};
}

json::object invite(std::string_view address) {
  return {{"emailAddress", {{"address", address}}}, {"type", "required"}};
}

json::object daily(int count) {
  return {{"pattern", {{"type", "daily"}, {"interval", 1}}},
          {"range", {{"type", "numbered"}, {"startDate", "2026-11-23"}, {"numberOfOccurrences", count}}}};
}

class Events : public GraphLab {
 protected:
  Reply create(json::object fields, const Mailbox& mailbox) {
    if (!fields.contains("start")) fields["start"] = at("2026-11-23T09:00:00");
    if (!fields.contains("end")) fields["end"] = at("2026-11-23T10:00:00");
    return post(of(mailbox) + "/events", fields, immutable);
  }
  std::string view() const {
    return of(ada) +
           "/calendarView/delta?startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z";
  }
  Item* copy_of(Mailbox& mailbox, const Reply& event) { return find_by_uid(mailbox, event.text("iCalUId")); }
  static std::multiset<std::string> types(const std::vector<json::object>& rows) {
    std::multiset<std::string> out;
    for (auto& row : rows)
      out.emplace(row.contains("@removed") ? "removed" : std::string(text_of(row, "type")));
    return out;
  }
  std::string occurrence(const Reply& master, std::string_view day) {
    Reply list =
        get(of(ada) + "/events/" + master.text("id") +
                "/instances?startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z&$top=100",
            immutable);
    for (auto& row : list.value())
      if (text_of(*object_of(row.as_object(), "start"), "dateTime").starts_with(day))
        return std::string(text_of(row.as_object(), "id"));
    return {};
  }
  using Set = std::multiset<std::string>;
};

TEST_F(Events, TimesComeInUtcOrInThePreferredZone) {
  Reply made = create({{"subject", "zones"}}, ada);
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(text_of(*object_of(made.body, "start"), "dateTime"), "2026-11-23T08:00:00.0000000");
  EXPECT_EQ(made.text("originalStartTimeZone"), "Europe/Berlin");
  Reply there = get(of(ada) + "/events/" + made.text("id"),
                    {{"Prefer", "outlook.timezone=\"Eastern Standard Time\", IdType=\"ImmutableId\""}});
  EXPECT_EQ(text_of(*object_of(there.body, "start"), "dateTime"), "2026-11-23T03:00:00.0000000");
  EXPECT_EQ(create({{"start", at("2026-11-23T09:00:00", "tzone://Microsoft/Custom")}}, ada).code(),
            "TimeZoneNotSupportedException");
}

TEST_F(Events, AnAllDayEventIsMidnightToMidnightInAnyZone_F97) {
  Reply made = create({{"isAllDay", true},
                       {"start", at("2026-11-24T00:00:00", "Pacific/Kiritimati")},
                       {"end", at("2026-11-25T00:00:00", "Pacific/Kiritimati")}},
                      ada);
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(text_of(*object_of(made.body, "start"), "dateTime"), "2026-11-24T00:00:00.0000000");
  EXPECT_EQ(text_of(*object_of(made.body, "start"), "timeZone"), "UTC");
  EXPECT_EQ(create({{"isAllDay", true}}, ada).status, 400);
}

TEST_F(Events, PlainTextMayComeBackAsHtml) {
  world.faults.event_text_becomes_html = true;
  Reply made = create({{"body", {{"contentType", "text"}, {"content", "a < b\nc"}}}}, ada);
  EXPECT_EQ(text_of(*object_of(made.body, "body"), "contentType"), "html");
  Reply plain =
      get(of(ada) + "/events/" + made.text("id"), {{"Prefer", "outlook.body-content-type=\"text\""}});
  EXPECT_EQ(text_of(*object_of(plain.body, "body"), "content"), "a < b\r\n\r\nc");
}

TEST_F(Events, ARepeatedTransactionIdMakesNoSecondEvent_F14) {
  Reply first =
      create({{"transactionId", "op-1"}, {"attendees", json::array{invite("eve@outside.example")}}}, ada);
  Reply second =
      create({{"transactionId", "op-1"}, {"attendees", json::array{invite("eve@outside.example")}}}, ada);
  EXPECT_EQ(first.text("id"), second.text("id"));
  EXPECT_EQ(ada.well_known("calendar")->items.size(), 1U);
  EXPECT_EQ(world.outbox().size(), 1U);
}

TEST_F(Events, EveryWriteOfTheOrganizerMailsTheAttendees_F86) {
  Reply made =
      create({{"subject", "plan"},
              {"attendees", json::array{invite("ben@contoso.example"), invite("eve@outside.example")}}},
             ada);
  ASSERT_EQ(world.outbox().size(), 2U);
  EXPECT_EQ(world.outbox()[0].why, "meetingRequest");
  Item* copy = copy_of(ben, made);
  ASSERT_TRUE(copy);
  EXPECT_EQ(text_of(*object_of(copy->fields, "responseStatus"), "response"), "notResponded");
  EXPECT_EQ(ben.well_known("inbox")->items.size(), 1U);
  copy->fields["categories"] = json::array{"Mine"};
  patch(of(ada) + "/events/" + made.text("id"), json::object{{"categories", json::array{"CRM"}}});
  EXPECT_EQ(world.outbox().size(), 4U);
  EXPECT_EQ(world.outbox()[3].why, "meetingUpdate");
  EXPECT_EQ(json::serialize(copy->fields.at("categories")), "[\"Mine\"]");
  EXPECT_EQ(send("DELETE", of(ada) + "/events/" + made.text("id")).status, 204);
  EXPECT_EQ(world.outbox()[5].why, "meetingCancelled");
  EXPECT_TRUE(flag_of(copy->fields, "isCancelled"));
}

TEST_F(Events, AResponseReachesTheOrganizersCopy) {
  Reply made = create({{"attendees", json::array{invite("ben@contoso.example")}}}, ada);
  Item* copy = copy_of(ben, made);
  std::string path = of(ben) + "/events/" + ben.id_of(*copy, true);
  EXPECT_EQ(post(of(ada) + "/events/" + made.text("id") + "/accept", json::object{}).status, 400);  // F89
  EXPECT_EQ(post(path + "/cancel", json::object{}).status, 400);                                    // F88
  EXPECT_EQ(post(path + "/accept", json::object{{"sendResponse", true}}).status, 202);
  Reply seen = get(of(ada) + "/events/" + made.text("id"));
  EXPECT_EQ(text_of(*object_of(seen.body.at("attendees").as_array()[0].as_object(), "status"), "response"),
            "accepted");
  EXPECT_EQ(world.outbox().back().why, "meetingResponse");
  EXPECT_EQ(post(path + "/decline", json::object{{"sendResponse", false}}).status, 202);
  EXPECT_EQ(get(path).status, 404);
  EXPECT_EQ(world.outbox().size(), 2U);
}

TEST_F(Events, ASeriesHasExceptionsAndCancelledOccurrences_F92) {
  Reply master = create({{"subject", "standup"}, {"recurrence", daily(5)}}, ada);
  ASSERT_EQ(master.status, 201);
  EXPECT_EQ(master.text("type"), "seriesMaster");
  std::string moved = occurrence(master, "2026-11-24"), dropped = occurrence(master, "2026-11-25");
  EXPECT_EQ(patch(of(ada) + "/events/" + moved,
                  json::object{{"start", at("2026-11-24T15:00:00")}, {"end", at("2026-11-24T16:00:00")}})
                .status,
            200);
  EXPECT_EQ(send("DELETE", of(ada) + "/events/" + dropped).status, 204);
  EXPECT_EQ(get(of(ada) + "/events/" + dropped).status, 404);
  Reply exception = get(of(ada) + "/events/" + moved, immutable);
  EXPECT_EQ(exception.text("type"), "exception");
  EXPECT_EQ(exception.text("originalStart"), "2026-11-24T08:00:00Z");
  EXPECT_EQ(exception.text("seriesMasterId"), master.text("id"));
  EXPECT_NE(exception.text("iCalUId"), master.text("iCalUId"));  // F96
  Reply shown = get(of(ada) + "/events/" + master.text("id") +
                        "?$select=subject,cancelledOccurrences&$expand=exceptionOccurrences",
                    immutable);
  ASSERT_EQ(shown.body.at("cancelledOccurrences").as_array().size(), 1U);
  EXPECT_EQ(shown.body.at("cancelledOccurrences").as_array()[0].as_string(),
            "OID." + master.text("id") + ".2026-11-25");
  ASSERT_EQ(shown.body.at("exceptionOccurrences").as_array().size(), 1U);
  Reply list = get(of(ada) + "/events/" + master.text("id") +
                   "/instances?startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z");
  EXPECT_EQ(list.value().size(), 4U);
}

TEST_F(Events, ASeriesKeepsItsWallTimeOverAChangeOfClocks_F100) {
  Reply master =
      create({{"start", at("2026-03-27T09:00:00")},
              {"end", at("2026-03-27T10:00:00")},
              {"recurrence",
               {{"pattern", {{"type", "daily"}, {"interval", 1}}},
                {"range", {{"type", "numbered"}, {"startDate", "2026-03-27"}, {"numberOfOccurrences", 4}}}}}},
             ada);
  Reply list = get(of(ada) + "/events/" + master.text("id") +
                   "/instances?startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-04-30T00:00:00Z");
  ASSERT_EQ(list.value().size(), 4U);
  EXPECT_EQ(text_of(*object_of(list.value()[1].as_object(), "start"), "dateTime"),
            "2026-03-28T08:00:00.0000000");
  EXPECT_EQ(text_of(*object_of(list.value()[2].as_object(), "start"), "dateTime"),
            "2026-03-29T07:00:00.0000000");
}

TEST_F(Events, TheViewsDeltaGivesMastersWithBareOccurrences) {
  create({{"subject", "single"}}, ada);
  Reply master = create({{"recurrence", daily(3)}}, ada);
  create({{"start", at("2028-01-01T09:00:00")}, {"end", at("2028-01-01T10:00:00")}}, ada);
  std::string link = view();
  auto rows = round(link, immutable);
  EXPECT_EQ(types(rows), (Set{"seriesMaster", "singleInstance", "occurrence", "occurrence", "occurrence"}));
  for (auto& row : rows)
    if (text_of(row, "type") == "occurrence") {
      EXPECT_FALSE(row.contains("subject"));
      EXPECT_EQ(text_of(row, "seriesMasterId"), master.text("id"));
    }
  std::string day = occurrence(master, "2026-11-24");
  patch(of(ada) + "/events/" + day, json::object{{"subject", "other"}}, immutable);
  EXPECT_EQ(types(round(link, immutable)), (Set{"seriesMaster", "exception"}));
  send("DELETE", of(ada) + "/events/" + day, nullptr, immutable);
  EXPECT_EQ(types(round(link, immutable)), (Set{"seriesMaster", "removed"}));
  EXPECT_EQ(get(view() + "&$select=subject").status, 400);
}

TEST_F(Events, WhatChangesOutsideTheWindowIsToldAsRemovedThoughItExists) {
  Reply made = create({}, ada);
  std::string link = view();
  round(link, immutable);
  patch(of(ada) + "/events/" + made.text("id"),
        json::object{{"start", at("2028-01-01T09:00:00")}, {"end", at("2028-01-01T10:00:00")}});
  EXPECT_EQ(types(round(link, immutable)), (Set{"removed"}));
  EXPECT_EQ(get(of(ada) + "/events/" + made.text("id")).status, 200);
}

TEST_F(Events, ALongSeriesIsSplitOverPages) {
  create({{"recurrence", daily(30)}}, ada);
  std::string link = view();
  EXPECT_EQ(round(link, {{"Prefer", "odata.maxpagesize=7"}}).size(), 31U);
  EXPECT_EQ(pages_read, 5U);
  EXPECT_TRUE(round(link).empty());
}

TEST_F(Events, ANewPatternDropsTheExceptions) {
  Reply master =
      create({{"recurrence", daily(5)}, {"attendees", json::array{invite("ben@contoso.example")}}}, ada);
  patch(of(ada) + "/events/" + occurrence(master, "2026-11-24"), json::object{{"subject", "other"}});
  EXPECT_EQ(copy_of(ben, master)->exceptions.size(), 1U);
  patch(of(ada) + "/events/" + master.text("id"),
        json::object{{"start", at("2026-11-23T11:00:00")}, {"end", at("2026-11-23T12:00:00")}});
  EXPECT_TRUE(copy_of(ada, master)->exceptions.empty());
  EXPECT_TRUE(copy_of(ben, master)->exceptions.empty());
}

}  // namespace
}  // namespace mailsync::lab::graph
