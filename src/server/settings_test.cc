#include "server/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "server/settings_keys.h"

namespace mailsync::server {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

auto problem(const std::string& where, const std::string& what) {
  return AllOf(Field(&SettingsProblem::where, where), Field(&SettingsProblem::what, HasSubstr(what)));
}

std::vector<SettingsProblem> problems_of(std::string_view toml, const Environment& environment = {}) {
  auto settings = parse_settings(toml, "/etc/mailsync/mailsync.toml", environment);
  return settings ? std::vector<SettingsProblem>{} : settings.error();
}

constexpr std::string_view kWhole = R"([server]
listen = "0.0.0.0:8443"
public_url = "https://mailsync.example.com/"
tls_certificate = "tls.crt"
tls_key = "/etc/mailsync/tls.key"

[database]
url = "sqlite:data/mailsync.db"

[vault]
master_key_file = "master.key"

[graph]
tenant = "contoso"
client_id = "app"
sign_in = "user"
client_secret_file = "graph.secret"
authority = "https://localhost:9443/"

[network]
allow_private = true
allowed_hosts = ["localhost:9443"]

[sync]
poll_seconds = 5

[profile]
capture_emails = "known_people"
contacts = "to_mailbox"
history_days = 7
internal_domains = ["example.com"]

[log]
level = "debug"
)";

TEST(Settings, EveryKeyOfTheFileArrives) {
  const auto settings = parse_settings(kWhole, "/etc/mailsync/mailsync.toml", {});
  ASSERT_TRUE(settings) << settings.error().front().what;
  EXPECT_EQ(settings->server.address, "0.0.0.0");
  EXPECT_EQ(settings->server.port, 8443);
  EXPECT_EQ(settings->server.public_url, "https://mailsync.example.com");
  EXPECT_EQ(settings->server.tls_certificate, "/etc/mailsync/tls.crt");
  EXPECT_EQ(settings->database_url(), "sqlite:/etc/mailsync/data/mailsync.db");
  EXPECT_EQ(settings->graph.sign_in, GraphSignIn::User);
  EXPECT_EQ(settings->graph.authority, "https://localhost:9443");
  EXPECT_TRUE(settings->network.allow_private);
  EXPECT_THAT(settings->network.allowed_hosts, ElementsAre("localhost:9443"));
  EXPECT_EQ(settings->sync.poll, std::chrono::seconds(5));
  EXPECT_EQ(settings->profile.capture_emails, sync::Capture::KnownPeople);
  EXPECT_FALSE(settings->profile.directions.at(model::Kind::Contact).to_crm);
  EXPECT_TRUE(settings->profile.directions.at(model::Kind::Contact).to_mailbox);
  EXPECT_EQ(settings->profile.history, std::chrono::hours(24 * 7));
  EXPECT_EQ(settings->log_level, log::Level::Debug);
}

TEST(Settings, TheEnvironmentWinsOverTheFile) {
  const auto settings = parse_settings(kWhole, "/etc/mailsync/mailsync.toml",
                                       {{"MAILSYNC_SERVER_LISTEN", "[::1]:9000"},
                                        {"MAILSYNC_SYNC_POLL_SECONDS", "30"},
                                        {"MAILSYNC_NETWORK_ALLOW_PRIVATE", "false"},
                                        {"MAILSYNC_PROFILE_INTERNAL_DOMAINS", "a.example, b.example"},
                                        {"MAILSYNC_VAULT_MASTER_KEY", "c2VjcmV0"},
                                        {"MAILSYNC_TEST_SECONDS", "900"},
                                        {"HOME", "/root"}});
  ASSERT_FALSE(settings);  // the file names a master key file as well
  EXPECT_THAT(settings.error(), ElementsAre(problem("/etc/mailsync/mailsync.toml", "keep one of them")));

  const auto alone = parse_settings("", "",
                                    {{"MAILSYNC_SERVER_LISTEN", "[::1]:9000"},
                                     {"MAILSYNC_SYNC_POLL_SECONDS", "30"},
                                     {"MAILSYNC_PROFILE_INTERNAL_DOMAINS", "a.example, b.example"},
                                     {"MAILSYNC_TEST_SECONDS", "900"}});
  ASSERT_TRUE(alone);
  EXPECT_EQ(alone->server.address, "::1");
  EXPECT_EQ(alone->sync.poll, std::chrono::seconds(30));
  EXPECT_THAT(alone->internal_domains, ElementsAre("a.example", "b.example"));
}

