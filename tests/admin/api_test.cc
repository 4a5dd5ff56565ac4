// The HTTP API from request to answer: real router, sessions, CRM and store on a database in memory.
#include <gmock/gmock.h>

#include "crm/builtin/blobs.h"
#include "crm/builtin/emails.h"
#include "tests/admin/api_stage.h"

namespace mailsync::admin {
namespace {

using testing::HasSubstr;

TEST_F(ApiTest, SessionsAndTheirRefusals) {
  Got got = call("GET", "/api/v1/session");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.json.at("user").at("name"), "Ann Clark");
  EXPECT_EQ(got.json.at("user").at("role"), "system_administrator");
  EXPECT_EQ(got.headers.find("Cache-Control"), "no-store");

  const std::string cookie = std::exchange(cookie_, "");
  EXPECT_EQ(call("GET", "/api/v1/people").code(), "sign_in_needed");
  EXPECT_EQ(call("GET", "/healthz").status, 200);
  EXPECT_EQ(call("GET", "/readyz").status, 200);
  EXPECT_EQ(
      call("POST", "/api/v1/session", object{{"login", "ann@ours.example"}, {"password", "wrong"}}).code(),
      "sign_in_failed");
  more_headers_ = {{"Origin", "https://evil.example"}};
  EXPECT_EQ(call("POST", "/api/v1/session", object{{"login", "ann@ours.example"}, {"password", "x"}}).code(),
            "origin");
  more_headers_.clear();
  cookie_ = cookie;

  const std::string csrf = std::exchange(csrf_, "wrong");
  EXPECT_EQ(call("POST", "/api/v1/people", object{{"given_name", "X"}}).code(), "csrf");
  EXPECT_EQ(call("DELETE", "/api/v1/session").code(), "csrf");
  csrf_ = csrf;
  EXPECT_EQ(call("PUT", "/api/v1/people", object()).status, 405);
  EXPECT_EQ(call("GET", "/api/v1/nothing").code(), "not_found");
  EXPECT_EQ(call("DELETE", "/api/v1/session").status, 204);
  EXPECT_EQ(call("GET", "/api/v1/session").code(), "sign_in_needed");
}

TEST_F(ApiTest, APersonFromCreationToDeletion) {
  const std::string organisation =
      create("organisations", object{{"name", "Acme"}, {"domains", array{"acme.example"}}});
  const std::string id =
      create("people", object{{"given_name", "Émile"},
                              {"emails", array{"EMILE@acme.example"}},
                              {"business_address", object{{"city", "Paris"}, {"street", nullptr}}},
                              {"organisation_id", organisation},
                              {"watcher_ids", array{std::to_string(bob.value)}}});
  Got got = call("GET", "/api/v1/people/" + id);
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.text("name"), "Émile");
  EXPECT_EQ(got.json.at("emails"), (array{"emile@acme.example"}));
  EXPECT_EQ(got.json.at("business_phones"), array());
  EXPECT_EQ(got.json.at("organisation").at("name"), "Acme");
  EXPECT_EQ(got.json.at("watchers").at(0).at("name"), "Bob Stone");
  EXPECT_EQ(got.json.at("owner").at("id"), std::to_string(ann.value).c_str());
  EXPECT_TRUE(got.json.at("family_name").is_null());
  EXPECT_EQ(got.json.at("version"), 1);

  got = call("PATCH", "/api/v1/people/" + id,
             object{{"version", 1}, {"mobile_phone", "+33 1"}, {"given_name", nullptr}});
  EXPECT_EQ(got.json.at("version"), 2) << got.body;
  EXPECT_EQ(got.json.at("mobile_phone"), "+33 1");
  got = call("PATCH", "/api/v1/people/" + id, object{{"version", 1}, {"title", "Dr."}});
  EXPECT_EQ(got.status, 409);
  EXPECT_EQ(got.code(), "version_stale");
  EXPECT_EQ(got.json.at("current").at("mobile_phone"), "+33 1");
  got = call("PATCH", "/api/v1/people/" + id, object{{"version", 2}, {"favourite", "x"}});
  EXPECT_EQ(got.status, 422);
  EXPECT_EQ(got.json.at("errors").at(0).at("field"), "favourite");
  EXPECT_EQ(call("PATCH", "/api/v1/people/" + id, object{{"version", 2}, {"owner_id", "999"}}).status, 422);
  EXPECT_EQ(call("POST", "/api/v1/people", object{{"title", "Dr."}}).status, 422);

