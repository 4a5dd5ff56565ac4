// Servers that store something else than they were given, versions that move by themselves, and edits that
// meet: what is an edit is judged by content against the base, and a write stands on the version that was
// merged.
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

model::Fields person(const std::string& given, const std::string& address) {
  model::Contact contact;
  contact.given_name = given;
  contact.emails = std::vector<std::string>{address};
  return model::fields_of(contact);
}

std::string text_of(const lab::Item& item, std::string_view field) {
  const auto* value = item.fields.if_contains(field);
  return value && value->is_string() ? std::string(value->as_string()) : "";
}

TEST(Rewriting, WhatTheServerRewroteIsNoEdit_F5) {
  Stage stage;
  stage.world.faults.rewrite_on_store = true;
  stage.world.faults.event_text_becomes_html = true;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  model::Contact contact;
  contact.given_name = "  Dora ";
  contact.emails = std::vector<std::string>{"Dora@Side.example"};
  contact.mobile_phone = " +44  20 7946 0000 ";
  contact.department = "Sales \r\n and more";
  const auto person_made = stage.create(ann, sync::Kind::Contact, model::fields_of(contact));
  const auto meeting_made =
      stage.create(ann, sync::Kind::Meeting,
                   {{"subject", R"(" spaces ")"},
                    {"body", R"("Bring:\n- figures\n- <b>coffee</b> & cake")"},
                    {"start", R"({"local":"2026-11-26T15:00:00","zone":"Europe/Berlin"})"},
                    {"end", R"({"local":"2026-11-26T16:00:00","zone":"Europe/Berlin"})"}});
  stage.good_pass(ann);
  stage.good_pass(ann);  // two cycles at most, then nothing moves any more
  const uint64_t writes = stage.world.counters.writes;
  const int64_t rows = stage.rows_written();
  for (int pass = 0; pass < 3; ++pass) {
    EXPECT_TRUE(stage.good_pass(ann).empty());
    stage.advance(std::chrono::minutes(1));
  }
  EXPECT_EQ(stage.world.counters.writes, writes);
  EXPECT_EQ(stage.rows_written(), rows);
  // What the server made of it is not what the CRM's user wrote, and does not come back to him.
  EXPECT_EQ(stage.records(ann, sync::Kind::Contact).front().version, person_made.version);
  EXPECT_EQ(stage.records(ann, sync::Kind::Meeting).front().version, meeting_made.version);
}

// Versions that move with every reading, and answers whose version is not the one that is listed next.
TEST(Rewriting, AVersionThatMovedByItselfIsNoEdit_F4_F29) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  stage.create(ann, sync::Kind::Contact, person("Dora", "dora@side.example"));
  stage.settle();
  stage.world.faults.change_key_drift = 1;
  const uint64_t writes = stage.world.counters.writes;
  const int64_t rows = stage.rows_written();
  for (int pass = 0; pass < 3; ++pass) {
    for (auto* item : stage.items(
             ann, lab::IdKind::Contact))  // told as changed, with another version and no other content
      stage.world.changed(ann, *item, stage.clock.now());
    EXPECT_TRUE(stage.good_pass(ann).empty());
  }
  EXPECT_EQ(stage.world.counters.writes, writes);
  EXPECT_EQ(stage.rows_written(), rows);
  // And an edit gets through all the same.
  for (const auto& record : stage.records(ann, sync::Kind::Contact))
    stage.update(ann, record, {{"job_title", R"("Boss")"}});
  stage.world.faults.change_key_drift = 7;
  stage.settle();
  EXPECT_EQ(text_of(card, "jobTitle"), "Boss");
}

// The owner saves his contact between our reading it and our writing to it.
TEST(Rewriting, AnEditBetweenReadingAndWritingSurvives_F27_F32) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  stage.settle();
  stage.update(ann, stage.records(ann, sync::Kind::Contact).front(), {{"job_title", R"("Boss")"}});
  bool edited = false;
  stage.http.on_request = [&](const net::HttpRequest& request) {
    if (request.method != "PATCH" || edited) return;
    edited = true;
    stage.edit(ann, card, "companyName", "Saved a moment ago");
    stage.edit(ann, card, "mobilePhone", "+44 7700 900123");
  };
  stage.good_pass(ann);
  stage.http.on_request = nullptr;
  ASSERT_TRUE(edited);
  stage.settle();
  const auto fields = stage.records(ann, sync::Kind::Contact).front().fields;
  EXPECT_EQ(text_of(card, "jobTitle"), "Boss");
  EXPECT_EQ(text_of(card, "companyName"), "Saved a moment ago");
  EXPECT_EQ(fields.at("company"), R"("Saved a moment ago")");
  EXPECT_EQ(fields.at("mobile_phone"), R"("+44 7700 900123")");
}

// Both write the same field at the same moment: one of them wins on both sides, and the other is in the
// journal.
TEST(Rewriting, AnOverruledEditIsInTheJournal_F27) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  stage.settle();
  stage.update(ann, stage.records(ann, sync::Kind::Contact).front(), {{"job_title", R"("Boss")"}});
  bool edited = false;
  stage.http.on_request = [&](const net::HttpRequest& request) {
    if (request.method != "PATCH" || edited) return;
    edited = true;
    stage.advance(std::chrono::seconds(1));
    stage.edit(ann, card, "jobTitle", "Chief");
  };
  stage.good_pass(ann);
  stage.http.on_request = nullptr;
  ASSERT_TRUE(edited);
  stage.settle();
  const auto title = stage.records(ann, sync::Kind::Contact).front().fields.at("job_title");
  EXPECT_EQ(title, R"("Chief")");  // the later change
  EXPECT_EQ(text_of(card, "jobTitle"), "Chief");
  EXPECT_GE(
      stage.count(
          "SELECT count(*) FROM journal WHERE before_fields LIKE '%Boss%' OR after_fields LIKE '%Boss%'"),
      1);
}