TEST(Settings, EveryProblemIsNamedByLineWithWhatIsAllowed) {
  EXPECT_THAT(
      problems_of(
          "[server]\nlisten = \"8080\"\nlissen = \"x\"\n\n[sync]\npoll_seconds = 1\n[grpah]\ntenant = "
          "\"x\"\n[log]\nlevel = \"loud\"\n"),
      testing::UnorderedElementsAre(
          problem("/etc/mailsync/mailsync.toml:2", "an address and a port"),
          problem("/etc/mailsync/mailsync.toml:3", "no key \"lissen\" in [server]. Keys are: listen"),
          problem("/etc/mailsync/mailsync.toml:6", "from 5 to 86400"),
          problem("/etc/mailsync/mailsync.toml:7", "Sections are: server, database"),
          problem("/etc/mailsync/mailsync.toml:10", "\"debug\", \"info\", \"warn\", \"error\"")));
}

TEST(Settings, WrongKindsOfValueAreNamed) {
  for (const std::string value : {"true", "1.5", "[1, 2]", "2026-01-01", "{ a = 1 }", "\"\""})
    EXPECT_THAT(problems_of("[graph]\ntenant = " + value + "\n"),
                ElementsAre(problem("/etc/mailsync/mailsync.toml:2", "[graph] tenant is not usable")))
        << value;
  EXPECT_THAT(problems_of("graph = 3\n"),
              ElementsAre(problem("/etc/mailsync/mailsync.toml:1", "is a section")));
}

TEST(Settings, WrongVariablesAreNamed) {
  EXPECT_THAT(problems_of("", {{"MAILSYNC_SERVER_LISTEN", "nowhere"}, {"MAILSYNC_GRAPH_TENNANT", "x"}}),
              ElementsAre(problem("MAILSYNC_SERVER_LISTEN", "an address and a port"),
                          problem("MAILSYNC_GRAPH_TENNANT", "Keys of [graph] are: tenant")));
}

TEST(Settings, SecretsAreNotReadFromTheFile) {
  const auto found = problems_of("[graph]\nclient_secret = \"hunter2\"\n");
  EXPECT_THAT(found, ElementsAre(problem("/etc/mailsync/mailsync.toml:2", "MAILSYNC_GRAPH_CLIENT_SECRET")));
  EXPECT_THAT(found.front().what, testing::Not(HasSubstr("hunter2")));
}

TEST(Settings, PairsBelongTogether) {
  EXPECT_THAT(problems_of("[server]\ntls_key = \"k\"\n"),
              ElementsAre(problem("/etc/mailsync/mailsync.toml", "give both or none")));
  EXPECT_THAT(problems_of("[graph]\ncertificate = \"c\"\nkey = \"k\"\nclient_secret_file = \"s\"\n"),
              ElementsAre(problem("/etc/mailsync/mailsync.toml", "keep one of them")));
}

TEST(Settings, CorruptFilesAreErrorsByLine) {
  EXPECT_THAT(problems_of("[server\n"), ElementsAre(problem("/etc/mailsync/mailsync.toml:1", "not TOML")));
  EXPECT_THAT(problems_of("[server]\nlisten = \"0.0.0.0:1\nx"),
              ElementsAre(problem("/etc/mailsync/mailsync.toml:2", "not TOML")));
  EXPECT_FALSE(problems_of(std::string_view("\0\0\0\xff\xfe", 5)).empty());
  EXPECT_FALSE(problems_of("SQLite format 3").empty());
  EXPECT_FALSE(problems_of("[server]\nlisten = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:2\"\n").empty());
}

TEST(Settings, AFileThatIsNotThereIsNamed) {
  const auto settings = load_settings("/nowhere/mailsync.toml", {});
  ASSERT_FALSE(settings);
  EXPECT_THAT(settings.error(), ElementsAre(problem("/nowhere/mailsync.toml", "No such file")));
}

TEST(Settings, EveryKeyHasAVariableOfItsOwn) {
  std::map<std::string, int> seen;
  for (const SettingsKey& key : settings_keys()) EXPECT_EQ(++seen[key.variable()], 1) << key.variable();
}

}  // namespace
}  // namespace mailsync::server
