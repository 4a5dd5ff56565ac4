// Lists, search, timelines and the outbox of the built-in CRM, over both engines.
#include <boost/json.hpp>

#include "crm/builtin/email_reads.h"
#include "crm/builtin/emails.h"
#include "crm/builtin/lists.h"
#include "crm/builtin/outbox.h"
#include "crm/builtin/records.h"
#include "crm/builtin/rules.h"
#include "crm/builtin/timeline.h"
#include "tests/contract/crm_test.h"

namespace mailsync::crm {
namespace {

using model::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

class CrmReadsTest : public CrmTest {
 protected:
  // All pages of the list; every one says the same total.
  std::vector<int64_t> list(sync::Viewer viewer, ListQuery query, int64_t* total = nullptr) {
    std::vector<int64_t> out;
    query.limit = 2;
    read([&](db::Session& session) -> Result<void> {
      TRY(const Rights rights, rights_of(session, viewer));
      do {
        TRY(const ListPage page, list_records(session, viewer.account, rights, query, clock.now()));
        out.insert(out.end(), page.ids.begin(), page.ids.end());
        if (total) *total = page.total;
        query.cursor = page.next_cursor;
      } while (!query.cursor.empty());
      return {};
    });
    return out;
  }
  std::optional<Error> list_error(const ListQuery& query) {
    const auto done = database().read([&](db::Session& session) -> Result<void> {
      TRY(const Rights rights, rights_of(session, ann));
      TRY_VOID(list_records(session, kAccount, rights, query, clock.now()));
      return {};
    });
    return done ? std::nullopt : std::optional(done.error());
  }
  int64_t add_record(RecordType type, const model::Fields& fields) {
    int64_t id = 0;
    write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY(const auto fine, checked(type, fields));
      TRY(const Record made,
          insert_record(tx, {kAccount, ann.user, Via::User, clock.now()},
                        {.type = type, .fields = with_defaults(type, fine), .owner = ann.user}));
      id = made.id.value;
      return {};
    });
    return id;
  }
  std::string plan_of(const ListQuery& query) {
    std::string out;
    write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY(const Rights rights, rights_of(tx, ann));
      const std::vector<db::Value> place{"m", 5};
      TRY(const ListStatement statement, list_statement(kAccount, rights, query, place, clock.now()));
      // A table of a few rows is always scanned; what is asked is whether the index can serve.
      if (postgres()) TRY_VOID(tx.execute("SET LOCAL enable_seqscan = off"));
      if (postgres() && query.words.empty()) TRY_VOID(tx.execute("SET LOCAL enable_sort = off"));
      TRY(const db::Rows rows,
          tx.query((postgres() ? "EXPLAIN " : "EXPLAIN QUERY PLAN ") + statement.sql, statement.params));
      for (const db::Row& row : rows) out += row.back().text() + "\n";
      return {};
    });
    return out;
  }
};
MAILSYNC_BOTH_ENGINES(CrmReadsTest);