TEST(Rewriting, AnEmptiedFieldIsEmptiedOnTheOtherSide_F33_F37) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  card.fields["jobTitle"] = "Leaver";
  card.fields["companyName"] = "Card & Co";
  card.fields["businessPhones"] = json::array{"+44 1", "+44 2"};
  stage.settle();
  stage.edit(ann, card, "jobTitle", nullptr);
  stage.edit(ann, card, "businessPhones", json::array{"+44 3", "+44 2"});
  stage.settle();
  auto record = stage.records(ann, sync::Kind::Contact).front();
  EXPECT_TRUE(!record.fields.contains("job_title") || record.fields.at("job_title") == "null");
  EXPECT_EQ(record.fields.at("company"), R"("Card & Co")");
  const std::string phones = record.fields.at("business_phones");
  EXPECT_EQ(phones.find("+44 1"), std::string::npos) << phones;
  EXPECT_NE(phones.find("+44 3"), std::string::npos) << phones;
  stage.update(ann, record, {{"company", "null"}});
  stage.settle();
  EXPECT_EQ(text_of(card, "companyName"), "");
}

// The mailbox holds three addresses of a person's five: the other two were not supplied by it, they were not
// deleted.
TEST(Rewriting, WhatOneSideCannotHoldIsNotDeletedOnTheOther_F34_F108) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  model::Contact contact;
  contact.given_name = "Dora";
  contact.emails = std::vector<std::string>{"a@side.example", "b@side.example", "c@side.example",
                                            "d@side.example", "e@side.example"};
  stage.create(ann, sync::Kind::Contact, model::fields_of(contact));
  stage.settle();
  ASSERT_EQ(stage.items(ann, lab::IdKind::Contact).size(), 1U);
  auto& card = *stage.items(ann, lab::IdKind::Contact).front();
  for (int i = 0; i < 3; ++i) {
    stage.edit(ann, card, "jobTitle", json::string("Job " + std::to_string(i)));
    stage.settle();
  }
  const auto read = model::contact_from(stage.records(ann, sync::Kind::Contact).front().fields);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->emails.value().size(), 5U);
  EXPECT_EQ(read->job_title.value(), "Job 2");
  EXPECT_EQ(stage.count("SELECT count(*) FROM issue"), 0);
}

// Deleted in the mailbox while the CRM's user edits: the edit wins, and nothing is lost.
TEST(Rewriting, AnEditBeatsADeletion_F30) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  const auto task =
      stage.create(ann, sync::Kind::Task, {{"subject", R"("call back")"}, {"status", R"("not_started")"}});
  stage.settle();
  stage.remove(ann, *stage.items(ann, lab::IdKind::Task).front());
  stage.update(ann, task, {{"subject", R"("call back at once")"}});
  stage.settle();
  ASSERT_EQ(stage.records(ann, sync::Kind::Task).size(), 1U);
  ASSERT_EQ(stage.items(ann, lab::IdKind::Task).size(), 1U);
  EXPECT_EQ(text_of(*stage.items(ann, lab::IdKind::Task).front(), "title"), "call back at once");
}

// A person copies our contact in Outlook, mark, marker and all: the copy is an item of its own, and the
// original's pair stays what it was.
TEST(Rewriting, ACopiedItemIsNotItsOriginal_F24) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  stage.create(ann, sync::Kind::Task, {{"subject", R"("original")"}, {"status", R"("not_started")"}});
  stage.settle();
  auto& original = *stage.items(ann, lab::IdKind::Task).front();
  auto& copy =
      stage.world.add(ann, lab::IdKind::Task, original.container, original.fields, stage.clock.now());
  stage.settle();
  EXPECT_EQ(stage.items(ann, lab::IdKind::Task).size(), 2U);
  EXPECT_EQ(stage.records(ann, sync::Kind::Task).size(), 2U);
  stage.edit(ann, copy, "title", "copy");
  stage.settle();
  EXPECT_EQ(text_of(original, "title"), "original");
  std::multiset<std::string> subjects;
  for (const auto& record : stage.records(ann, sync::Kind::Task))
    subjects.insert(record.fields.at("subject"));
  EXPECT_EQ(subjects, (std::multiset<std::string>{R"("copy")", R"("original")"}));
}

// Deleted in the CRM, still marked in the mailbox, and listed anew: it does not come back.
TEST(Rewriting, WhatWasDeletedInTheCrmDoesNotComeBack_F83) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  stage.settle();
  stage.erase(ann, stage.records(ann, sync::Kind::Contact).front());
  stage.settle();
  stage.front.forget_delta_tokens(stage.clock.now());
  stage.settle();
  EXPECT_TRUE(stage.records(ann, sync::Kind::Contact).empty());
  EXPECT_EQ(stage.items(ann, lab::IdKind::Contact).size(), 1U);  // the user's own contact stays his
  (void)card;
}

}  // namespace
}  // namespace mailsync::scenario
