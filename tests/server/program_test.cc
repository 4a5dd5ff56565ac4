// The program as its users meet it: real processes, real sockets, real files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "tests/server/installation.h"

namespace mailsync::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Program, HelpIsNoMistakeAndMistakesAreNamed) {
  EXPECT_EQ(run({program("mailsync"), "--help"}).code, 0);
  EXPECT_EQ(run({program("mailsync"), "--version"}).code, 0);
  EXPECT_EQ(run({program("mailsync")}).code, 2);
  const Ended wrong = run({program("mailsync"), "synk"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("synk"));
}

TEST(Program, WrongSettingsAreNamedByLine) {
  Installation here;
  here.write_settings(nullptr, "[sync]\npoll_seconds = \"soon\"\nparalel = 3\n[log]\nlevel = \"loud\"\n");
  const Ended ended = here.mailsync({"serve"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("mailsync.toml:7: [sync] poll_seconds is not usable"));
  EXPECT_THAT(ended.err, HasSubstr("mailsync.toml:8: there is no key \"paralel\" in [sync]"));
  EXPECT_THAT(ended.err, HasSubstr("mailsync.toml:10: [log] level"));
  const auto told = here.json({"user", "list"});
  EXPECT_EQ(told.at("settings_problems").as_array().size(), 3u);
}

TEST(Program, CorruptSettingsAndDatabaseAreNamed) {
  Installation here;
  std::ofstream(here.dir() / "mailsync.toml") << std::string("\x00\xff[[[", 5);
  EXPECT_EQ(here.mailsync({"serve"}).code, 2);
  here.write_settings(nullptr);
  std::ofstream(here.dir() / "data" / "mailsync.db") << std::string(4096, 'x');
  const Ended ended = here.mailsync({"serve"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("mailsync.db"));
}

TEST(Program, UsersAreAddedListedAndDisabled) {
  Installation here;
  here.write_settings(nullptr);
  const Ended weak = here.mailsync({"user", "add", "ann@example.com", "--password-stdin"}, "short\n");
  EXPECT_EQ(weak.code, 1);
  const auto added = here.json({"user", "add", "--admin", "ann@example.com"});
  EXPECT_EQ(added.at("role"), "system_admin");
  EXPECT_GE(added.at("password").as_string().size(), 12u);
  EXPECT_EQ(here.mailsync({"user", "add", "ann@example.com"}).code, 1);  // taken
  EXPECT_EQ(here.mailsync({"user", "disable", "ann@example.com"}).code, 0);
  const auto users = here.json({"user", "list"}).at("users").as_array();
  ASSERT_EQ(users.size(), 1u);
  EXPECT_EQ(users[0].at("disabled"), true);
  EXPECT_EQ(here.mailsync({"user", "password", "nobody@example.com"}).code, 1);
}

TEST(Program, MasterKeysAreNeverOverwritten) {
  Installation here;
  const Ended again = run({program("mailsync"), "master-key", (here.dir() / "master.key").string()});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr("File exists"));
}

TEST(Serve, AnswersAndStopsOnSigterm) {
  Installation here;
  here.write_settings(nullptr);
  Running server(here);
  EXPECT_EQ(server.get("/healthz").status, 200);
  const auto ready = server.get("/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(json::parse(ready.body).at("status"), "ok");
  EXPECT_THAT(server.get("/metrics").body, HasSubstr("mailsync_http_requests_total"));
  EXPECT_EQ(server.get("/api/v1/no-such-thing").status / 100, 4);
  const Ended ended = server.stop();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("\"event\":\"stopped\""));
}

TEST(Serve, OneServerPerDataDirectoryAndPort) {
  Installation here, there;
  here.write_settings(nullptr);
  Running server(here);
  const Ended second = here.mailsync({"serve"});
  EXPECT_EQ(second.code, 1);
  EXPECT_THAT(second.err, HasSubstr("another mailsync uses the data directory"));
  there.write_settings(nullptr);
  const std::string port = server.url.substr(server.url.rfind(':') + 1);
  auto settings = std::ofstream(there.dir() / "mailsync.toml");
  settings << "[server]\nlisten = \"127.0.0.1:" << port << "\"\ndata_dir = \"data\"\n";
  settings.close();
  const Ended taken = there.mailsync({"serve"});
  EXPECT_EQ(taken.code, 1);
  EXPECT_THAT(taken.err, HasSubstr(port));
}

TEST(Serve, ServesTheWebApplicationAndNothingElse) {
  Installation here;
  std::filesystem::create_directories(here.dir() / "web" / "assets");
  std::ofstream(here.dir() / "web" / "index.html") << "<!doctype html><title>Mail Sync</title>";
  std::ofstream(here.dir() / "web" / "assets" / "app-1a2b.js") << "export {}";
  std::filesystem::create_symlink("/etc/passwd", here.dir() / "web" / "passwd.txt");
  here.write_settings(nullptr);
  std::ofstream(here.dir() / "mailsync.toml")
      << "[server]\nlisten = \"127.0.0.1:0\"\ndata_dir = \"data\"\nweb_dir = \"web\"\n";
  Running server(here);
  const auto page = server.get("/people/17");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("Mail Sync"));
  EXPECT_EQ(page.headers.find("Cache-Control"), "no-cache");
  EXPECT_THAT(std::string(page.headers.find("Content-Security-Policy").value_or("")),
              HasSubstr("script-src 'self'"));
  const auto script = server.get("/assets/app-1a2b.js");
  EXPECT_EQ(script.headers.find("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_THAT(std::string(script.headers.find("Cache-Control").value_or("")), HasSubstr("immutable"));
  net::HttpRequest again{.url = "/assets/app-1a2b.js"};
  again.headers.add("If-None-Match", std::string(*script.headers.find("ETag")));
  EXPECT_EQ(server.send(std::move(again)).status, 304);
  for (const char* path :
       {"/passwd.txt", "/%2e%2e/mailsync.toml", "/..%2fmailsync.toml", "/assets/none.js"}) {
    const auto answer = server.get(path);
    EXPECT_EQ(answer.status / 100, 4) << path;
    EXPECT_THAT(answer.body, Not(HasSubstr("root:"))) << path;
  }
  EXPECT_EQ(server.stop().code, 0);
}

}  // namespace
}  // namespace mailsync::test