TEST_P(CrmReadsTest, ListsArePagedSortedFilteredAndSearched) {
  std::vector<int64_t> ids;
  for (const auto& [given, family, company] :
       std::vector<std::tuple<std::string, std::string, std::string>>{{"Zoë", "Adams", "Acme Ltd"},
                                                                      {"Ana", "Brown", "Beta"},
                                                                      {"Émile", "Clark", "Acme Ltd"},
                                                                      {"anna", "Dean", ""},
                                                                      {"Bo", "Evans", "Gamma_1"}}) {
    auto fields = person(given, family, {given == "Bo" ? "bo@gamma.example" : ""});
    fields["company"] = company.empty() ? "null" : "\"" + company + "\"";
    ids.push_back(create(ann, Kind::Contact, fields).id.value);
    clock.set("2026-11-22T10:00:0" + std::to_string(ids.size()) + "Z");
  }
  int64_t total = 0;
  const ListQuery all{.type = RecordType::Person};
  EXPECT_EQ(list(ann, all, &total), (std::vector{ids[4], ids[3], ids[2], ids[1], ids[0]}));
  EXPECT_EQ(total, 5);
  EXPECT_EQ(list(ann, {.sort = "name"}), (std::vector{ids[1], ids[3], ids[4], ids[2], ids[0]}));
  EXPECT_EQ(list(ann, {.sort = "-company"}), (std::vector{ids[4], ids[1], ids[2], ids[0], ids[3]}));
  EXPECT_THAT(list(ann, {.words = "EMI cla", .sort = "name"}), ElementsAre(ids[2]));
  EXPECT_THAT(list(ann, {.words = "an", .sort = "name"}), ElementsAre(ids[1], ids[3]));
  EXPECT_THAT(list(ann, {.words = "gamma.example"}), ElementsAre(ids[4]));
  EXPECT_THAT(list(ann, {.words = "person"}), IsEmpty());
  EXPECT_THAT(list(ann, {.filters = {{"company", "eq", "ACME LTD"}}, .sort = "name"}),
              ElementsAre(ids[2], ids[0]));
  EXPECT_THAT(list(ann, {.filters = {{"company", "contains", "a_"}}}), ElementsAre(ids[4]));
  EXPECT_THAT(list(ann, {.filters = {{"company", "empty", ""}}}), ElementsAre(ids[3]));
  EXPECT_THAT(list(ann, {.filters = {{"company", "in", "beta,gamma_1"}}, .sort = "name"}),
              ElementsAre(ids[1], ids[4]));
  EXPECT_THAT(list(ann, {.filters = {{"email", "eq", "bo@gamma.example"}}}), ElementsAre(ids[4]));
  EXPECT_THAT(list(ann, {.filters = {{"owner_id", "eq", "me"}, {"created_at", "gte", "today"}}}).size(), 5U);
  EXPECT_THAT(list(bob, {.filters = {{"owner_id", "eq", "me"}}}), IsEmpty());
  EXPECT_THAT(list(bob, {.filters = {{"watcher_id", "eq", "me"}}}), IsEmpty());
  EXPECT_THAT(list(ann, {.filters = {{"created_at", "lt", "2026-11-22T10:00:02Z"}}, .sort = "name"}),
              ElementsAre(ids[1], ids[0]));
  EXPECT_EQ(list_error({.filters = {{"colour", "eq", "x"}}})->vendor_code, "filter_invalid");
  EXPECT_EQ(list_error({.filters = {{"company", "lt", "x"}}})->vendor_code, "filter_invalid");
  EXPECT_EQ(list_error({.sort = "fields"})->vendor_code, "sort_invalid");
  EXPECT_EQ(list_error({.cursor = "bm9uc2Vuc2U"})->vendor_code, "cursor_invalid");
}

// The plus before account_id keeps SQLite from walking through everything that the account has (records.cc,
// email_reads.cc, record_json.cc).
TEST_P(CrmReadsTest, WhatIsAskedForByItsIdIsFoundByItsId) {
  for (const char* sql : {"SELECT r.fields FROM crm_record r LEFT JOIN crm_meeting m ON m.id = r.id WHERE "
                          "+r.account_id = 1 AND r.id "
                          "IN {{ints '[]'}}",
                          "SELECT t.id FROM crm_email t JOIN crm_record r ON r.id = t.id WHERE +t.account_id "
                          "= 1 AND r.deleted = 0 AND "
                          "t.id IN {{ints '[]'}}",
                          "SELECT record_id, user_id FROM crm_watcher WHERE +account_id = 1 AND record_id IN "
                          "{{ints '[]'}} ORDER BY "
                          "record_id, user_id",
                          "SELECT DISTINCT source_id, target_id FROM crm_relation WHERE source_id IN {{ints "
                          "'[]'}} AND +account_id = 1 "
                          "ORDER BY source_id, target_id"})
    write([&](db::SqlTransaction& tx) -> Result<void> {
      if (postgres()) TRY_VOID(tx.execute("SET LOCAL enable_seqscan = off"));
      TRY(const db::Rows rows,
          tx.query((postgres() ? "EXPLAIN " : "EXPLAIN QUERY PLAN ") + std::string(sql)));
      for (const db::Row& row : rows) {
        const std::string& step = row.back().text();
        EXPECT_FALSE(step.contains("Seq Scan") || step.contains("(account_id=?")) << sql << ": " << step;
      }
      return {};
    });
}

