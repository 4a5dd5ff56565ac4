// What a write may not do: delete to get round a conflict, believe its own echo, take another item along, or
// leave through another mailbox.
#include <gmock/gmock.h>

#include <algorithm>

#include "lab/meetings.h"
#include "net/url.h"
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

using testing::HasSubstr;

std::string text_of(const lab::Item& item, std::string_view field) {
  const auto* value = item.fields.if_contains(field);
  return value && value->is_string() ? std::string(value->as_string()) : "";
}

// The server refuses a write again and again for its version, in each of the ways it has.
TEST(Writes, AConflictIsNeverSolvedByDeleting_F31) {
  for (const int status : {409, 412}) {
    SCOPED_TRACE(status);
    Stage stage;
    auto& ann = stage.connect("ann@ours.example", "Ann");
    auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
    stage.create(ann, sync::Kind::Task, {{"subject", R"("task")"}, {"status", R"("not_started")"}});
    stage.settle();
    const uint64_t number = card.number, task = stage.items(ann, lab::IdKind::Task).front()->number;
    stage.update(ann, stage.records(ann, sync::Kind::Contact).front(), {{"job_title", R"("Boss")"}});
    stage.update(ann, stage.records(ann, sync::Kind::Task).front(), {{"subject", R"("now")"}});
    for (const char* match : {"/contacts/", "/tasks/"})
      stage.world.faults.planned.push_back(
          {.match = match,
           .status = status,
           .code = status == 409 ? "ErrorIrresolvableConflict" : "ErrorStale",
           .times = 40});
    std::vector<std::string> forbidden;
    stage.http.on_request = [&](const net::HttpRequest& request) {
      if (request.method == "DELETE" || (request.method == "POST" && !request.url.ends_with("$batch")))
        forbidden.push_back(request.method + " " + request.url);
    };
    for (int pass = 0; pass < 4; ++pass) {
      (void)stage.pass(ann);
      stage.advance(std::chrono::minutes(30));
    }
    stage.world.faults.planned.clear();
    stage.advance(std::chrono::hours(24));
    stage.settle();
    stage.http.on_request = nullptr;
    EXPECT_THAT(forbidden, testing::IsEmpty());
    ASSERT_NE(ann.item(number), nullptr);
    ASSERT_NE(ann.item(task), nullptr);
    EXPECT_EQ(text_of(*ann.item(number), "jobTitle"), "Boss");
    EXPECT_EQ(text_of(*ann.item(task), "title"), "now");
  }
}

// The answer to a write shows the item as it was before it. Whoever believed it would take the server's next
// word for an edit of the owner, and let it beat the CRM's next one.
TEST(Writes, AnAnswerThatShowsTheOldValueIsNotBelieved_F40) {
  Stage stage;
  sync::Profile profile;
  profile.winner = sync::Winner::Mailbox;
  auto& ann = stage.connect("ann@ours.example", "Ann", profile);
  auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  stage.create(ann, sync::Kind::Task, {{"subject", R"("task 0")"}, {"status", R"("not_started")"}});
  stage.settle();
  auto& task = *stage.items(ann, lab::IdKind::Task).front();
  stage.world.faults.stale_echo = true;
  for (int i = 1; i <= 3; ++i) {
    const std::string n = std::to_string(i);
    stage.update(ann, stage.records(ann, sync::Kind::Contact).front(), {{"job_title", "\"Job " + n + "\""}});
    stage.update(ann, stage.records(ann, sync::Kind::Task).front(), {{"subject", "\"task " + n + "\""}});
    stage.good_pass(ann);
    EXPECT_EQ(text_of(card, "jobTitle"), "Job " + n);
    EXPECT_EQ(text_of(task, "title"), "task " + n);
  }
  stage.settle();
  EXPECT_EQ(stage.records(ann, sync::Kind::Contact).front().fields.at("job_title"), R"("Job 3")");
  EXPECT_EQ(stage.records(ann, sync::Kind::Task).front().fields.at("subject"), R"("task 3")");
  EXPECT_EQ(stage.count("SELECT count(*) FROM journal WHERE action = 'overrule'"), 0);
}

