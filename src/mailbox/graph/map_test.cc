#include "mailbox/graph/map.h"

#include <gtest/gtest.h>

#include "mailbox/graph/codec.h"
#include "mailbox/graph/online_block.h"
#include "model/fields.h"

namespace mailsync::graph {
namespace {

using model::Date;
using model::When;

JsonDocument parsed(std::string_view json) {
  auto out = parse_object(json, "test");
  EXPECT_TRUE(out);
  return out ? *out : JsonDocument();
}
WireEvent event(std::string_view json) {
  return read_event(parsed(json).get_object());
}
WireMessage message(std::string_view json) {
  return read_message(parsed(json).get_object());
}
WireContact contact(std::string_view json) {
  return read_contact(parsed(json).get_object());
}
WireTask task(std::string_view json) {
  return read_task(parsed(json).get_object());
}

TEST(MapItem, TheCategoryIsComparedWithoutCase) {
  EXPECT_TRUE(has_category({"Red", "crm"}, "CRM"));
  EXPECT_TRUE(has_category({"GRÖSSE"}, "größe"));
  EXPECT_FALSE(has_category({"CRM2"}, "CRM"));
  EXPECT_EQ(with_category({"Red", "crm"}, "CRM", true), (std::vector<std::string>{"Red", "crm"}));
  EXPECT_EQ(with_category({"Red", "crm"}, "CRM", false), (std::vector<std::string>{"Red"}));
  EXPECT_EQ(with_category({"Red"}, "CRM", true), (std::vector<std::string>{"Red", "CRM"}));
}

TEST(MapEmail, AHeadFromMetadata) {
  const WireMessage from =
      message(R"({"id":"m","changeKey":"ck","parentFolderId":"f","subject":"Hi","internetMessageId":"<a@b>",
      "conversationId":"c","from":{"emailAddress":{"name":"Ann","address":"Ann@X.example"}},"categories":["crm"],
      "ccRecipients":[{"emailAddress":{"name":"B","address":"B@Y.example"}}],"importance":"high","hasAttachments":true})");
  const sync::RemoteItem item = item_of(from, "CRM");
  EXPECT_EQ(item.version.value, "ck");
  EXPECT_TRUE(item.marked);
  EXPECT_EQ(item.container, "f");
  EXPECT_EQ(item.head->message_id, "a@b");
  EXPECT_EQ(item.head->from.address, "ann@x.example");
  EXPECT_EQ(item.head->cc.at(0).address, "b@y.example");
  EXPECT_EQ(item.head->importance, "high");
}

// F117, F8
TEST(MapEmail, InlineMeansReferencedByTheHtml) {
  const model::Email email = email_of(
      message(R"({"id":"m","body":{"contentType":"html","content":"<p>Hello <img src=\"cid:Logo%40x\"></p>"},
      "internetMessageHeaders":[{"name":"References","value":"<1@x> <2@x>"},{"name":"In-Reply-To","value":"<1@x>"},{"name":"Auto-Submitted","value":"auto-replied"}],
      "attachments":[{"@odata.type":"#microsoft.graph.fileAttachment","id":"a1","name":"logo.png","contentType":"image/png","size":10,"isInline":false,"contentId":"logo@x"},
                     {"@odata.type":"#microsoft.graph.fileAttachment","id":"a2","name":"doc.pdf","contentType":"application/pdf","size":20,"isInline":true,"contentId":"other@x"},
                     {"@odata.type":"#microsoft.graph.itemAttachment","id":"a3","name":"Fwd","contentType":null,"size":30,"isInline":false}]})"));
  EXPECT_EQ(email.text, "Hello");
  EXPECT_EQ(email.references, (std::vector<std::string>{"2@x", "1@x"}));
  EXPECT_TRUE(email.head.is_automatic);
  EXPECT_TRUE(email.attachments.at(0).is_inline);
  EXPECT_FALSE(email.attachments.at(1).is_inline);
  EXPECT_EQ(email.attachments.at(2).content_type, "message/rfc822");
  EXPECT_TRUE(email.note.empty());
}

