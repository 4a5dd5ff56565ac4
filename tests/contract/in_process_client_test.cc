// The in-process lab client passes the same contract as the one on libcurl.
#include "lab/in_process_client.h"

#include "base/seeded_executor.h"
#include "tests/contract/http_client_suite.h"

namespace mailsync::net::contract {
namespace {

class InProcessWorld final : public HttpClientWorld {
 public:
  InProcessWorld() {
    const auto handler = suite_handler(executor_, [this] { return other_origin(); });
    client_.serve(origin(), handler);
    client_.serve(other_origin(), handler);
    client_.serve(cut(), handler);
    client_.script({.what = lab::ScriptedFault::What::AnswerLost, .match = cut(), .times = 1000});
  }

  HttpClient& client() override { return client_; }
  Result<HttpAnswer> run(Task<Result<HttpAnswer>> task) override {
    if (!executor_.run(task))
      return fail(ErrorKind::Corrupt, "the task waits for something that never comes");
    return task.take();
  }
  std::string origin() const override { return "https://graph.lab"; }
  std::string other_origin() const override { return "https://login.lab:8443"; }
  std::string refused() const override { return "https://nobody.lab"; }
  std::string cut() const override { return "https://cut.lab"; }

 private:
  SimulatedClock clock_{Instant::from_iso("2026-11-22T12:00:00Z").value()};
  SeededExecutor executor_{clock_, 7};
  lab::InProcessClient client_{executor_};
};

INSTANTIATE_TEST_SUITE_P(InProcess, HttpClientContract,
                         testing::Values(MakeWorld([] { return std::make_unique<InProcessWorld>(); })));

}  // namespace
}  // namespace mailsync::net::contract
