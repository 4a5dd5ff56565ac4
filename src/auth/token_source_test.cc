#include "auth/token_source.h"

#include <gmock/gmock.h>

#include <deque>

#include "auth/encoding.h"
#include "auth/migrations.h"
#include "auth/sql_vault.h"
#include "base/seeded_executor.h"
#include "net/url.h"

namespace mailsync::auth {
namespace {

// A token endpoint that answers as told, a second late, and counts. Its flows are tested against the lab's
// sign-in service in tests/contract; here only who asks when matters.
class Endpoint final : public net::HttpClient {
 public:
  explicit Endpoint(Executor& executor) : executor_(executor) {}
  Task<Result<net::HttpResponse>> open(net::HttpRequest request) override {
    ++requests;
    forms.push_back(net::form_decode(request.body).value());
    co_await executor_.sleep_for(std::chrono::seconds(1));
    if (on_request) on_request();
    if (down) co_return fail(ErrorKind::Transient, "nobody there");
    net::HttpResponse response;
    if (value("refresh_token") == "dead") {
      response.status = 400;
      response.body = net::body_of(R"({"error":"invalid_grant","error_description":"AADSTS50173: x"})");
    } else {
      response.status = 200;
      const std::string number = std::to_string(++issued);
      response.body = net::body_of(R"({"token_type":"Bearer","expires_in":3600,"access_token":"a-)" + number +
                                   R"(","refresh_token":"r-)" + number + R"("})");
    }
    co_return response;
  }
  std::string value(std::string_view name) const {
    for (const auto& [field, text] : forms.back())
      if (field == name) return text;
    return {};
  }

  int requests = 0;
  int issued = 0;
  bool down = false;
  std::function<void()> on_request;
  std::vector<net::Pairs> forms;

 private:
  Executor& executor_;
};

const net::Origin kGraph{.scheme = "https", .host = "graph.microsoft.com", .port = 443};
const std::vector<std::string> kScopes{"https://graph.microsoft.com/.default"};

struct TokenSourceTest : testing::Test {
  SimulatedClock clock{*Instant::from_iso("2026-11-22T12:00:00Z")};
  SeededExecutor executor{clock, 1};
  SeededRandom random{2};
  std::unique_ptr<db::Database> database = db::open("sqlite::memory:").value();
  Endpoint endpoint{executor};
  OAuthClient oauth{endpoint, clock, random};
  SqlVault vault{executor, *database, random,
                 MasterKeys{.current = "k", .keys = {{"k", Secret(std::string(32, 'k'))}}}};
  TokenSource source{executor, oauth, vault};
  Grant app{.id = "tenant:1", .app = {}, .refresh_token = {}};
  Grant user{
      .id = "mailbox:1",
      .app = {},
      .refresh_token = SecretName{.account = AccountId{1}, .row = "mailbox:1", .purpose = "refresh_token"}};

  TokenSourceTest() {
    EXPECT_TRUE(migrate(*database, clock.now()));
    app.app.tenant = "contoso.example";
    app.app.client_id = "the-app";
    app.app.client_secret = Secret("s");
    user.app = app.app;
  }
  template <typename T>
  T run(Task<T> task) {
    EXPECT_TRUE(executor.run(task));
    return task.take();
  }
  Result<net::Bearer> get(const Grant& grant, std::vector<std::string> scopes = kScopes) {
    return run(source.bearer(grant, kGraph, std::move(scopes)));
  }
  void store(std::string refresh) {
    ASSERT_TRUE(run(vault.put(*user.refresh_token, Secret(std::move(refresh)))));
  }
  std::string stored() { return run(vault.read(*user.refresh_token)).value()->value.reveal(); }
};

TEST_F(TokenSourceTest, AsksOnceAndRenewsAtFourFifthsOfTheLife) {
  EXPECT_EQ(get(app)->token.reveal(), "a-1");
  EXPECT_EQ(get(app)->origin, kGraph);
  clock.advance(std::chrono::minutes(47));
  EXPECT_EQ(get(app)->token.reveal(), "a-1");
  clock.advance(std::chrono::minutes(2));
  EXPECT_EQ(get(app)->token.reveal(), "a-2");
  EXPECT_EQ(endpoint.requests, 2);
}

TEST_F(TokenSourceTest, KeepsTokensApartByGrantResourceAndScopes_F132) {
  get(app);
  get(app, {"https://graph.microsoft.com/Other"});
  Grant other = app;
  other.id = "tenant:2";
  get(other);
  run(source.bearer(app, net::Origin{.scheme = "https", .host = "outlook.office365.com", .port = 443},
                    kScopes));
  EXPECT_EQ(endpoint.requests, 4);
}

Task<void> ask(TokenSource& source, Grant grant, int& good) {
  const auto bearer = co_await source.bearer(std::move(grant), kGraph, kScopes);
  if (bearer) ++good;
}