// F119
TEST(MapEmail, EncryptedMailIsMarkedAndNotRead) {
  const model::Email email =
      email_of(message(R"({"id":"m","body":{"contentType":"text","content":""},"attachments":[
      {"@odata.type":"#microsoft.graph.fileAttachment","id":"a","name":"smime.p7m","contentType":"application/pkcs7-mime","size":9}]})"));
  EXPECT_TRUE(email.head.is_protected);
  EXPECT_FALSE(email.note.empty());
}

// A signature beside the text hides nothing: Exchange shows the whole as one attachment (F119).
TEST(MapEmail, SignedMailThatCanBeReadIsNotCalledProtected) {
  const model::Email email =
      email_of(message(R"({"id":"m","body":{"contentType":"text","content":"In the clear"},"attachments":[
      {"@odata.type":"#microsoft.graph.fileAttachment","id":"a","name":"smime.p7m","contentType":"multipart/signed; protocol=x","size":9}]})"));
  EXPECT_FALSE(email.head.is_protected);
  EXPECT_EQ(email.text, "In the clear");
  EXPECT_EQ(email.note, "");
}

// F8: a delivery report is written by a machine, and X-Auto-Response-Suppress alone proves nothing.
TEST(MapEmail, AutomaticMailIsKnownByTheSameHeadersAsInMime) {
  const auto automatic = [](const std::string& name, const std::string& value) {
    return email_of(message(R"({"id":"m","internetMessageHeaders":[{"name":")" + name + R"(","value":")" +
                            value + R"("}]})"))
        .head.is_automatic;
  };
  EXPECT_TRUE(automatic("content-type", "multipart/report; report-type=delivery-status"));
  EXPECT_TRUE(automatic("X-Autoreply", "yes"));
  EXPECT_TRUE(automatic("LIST-POST", "<mailto:l@x.example>"));
  EXPECT_FALSE(automatic("X-Auto-Response-Suppress", "All"));
  EXPECT_FALSE(automatic("Auto-Submitted", "no"));
}

// F108, F38
TEST(MapContact, OverflowIsNotSentAndNamesOfAddressesStay) {
  const WireContact current =
      contact(R"({"id":"c","givenName":"Ann","surname":"Clark","displayName":"Ann Clark",
      "emailAddresses":[{"name":"Ann at work","address":"A@x.example"}]})");
  model::Contact change;
  change.emails = std::vector<std::string>{"a@x.example", "b@x.example", "c@x.example", "d@x.example"};
  change.business_phones = std::vector<std::string>{"1", "2", "3"};
  change.family_name = std::string("Smith");
  const WireContact patch = wire_of(change, &current);
  ASSERT_EQ(patch.emails.value().size(), kMaxContactEmails);
  EXPECT_EQ(patch.emails.value()[0].name, "Ann at work");
  EXPECT_EQ(patch.business_phones.value().size(), kMaxBusinessPhones);
  EXPECT_EQ(patch.display_name.value_or(""), "Ann Smith");
  EXPECT_FALSE(patch.given_name.supplied());
}

TEST(MapContact, AnOwnDisplayNameIsLeftAlone) {
  const WireContact current =
      contact(R"({"id":"c","givenName":"Ann","surname":"Clark","displayName":"Mum"})");
  model::Contact change;
  change.family_name = std::string("Smith");
  EXPECT_FALSE(wire_of(change, &current).display_name.supplied());
}

TEST(MapContact, RoundTripOfEveryField) {
  const WireContact from = contact(
      R"({"id":"c","givenName":"Ann","middleName":"B.","surname":"Clark","title":"Dr.","generation":"Jr.",
      "companyName":"Acme","department":"Sales","jobTitle":"Head","mobilePhone":"+491","businessHomePage":"https://a.example",
      "emailAddresses":[{"name":"x","address":"ann@x.example"}],"businessPhones":["+492"],
      "businessAddress":{"street":"Main 1","city":"Bonn","state":"NW","postalCode":"53111","countryOrRegion":"Germany"}})");
  const model::Fields fields = model::fields_of(contact_of(from));
  const auto back = model::contact_from(fields);
  ASSERT_TRUE(back);
  const WireContact again = contact(write_contact(wire_of(*back, nullptr)));
  EXPECT_EQ(model::fields_of(contact_of(again)), fields);
}