TEST_P(CrmReadsTest, EveryFilterAndSortOfEveryTypeRuns) {
  const std::map<RecordType, std::vector<Filter>> filters{
      {RecordType::Organisation,
       {{"name", "starts", "a"}, {"domain", "eq", "a.example"}, {"industry", "set", ""}}},
      {RecordType::Lead, {{"status", "in", "new,contacted"}, {"source", "empty", ""}}},
      {RecordType::Opportunity,
       {{"stage", "ne", "won"},
        {"amount", "gte", "12.5"},
        {"currency", "eq", "EUR"},
        {"probability", "lt", "50"},
        {"close_date", "gte", "today-7"},
        {"organisation_id", "empty", ""},
        {"person_id", "eq", "5"}}},
      {RecordType::Case, {{"number", "eq", "C-5"}, {"status", "eq", "new"}, {"priority", "gte", "high"}}},
      {RecordType::Task,
       {{"due", "lte", "today+30"}, {"start", "set", ""}, {"importance", "in", "low,high"}}},
      {RecordType::Meeting,
       {{"start", "gte", "today"},
        {"end", "lt", "2027-01-01"},
        {"attendee", "eq", "a@x.example"},
        {"show_as", "eq", "busy"}}},
      {RecordType::Email,
       {{"from", "contains", "x"},
        {"participant", "eq", "a@x.example"},
        {"direction", "eq", "in"},
        {"has_attachments", "eq", "true"},
        {"mailbox_id", "eq", "3"},
        {"received_at", "gt", "2026-01-01"},
        {"record_id", "ne", "9"}}}};
  for (const auto& [type, each] : filters)
    for (const Filter& filter : each) {
      const auto error = list_error({.type = type, .words = "x", .filters = {filter}});
      EXPECT_FALSE(error) << name_of(type) << " " << filter.field << ": " << error->message;
    }
  for (const auto& [type, field] :
       std::vector<std::pair<RecordType, std::string>>{{RecordType::Organisation, "industry"},
                                                       {RecordType::Lead, "status"},
                                                       {RecordType::Opportunity, "amount"},
                                                       {RecordType::Opportunity, "-close_date"},
                                                       {RecordType::Case, "number"},
                                                       {RecordType::Case, "-priority"},
                                                       {RecordType::Task, "due"},
                                                       {RecordType::Meeting, "start"},
                                                       {RecordType::Email, "-received_at"},
                                                       {RecordType::Email, "from"}})
    EXPECT_FALSE(list_error({.type = type, .sort = field})) << field;
}

TEST_P(CrmReadsTest, OpportunitiesByAmount) {
  const auto small = add_record(RecordType::Opportunity, {{"name", "\"S\""}, {"amount", "\"99.50\""}});
  const auto large = add_record(RecordType::Opportunity, {{"name", "\"L\""}, {"amount", "\"12500\""}});
  const auto open = add_record(RecordType::Opportunity, {{"name", "\"O\""}, {"probability", "40"}});
  EXPECT_THAT(list(ann, {.type = RecordType::Opportunity, .sort = "-amount"}),
              ElementsAre(large, small, open));
  EXPECT_THAT(list(ann, {.type = RecordType::Opportunity, .filters = {{"probability", "gte", "40"}}}),
              ElementsAre(open));
  EXPECT_EQ(attempt([&](db::SqlTransaction&) -> Result<void> {
              TRY_VOID(checked(RecordType::Opportunity, {{"stage", "\"dreamt\""}}));
              return {};
            })->vendor_code,
            "stage");
}

