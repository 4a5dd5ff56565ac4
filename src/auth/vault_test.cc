#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "auth/migrations.h"
#include "auth/sealing.h"
#include "auth/sql_vault.h"
#include "base/seeded_executor.h"

namespace mailsync::auth {
namespace {

using testing::HasSubstr;

MasterKeys keys(std::initializer_list<const char*> ids) {
  MasterKeys out;
  for (const auto* id : ids) {
    if (out.current.empty()) out.current = id;
    out.keys.emplace(id, Secret(std::string(32, id[0])));
  }
  return out;
}

struct VaultTest : testing::Test {
  SimulatedClock clock{{1'000'000}};
  SeededExecutor executor{clock, 1};
  SeededRandom random{2};
  std::unique_ptr<db::Database> database = db::open("sqlite::memory:").value();
  SqlVault vault{executor, *database, random, keys({"a"})};
  const SecretName name{.account = AccountId{1}, .row = "mailbox:17", .purpose = "refresh_token"};

  VaultTest() { EXPECT_TRUE(migrate(*database, clock.now())); }
  template <typename T>
  T run(Task<T> task) {
    EXPECT_TRUE(executor.run(task));
    return task.take();
  }
  void sql(std::string_view statement) {
    EXPECT_TRUE(database->write(db::Durability::Normal, [&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(tx.execute(statement));
      return {};
    }));
  }
};

TEST_F(VaultTest, GivesBackWhatWasStored) {
  EXPECT_FALSE(run(vault.read(name))->has_value());
  const int64_t version = run(vault.put(name, Secret("r-1"))).value();
  const auto stored = run(vault.read(name)).value();
  EXPECT_EQ(stored->value.reveal(), "r-1");
  EXPECT_EQ(stored->version, version);
}

TEST_F(VaultTest, ReplacesOnlyTheVersionThatWasRead_F130) {
  const int64_t first = run(vault.put(name, Secret("r-1"))).value();
  const int64_t second = run(vault.replace(name, Secret("r-2"), first)).value();
  EXPECT_NE(first, second);
  EXPECT_EQ(run(vault.replace(name, Secret("r-3"), first)).error().kind, ErrorKind::VersionStale);
  EXPECT_EQ(run(vault.read(name)).value()->value.reveal(), "r-2");
}

TEST_F(VaultTest, AVersionDoesNotComeBackAfterRemoval) {
  const int64_t first = run(vault.put(name, Secret("r-1"))).value();
  ASSERT_TRUE(run(vault.remove(name)));
  EXPECT_EQ(run(vault.replace(name, Secret("r-2"), first)).error().kind, ErrorKind::VersionStale);
  ASSERT_TRUE(run(vault.put(name, Secret("r-1"))));
  EXPECT_EQ(run(vault.replace(name, Secret("r-2"), first)).error().kind, ErrorKind::VersionStale);
}

TEST_F(VaultTest, TheDatabaseHoldsNothingUsable_S8) {
  ASSERT_TRUE(run(vault.put(name, Secret("the-canary-token"))));
  EXPECT_TRUE(database->read([&](db::Session& session) -> Result<void> {
    TRY(const auto rows, session.query("SELECT sealed FROM auth_secret"));
    EXPECT_EQ(rows.at(0).at(0).bytes().find("the-canary"), std::string::npos);
    return {};
  }));
}

TEST_F(VaultTest, ARowMovedElsewhereDoesNotOpen_S7) {
  ASSERT_TRUE(run(vault.put(name, Secret("r-1"))));
  auto other = name;
  other.row = "mailbox:18";
  sql("UPDATE auth_secret SET row_name = 'mailbox:18'");
  EXPECT_EQ(run(vault.read(other)).error().kind, ErrorKind::Corrupt);
  sql("UPDATE auth_secret SET row_name = 'mailbox:17', purpose = 'client_secret'");
  other = name;
  other.purpose = "client_secret";
  EXPECT_EQ(run(vault.read(other)).error().kind, ErrorKind::Corrupt);
  sql("UPDATE auth_secret SET purpose = 'refresh_token'");
  EXPECT_TRUE(run(vault.read(name)));
}

TEST_F(VaultTest, EveryAccountHasItsOwnDataKey) {
  auto other = name;
  other.account = AccountId{2};
  ASSERT_TRUE(run(vault.put(name, Secret("r-1"))));
  ASSERT_TRUE(run(vault.put(other, Secret("r-2"))));
  sql("UPDATE auth_data_key SET wrapped = (SELECT wrapped FROM auth_data_key WHERE account_id = 1) WHERE "
      "account_id = 2");
  EXPECT_EQ(run(vault.read(other)).error().kind, ErrorKind::Corrupt);
  EXPECT_TRUE(run(vault.read(name)));
}

TEST_F(VaultTest, MasterKeysRotateWhileSecretsStay) {
  ASSERT_TRUE(run(vault.put(name, Secret("r-1"))));
  SqlVault both(executor, *database, random, keys({"b", "a"}));
  EXPECT_EQ(run(both.rewrap()).value(), 1);
  EXPECT_EQ(run(both.rewrap()).value(), 0);
  SqlVault newer(executor, *database, random, keys({"b"}));
  EXPECT_EQ(run(newer.read(name)).value()->value.reveal(), "r-1");
  const auto lost = run(vault.read(name));
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error().message, HasSubstr("master key \"b\""));
}

TEST(Sealing, EveryBitCounts) {
  SeededRandom random(1);
  const Secret key(std::string(32, 'k'));
  const std::string sealed = seal(key, "plain", "bound", random);
  EXPECT_EQ(open_sealed(key, sealed, "bound")->reveal(), "plain");
  EXPECT_FALSE(open_sealed(key, sealed, "bounD"));
  EXPECT_FALSE(open_sealed(Secret(std::string(32, 'j')), sealed, "bound"));
  EXPECT_FALSE(open_sealed(Secret("short"), sealed, "bound"));
  for (size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(open_sealed(key, changed, "bound")) << i;
  }
  EXPECT_FALSE(open_sealed(key, "", "bound"));
  EXPECT_NE(bound_text({"a", "b|1:c"}), bound_text({"a", "b", "c"}));
}

TEST(MasterKey, ReadsLinesAndSaysWhatIsWrong) {
  SeededRandom random(1);
  const auto line = new_master_key_line(random, "2026-11");
  const auto two = parse_master_keys("# comment\n" + line + new_master_key_line(random, "2025-01")).value();
  EXPECT_EQ(two.current, "2026-11");
  EXPECT_EQ(two.keys.size(), 2U);
  EXPECT_THAT(parse_master_keys("x:abcd").error().message, HasSubstr("line 1"));
  EXPECT_THAT(parse_master_keys(line + line).error().message, HasSubstr("repeats"));
  EXPECT_FALSE(parse_master_keys(""));
}

TEST(MasterKey, AFileThatOthersMayReadIsRefused) {
  char folder[] = "/tmp/mailsync-key-XXXXXX";
  const std::string path = std::string(mkdtemp(folder)) + "/key";
  SeededRandom random(1);
  std::ofstream(path) << new_master_key_line(random, "k");
  chmod(path.c_str(), 0644);
  EXPECT_THAT(load_master_keys(path).error().message, HasSubstr("chmod 600"));
  chmod(path.c_str(), 0600);
  EXPECT_TRUE(load_master_keys(path));
  EXPECT_THAT(load_master_keys("/nonexistent/key").error().message, HasSubstr("/nonexistent/key"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace mailsync::auth
