// An undo over several kinds and both directions, broken off at every call and at every commit: the next pass
// goes on with it, nothing is lost or doubled, the journal tells what was done as if nothing had happened,
// and the undo can be undone like any other (invariants 1, 2, 3, 7).
#include "model/task.h"
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

using Fault = lab::ScriptedFault::What;

model::Fields person(const std::string& given, const std::string& address) {
  model::Contact contact;
  contact.given_name = given;
  contact.emails = std::vector<std::string>{address};
  return model::fields_of(contact);
}

model::Fields task(const std::string& subject) {
  model::Task task;
  task.subject = subject;
  task.status = model::Task::Status::NotStarted;
  return model::fields_of(task);
}

// A run that made, changed and deleted on both sides, and its undo, approved and not begun.
struct Story {
  Stage stage;
  lab::Mailbox& ann = stage.connect("ann@ours.example", "Ann");
  RunId run;
  sync::PlanId undo;
  std::string before, after;

  Story() {
    auto& kept = stage.add_contact(ann, "Kept", "Contact", "kept@side.example");
    const auto pushed = stage.create(ann, sync::Kind::Contact, person("Pushed", "pushed@side.example"));
    const auto call = stage.create(ann, sync::Kind::Task, task("call"));
    const auto mail = stage.create(ann, sync::Kind::Task, task("write"));
    stage.settle();
    stage.add_contact(ann, "New", "Contact", "new@side.example");
    stage.add_email(ann, "offer", true);
    stage.edit(ann, kept, "jobTitle", "Clerk");
    stage.update(ann, pushed, {{"company", R"("Acme")"}});
    stage.update(ann, mail, {{"importance", R"("high")"}});
    stage.erase(ann, call);
    stage.create(ann, sync::Kind::Task, task("down"));
    before = content();
    run = stage.good_pass(ann).run;
    after = content();
    undo = approve();
    stage.disk.commits = 0;
  }

  sync::PlanId approve() {
    sync::PlanReport report = stage.preview_undo(ann, {.run = run});
    report.state = sync::PlanState::Approved;
    EXPECT_TRUE(stage.store->transact(sync::Durable::No,
                                      [&](Transaction& tx) { return stage.plans->save_plan(tx, report); }));
    return report.id;
  }

  // What a person would look at on both sides.
  std::string content() {
    std::map<std::string, int> seen;
    for (const auto& [number, item] : ann.items) {
      std::string text = "mailbox:";
      for (const char* name : {"givenName", "jobTitle", "companyName", "title", "importance", "subject"})
        if (const auto* value = item.fields.if_contains(name);
            value && value->is_string() && !value->get_string().empty())
          text += std::string(" ") + name + "=" + json::serialize(*value);
      ++seen[text];
    }
    for (const sync::Kind kind : {sync::Kind::Contact, sync::Kind::Task})
      for (const auto& record : stage.records(ann, kind))
        ++seen["crm: " +
               model::to_json(model::restricted(
                   record.fields, {"given_name", "job_title", "company", "subject", "importance"}))];
    ++seen[std::to_string(
               stage.count("SELECT count(*) FROM crm_record WHERE type = 'email' AND deleted = 0")) +
           " emails"];
    std::string out;
    for (const auto& [text, times] : seen) out += std::to_string(times) + " " + text + "\n";
    return out;
  }

  // What the journal says that the undo did.
  std::string told() {
    std::map<std::string, int> seen;
    const RunId by = stage.plans->plan(undo)->run;
    const auto entries = stage.store->changes({.mailbox = stage.connected(ann).id, .run = by}, 1000);
    for (const sync::JournalEntry& entry : *entries) {
      if (entry.state == sync::JournalEntry::State::Failed && entry.outcome == sync::kInterrupted) continue;
      ++seen[std::string(entry.side == sync::JournalEntry::Side::Crm ? "crm " : "mailbox ") +
             std::string(model::name_of(entry.kind)) + " " + entry.action + " " + entry.before + " -> " +
             entry.after + (entry.state == sync::JournalEntry::State::Done ? "" : " not done")];
    }
    std::string out;
    for (const auto& [text, times] : seen) out += std::to_string(times) + " " + text + "\n";
    return out;
  }

  void recover() {
    stage.http.on_request = nullptr;
    stage.http.on_answer = nullptr;
    stage.http.forget_faults();
    stage.disk.armed.clear();
    stage.advance(std::chrono::minutes(20));  // leases of the dead run out
    stage.settle();
  }

  void check();
};

struct Expected {
  uint64_t calls = 0;
  int64_t commits = 0;
  std::string before, after, told;
  int64_t links = 0;
};