TEST_P(CrmReadsTest, OwnRecordsAlone) {
  const auto otto = add({.login = "otto", .name = "Otto", .sees = Reach::Own});
  const auto made = create(ann, Kind::Task, task("T"));
  const auto mail = add_emails(ann, std::vector{email("m@x", "Hello", MailboxId{1})});
  EXPECT_THAT(list(otto, {.type = RecordType::Task}), IsEmpty());
  EXPECT_THAT(list(otto, {.type = RecordType::Email}), IsEmpty());
  EXPECT_THAT(list(ann, {.type = RecordType::Email, .words = "hel car"}), ElementsAre(mail[0].value));
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(set_watchers(tx, {kAccount, ann.user, Via::User, clock.now()}, made.id, {otto.user.value}));
    return {};
  });
  EXPECT_THAT(list(otto, {.type = RecordType::Task}), ElementsAre(made.id.value));
  add_emails(otto, std::vector{email("m@x", "Hello", MailboxId{2})});
  EXPECT_THAT(list(otto, {.type = RecordType::Email}), ElementsAre(mail[0].value));
}

// A million people are found through the index, not by looking at each of them.
// F150
TEST_P(CrmReadsTest, SearchAndOrderUseTheirIndexes) {
  for (int i = 0; i < 5; ++i) create(ann, Kind::Contact, person("P", "X", {}));
  const std::string by_name = plan_of({.sort = "name"});
  EXPECT_THAT(by_name, testing::HasSubstr("crm_record_title"));
  const std::string search = plan_of({.words = "ann cla", .sort = "name"});
  EXPECT_THAT(search, testing::HasSubstr(postgres() ? "crm_text_words" : "VIRTUAL TABLE INDEX"));
  if (!postgres()) {
    EXPECT_THAT(by_name, testing::Not(testing::HasSubstr("TEMP B-TREE")));
    EXPECT_THAT(by_name, testing::Not(testing::HasSubstr("SCAN r")));
  }
}

TEST_P(CrmReadsTest, NamesOfAnyCharactersAreKept) {
  auto mail = email("m@x", "Offer", MailboxId{1});
  const model::Address odd{"o'neil@else.example", "O\"Neil\\ \b\f\n\r\t\x01\x1f/ Zoë 💡"};
  mail.email.head.from = mail.email.head.sender = odd;
  mail.email.head.to = {odd, {"", ""}};
  mail.email.head.cc = mail.email.head.reply_to = {};
  mail.email.head.bcc = {odd};
  const auto id = add_emails(ann, std::vector{mail})[0];
  read([&](db::Session& session) -> Result<void> {
    TRY(const Rights rights, rights_of(session, ann));
    TRY(const auto seen, email_detail(session, kAccount, rights, id));
    TRY(const auto bcc, addresses_from_json(seen.bcc));
    EXPECT_THAT(bcc, ElementsAre(odd));
    const auto parsed = boost::json::parse(seen.summary.participants).as_object();
    EXPECT_EQ(boost::json::serialize(parsed), seen.summary.participants);
    EXPECT_EQ(parsed.size(), 2U);
    EXPECT_EQ(parsed.at("from").at(0).at("name").as_string(), odd.name);
    EXPECT_EQ(parsed.at("to").at(0).at("address").as_string(), odd.address);
    EXPECT_EQ(parsed.at("to").as_array().size(), 2U);
    return {};
  });
}