TEST_F(TokenSourceTest, ManyWhoAskAtOnceMakeOneRequest_F130) {
  store("r-0");
  int good = 0;
  for (int i = 0; i < 50; ++i) executor.spawn(ask(source, user, good));
  executor.run_until(clock.now() + std::chrono::minutes(1));
  EXPECT_EQ(good, 50);
  EXPECT_EQ(endpoint.requests, 1);
}

TEST_F(TokenSourceTest, TheFirstAskerMayLeaveWithoutHarmToTheOthers) {
  store("r-0");
  int good = 0;
  std::optional<Task<void>> first = ask(source, user, good);
  first->start();
  executor.spawn(ask(source, user, good));
  executor.step();
  first.reset();
  executor.run_until(clock.now() + std::chrono::minutes(1));
  EXPECT_EQ(good, 1);
}

TEST_F(TokenSourceTest, TheNewRefreshTokenIsStored) {
  store("r-0");
  ASSERT_TRUE(get(user));
  EXPECT_EQ(endpoint.value("refresh_token"), "r-0");
  EXPECT_EQ(stored(), "r-1");
}

TEST_F(TokenSourceTest, ARefusedTokenThatWasReplacedMeanwhileIsNotTheEnd_F130) {
  store("dead");
  endpoint.on_request = [this, once = false]() mutable {
    if (std::exchange(once, true)) return;
    auto put = vault.put(*user.refresh_token, Secret("from another worker"));
    put.start();  // runs inline in simulation, but for its last step
    executor.post([task = std::make_shared<Task<Result<int64_t>>>(std::move(put))] {});
  };
  EXPECT_TRUE(get(user));
  EXPECT_EQ(endpoint.value("refresh_token"), "from another worker");
}

TEST_F(TokenSourceTest, ADeadGrantIsSaidSoNotHammeredAndNotDeleted_F131) {
  store("dead");
  for (int i = 0; i < 5; ++i) {
    const auto refused = get(user);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::LoginNeeded);
    EXPECT_EQ(refused.error().vendor_code, "AADSTS50173");
  }
  EXPECT_EQ(endpoint.requests, 1);
  EXPECT_EQ(stored(), "dead");
  store("r-0");  // signed in anew
  EXPECT_TRUE(get(user));
}

TEST_F(TokenSourceTest, ADeadGrantIsAskedAboutAgainAfterAWhile) {
  store("dead");
  get(user);
  clock.advance(std::chrono::minutes(11));
  get(user);
  EXPECT_EQ(endpoint.requests, 2);
}

TEST_F(TokenSourceTest, AnOutageDoesNotEndAGoodToken) {
  get(app);
  clock.advance(std::chrono::minutes(50));
  endpoint.down = true;
  EXPECT_EQ(get(app)->token.reveal(), "a-1");
  EXPECT_EQ(get(app)->token.reveal(), "a-1");
  EXPECT_EQ(endpoint.requests, 2);  // not tried at every call
  clock.advance(std::chrono::minutes(15));
  EXPECT_EQ(get(app).error().kind, ErrorKind::Transient);
  endpoint.down = false;
  EXPECT_EQ(get(app)->token.reveal(), "a-2");
}

TEST_F(TokenSourceTest, AChallengeSendsItsClaimsOnce) {
  const auto old = get(app).value();
  const std::string claims = R"({"access_token":{"nbf":{"essential":true,"value":"1"}}})";
  source.reject(app, old, kScopes,
                "Bearer realm=\"\", error=\"insufficient_claims\", claims=\"" + base64url(claims) + "\"");
  const auto renewed = get(app).value();
  EXPECT_EQ(endpoint.value("claims"), claims);
  source.reject(app, old, kScopes, "");  // a late refusal of the old token
  EXPECT_EQ(get(app)->token.reveal(), renewed.token.reveal());
  source.reject(app, renewed, kScopes, "");
  EXPECT_TRUE(get(app));
  EXPECT_EQ(endpoint.value("claims"), "");
}

TEST_F(TokenSourceTest, WithoutAStoredSignInItSaysSo) {
  const auto missing = get(user);
  EXPECT_EQ(missing.error().kind, ErrorKind::LoginNeeded);
  EXPECT_EQ(endpoint.requests, 0);
}

TEST(ClaimsChallenge, ReadsBothForms) {
  EXPECT_EQ(claims_of_challenge(R"(Bearer claims="{\"a\":1}", x="y")"), R"({"a":1})");
  EXPECT_EQ(claims_of_challenge("Bearer claims=\"eyJhIjoxfQ==\""), R"({"a":1})");
  EXPECT_EQ(claims_of_challenge("Bearer claims=\"!!\""), "");
  EXPECT_EQ(claims_of_challenge("Bearer"), "");
}

}  // namespace
}  // namespace mailsync::auth