  EXPECT_EQ(call("GET", "/api/v1/people?q=emile").json.at("total"), 1);
  EXPECT_EQ(call("GET", "/api/v1/people?filter=company:eq:x&view=mine").json.at("total"), 0);
  EXPECT_EQ(call("GET", "/api/v1/people?filter=colour:eq:x").code(), "filter_invalid");
  EXPECT_EQ(call("GET", "/api/v1/people?limit=0").status, 400);
  got = call("GET", "/api/v1/records/" + id + "/timeline");
  EXPECT_EQ(got.json.at("total"), 1) << got.body;
  EXPECT_EQ(got.json.at("items").at(0).at("changes").at(0).at("field"), "given_name");
  EXPECT_EQ(call("GET", "/api/v1/organisations/" + id).code(), "not_found");

  EXPECT_EQ(call("DELETE", "/api/v1/people/" + id + "?version=1").code(), "version_stale");
  EXPECT_EQ(call("DELETE", "/api/v1/people/" + id + "?version=2").status, 204);
  EXPECT_EQ(call("GET", "/api/v1/people/" + id).code(), "not_found");
}

TEST_F(ApiTest, EveryTypeCanBeCreatedListedAndRead) {
  const std::map<std::string, object> bodies{
      {"leads", {{"family_name", "Lead"}}},
      {"opportunities", {{"name", "Deal"}, {"amount", "12500.00"}, {"close_date", "2026-12-31"}}},
      {"cases", {{"subject", "Broken"}}},
      {"tasks", {{"subject", "Call"}, {"due", "2026-11-30"}}},
      {"meetings",
       {{"subject", "Lunch"},
        {"start", object{{"local", "2026-12-01T12:00:00"}, {"zone", "Europe/London"}}},
        {"end", object{{"local", "2026-12-01T13:00:00"}, {"zone", "Europe/London"}}},
        {"attendees",
         array{object{{"address", "c@else.example"}, {"name", nullptr}, {"response", "accepted"}}}}}}};
  for (const auto& [resource, body] : bodies) {
    const std::string id = create(resource, body);
    const Got got = call("GET", "/api/v1/" + resource + "/" + id);
    EXPECT_EQ(got.status, 200) << resource << got.body;
    EXPECT_EQ(call("GET", "/api/v1/" + resource + "?sort=-changed_at").json.at("items").as_array().size(),
              1U);
    EXPECT_EQ(call("GET", "/api/v1/records/" + id).json.at("name"), got.json.at("name"));
    if (resource == "leads") EXPECT_EQ(got.json.at("status"), "new");
    if (resource == "cases") EXPECT_EQ(got.text("number"), "C-" + id);
    if (resource == "opportunities") EXPECT_EQ(got.json.at("stage"), "prospecting");
    if (resource == "meetings") {
      EXPECT_EQ(got.json.at("attendees").at(0).at("response"), "none");
      EXPECT_EQ(got.text("starts_at"), "2026-12-01T12:00:00Z");
      EXPECT_TRUE(got.json.at("we_organise").as_bool());
    }
  }
}

TEST_F(ApiTest, ATaskThatIsCompletedWasCompletedToday) {
  const std::string id = create("tasks", object{{"subject", "Call"}});
  Got got = call("PATCH", "/api/v1/tasks/" + id, object{{"version", 1}, {"status", "completed"}});
  EXPECT_EQ(got.json.at("completed_on"), "2026-11-22") << got.body;
  got = call("PATCH", "/api/v1/tasks/" + id, object{{"version", 2}, {"status", "waiting"}});
  EXPECT_TRUE(got.json.at("completed_on").is_null());
}