// Of three items that look the same, one is deleted in the CRM: one request deletes one id, after that very
// id was read again.
TEST(Writes, ADeletionNamesOneItemAndReadsItAgainFirst_F82) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  for (int i = 0; i < 3; ++i)
    stage.create(ann, sync::Kind::Task, {{"subject", R"("the same")"}, {"status", R"("not_started")"}});
  stage.settle();
  const auto records = stage.records(ann, sync::Kind::Task);
  const auto id = [&](const sync::CrmRecord& record) {
    const auto links = stage.store->links_by_record(stage.connected(ann).id, {&record.id, 1});
    const std::string whole = links->front().remote_id.value;
    return net::percent_encode(whole.substr(whole.find('/') + 1));
  };
  const std::string doomed = id(records.at(1));
  stage.erase(ann, records.at(1));
  std::vector<std::string> seen;
  stage.http.on_request = [&](const net::HttpRequest& request) {
    if (request.url.find("/tasks/") != std::string::npos && request.url.find("delta") == std::string::npos)
      seen.push_back(request.method + " " + request.url);
  };
  stage.good_pass(ann);
  stage.http.on_request = nullptr;
  ASSERT_EQ(seen.size(), 2U) << testing::PrintToString(seen);
  EXPECT_TRUE(seen[0].starts_with("GET ") && seen[0].find(doomed) != std::string::npos) << seen[0];
  EXPECT_TRUE(seen[1].starts_with("DELETE ") && seen[1].find(doomed) != std::string::npos) << seen[1];
  EXPECT_EQ(stage.items(ann, lab::IdKind::Task).size(), 2U);
  EXPECT_EQ(stage.records(ann, sync::Kind::Task).size(), 2U);
}

// Every request of a pass speaks to the one mailbox that it is for, whatever is written; and what cannot
// leave through it waits, rather than leave through another.
TEST(Writes, EverythingLeavesThroughItsOwnMailbox_F91) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  auto& bob = stage.connect("bob@ours.example", "Bob");
  auto& card = stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  auto& same = stage.add_contact(bob, "Carl", "Card", "carl@side.example");
  stage.settle();
  stage.update(ann, stage.records(ann, sync::Kind::Contact).front(), {{"job_title", R"("Boss")"}});
  stage.create(ann, sync::Kind::Meeting,
               {{"subject", R"("hers")"},
                {"start", R"({"local":"2026-11-26T15:00:00","zone":"Europe/Berlin"})"},
                {"end", R"({"local":"2026-11-26T16:00:00","zone":"Europe/Berlin"})"}});
  stage.compose(ann, "the offer", "out@side.example");
  const auto check = [&](const lab::Mailbox& own, const lab::Mailbox& other) {
    stage.http.on_request = [own = "/users/" + own.user.id,
                             other = other.user.id](const net::HttpRequest& request) {
      const bool batch = request.url.ends_with("/$batch");
      EXPECT_TRUE(batch || request.url.find(own) != std::string::npos)
          << request.method << " " << request.url;
      EXPECT_EQ(request.url.find(other), std::string::npos) << request.url;
      EXPECT_EQ(request.body.find(other), std::string::npos) << request.body;
    };
    (void)stage.pass(own);
    stage.http.on_request = nullptr;
  };
  check(bob, ann);
  EXPECT_TRUE(stage.world.outbox().empty());
  check(ann, bob);
  check(bob, ann);
  ASSERT_EQ(stage.world.outbox().size(), 1U);
  EXPECT_EQ(stage.world.outbox().front().from, "ann@ours.example");
  EXPECT_EQ(text_of(card, "jobTitle"), "Boss");
  EXPECT_EQ(text_of(same, "jobTitle"), "Boss");
  EXPECT_EQ(stage.items(ann, lab::IdKind::Event).size(), 1U);
  EXPECT_TRUE(stage.items(bob, lab::IdKind::Event).empty());

  ann.user.mailbox_enabled = false;
  stage.compose(ann, "the second offer", "out@side.example");
  check(ann, bob);
  check(bob, ann);
  EXPECT_EQ(stage.world.outbox().size(), 1U);
  ann.user.mailbox_enabled = true;
  stage.advance(std::chrono::hours(1));
  stage.settle();
  ASSERT_EQ(stage.world.outbox().size(), 2U);
  EXPECT_EQ(stage.world.outbox().back().from, "ann@ours.example");
}

}  // namespace
}  // namespace mailsync::scenario
