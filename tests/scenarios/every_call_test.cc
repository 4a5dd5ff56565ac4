// For every outbound call and every commit of a small but complete story: it fails, its answer is lost, or
// the process dies there. Complete loops, not samples. Afterwards the world must be what it would have been:
// nothing lost, nothing doubled, and the next pass quiet (invariants 1, 2, 3, 7).
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

// Emails and contacts, new and changed, in both directions.
struct Story {
  Stage stage;
  lab::Mailbox* ann = nullptr;

  Story() {
    ann = &stage.connect("ann@ours.example", "Ann");
    auto& kept = stage.add_contact(*ann, "Kept", "Contact", "kept@side.example");
    const auto pushed = stage.create(*ann, sync::Kind::Contact, person("Pushed", "pushed@side.example"));
    stage.settle();
    for (int i = 0; i < 3; ++i) stage.add_email(*ann, "mail " + std::to_string(i), true);
    stage.add_contact(*ann, "New", "Contact", "new@side.example");
    stage.create(*ann, sync::Kind::Contact, person("Down", "down@side.example"));
    stage.edit(*ann, kept, "jobTitle", "Clerk");
    for (const auto& record : stage.records(*ann, sync::Kind::Contact)) {
      const bool ours = record.id == pushed.id;
      stage.update(
          *ann, record,
          ours ? model::Fields{{"job_title", R"("Boss")"}} : model::Fields{{"company", R"("Acme")"}});
    }
    stage.commits = 0;
  }

  // What a person would look at on both sides.
  std::string outcome() {
    std::map<std::string, int> seen;
    for (auto* item : stage.items(*ann, lab::IdKind::Contact)) {
      json::object shown;
      for (const char* name : {"givenName", "jobTitle", "companyName"})
        if (const auto* value = item->fields.if_contains(name);
            value && value->is_string() && !value->get_string().empty())
          shown[name] = *value;
      ++seen["mailbox: " + json::serialize(shown)];
    }
    for (const auto& record : stage.records(*ann, sync::Kind::Contact))
      ++seen["crm: " +
             model::to_json(model::restricted(record.fields, {"given_name", "job_title", "company"}))];
    std::string out;
    for (const auto& [text, times] : seen) out += std::to_string(times) + " " + text + "\n";
    out += std::to_string(stage.count("SELECT count(*) FROM crm_email")) + " emails, ";
    out += std::to_string(stage.count("SELECT count(*) FROM link")) + " links, ";
    out += std::to_string(stage.count("SELECT count(*) FROM journal WHERE state = 0")) + " open intentions";
    return out;
  }

  void recover() {
    stage.http.forget_faults();
    stage.advance(std::chrono::minutes(20));  // leases of the dead run out
    stage.settle();
  }
};

struct Expected {
  uint64_t calls = 0;
  int64_t commits = 0;
  std::string outcome;
};

const Expected& undisturbed() {
  static const Expected expected = [] {
    Story story;
    const uint64_t before = story.stage.http.calls();
    story.stage.good_pass(*story.ann);
    Expected out{.calls = story.stage.http.calls() - before, .commits = story.stage.commits};
    story.recover();
    out.outcome = story.outcome();
    return out;
  }();
  return expected;
}

class EveryCall : public testing::TestWithParam<Fault> {};

// F12, F14, F85
TEST_P(EveryCall, FailsOnceAndTheWorldEndsTheSame) {
  ASSERT_GT(undisturbed().calls, 8U);
  for (uint64_t n = 1; n <= undisturbed().calls; ++n) {
    SCOPED_TRACE("call " + std::to_string(n));
    Story story;
    story.stage.http.script({.what = GetParam(), .call = story.stage.http.calls() + n});
    (void)story.stage.pass(*story.ann);
    story.recover();
    ASSERT_EQ(story.outcome(), undisturbed().outcome);
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryCall,
                         testing::Values(Fault::NotSent, Fault::AnswerLost, Fault::AnswerCut, Fault::Status,
                                         Fault::LateStatus));

// F12, F85
TEST(EveryCall, TheProcessDiesBeforeIt) {
  for (uint64_t n = 1; n <= undisturbed().calls; ++n) {
    SCOPED_TRACE("call " + std::to_string(n));
    Story story;
    const uint64_t at = story.stage.http.calls() + n;
    story.stage.http.script({.what = Fault::NotSent, .call = at});
    story.stage.http.on_request = [&](const net::HttpRequest&) {
      story.stage.crashed |= story.stage.http.calls() == at;
    };
    (void)story.stage.pass(*story.ann);
    story.stage.http.on_request = nullptr;
    story.recover();
    ASSERT_EQ(story.outcome(), undisturbed().outcome);
  }
}

// F12, F14, F85
TEST(EveryCall, TheProcessDiesAfterIt) {
  for (uint64_t n = 1; n <= undisturbed().calls; ++n) {
    SCOPED_TRACE("call " + std::to_string(n));
    Story story;
    const uint64_t at = story.stage.http.calls() + n;
    story.stage.http.on_answer = [&](const net::HttpRequest&, const net::ServerResponse&) {
      story.stage.crashed |= story.stage.http.calls() >= at;
    };
    (void)story.stage.pass(*story.ann);
    story.stage.http.on_answer = nullptr;
    story.recover();
    ASSERT_EQ(story.outcome(), undisturbed().outcome);
  }
}

class EveryCommit : public testing::TestWithParam<bool> {};

// F12, F60
TEST_P(EveryCommit, TheProcessDiesThere) {
  ASSERT_GT(undisturbed().commits, 4);
  for (int64_t n = 1; n <= undisturbed().commits; ++n) {
    SCOPED_TRACE("commit " + std::to_string(n));
    Story story;
    story.stage.commit_fault = {.commit = n, .lands = GetParam()};
    (void)story.stage.pass(*story.ann);
    story.stage.commit_fault = {};
    story.recover();
    ASSERT_EQ(story.outcome(), undisturbed().outcome);
  }
}

INSTANTIATE_TEST_SUITE_P(BeforeAndAfter, EveryCommit, testing::Bool());

}  // namespace
}  // namespace mailsync::scenario