// F105, F106
TEST(MapTask, DatesAreTheDatesAsWritten) {
  const sync::RemoteItem item = item_of(
      task(R"({"id":"t","@odata.etag":"W/\"7\"","title":"Call","status":"waitingOnOthers","importance":"high",
      "dueDateTime":{"dateTime":"2026-11-22T00:00:00.0000000","timeZone":"Pacific Standard Time"},"isReminderOn":true,
      "reminderDateTime":{"dateTime":"2026-11-22T08:00:00.0000000","timeZone":"UTC"},"completedDateTime":null,
      "body":{"content":"Do it","contentType":"text"},"categories":["CRM"]})"),
      "CRM");
  EXPECT_EQ(item.version.value, "7");
  const auto read = model::task_from(item.fields);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->due.value(), (Date{2026, 11, 22}));
  EXPECT_EQ(read->status.value(), model::Task::Status::Waiting);
  EXPECT_EQ(read->reminder_at.value(), *Instant::from_iso("2026-11-22T08:00:00Z"));
  EXPECT_TRUE(read->completed_on.is_cleared());
}

TEST(MapTask, ARepeatingTaskNeedsADay) {
  model::Task change;
  change.recurrence = model::Recurrence{};
  EXPECT_EQ(wire_of(change, nullptr).error().kind, ErrorKind::ItemInvalid);
  change.due = Date{2026, 11, 22};
  const auto wire = wire_of(change, nullptr);
  ASSERT_TRUE(wire);
  EXPECT_EQ(wire->recurrence.value().start_date, "2026-11-22");
}

TEST(MapTime, WallTimesAreThoseOfTheItemsOwnZone) {
  EXPECT_EQ(when_of({"2026-07-01T08:00:00.0000000", "UTC"}, "W. Europe Standard Time", false),
            When::zoned({{2026, 7, 1}, 10 * 3600}, "Europe/Berlin"));
  // F98: an unknown zone keeps UTC and is not written back.
  const When unknown = when_of({"2026-07-01T08:00:00.0000000", "UTC"}, "tzone://Microsoft/Custom", false);
  EXPECT_EQ(unknown, When::zoned({{2026, 7, 1}, 8 * 3600}, ""));
  EXPECT_EQ(wire_of(unknown).error().kind, ErrorKind::Unsupported);
  EXPECT_EQ(wire_of(When::floating({{2026, 7, 1}, 0})).error().kind, ErrorKind::Unsupported);
  // F97
  EXPECT_EQ(when_of({"2026-11-22T00:00:00.0000000", "UTC"}, "Tonga Standard Time", true),
            When::all_day({2026, 11, 22}));
}

constexpr std::string_view kSeries =
    R"({"id":"s","changeKey":"k","type":"seriesMaster","subject":"Weekly","iCalUId":"UID1","isOrganizer":true,
    "isAllDay":false,"originalStartTimeZone":"W. Europe Standard Time","originalEndTimeZone":"W. Europe Standard Time",
    "start":{"dateTime":"2026-10-20T08:00:00.0000000","timeZone":"UTC"},"end":{"dateTime":"2026-10-20T09:00:00.0000000","timeZone":"UTC"},
    "location":{"displayName":"Room 1"},"body":{"contentType":"text","content":"Agenda"},"sensitivity":"normal","showAs":"busy",
    "isReminderOn":true,"reminderMinutesBeforeStart":15,"organizer":{"emailAddress":{"name":"Ann","address":"ann@x.example"}},
    "attendees":[{"type":"required","status":{"response":"accepted"},"emailAddress":{"name":"Bob","address":"bob@y.example"}},
                 {"type":"required","status":{"response":"organizer"},"emailAddress":{"name":"Ann","address":"ann@x.example"}}],
    "recurrence":{"pattern":{"type":"weekly","interval":1,"daysOfWeek":["tuesday"],"firstDayOfWeek":"monday"},
                  "range":{"type":"numbered","startDate":"2026-10-20","numberOfOccurrences":6,"recurrenceTimeZone":"W. Europe Standard Time"}},
    "cancelledOccurrences":["OID.s.2026-11-10"],
    "exceptionOccurrences":[
      {"id":"e1","changeKey":"x","type":"exception","originalStart":"2026-10-27T09:00:00Z","subject":"Weekly","isAllDay":false,
       "location":{"displayName":"Room 2"},"body":{"contentType":"text","content":"Agenda"},"originalStartTimeZone":"Pacific Standard Time",
       "start":{"dateTime":"2026-10-27T10:00:00.0000000","timeZone":"UTC"},"end":{"dateTime":"2026-10-27T11:00:00.0000000","timeZone":"UTC"}},
      {"id":"e2","changeKey":"x","type":"exception","originalStart":"2026-11-03T09:00:00Z","subject":"Weekly","isAllDay":false,
       "start":{"dateTime":"2026-11-03T09:00:00.0000000","timeZone":"UTC"},"end":{"dateTime":"2026-11-03T10:00:00.0000000","timeZone":"UTC"}}]})";

