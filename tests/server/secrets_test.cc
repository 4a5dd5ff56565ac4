// No secret leaves the vault: not into the database's files, the logs, an answer or the metrics; and the keys
// that protect them are renewed while a server runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "admin/api.h"
#include "auth/migrations.h"
#include "auth/sql_vault.h"
#include "net/certificates.h"
#include "tests/server/browser.h"
#include "tests/server/installation.h"

namespace mailsync::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kOrganization = "/api/v1/account/organizations/";

std::string read(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string escaped(const std::string& pem) {
  std::string out;
  for (const char c : pem) out += c == '\n' ? "\\n" : std::string(1, c);
  return out;
}

// Of a PEM text a line from its middle: what would be found of it wherever it stood.
std::string inner_line(const std::string& pem) {
  const size_t at = pem.find('\n', pem.size() / 2) + 1;
  return pem.substr(at, 60);
}

struct Secrets : public ::testing::Test {
  Secrets() {
    here.write_settings(nullptr);
    here.mailsync({"user", "add", "--admin", "root@contoso.example", "--password-stdin"},
                  "correct horse battery\n");
  }
  std::filesystem::path database() const { return here.dir() / "data" / "mailsync.db"; }
  Installation here;
};

TEST_F(Secrets, NoCanaryIsFoundOutsideOfTheVault) {
  const auto certificate = *net::self_signed_rsa("Canary"), google = *net::self_signed_rsa("Google");
  const std::map<std::string, std::string> canaries{{"client_secret", "canary~client~secret"},
                                                    {"exchange_password", "canary-exchange-password"},
                                                    {"google_client_secret", "canary-google-secret"},
                                                    {"certificate_key", inner_line(certificate.key_pem)},
                                                    {"google_key", inner_line(google.key_pem)}};
  Running server(here);
  std::string everything;  // that anybody could get to see
  {
    Browser root(server, "root@contoso.example");
    const std::string id(root.get("/api/v1/account/organizations").at("items").at(0).at("id").as_string());
    const std::string path = kOrganization + id + "/email-configuration";
    json::object wanted{
        {"version", 0},
        {"method", "any"},
        {"allowed",
         json::array{"graph_app_only", "exchange_impersonation", "google_direct", "google_service_account"}},
        {"tenant", "contoso.example"},
        {"client_id", "22222222-2222-4222-8222-222222222222"},
        {"client_secret", canaries.at("client_secret")},
        {"certificate", certificate.certificate_pem},
        {"certificate_key", certificate.key_pem},
        {"exchange_user", "CONTOSO\\sync"},
        {"exchange_password", canaries.at("exchange_password")},
        {"google_client_id", "123.apps.googleusercontent.com"},
        {"google_client_secret", canaries.at("google_client_secret")},
        {"google_key", R"({"type": "service_account", "client_email": "a@b.example", "private_key": ")" +
                           escaped(google.key_pem) + "\"}"}};
    // What is refused is not told back either.
    json::object wrong = wanted;
    wrong["tenant"] = "common";
    everything += root.send("PATCH", path, wrong).body;
    const auto saved = root.send("PATCH", path, wanted);
    ASSERT_EQ(saved.status, 200) << saved.body;
    everything += saved.body;
    for (const admin::Route& route : admin::routes()) {
      if (route.method != "GET" || route.operation == "events") continue;
      std::string at(route.pattern);
      for (size_t brace = at.find('{'); brace != std::string::npos; brace = at.find('{'))
        at.replace(brace, at.find('}') - brace + 1, id);
      everything += root.send("GET", at, {}).body;
    }
  }
  EXPECT_THAT(everything, HasSubstr("exchange_password"));  // who set it, and when
  everything += read(database()) + read(database().string() + "-wal");
  const Ended ended = server.stop();
  everything += ended.err + ended.out + read(database()) + read(database().string() + "-wal");
  EXPECT_GT(everything.size(), 100'000U);
  for (const auto& [name, canary] : canaries) {
    ASSERT_GT(canary.size(), 15U);
    EXPECT_EQ(everything.find(canary), std::string::npos) << name;
  }
}

// A core file would hold keys and tokens in the clear.
TEST_F(Secrets, AServerThatCrashesLeavesNoCore) {
  rlimit before{};
  getrlimit(RLIMIT_CORE, &before);
  rlimit all = before;
  all.rlim_cur = all.rlim_max;
  setrlimit(RLIMIT_CORE, &all);  // inherited, as from a careless operator
  Running server(here);
  setrlimit(RLIMIT_CORE, &before);
  const std::string limits = read("/proc/" + std::to_string(server.process->id()) + "/limits");
  ASSERT_THAT(limits, HasSubstr("Max core file size"));
  EXPECT_THAT(limits, testing::ContainsRegex("Max core file size +0 +0 "));
  EXPECT_EQ(server.get("/healthz").status, 200);
  EXPECT_EQ(server.stop().code, 0);
}

// ---- rotate-keys ----

auth::SecretName name_of(int64_t account) {
  return {.account = {account}, .row = "organization:1", .purpose = "client_secret"};
}

// A vault as another process sees it.
struct Vault {
  explicit Vault(const Secrets& at)
      : database(*db::open("sqlite:" + at.database().string())),
        vault(executor, *database, random, *auth::load_master_keys((at.here.dir() / "master.key").string())) {
  }
  ~Vault() { executor.finish(); }
  std::string read(int64_t account) {
    const auto found = executor.run_task(vault.read(name_of(account)));
    return !found ? found.error().message : *found ? (*found)->value.reveal() : "nothing";
  }
  std::map<std::string, int64_t> keys_by_master() {
    std::map<std::string, int64_t> out;
    const auto done = database->read([&](db::Session& session) -> Result<void> {
      TRY(const auto rows,
          session.query("SELECT master_key_id, count(*) FROM auth_data_key GROUP BY master_key_id"));
      for (const auto& row : rows) out[row[0].text()] = row[1].integer();
      return {};
    });
    EXPECT_TRUE(done);
    return out;
  }
  net::AsioExecutor executor{1};
  SystemRandom random;
  std::unique_ptr<db::Database> database;
  auth::SqlVault vault;
};

TEST_F(Secrets, KeysAreRotatedWhileAServerRunsWithThem) {
  Running server(here);
  Browser root(server, "root@contoso.example");
  const std::string id(root.get("/api/v1/account/organizations").at("items").at(0).at("id").as_string());
  const std::string path = kOrganization + id + "/email-configuration";
  json::object wanted{{"version", 0},
                      {"method", "graph_app_only"},
                      {"tenant", "contoso.example"},
                      {"client_id", "22222222-2222-4222-8222-222222222222"},
                      {"client_secret", "the first one"}};
  ASSERT_EQ(root.send("PATCH", path, wanted).status, 200);
  const auto rotated = here.json({"rotate-keys", "--new-key"});
  EXPECT_EQ(rotated.at("wrapped").as_int64(), 1);
  const std::string master(rotated.at("master_key").as_string());
  EXPECT_EQ(Vault(*this).keys_by_master(), (std::map<std::string, int64_t>{{master, 1}}));
  // The server has not been told, and reads and writes on.
  EXPECT_EQ(root.send("PATCH", path, {{"version", 1}, {"client_secret", "the second one"}}).status, 200);
  EXPECT_EQ(Vault(*this).read(1), "the second one");
  const auto tested = root.send("POST", path + "/test", {});
  EXPECT_EQ(tested.status, 202) << tested.body;
  ASSERT_TRUE(comes_true([&] { return root.get(path + "/test").at("state") != "running"; }));
  EXPECT_THAT(json::serialize(root.get(path + "/test")), Not(HasSubstr("master key")));
  // Once more is nothing more; and with the new line alone everything opens.
  EXPECT_EQ(here.json({"rotate-keys"}).at("wrapped").as_int64(), 0);
  const std::string lines = read(here.dir() / "master.key");
  std::ofstream(here.dir() / "master.key") << lines.substr(0, lines.find('\n') + 1);
  EXPECT_EQ(Vault(*this).read(1), "the second one");
  EXPECT_EQ(server.stop().code, 0);
  const auto log = here.mailsync({"audit", "verify"});
  EXPECT_EQ(log.code, 0) << log.err;
}

TEST_F(Secrets, ARotationThatWasKilledGoesOnWhereItWas) {
  constexpr int64_t kAccounts = 400;
  {
    here.json({"user", "list"});
    Vault old(*this);
    for (int64_t account = 1; account <= kAccounts; ++account)
      ASSERT_TRUE(old.executor.run_task(
          old.vault.put(name_of(account), Secret("of account " + std::to_string(account)))));
  }
  const auto standing = [&] { return Vault(*this).keys_by_master(); };
  const std::string old_key = standing().begin()->first;
  auto rotation = here.start({"rotate-keys", "--new-key"});
  // Whenever it is killed: before, in between, or when all was done.
  EXPECT_TRUE(comes_true([&] { return standing().size() > 1 || !standing().contains(old_key); }));
  rotation->signal(SIGKILL);
  rotation->wait();
  int64_t all = 0;
  for (const auto& [master, count] : standing()) all += count;
  EXPECT_EQ(all, kAccounts);
  for (const int64_t account : {int64_t{1}, kAccounts / 2, kAccounts})
    EXPECT_EQ(Vault(*this).read(account), "of account " + std::to_string(account));
  const auto done = here.json({"rotate-keys"});
  const std::string master(done.at("master_key").as_string());
  EXPECT_NE(master, old_key);
  EXPECT_EQ(standing(), (std::map<std::string, int64_t>{{master, kAccounts}}));
  Vault now(*this);
  for (int64_t account = 1; account <= kAccounts; ++account)
    ASSERT_EQ(now.read(account), "of account " + std::to_string(account));
}

// The key may come from the environment or from systemd instead of a file.
TEST_F(Secrets, KeysComeFromTheEnvironmentAndFromACredentialToo) {
  {
    Vault old(*this);
    here.json({"user", "list"});
    ASSERT_TRUE(old.executor.run_task(old.vault.put(name_of(1), Secret("kept"))));
  }
  const std::string old_line = read(here.dir() / "master.key");
  std::string settings = read(here.dir() / "mailsync.toml");
  settings.erase(settings.find("[vault]"));  // no file is named
  std::ofstream(here.dir() / "mailsync.toml") << settings;
  const std::string new_line = here.mailsync({"master-key"}).out;
  const std::string second = "second" + new_line.substr(new_line.find(':')) + old_line;
  here.environment = {{"MAILSYNC_VAULT_MASTER_KEY", second}};
  EXPECT_EQ(here.json({"rotate-keys"}).at("master_key"), "second");
  // There is no file that a new key could be put into.
  EXPECT_THAT(here.mailsync({"rotate-keys", "--new-key"}).err, HasSubstr("restart"));
  const std::string third = "third" + here.mailsync({"master-key"}).out.substr(new_line.find(':')) + second;
  std::filesystem::create_directory(here.dir() / "credentials");
  const auto credential = here.dir() / "credentials" / "mailsync-master-key";
  std::ofstream(credential) << third;
  std::filesystem::permissions(credential, std::filesystem::perms::owner_read);
  here.environment = {{"CREDENTIALS_DIRECTORY", (here.dir() / "credentials").string()}};
  EXPECT_EQ(here.json({"rotate-keys"}).at("master_key"), "third");
  std::ofstream(here.dir() / "master.key") << third;
  EXPECT_EQ(Vault(*this).read(1), "kept");
}

}  // namespace
}  // namespace mailsync::test