// A list of three words and more in a check costs SQLite a table at every row.
TEST_P(CrmReadsTest, RowsOfEmailsAreCheckedWithoutATableForEach) {
  add_emails(ann, std::vector{email("m@x", "Offer", MailboxId{1})});
  for (const std::string_view wrong :
       {"UPDATE crm_record SET type = 'letter'", "UPDATE crm_record SET created_via = 'nobody'",
        "UPDATE crm_record SET changed_via = 'nobody'", "UPDATE crm_email SET direction = 'up'",
        "UPDATE crm_email SET shown = 'some'", "UPDATE crm_email_copy SET shown = 'some'"})
    EXPECT_EQ(attempt([&](db::SqlTransaction& tx) -> Result<void> {
                TRY_VOID(tx.execute(wrong));
                return {};
              })->vendor_code,
              "check")
        << wrong;
  if (postgres()) return;
  read([&](db::Session& session) -> Result<void> {
    for (const std::string_view insert :
         {"EXPLAIN INSERT INTO crm_record (type) VALUES ('email')",
          "EXPLAIN INSERT INTO crm_email (direction) VALUES ('in')",
          "EXPLAIN INSERT INTO crm_email_copy (email_id, mailbox_id, shown) VALUES (1, 1, 'all')"}) {
      TRY(const db::Rows steps, session.query(insert));
      EXPECT_GT(steps.size(), 10U);
      for (const db::Row& step : steps) EXPECT_NE(step[1].text(), "OpenEphemeral") << insert;
    }
    return {};
  });
}

TEST_P(CrmReadsTest, BccIsSeenByItsOwnerAlone) {
  auto mine = email("m@x", "Offer", MailboxId{1});
  mine.email.head.bcc = {{"secret@else.example", "S"}};
  mine.email.html = "<p>Hello</p>";
  mine.email.attachments = {{.name = "a.pdf", .content_type = "application/pdf", .size = 3, .blob = "abc"}};
  const auto id = add_emails(ann, std::vector{mine})[0];
  add_emails(bob, std::vector{email("m@x", "Offer", MailboxId{2})});
  read([&](db::Session& session) -> Result<void> {
    TRY(const Rights of_ann, rights_of(session, ann));
    TRY(const Rights of_bob, rights_of(session, bob));
    TRY(const auto seen, email_detail(session, kAccount, of_ann, id));
    EXPECT_THAT(seen.bcc, testing::HasSubstr("secret@else.example"));
    EXPECT_THAT(seen.mailboxes, ElementsAre(1, 2));
    EXPECT_EQ(seen.html, "<p>Hello</p>");
    EXPECT_EQ(seen.summary.direction, "in");
    EXPECT_TRUE(seen.summary.has_attachments);
    EXPECT_EQ(seen.attachments.size(), 1U);
    TRY(const auto other, email_detail(session, kAccount, of_bob, id));
    EXPECT_EQ(other.bcc, "[]");
    EXPECT_EQ(email_detail(session, AccountId{8}, of_bob, id).error().kind, ErrorKind::Gone);
    return {};
  });
}

TEST_P(CrmReadsTest, TheTimelineTellsEmailsMeetingsAndChangesNewestFirst) {
  const auto organisation = add_record(RecordType::Organisation, {{"name", "\"Else\""}});
  auto carol = create(ann, Kind::Contact, person("Carol", "C", {"carol@else.example"}));
  auto mail = email("m@x", "Offer", MailboxId{1});
  mail.related = {carol.id};
  const auto mail_id = add_emails(ann, std::vector{mail})[0];
  auto fields = meeting("Lunch", "2026-12-01T12:00:00", "2026-12-01T13:00:00");
  fields["attendees"] = R"([{"address":"carol@else.example","name":"","response":"none","type":"required"}])";
  const auto lunch = create(ann, Kind::Meeting, fields);
  clock.set("2026-11-22T11:00:00Z");
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(const auto record, load_record(tx, kAccount, ann.user, carol.id));
    TRY_VOID(update_record(tx, {kAccount, ann.user, Via::User, clock.now()}, *record,
                           {.fields = {{"organisation_id", "\"" + std::to_string(organisation) + "\""}}}));
    return {};
  });
  const auto walk = [&](RecordId id, RecordType type) {
    std::vector<std::string> out;
    TimelineQuery query{.record = id, .type = type, .limit = 1};
    read([&](db::Session& session) -> Result<void> {
      TRY(const Rights rights, rights_of(session, bob));
      do {
        TRY(const auto page, timeline(session, kAccount, rights, query));
        for (const auto& entry : page.entries)
          out.push_back(entry.source ? "r" + std::to_string(entry.source.value)
                                     : "v" + std::to_string(entry.version));
        query.cursor = page.next_cursor;
      } while (!query.cursor.empty());
      return {};
    });
    return out;
  };
  const std::string meeting_entry = "r" + std::to_string(lunch.id.value);
  const std::string mail_entry = "r" + std::to_string(mail_id.value);
  EXPECT_THAT(walk(carol.id, RecordType::Person), ElementsAre(meeting_entry, "v2", mail_entry));
  EXPECT_THAT(walk(RecordId{organisation}, RecordType::Organisation), ElementsAre(meeting_entry, mail_entry));
}