TEST_F(ApiTest, AMeetingOfOthersIsNotMovedAndSendingIsAskedFor) {
  RecordId id;
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(const auto made,
        crm::insert_record(tx, {kAccount, ann, crm::Via::MailSync, clock.now()},
                           {.type = crm::RecordType::Meeting,
                            .fields = {{"subject", "\"Theirs\""},
                                       {"start", R"({"local":"2026-12-01T12:00:00","zone":"Europe/London"})"},
                                       {"end", R"({"local":"2026-12-01T13:00:00","zone":"Europe/London"})"},
                                       {"organizer", R"({"address":"boss@else.example","name":"Boss"})"}},
                            .owner = ann}));
    id = made.id;
    return {};
  });
  const std::string path = "/api/v1/meetings/" + std::to_string(id.value);
  EXPECT_FALSE(call("GET", path).json.at("we_organise").as_bool());
  Got got = call("PATCH", path, object{{"version", 1}, {"location", "Here"}});
  EXPECT_EQ(got.status, 422);
  EXPECT_EQ(got.json.at("errors").at(0).at("field"), "location");
  got = call("PATCH", path, object{{"version", 1}, {"show_as", "free"}, {"send_updates", true}});
  EXPECT_EQ(got.status, 200) << got.body;
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(const auto record, crm::load_record(tx, kAccount, ann, id));
    EXPECT_EQ(record->send_version, 2);
    return {};
  });
}

TEST_F(ApiTest, ASeriesSaysHowItEnds) {
  for (const object& end : {object{{"end", "never"}}, object{{"end", "until"}, {"until", "2027-01-05"}},
                            object{{"end", "count"}, {"count", 4}}}) {
    object rule{{"pattern", "daily"}, {"interval", 1}};
    for (const auto& member : end) rule.insert(member);
    const std::string id = create("meetings", object{{"subject", "Ours"},
                                                     {"start", object{{"date", "2026-12-01"}}},
                                                     {"end", object{{"date", "2026-12-02"}}},
                                                     {"recurrence", rule}});
    EXPECT_EQ(call("GET", "/api/v1/meetings/" + id).json.at("recurrence").at("end"), end.at("end"));
  }
}

TEST_F(ApiTest, AMeetingSaysWhatWaitsBecauseItWouldMailPeople) {
  const std::string id = create("meetings", object{{"subject", "Ours"},
                                                   {"start", object{{"date", "2026-12-01"}}},
                                                   {"end", object{{"date", "2026-12-02"}}}});
  sync::Mailbox mailbox{.account = kAccount, .user = ann, .address = "ann@ours.example"};
  const sync::Issue issue{.key = "would_mail:record:" + id,
                          .record = RecordId{std::stoll(id)},
                          .severity = "info",
                          .title = "A change to a meeting waits: writing it would mail 4 people",
                          .opened_at = clock.now()};
  ASSERT_TRUE(store.transact(sync::Durable::No, [&](Transaction& tx) -> Result<void> {
    TRY(mailbox.id, store.save_mailbox(tx, mailbox));
    sync::Issue mine = issue;
    mine.mailbox = mailbox.id;
    return store.open_issue(tx, mine);
  }));
  EXPECT_EQ(call("GET", "/api/v1/meetings/" + id).json.at("waiting_update"), "would mail 4 people");
  EXPECT_EQ(call("GET", "/api/v1/meetings").json.at("items").at(0).at("waiting_update"),
            "would mail 4 people");
  // Asking for the mail alone is a change.
  const Got sent = call("PATCH", "/api/v1/meetings/" + id, object{{"version", 1}, {"send_updates", true}});
  EXPECT_EQ(sent.status, 200) << sent.body;
  EXPECT_EQ(sent.json.at("version"), 2);
  ASSERT_TRUE(store.transact(sync::Durable::No,
                             [&](Transaction& tx) { return store.close_issue(tx, mailbox.id, issue.key); }));
  EXPECT_TRUE(call("GET", "/api/v1/meetings/" + id).json.at("waiting_update").is_null());
}

