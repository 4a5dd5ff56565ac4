// Every way in which a call, a statement or a commit can fail, at every call, statement and commit of a pass
// that has work to do: complete loops over the stories of every_call_stories.cc, not samples. Each time the
// fault strikes once, the rest of the pass goes on as it will, and afterwards, when nothing is wrong any
// more, the world must be what it would have been: both sides agree, nothing is lost, doubled or mailed
// twice, no intention and no issue is left open, and the last pass writes nothing (invariants 1, 2, 3, 4, 7).
//
// A story is prepared once. Each trial is a child of this process, forked before the pass: that costs half of
// preparing the story anew, and no trial sees what another did.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "tests/scenarios/every_call_stories.h"

namespace mailsync::scenario {
namespace {

using Fault = lab::ScriptedFault;
using Disk = sim::DiskTrouble::What;

// ---- the ways ----

struct Way {
  std::string name;
  Fault fault;
  bool stays = false;  // the same request fails again as often as it is tried in this pass
};

Fault answer(int status, std::string body = "", Fault::What what = Fault::What::Status) {
  return {.what = what, .status = status, .body = std::move(body)};
}

std::string code(const std::string& name) {
  return R"({"error":{"code":")" + name + R"(","message":"said by the test"}})";
}

// What the network does, and an answer of every kind that classify() tells apart.
const std::vector<Way>& ways() {
  static const std::vector<Way> all = {
      {"not sent", {.what = Fault::What::NotSent}},
      {"not sent, however often", {.what = Fault::What::NotSent}, true},
      {"sent, the answer lost", {.what = Fault::What::AnswerLost}},
      {"sent, the answer cut", {.what = Fault::What::AnswerCut}},
      {"sent, the answer no JSON", answer(200, R"({"value":[{)", Fault::What::LateStatus)},
      {"sent, the answer empty", answer(200, "", Fault::What::LateStatus)},
      {"sent, and 500", answer(500, "", Fault::What::LateStatus)},
      {"sent, and 504", answer(504, "", Fault::What::LateStatus)},
      {"bare 400 (transient)", answer(400)},
      {"400 (item invalid)", answer(400, code("ErrorPropertyValidationFailure"))},
      {"401 (login needed)", answer(401, code("InvalidAuthenticationToken"))},
      {"403 (forbidden)", answer(403, code("ErrorAccessDenied"))},
      {"404 (gone)", answer(404, code("ErrorItemNotFound"))},
      {"404 (mailbox switched off)", answer(404, code("MailboxNotEnabledForRESTAPI"))},
      {"409 (stale)", answer(409, code("ErrorConflict"))},
      {"410 (cursor lost)", answer(410, code("SyncStateNotFound"))},
      {"412 (stale)", answer(412, code("ErrorIrresolvableConflict"))},
      {"429 (throttled)",
       {.what = Fault::What::Status, .status = 429, .retry_after = std::chrono::seconds(3)}},
      {"429 for long",
       {.what = Fault::What::Status, .status = 429, .retry_after = std::chrono::minutes(10)},
       true},
      {"501 (unsupported)", answer(501)},
      {"503 (outage)", answer(503)},
      {"503, however often", answer(503), true},
  };
  return all;
}

// ---- one trial ----

enum class Trial { Same = 0, Different = 1, NotReached = 2 };

// Runs it in a child of this process.
template <typename Work>
Trial apart(Work work) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    const Trial done = work();
    std::cout.flush();
    std::fflush(nullptr);
    ::_exit(static_cast<int>(testing::Test::HasFailure() ? Trial::Different : done));
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return Trial::Different;
  return static_cast<Trial>(WEXITSTATUS(status));
}

// Everything works again; what was parked is tried again in time.
std::string recovered(Played& played) {
  Stage& stage = played.stage;
  stage.http.on_request = nullptr;
  stage.http.on_answer = nullptr;
  stage.http.forget_faults();
  stage.disk.armed.clear();
  stage.advance(std::chrono::hours(13));  // longer than a lease lasts and a parked item waits
  stage.settle();
  return played.outcome();
}

class EveryCall : public testing::TestWithParam<Story> {
 protected:
  void SetUp() override {
    Played calm;
    calm.prepare(GetParam());
    (void)calm.stage.good_pass(*calm.ann);
    expected_ = recovered(calm);
    played_.prepare(GetParam());
    ASSERT_FALSE(HasFailure()) << "the story goes wrong without a fault";
  }
  void TearDown() override {
    std::cout << "  " << trials_ << " trials\n";
    for (const std::string& words : bad_) ADD_FAILURE() << words;
  }