TEST_P(CrmReadsTest, AComposedEmailIsQueuedOnceAndSettled) {
  const auto carol = create(ann, Kind::Contact, person("Carol", "C", {"carol@else.example"}));
  const OutboxMessage draft{.account = kAccount,
                            .user = ann.user,
                            .mailbox = MailboxId{1},
                            .client_id = "one",
                            .record = carol.id,
                            .to = {{"carol@else.example", "Carol"}},
                            .subject = "Hello",
                            .html = "<p>Hi</p>",
                            .attachments = {{"a.txt", "text/plain", std::string("a\0b", 3)}}};
  std::vector<int64_t> ids;
  for (int i = 0; i < 2; ++i)
    write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY(const auto queued, queue_email(tx, draft, clock.now()));
      ids.push_back(queued.id.value);
      return {};
    });
  EXPECT_EQ(ids[0], ids[1]);
  BuiltinOutbox composed(database());
  const auto due = [&] { return composed.due(MailboxId{1}, clock.now(), 10).value(); };
  const auto mark = [&](sync::OutboxState state, Instant next_try, std::optional<sync::SentEmail> sent) {
    write([&](db::SqlTransaction& tx) {
      return composed.mark(tx, RecordId{ids[0]}, state, "", sent, next_try);
    });
  };
  ASSERT_EQ(due().size(), 1U);
  const sync::OutgoingEmail out = due()[0].email;
  EXPECT_EQ(out.html, "<p>Hi</p>");
  EXPECT_EQ(out.to.at(0).address, "carol@else.example");
  EXPECT_EQ(out.attachments.at(0).bytes.size(), 3U);
  mark(sync::OutboxState::Sending, clock.now(), {});
  EXPECT_EQ(due().at(0).attempts, 1);
  EXPECT_EQ(due()[0].email.operation, out.operation);
  mark(sync::OutboxState::Unknown, clock.now() + Duration(1), {});
  EXPECT_THAT(due(), IsEmpty());
  mark(sync::OutboxState::Sent, {}, sync::SentEmail{.message_id = "sent@ours", .sent_at = clock.now()});
  EXPECT_THAT(due(), IsEmpty());
  const auto id = add_emails(ann, std::vector{email("sent@ours", "Hello", MailboxId{1})})[0];
  read([&](db::Session& session) -> Result<void> {
    TRY(const auto message, outbox_message(session, ann, RecordId{ids[0]}));
    EXPECT_EQ(message.email, id);
    EXPECT_EQ(message.state, OutboxState::Sent);
    EXPECT_FALSE(outbox_message(session, bob, RecordId{ids[0]}));
    TRY(const auto mine, outbox(session, ann, {.record = carol.id}));
    EXPECT_EQ(mine.size(), 1U);
    return {};
  });
  EXPECT_EQ(count("SELECT COUNT(*) FROM crm_relation WHERE role = 'related'"), 1);
}

}  // namespace
}  // namespace mailsync::crm