// F92, F93, F100, F101: across the change of clocks on 25 October.
TEST(MapMeeting, ASeriesWithItsExceptionsInItsOwnZone) {
  const sync::RemoteItem item = item_of(event(kSeries), "CRM");
  EXPECT_TRUE(item.others_would_be_mailed);
  EXPECT_TRUE(item.version.value.starts_with("k;"));
  const auto meeting = model::meeting_from(item.fields);
  ASSERT_TRUE(meeting);
  EXPECT_EQ(meeting->start.value(), When::zoned({{2026, 10, 20}, 10 * 3600}, "Europe/Berlin"));
  ASSERT_EQ(meeting->attendees.value().size(), 1u);
  EXPECT_EQ(meeting->attendees.value()[0].response, model::Attendee::Response::Accepted);
  // e2 differs in nothing that the model knows.
  ASSERT_EQ(meeting->exceptions.value().size(), 2u);
  const model::Occurrence& moved = meeting->exceptions.value()[0];
  EXPECT_EQ(moved.original_start, When::zoned({{2026, 10, 27}, 10 * 3600}, "Europe/Berlin"));
  EXPECT_EQ(moved.start.value(), When::zoned({{2026, 10, 27}, 11 * 3600}, "Europe/Berlin"));
  EXPECT_EQ(moved.location.value(), "Room 2");
  EXPECT_FALSE(moved.subject.supplied());
  EXPECT_FALSE(moved.body.supplied());
  const model::Occurrence& cancelled = meeting->exceptions.value()[1];
  EXPECT_TRUE(cancelled.cancelled);
  EXPECT_EQ(cancelled.original_start, When::zoned({{2026, 11, 10}, 10 * 3600}, "Europe/Berlin"));
}

TEST(MapMeeting, WrittenAndReadAgainItIsTheSame) {
  const auto meeting = model::meeting_from(item_of(event(kSeries), "CRM").fields);
  ASSERT_TRUE(meeting);
  const auto wire = wire_of(*meeting, nullptr);
  ASSERT_TRUE(wire);
  auto json = boost::json::parse(write_event(*wire, "op")).as_object();
  json["type"] = "seriesMaster";
  json["originalStartTimeZone"] = json["originalEndTimeZone"] = "Europe/Berlin";
  json["organizer"] = object{{"emailAddress", object{{"name", "Ann"}, {"address", "ann@x.example"}}}};
  const auto again = meeting_of(event(boost::json::serialize(json)));
  model::Meeting expected = *meeting;
  expected.exceptions = again.exceptions;
  auto attendees = expected.attendees.value();
  for (auto& attendee : attendees) attendee.response = {};
  expected.attendees = attendees;
  EXPECT_EQ(model::fields_of(again), model::fields_of(expected));
  EXPECT_EQ(json.at("transactionId").as_string(), "op");
}

