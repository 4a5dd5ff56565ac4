// An account with an administrator and a user behind the real router, sessions, CRM and store, on a database
// in memory: requests go in as a browser sends them.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "admin/api.h"
#include "auth/migrations.h"
#include "auth/users.h"
#include "base/seeded_executor.h"
#include "crm/builtin/schema.h"
#include "crm/builtin/users.h"
#include "store/plan_store.h"
#include "store/run_store.h"
#include "store/schema.h"
#include "store/state_store.h"

namespace mailsync::admin {

using boost::json::array;
using boost::json::object;
using boost::json::value;

inline constexpr AccountId kAccount{1};

struct Got {
  int status = 0;
  object json;
  std::string body;
  net::Headers headers;
  std::string code() const { return json.contains("code") ? std::string(json.at("code").as_string()) : ""; }
  std::string text(std::string_view name) const { return std::string(json.at(name).as_string()); }
};

class ApiTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(auth::migrate(*database, clock.now()));
    ASSERT_TRUE(crm::migrate(*database, clock.now()));
    ASSERT_TRUE(store::migrate(*database, clock.now()));
    ann = add("ann@ours.example", "Ann Clark", auth::Role::SystemAdmin);
    bob = add("bob@ours.example", "Bob Stone", auth::Role::User);
    sign_in("ann@ours.example");
  }

  template <typename T>
  T run(Task<T> task) {
    EXPECT_TRUE(executor.run(task));
    return task.take();
  }
  UserId add(const std::string& login, const std::string& name, auth::Role role) {
    auth::Users users(executor, *database);
    const auto id = run(users.add({kAccount, login, name, role, Secret("a long password " + login)}));
    EXPECT_TRUE(id) << id.error().message;
    write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(crm::add_user(tx, kAccount, {.id = *id, .login = login, .name = name, .address = login}));
      return {};
    });
    return *id;
  }
  void write(const std::function<Result<void>(db::SqlTransaction&)>& work) {
    const auto done = database->write(db::Durability::Normal, work);
    ASSERT_TRUE(done) << done.error().message;
  }
  void sign_in(const std::string& login) {
    const Got got =
        call("POST", "/api/v1/session", object{{"login", login}, {"password", "a long password " + login}});
    ASSERT_EQ(got.status, 200) << got.body;
    const std::string cookie(*got.headers.find("Set-Cookie"));
    cookie_ = cookie.substr(0, cookie.find(';'));
    csrf_ = got.text("csrf_token");
  }
  Got call(const std::string& method, const std::string& target, const value& body = nullptr) {
    net::ServerRequest request{.method = method, .target = target, .peer = "127.0.0.1"};
    const size_t mark = target.find('?');
    request.path = target.substr(0, mark);
    for (size_t at = mark; at != std::string::npos;) {
      const size_t end = target.find('&', at + 1);
      const std::string pair = target.substr(at + 1, end == std::string::npos ? end : end - at - 1);
      request.query.emplace_back(pair.substr(0, pair.find('=')), pair.substr(pair.find('=') + 1));
      at = end;
    }
    request.headers = {{"Host", "localhost"}, {"Cookie", cookie_}, {"X-CSRF-Token", csrf_}};
    for (const auto& [name, text] : more_headers_) request.headers.set(name, text);
    if (!body.is_null()) {
      request.headers.set("Content-Type", "application/json");
      request.body = boost::json::serialize(body);
    }
    auto response = run(router.handle(std::move(request)));
    Got got{.status = response.status, .body = response.body, .headers = response.headers};
    stream_ = std::move(response.stream);
    boost::system::error_code failed;
    const value parsed = boost::json::parse(got.body, failed);
    if (!failed && parsed.is_object()) got.json = parsed.get_object();
    leave_transcript(method, target.substr(0, mark), got);
    return got;
  }
  // For tests/admin/check_answers.mjs, which holds every answer against openapi.yaml.
  static void leave_transcript(const std::string& method, const std::string& path, const Got& got) {
    const char* directory = std::getenv("MAILSYNC_TRANSCRIPTS");
    if (!directory || got.json.empty()) return;
    std::ofstream file(std::string(directory) + "/api-answers.jsonl", std::ios::app);
    file << boost::json::serialize(
                object{{"method", method}, {"path", path}, {"status", got.status}, {"body", got.json}})
         << "\n";
  }
  std::string next_piece() {
    auto piece = run(stream_->next());
    return piece ? *piece : "error: " + piece.error().message;
  }
  std::string create(const std::string& resource, const value& body) {
    const Got got = call("POST", "/api/v1/" + resource, body);
    EXPECT_EQ(got.status, 201) << got.body;
    return got.status == 201 ? got.text("id") : "0";
  }

  SimulatedClock clock{*Instant::from_iso("2026-11-22T10:00:00Z")};
  SeededExecutor executor{clock, 1};
  SeededRandom random{2};
  std::unique_ptr<db::Database> database = *db::open("sqlite::memory:");
  auth::Sessions sessions{executor, *database, random};
  store::StateStore store{*database};
  store::RunStore runs{*database};
  store::PlanStore plans{*database};
  Activity activity{clock};
  EventHub hub{executor};
  Api api{.executor = executor,
          .database = *database,
          .random = random,
          .sessions = sessions,
          .store = store,
          .activity = activity,
          .events = hub,
          .runs = &runs,
          .plans = &plans,
          .product_version = "1"};
  Router router{api, routes()};
  UserId ann, bob;
  std::string cookie_, csrf_;
  std::vector<std::pair<std::string, std::string>> more_headers_;
  std::unique_ptr<net::BodyStream> stream_;
};

}  // namespace mailsync::admin