// S39: what one may not see is not there, what one may not write is not written.
TEST_F(ApiTest, RightsHoldOnEveryId) {
  const std::string id = create("people", object{{"given_name", "Secret"}});
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(crm::User user, crm::user(tx, kAccount, bob));
    user.sees = crm::Reach::Own;
    return crm::update_user(tx, kAccount, user);
  });
  sign_in("bob@ours.example");
  for (const std::string& path : {"/api/v1/people/" + id, "/api/v1/records/" + id,
                                  "/api/v1/records/" + id + "/timeline", "/api/v1/records/" + id + "/links"})
    EXPECT_EQ(call("GET", path).code(), "not_found") << path;
  EXPECT_EQ(call("PATCH", "/api/v1/people/" + id, object{{"version", 1}, {"title", "x"}}).code(),
            "not_found");
  EXPECT_EQ(call("DELETE", "/api/v1/people/" + id + "?version=1").code(), "not_found");
  EXPECT_EQ(call("GET", "/api/v1/people").json.at("total"), 0);
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY(crm::User user, crm::user(tx, kAccount, bob));
    user.sees = crm::Reach::All;
    user.writes = crm::Reach::Own;
    return crm::update_user(tx, kAccount, user);
  });
  const Got got = call("GET", "/api/v1/people/" + id);
  EXPECT_FALSE(got.json.at("can_edit").as_bool());
  EXPECT_EQ(call("PATCH", "/api/v1/people/" + id, object{{"version", 1}, {"title", "x"}}).code(),
            "forbidden");
}

TEST_F(ApiTest, EmailsTheirAttachmentsAndTheOriginal) {
  const auto sink = crm::new_blob(*database, clock, kAccount);
  ASSERT_TRUE(sink->append("<svg/>"));
  const std::string blob = *sink->finish();
  RecordId id;
  write([&](db::SqlTransaction& tx) -> Result<void> {
    sync::EmailRecordWrite wanted{.mailbox = MailboxId{1}};
    model::EmailHead& head = wanted.email.head;
    head.subject = "Offer";
    head.from = {"carol@else.example", "Carol"};
    head.to = {{"ann@ours.example", "Ann"}};
    head.bcc = {{"hidden@else.example", ""}};
    head.received_at = clock.now();
    wanted.email.html = "<b>Hi</b>";
    wanted.email.text = "Hi";
    wanted.email.preview = "Hi";
    wanted.email.attachments = {
        {.name = "a\"\r\n.svg", .content_type = "image/svg+xml", .size = 6, .blob = blob},
        {.name = "big.zip", .content_type = "application/zip", .size = 9}};
    wanted.identity = model::email_identity(head);
    TRY(const auto ids,
        crm::add_emails(tx, {kAccount, ann, crm::Via::MailSync, clock.now()}, std::span(&wanted, 1)));
    id = ids[0];
    return {};
  });
  const std::string path = "/api/v1/emails/" + std::to_string(id.value);
  Got got = call("GET", path);
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json.at("body_html"), "<b>Hi</b>");
  EXPECT_EQ(got.json.at("bcc").at(0).at("address"), "hidden@else.example");
  EXPECT_EQ(got.json.at("from").at("name"), "Carol");
  EXPECT_EQ(call("GET", "/api/v1/emails?q=carol").json.at("total"), 1);
  got = call("GET", path + "/attachments");
  const std::string first(got.json.at("items").at(0).at("id").as_string());
  const std::string second(got.json.at("items").at(1).at("id").as_string());
  EXPECT_FALSE(got.json.at("items").at(1).at("available").as_bool());
  got = call("GET", path + "/attachments/" + first);
  EXPECT_EQ(got.headers.find("Content-Type"), "application/octet-stream");
  EXPECT_EQ(got.headers.find("Content-Disposition"), "attachment; filename*=UTF-8''a%22%0D%0A.svg");
  EXPECT_EQ(next_piece(), "<svg/>");
  EXPECT_EQ(next_piece(), "");
  EXPECT_EQ(call("GET", path + "/attachments/" + second).code(), "not_found");
  EXPECT_EQ(call("GET", path + "/original").code(), "not_found");
  sign_in("bob@ours.example");
  EXPECT_EQ(call("GET", path).json.at("bcc"), array());
}