const Expected& undisturbed() {
  static const Expected expected = [] {
    Story story;
    const uint64_t calls = story.stage.http.calls();
    story.stage.good_pass(story.ann);
    Expected out{.calls = story.stage.http.calls() - calls,
                 .commits = story.stage.disk.commits,
                 .before = story.before,
                 .after = story.after};
    story.recover();
    EXPECT_EQ(story.content(), story.before);
    out.told = story.told();
    out.links = story.stage.count("SELECT count(*) FROM link");
    return out;
  }();
  return expected;
}

void Story::check() {
  recover();
  ASSERT_EQ(content(), undisturbed().before);
  ASSERT_EQ(told(), undisturbed().told);
  ASSERT_EQ(stage.plans->plan(undo)->state, sync::PlanState::Done);
  ASSERT_EQ(stage.count("SELECT count(*) FROM link"), undisturbed().links);
  ASSERT_EQ(stage.count("SELECT count(*) FROM journal WHERE state = 0"), 0);
  stage.undo(ann, {.run = stage.plans->plan(undo)->run});
  stage.settle();
  ASSERT_EQ(content(), undisturbed().after) << "the undo of the undo";
}

class UndoEveryCall : public testing::TestWithParam<Fault> {};

TEST_P(UndoEveryCall, FailsOnce) {
  ASSERT_GT(undisturbed().calls, 8U);
  for (uint64_t n = 1; n <= undisturbed().calls; ++n) {
    SCOPED_TRACE("call " + std::to_string(n));
    Story story;
    story.stage.http.script({.what = GetParam(), .call = story.stage.http.calls() + n});
    (void)story.stage.pass(story.ann);
    ASSERT_NO_FATAL_FAILURE(story.check());
  }
}

INSTANTIATE_TEST_SUITE_P(All, UndoEveryCall,
                         testing::Values(Fault::NotSent, Fault::AnswerLost, Fault::AnswerCut, Fault::Status,
                                         Fault::LateStatus));

TEST(UndoEveryCall, TheProcessDiesBeforeIt) {
  for (uint64_t n = 1; n <= undisturbed().calls; ++n) {
    SCOPED_TRACE("call " + std::to_string(n));
    Story story;
    const uint64_t at = story.stage.http.calls() + n;
    story.stage.http.script({.what = Fault::NotSent, .call = at});
    story.stage.http.on_request = [&](const net::HttpRequest&) {
      story.stage.crashed |= story.stage.http.calls() == at;
    };
    (void)story.stage.pass(story.ann);
    ASSERT_NO_FATAL_FAILURE(story.check());
  }
}

TEST(UndoEveryCall, TheProcessDiesAfterIt) {
  for (uint64_t n = 1; n <= undisturbed().calls; ++n) {
    SCOPED_TRACE("call " + std::to_string(n));
    Story story;
    const uint64_t at = story.stage.http.calls() + n;
    story.stage.http.on_answer = [&](const net::HttpRequest&, const net::ServerResponse&) {
      story.stage.crashed |= story.stage.http.calls() >= at;
    };
    (void)story.stage.pass(story.ann);
    ASSERT_NO_FATAL_FAILURE(story.check());
  }
}

class UndoEveryCommit : public testing::TestWithParam<bool> {};

TEST_P(UndoEveryCommit, TheProcessDiesThere) {
  ASSERT_GT(undisturbed().commits, 4);
  for (int64_t n = 1; n <= undisturbed().commits; ++n) {
    SCOPED_TRACE("commit " + std::to_string(n));
    Story story;
    story.stage.die_at_commit(n, GetParam());
    (void)story.stage.pass(story.ann);
    ASSERT_NO_FATAL_FAILURE(story.check());
  }
}

INSTANTIATE_TEST_SUITE_P(BeforeAndAfter, UndoEveryCommit, testing::Bool());

// Somebody who saw no end of it asks for the same undo once more.
TEST(UndoEveryCall, AskedForAgainAfterItWasBrokenOffItIsDoneOnce) {
  for (uint64_t n = 1; n <= undisturbed().calls; ++n) {
    SCOPED_TRACE("call " + std::to_string(n));
    Story story;
    const uint64_t at = story.stage.http.calls() + n;
    story.stage.http.on_answer = [&](const net::HttpRequest&, const net::ServerResponse&) {
      story.stage.crashed |= story.stage.http.calls() >= at;
    };
    (void)story.stage.pass(story.ann);
    story.stage.http.on_answer = nullptr;
    story.stage.advance(std::chrono::minutes(20));
    story.approve();
    ASSERT_NO_FATAL_FAILURE(story.check());
  }
}

}  // namespace
}  // namespace mailsync::scenario
