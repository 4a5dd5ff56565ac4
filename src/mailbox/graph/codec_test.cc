#include "mailbox/graph/codec.h"

#include <gtest/gtest.h>

namespace mailsync::graph {
namespace {

TEST(Codec, AMessagePageWithRemovedAndLinks) {
  const auto page = read_page<WireMessage>(R"({
    "@odata.context":"x","@odata.nextLink":"https://graph.example/v1.0/n","value":[
      {"@odata.etag":"W/\"CQAAAB\"","id":"AAMk1","changeKey":"CQAAAB","subject":"Hello","isDraft":false,
       "receivedDateTime":"2026-11-20T10:00:00Z","categories":["CRM"],"from":{"emailAddress":{"name":"Ann","address":"Ann@X.example"}},
       "toRecipients":[{"emailAddress":{"name":"","address":"b@y.example"}},{"emailAddress":null}],"internetMessageId":"<1@x>"},
      {"id":"AAMk2","@removed":{"reason":"deleted"}}, 17, null]})",
                                           "the inbox", read_message);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->next_link, "https://graph.example/v1.0/n");
  EXPECT_EQ(page->delta_link, "");
  ASSERT_EQ(page->items.size(), 2u);
  EXPECT_EQ(page->items[0].change_key, "CQAAAB");
  EXPECT_EQ(page->items[0].from.address, "Ann@X.example");
  EXPECT_EQ(page->items[0].to.size(), 2u);
  EXPECT_TRUE(page->items[1].removed);
}

TEST(Codec, OfTheHeadersThoseAreKeptThatSomebodyLooksAt) {
  const auto parsed = parse_object(
      R"({"internetMessageHeaders":[{"name":"Received","value":"by x"},{"name":"LIST-id","value":"<l>"},{"name":7},
          {"name":"sensitivity","value":"Private"},{"name":"In-Reply-To","value":"<a@x>"},{"name":"References"}]})",
      "x");
  ASSERT_TRUE(parsed);
  const WireMessage message = read_message(parsed->get_object());
  EXPECT_EQ(
      message.headers,
      (std::vector<std::pair<std::string, std::string>>{
          {"LIST-id", "<l>"}, {"sensitivity", "Private"}, {"In-Reply-To", "<a@x>"}, {"References", ""}}));
}

TEST(Codec, WrongTypesAndUnknownMembersCountAsMissing) {
  const auto parsed =
      parse_object(R"({"id":7,"subject":["x"],"categories":"no","isDraft":"yes","body":3,"zzz":{}})", "x");
  ASSERT_TRUE(parsed);
  const WireMessage message = read_message(parsed->get_object());
  EXPECT_EQ(message.id, "");
  EXPECT_FALSE(message.is_draft);
  EXPECT_FALSE(message.body);
}

// F113
TEST(Codec, ALoneSurrogateCostsOneCharacterNotThePage) {
  const auto parsed = parse_object(R"({"subject":"a\ud83d b \ude00 \ud83d\ude00 \\ud83d"})", "x");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(text(parsed->get_object(), "subject"), "a\xEF\xBF\xBD b \xEF\xBF\xBD \xF0\x9F\x98\x80 \\ud83d");
  EXPECT_EQ(with_whole_surrogates(R"({"a":"\u00e4"})"), std::nullopt);
}

TEST(Codec, BytesThatAreNoTextAndNumbersBeyondAllTypesCostNothingElse) {
  const auto parsed =
      parse_object("{\"subject\":\"a\xFF b\",\"size\":123456789012345678901234567890,\"id\":\"7\"}", "x");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(text(parsed->get_object(), "subject"), "a\xEF\xBF\xBD b");
  EXPECT_EQ(text(parsed->get_object(), "id"), "7");
  EXPECT_EQ(number(parsed->get_object(), "size"), std::nullopt);
}

TEST(Codec, WhatIsNoObjectIsAskedForAgain) {
  EXPECT_EQ(parse_object("<html>", "x").error().kind, ErrorKind::Transient);
  EXPECT_EQ(parse_object("[1]", "x").error().kind, ErrorKind::Transient);
  EXPECT_EQ(parse_object("", "x").error().kind, ErrorKind::Transient);
  EXPECT_EQ(parse_object(std::string(kMaxJsonBytes + 1, ' '), "x").error().kind, ErrorKind::ItemInvalid);
}

// F28, F33, F34
TEST(Codec, APatchHoldsTheSuppliedFieldsAlone) {
  WireContact contact;
  contact.given_name = std::string("Ann");
  contact.mobile_phone = Field<std::string>::cleared();
  contact.emails = std::vector<WireAddress>{{"Ann", "ann@x.example"}};
  contact.business_phones = Field<std::vector<std::string>>::cleared();
  EXPECT_EQ(
      write_contact(contact),
      R"({"givenName":"Ann","mobilePhone":null,"emailAddresses":[{"address":"ann@x.example","name":"Ann"}],"businessPhones":[]})");
}