TEST_F(ApiTest, ViewsFilterListsAndBelongToTheirOwner) {
  create("people", object{{"given_name", "A"}, {"company", "Acme"}});
  create("people", object{{"given_name", "B"}});
  Got got =
      call("POST", "/api/v1/views",
           object{{"resource", "people"},
                  {"name", "Acme people"},
                  {"filters", array{object{{"field", "company"}, {"operator", "eq"}, {"value", "acme"}}}},
                  {"sort", "name"},
                  {"shared", true}});
  ASSERT_EQ(got.status, 201) << got.body;
  const std::string id = got.text("id");
  EXPECT_EQ(call("GET", "/api/v1/people?view=" + id).json.at("total"), 1);
  EXPECT_EQ(call("GET", "/api/v1/tasks?view=" + id).code(), "filter_invalid");
  EXPECT_EQ(call("POST", "/api/v1/views", object{{"resource", "people"}, {"name", "Acme people"}}).status,
            422);
  sign_in("bob@ours.example");
  EXPECT_EQ(call("GET", "/api/v1/views?resource=people").json.at("items").as_array().size(), 1U);
  EXPECT_EQ(call("DELETE", "/api/v1/views/" + id).code(), "forbidden");
  sign_in("ann@ours.example");
  EXPECT_EQ(call("PATCH", "/api/v1/views/" + id, object{{"version", 1}, {"q", "x"}}).json.at("version"), 2);
  EXPECT_EQ(call("DELETE", "/api/v1/views/" + id).status, 204);
}

void expect_told_in_full(const object& issues) {
  EXPECT_EQ(issues.at("items").at(0).at("severity"), "information");
  EXPECT_EQ(issues.at("items").at(0).at("cause"), "The password was changed.");
  EXPECT_EQ(issues.at("items").at(0).at("effect"), "Nothing is synced.");
  ASSERT_EQ(issues.at("users").as_array().size(), 1U);
  EXPECT_EQ(issues.at("users").at(0).at("open"), 1);
}

TEST_F(ApiTest, MailboxesIssuesRunsAndTheOutbox) {
  sync::Mailbox mailbox{.account = kAccount,
                        .user = bob,
                        .address = "bob@ours.example",
                        .remote_user = "bob",
                        .access_method = "graph_app"};
  ASSERT_TRUE(store.transact(sync::Durable::No, [&](Transaction& tx) -> Result<void> {
    TRY(mailbox.id, store.save_mailbox(tx, mailbox));
    return store.open_issue(tx, {.mailbox = mailbox.id,
                                 .key = "login",
                                 .severity = "info",
                                 .title = "Sign-in needed",
                                 .cause = "The password was changed.",
                                 .effect = "Nothing is synced.",
                                 .remedy = "Sign in",
                                 .opened_at = clock.now()});
  }));
  const std::string path = "/api/v1/mailboxes/" + std::to_string(mailbox.id.value);
  activity.pass_began(mailbox, schedule::Trigger::Poll);
  activity.turn_done(mailbox, sync::Kind::Email, "inbox", {.to_crm_created = 3});
  Got got = call("GET", path);
  EXPECT_EQ(got.text("state"), "first_sync") << got.body;
  EXPECT_EQ(got.json.at("kinds").at(0).at("progress").at("done"), 3);
  EXPECT_EQ(got.text("access_method"), "graph_app_only");
  activity.pass_ended(mailbox, {.report = {.run = RunId{"r"}}, .error = Error{.message = "server away"}});
  EXPECT_EQ(call("GET", "/api/v1/mailboxes").json.at("total"), 1);
  EXPECT_THAT(call("GET", "/api/v1/runs").json.at("items").as_array(), testing::IsEmpty());
  // What was kept of runs is told by whichever process asks.
  for (int minute : {1, 2, 3})
    ASSERT_TRUE(runs.save({.id = random.run_id(clock.now() + std::chrono::minutes(minute)),
                           .mailbox = mailbox.id,
                           .started_at = clock.now() + std::chrono::minutes(minute),
                           .ended_at = clock.now() + std::chrono::minutes(minute + 1),
                           .trigger = "poll",
                           .error = "away " + std::to_string(minute)},
                          std::chrono::hours(24), 9));
  got = call("GET", "/api/v1/runs?limit=2");
  EXPECT_EQ(got.json.at("total"), 3);
  EXPECT_EQ(got.json.at("items").at(0).at("error"), "away 3");
  EXPECT_EQ(got.json.at("items").at(0).at("state"), "failed");
  got = call("GET", "/api/v1/runs?limit=2&cursor=" + got.text("next_cursor"));
  EXPECT_EQ(got.json.at("items").as_array().size(), 1);
  EXPECT_EQ(got.json.at("items").at(0).at("error"), "away 1");
  add("cay@ours.example", "Cay Moss", auth::Role::User);
  sign_in("cay@ours.example");
  EXPECT_EQ(call("GET", "/api/v1/runs").json.at("total"), 0) << "another user's mailbox";
  sign_in("ann@ours.example");
  expect_told_in_full(call("GET", "/api/v1/issues").json);
  EXPECT_EQ(call("POST", path + "/pause").json.at("state"), "paused");
  EXPECT_EQ(call("POST", path + "/sync").status, 409);
  EXPECT_EQ(call("POST", path + "/resume").status, 200);
  object draft{
      {"client_id", "123e4567-e89b-12d3-a456-426614174000"},
      {"mailbox_id", std::to_string(mailbox.id.value)},
      {"to", array{object{{"address", "c@else.example"}}}},
      {"subject", "Hi"},
      {"html", "<p>x</p>"},
      {"attachments",
       array{object{{"name", "a.txt"}, {"content_type", "text/plain"}, {"content_base64", "aGVsbG8="}}}}};
  EXPECT_EQ(call("POST", "/api/v1/emails/outbox", draft).code(), "forbidden");  // not ann's mailbox
  sign_in("bob@ours.example");
  got = call("POST", "/api/v1/emails/outbox", draft);
  EXPECT_EQ(got.status, 201) << got.body;
  EXPECT_EQ(call("POST", "/api/v1/emails/outbox", draft).text("id"), got.text("id"));
  EXPECT_EQ(call("GET", "/api/v1/emails/outbox").json.at("total"), 1);
  EXPECT_EQ(call("GET", "/api/v1/emails/outbox/" + got.text("id")).text("state"), "pending");
  draft["subject"] = "a\r\nBcc: x";
  EXPECT_EQ(call("POST", "/api/v1/emails/outbox", draft).status, 422);
}