// F97
TEST(MapMeeting, AllDayIsDatesWithAnExclusiveEnd) {
  const auto meeting = meeting_of(event(
      R"({"id":"d","type":"singleInstance","isAllDay":true,"originalStartTimeZone":"Line Islands Standard Time",
      "start":{"dateTime":"2026-11-22T00:00:00.0000000","timeZone":"UTC"},"end":{"dateTime":"2026-11-24T00:00:00.0000000","timeZone":"UTC"}})"));
  EXPECT_EQ(meeting.start.value(), When::all_day({2026, 11, 22}));
  EXPECT_EQ(meeting.end.value(), When::all_day({2026, 11, 24}));
  const auto wire = wire_of(meeting, nullptr);
  ASSERT_TRUE(wire);
  EXPECT_TRUE(wire->is_all_day.value());
  EXPECT_EQ(wire->end.value().date_time, "2026-11-24T00:00:00");
}

// F39
TEST(MapMeeting, TheOnlineMeetingBlockIsNeitherReadNorOverwritten) {
  const WireEvent online = event(
      R"({"id":"o","type":"singleInstance","isOnlineMeeting":true,"onlineMeeting":{"joinUrl":"https://teams.example/j"},
      "body":{"contentType":"text","content":"Agenda\r\n________________________________________________________________________________\r\nMicrosoft Teams meeting\r\nJoin: https://x"}})");
  const auto meeting = meeting_of(online);
  EXPECT_EQ(model::fields_of(meeting).at("body"), "\"Agenda\"");
  EXPECT_EQ(meeting.online_url.value(), "https://teams.example/j");
  model::Meeting change;
  change.body = std::string("New agenda");
  change.subject = std::string("New");
  const auto patch = wire_of(change, &online);
  ASSERT_TRUE(patch);
  EXPECT_TRUE(patch->body.value().content.starts_with("New agenda\n____________"))
      << patch->body.value().content;
  EXPECT_TRUE(patch->body.value().content.ends_with("Join: https://x"));
  EXPECT_EQ(without_online_block(patch->body.value().content), "New agenda\n");
}

// F39: the elements around the rule belong to the block; underscores within words are words.
TEST(OnlineBlock, IsKeptAsHtmlWhenTheWordsAboveItChange) {
  const std::string block =
      "<div style=\"width:100%\"><span>________________________________________</span></div><div>Join <a "
      "href=\"https://x\">here</a></div>";
  const WireBody body{"<html><body><p>Old, name: __________ end</p>" + block + "</body></html>", true};
  const auto changed = with_words_above_block(body, "New <1>\nlines");
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->content, "<html><body><div>New &lt;1&gt;<br>\nlines</div>\n" + block + "</body></html>");
  EXPECT_FALSE(with_words_above_block({"<p>name: __________ end</p>", true}, "x"));
  EXPECT_FALSE(with_words_above_block({"no block", false}, "x"));
}

// F102
TEST(MapMeeting, UnknownSensitivityIsPrivateAndItIsNeverLowered) {
  const WireEvent strange = event(R"({"id":"p","type":"singleInstance","sensitivity":"secretish"})");
  EXPECT_TRUE(item_of(strange, "CRM").is_private);
  model::Meeting change;
  change.sensitivity = model::Meeting::Sensitivity::Normal;
  EXPECT_FALSE(wire_of(change, &strange)->sensitivity.supplied());
}

TEST(MapMeeting, AnOccurrenceGoesBackToTheSeriesWhereTheExceptionSaysNothing) {
  const model::Meeting series = meeting_of(event(kSeries));
  model::Occurrence occurrence;
  occurrence.original_start = When::zoned({{2026, 11, 17}, 10 * 3600}, "Europe/Berlin");
  occurrence.start = When::zoned({{2026, 11, 18}, 23 * 3600 + 1800}, "Europe/Berlin");
  const model::Meeting wanted = wanted_of(occurrence, series);
  EXPECT_EQ(wanted.subject.value(), "Weekly");
  EXPECT_EQ(wanted.end.value(), When::zoned({{2026, 11, 19}, 1800}, "Europe/Berlin"));
}

TEST(MapMeeting, ARuleThatIsNotKnownIsReadOnlyAndSaysSo) {
  const sync::RemoteItem item = item_of(
      event(
          R"({"id":"r","type":"seriesMaster","recurrence":{"pattern":{"type":"lunar"},"range":{"type":"noEnd"}}})"),
      "CRM");
  EXPECT_FALSE(item.read_only_because.empty());
}

}  // namespace
}  // namespace mailsync::graph