TEST(Codec, ThreeStatesAreReadBack) {
  const auto parsed = parse_object(R"({"id":"c","givenName":"Ann","surname":null,"businessPhones":["1"],
      "businessAddress":{"street":"A 1","city":null}})",
                                   "x");
  ASSERT_TRUE(parsed);
  const WireContact contact = read_contact(parsed->get_object());
  EXPECT_EQ(contact.given_name.value_or(""), "Ann");
  EXPECT_TRUE(contact.surname.is_cleared());
  EXPECT_FALSE(contact.title.supplied());
  EXPECT_EQ(contact.business_address.value().street, "A 1");
}

TEST(Codec, ABatchIsJudgedAnswerByAnswer) {
  const std::string written =
      write_batch({{.method = "GET",
                    .url = "/users/u/messages/1",
                    .headers = {{"Prefer", "p"}},
                    .body = "",
                    .depends_on = ""},
                   {.method = "PATCH", .url = "/x", .headers = {}, .body = R"({"a":1})", .depends_on = "0"}});
  EXPECT_EQ(
      written,
      R"({"requests":[{"id":"0","method":"GET","url":"/users/u/messages/1","headers":{"Prefer":"p"}},)"
      R"({"id":"1","method":"PATCH","url":"/x","body":{"a":1},"headers":{"Content-Type":"application/json"},"dependsOn":["0"]}]})");
  const auto answers = read_batch(R"({"responses":[
      {"id":"2","status":429,"headers":{"Retry-After":"3"},"body":{"error":{"code":"ApplicationThrottled"}}},
      {"id":"0","status":200,"body":{"id":"m"}},{"id":"9","status":200},{"status":200}]})",
                                  3);
  ASSERT_TRUE(answers);
  EXPECT_EQ((*answers)[0].body.to_json(), R"({"id":"m"})");
  EXPECT_EQ((*answers)[1].status, 0);  // F129
  EXPECT_EQ((*answers)[2].headers.find("retry-after"), "3");
  EXPECT_EQ(read_batch("{}", 1).error().kind, ErrorKind::Transient);
}

// Found by fuzzing: the first answer's memory was lost.
TEST(Codec, AStepThatIsAnsweredTwiceCountsByItsLastAnswer) {
  const auto answers = read_batch(
      R"({"responses":[{"id":"0","status":200,"body":{"id":"a"}},{"id":"0","status":200,"body":{"id":"b"}}]})",
      1);
  ASSERT_TRUE(answers);
  EXPECT_EQ(text(answers->at(0).body.get_object(), "id"), "b");
}

// Found by fuzzing: a code is shown to people and logged, so bytes that are no word end it.
TEST(Codec, AnErrorsCodeIsOneWordWhateverTheServerSends) {
  const WireError error = read_error(
      "{\"error\":{\"code\":\"SyncState\x9A\xBB\",\"innerError\":{\"code\":\"a "
      "b\",\"request-id\":\"1-2\\n3\"}}}");
  EXPECT_EQ(error.code, "SyncState");
  EXPECT_EQ(error.inner_code, "a");
  EXPECT_EQ(error.request_id, "1-2");
}

TEST(Codec, ASeriesComesWithItsExceptions) {
  const auto parsed = parse_object(R"({"id":"s","type":"seriesMaster","transactionId":"op1",
      "originalStartTimeZone":"W. Europe Standard Time","cancelledOccurrences":["OID.s.2026-12-01"],
      "exceptionOccurrences":[{"id":"e","type":"exception","originalStart":"2026-12-02T08:00:00Z","subject":"moved"}],
      "recurrence":{"pattern":{"type":"weekly","interval":1,"daysOfWeek":["tuesday"],"firstDayOfWeek":"sunday","month":0,"dayOfMonth":0,"index":"first"},
                    "range":{"type":"endDate","startDate":"2026-11-24","endDate":"2027-01-01","recurrenceTimeZone":"W. Europe Standard Time","numberOfOccurrences":0}}})",
                                   "x");
  ASSERT_TRUE(parsed);
  const WireEvent event = read_event(parsed->get_object());
  EXPECT_EQ(event.exceptions.at(0).subject.value_or(""), "moved");
  EXPECT_EQ(event.cancelled_occurrences.at(0), "OID.s.2026-12-01");
  EXPECT_EQ(event.recurrence.value().end_date, "2027-01-01");
  EXPECT_EQ(
      boost::json::serialize(write_recurrence(event.recurrence.value())),
      R"({"pattern":{"type":"weekly","interval":1,"daysOfWeek":["tuesday"],"firstDayOfWeek":"sunday","index":"first"},)"
      R"("range":{"type":"endDate","startDate":"2026-11-24","endDate":"2027-01-01","recurrenceTimeZone":"W. Europe Standard Time"}})");
}

TEST(Codec, OurMarkIsFoundWhateverTheCaseOfItsGuid) {
  const auto parsed = parse_object(
      R"({"singleValueExtendedProperties":[{"id":"String {5D0C2BB2-8A37-4F0E-9F4E-0D2C1C8C4A51} Name MailSyncOperation","value":"op"}]})",
      "x");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(read_operation(parsed->get_object()), "op");
}

}  // namespace
}  // namespace mailsync::graph