TEST_F(ApiTest, PlansAreShownAndAnsweredByWhomTheyConcern) {
  sync::Mailbox mailbox{.account = kAccount, .user = ann, .address = "ann@ours.example"};
  sync::PlanReport held{.purpose = sync::PlanPurpose::Held,
                        .state = sync::PlanState::Waiting,
                        .key = "held:task",
                        .title = "4 task items disappeared",
                        .created_at = clock.now(),
                        .counts = {{sync::Kind::Task, {.to_crm_deleted = 4}}},
                        .items = 4};
  sync::JournalEntry entry{.kind = sync::Kind::Task,
                           .remote_id = RemoteId{"t1"},
                           .action = "update",
                           .state = sync::JournalEntry::State::Done,
                           .before = R"({"subject":"a"})",
                           .after = R"({"subject":"b"})",
                           .at = clock.now()};
  ASSERT_TRUE(store.transact(sync::Durable::No, [&](Transaction& tx) -> Result<void> {
    TRY(mailbox.id, store.save_mailbox(tx, mailbox));
    held.mailbox = entry.mailbox = mailbox.id;
    TRY_VOID(store.save_journal(tx, {&entry, 1}));
    TRY_VOID(plans.save_plan(tx, held));
    std::vector<sync::PlanItem> items;
    for (int n = 1; n <= 4; ++n)
      items.push_back({.number = n,
                       .kind = sync::Kind::Task,
                       .action = sync::PlanAction::Delete,
                       .title = "task",
                       .before = R"({"subject":"task"})"});
    return plans.save_plan_items(tx, held.id, items);
  }));
  const std::string plan = "/api/v1/plans/" + std::to_string(held.id.value),
                    box = "/api/v1/mailboxes/" + std::to_string(mailbox.id.value);
  Got got = call("GET", "/api/v1/plans?purpose=held");
  ASSERT_EQ(got.json.at("items").as_array().size(), 1U) << got.body;
  EXPECT_EQ(call("GET", "/api/v1/plans?purpose=nothing").status, 400);
  EXPECT_EQ(call("GET", plan).json.at("kinds").at(2).at("to_crm").at("deleted"), 4);
  got = call("GET", plan + "/items?limit=3&kind=task");
  EXPECT_EQ(got.json.at("items").as_array().size(), 3U) << got.body;
  got = call("GET", plan + "/items?limit=3&kind=task&cursor=" + got.text("next_cursor"));
  EXPECT_EQ(got.json.at("items").at(0).at("id"), "4") << got.body;
  got = call("GET", box + "/changes");
  EXPECT_EQ(got.json.at("items").at(0).at("fields").at(0).at("after"), "b") << got.body;
  EXPECT_EQ(call("POST", box + "/dry-runs").status, 503);
  EXPECT_EQ(call("POST", "/api/v1/dry-runs").status, 503);
  EXPECT_EQ(call("POST", box + "/undos", object{{"run_id", "r"}}).status, 503);
  EXPECT_EQ(call("POST", box + "/start").code(), "state");
  EXPECT_EQ(call("GET", "/api/v1/explain?q=task").status, 200);
  EXPECT_EQ(call("GET", "/api/v1/explain").status, 400);
  sign_in("bob@ours.example");
  for (const std::string& path : {plan, plan + "/items", box + "/changes"})
    EXPECT_EQ(call("GET", path).status, 404) << path;
  EXPECT_EQ(call("POST", plan + "/approve").status, 404);
  EXPECT_TRUE(call("GET", "/api/v1/plans").json.at("items").as_array().empty());
  sign_in("ann@ours.example");
  EXPECT_EQ(call("POST", plan + "/approve").text("state"), "approved");
  EXPECT_EQ(call("POST", plan + "/reject").code(), "state");
}