  void expect_all_is_well(const std::string& outcome) {
    // An email that the server refuses for good has not left: its sender is told, and it waits for him.
    const auto has = [&outcome](const char* words) { return outcome.find(words) != std::string::npos; };
    if (GetParam().name == "EmailSent" && has(" 0 sent") && has(" 1 issues") && !has("mailed")) return;
    EXPECT_EQ(outcome, expected_) << last_request_;
  }

  // `arm` lets it strike the n-th time, and answers whether it has struck.
  void for_every_n(const std::string& what,
                   const std::function<std::function<bool()>(Stage&, uint64_t)>& arm) {
    for (uint64_t n = 1;; ++n, ++trials_) {
      const Trial trial = apart([&] {
        SCOPED_TRACE(what + ", number " + std::to_string(n) + " of " + GetParam().name);
        const auto struck = arm(played_.stage, n);
        (void)played_.stage.pass(*played_.ann);
        if (!struck()) return Trial::NotReached;
        expect_all_is_well(recovered(played_));
        return Trial::Same;
      });
      if (trial == Trial::NotReached) {
        if (n == 1) bad_.push_back(what + ": not reached at all");
        return;
      }
      if (trial == Trial::Same) continue;
      bad_.push_back(what + ", number " +
                     std::to_string(n));  // and no failure yet: children would inherit it
      return;
    }
  }
  void for_every_commit(const std::string& what, Disk trouble) {
    for_every_n(what, [trouble](Stage& stage, uint64_t n) {
      stage.disk.armed.push_back({.what = trouble, .after = n - 1});
      return [&stage] { return stage.disk.armed.empty(); };
    });
  }

  Played played_;
  std::string expected_;
  std::string last_request_;  // that a fault struck
  std::vector<std::string> bad_;
  uint64_t trials_ = 0;
};

// F12, F14, F85
TEST_P(EveryCall, Fails) {
  for (const Way& way : ways())
    for_every_n(way.name, [&](Stage& stage, uint64_t n) {
      const uint64_t at = stage.http.calls() + n;
      stage.http.on_request = [this, &stage, &way, at](const net::HttpRequest& request) {
        if (stage.http.calls() != at) return;
        last_request_ = request.method + " " + request.url + " " + request.body.substr(0, 200);
        Fault fault = way.fault;
        if (way.stays) fault.times = 1000, fault.match = request.method + " " + request.url;
        stage.http.script(std::move(fault));
      };
      return [&stage, at] { return stage.http.calls() >= at; };
    });
}

// F12, F14, F85
TEST_P(EveryCall, IsWhereTheProcessDies) {
  for_every_n("dies before call", [](Stage& stage, uint64_t n) {
    const uint64_t at = stage.http.calls() + n;
    stage.http.script({.what = Fault::What::NotSent, .call = at});
    stage.http.on_request = [&stage, at](const net::HttpRequest&) {
      stage.crashed |= stage.http.calls() == at;
    };
    return [&stage, at] { return stage.http.calls() >= at; };
  });
  for_every_n("dies after call", [](Stage& stage, uint64_t n) {
    const uint64_t at = stage.http.calls() + n;
    stage.http.on_answer = [&stage, at](const net::HttpRequest&, const net::ServerResponse&) {
      stage.crashed |= stage.http.calls() >= at;
    };
    return [&stage, at] { return stage.http.calls() >= at; };
  });
}

// F12, F60. To die after a statement is to die before the next one or before the commit: nothing of it stays.
TEST_P(EveryCall, StatementsAndCommits) {
  for_every_commit("fails at statement", Disk::Statement);
  for_every_commit("dies at statement", Disk::DiesAtStatement);
  for_every_commit("dies before commit", Disk::BeforeCommit);
  for_every_commit("dies after commit", Disk::AfterCommit);
  for_every_commit("fails at commit", Disk::CommitFails);
  for_every_commit("does not know of commit", Disk::CommitUnknown);
}

INSTANTIATE_TEST_SUITE_P(Of, EveryCall, testing::ValuesIn(stories()),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace mailsync::scenario