TEST_F(ApiTest, OpenPagesAreToldWhatTheyMaySee) {
  executor.spawn(EventHub::run(hub, api));
  Got got = call("GET", "/api/v1/events");
  EXPECT_EQ(got.headers.find("Content-Type"), "text/event-stream");
  auto stream = std::move(stream_);
  EXPECT_THAT(*run(stream->next()), HasSubstr("retry"));
  executor.run_until(clock.now() + std::chrono::seconds(3));
  const std::string id = create("people", object{{"given_name", "New"}});
  executor.run_until(clock.now() + std::chrono::seconds(3));
  const std::string told = *run(stream->next());
  EXPECT_THAT(told, HasSubstr("event: record\n"));
  EXPECT_THAT(told, HasSubstr("\"id\":\"" + id + "\",\"type\":\"person\",\"change\":\"created\""));
  EXPECT_EQ(*run(stream->next()), ":\n\n");  // after 15 quiet seconds
  EXPECT_EQ(call("DELETE", "/api/v1/session").status, 204);
  EXPECT_THAT(*run(stream->next()), HasSubstr("signed_out"));
  EXPECT_EQ(*run(stream->next()), "");
  hub.close();
  executor.run_until(clock.now() + std::chrono::seconds(3));
}

// A page reads its record first and listens then; the hub looks once a second.
TEST_F(ApiTest, APageIsToldOfChangesMadeWhileItOpened) {
  executor.spawn(EventHub::run(hub, api));
  const std::string long_ago = create("people", object{{"given_name", "Long ago"}});
  executor.run_until(clock.now() + std::chrono::seconds(60));
  const std::string before = create("people", object{{"given_name", "Before"}});
  executor.run_until(clock.now() + std::chrono::milliseconds(300));
  call("GET", "/api/v1/events");
  auto stream = std::move(stream_);
  EXPECT_THAT(*run(stream->next()), HasSubstr("retry"));
  const std::string after = create("people", object{{"given_name", "After"}});
  executor.run_until(clock.now() + std::chrono::seconds(3));
  const std::string told = *run(stream->next());
  for (const std::string& id : {before, after}) EXPECT_THAT(told, HasSubstr("\"id\":\"" + id + "\"")) << told;
  EXPECT_THAT(told, Not(HasSubstr("\"id\":\"" + long_ago + "\"")));
  EXPECT_EQ(*run(stream->next()), ":\n\n");  // and told once
  hub.close();
  executor.run_until(clock.now() + std::chrono::seconds(3));
}

}  // namespace
}  // namespace mailsync::admin
