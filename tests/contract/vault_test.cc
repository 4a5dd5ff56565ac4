// The vault on both engines, and workers that race for one secret.
#include <gmock/gmock.h>

#include <thread>

#include "auth/migrations.h"
#include "auth/sql_vault.h"
#include "base/seeded_executor.h"
#include "net/asio_executor.h"
#include "tests/contract/test_database.h"

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

struct VaultTest : EngineTest {
  SimulatedClock clock{{1'000'000}};
  SeededExecutor executor{clock, 1};
  SeededRandom random{2};
  SqlVault vault{executor, database(), random, keys({"a"})};
  const SecretName name{.account = AccountId{1}, .row = "mailbox:17", .purpose = "refresh_token"};

  VaultTest() { EXPECT_TRUE(migrate(database(), clock.now())); }
  template <typename T>
  T run(Task<T> task) {
    EXPECT_TRUE(executor.run(task));
    return task.take();
  }
  void sql(std::string_view statement) {
    EXPECT_TRUE(database().write(db::Durability::Normal, [&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(tx.execute(statement));
      return {};
    }));
  }
};

TEST_P(VaultTest, GivesBackWhatWasStored) {
  EXPECT_FALSE(run(vault.read(name))->has_value());
  const int64_t version = run(vault.put(name, Secret("r-1"))).value();
  const auto stored = run(vault.read(name)).value();
  EXPECT_EQ(stored->value.reveal(), "r-1");
  EXPECT_EQ(stored->version, version);
}

TEST_P(VaultTest, ReplacesOnlyTheVersionThatWasRead_F130) {
  const int64_t first = run(vault.put(name, Secret("r-1"))).value();
  const int64_t second = run(vault.replace(name, Secret("r-2"), first)).value();
  EXPECT_NE(first, second);
  EXPECT_EQ(run(vault.replace(name, Secret("r-3"), first)).error().kind, ErrorKind::VersionStale);
  EXPECT_EQ(run(vault.read(name)).value()->value.reveal(), "r-2");
}

TEST_P(VaultTest, AVersionDoesNotComeBackAfterRemoval) {
  const int64_t first = run(vault.put(name, Secret("r-1"))).value();
  ASSERT_TRUE(run(vault.remove(name)));
  EXPECT_EQ(run(vault.replace(name, Secret("r-2"), first)).error().kind, ErrorKind::VersionStale);
  ASSERT_TRUE(run(vault.put(name, Secret("r-1"))));
  EXPECT_EQ(run(vault.replace(name, Secret("r-2"), first)).error().kind, ErrorKind::VersionStale);
}

TEST_P(VaultTest, TheDatabaseHoldsNothingUsable_S8) {
  ASSERT_TRUE(run(vault.put(name, Secret("the-canary-token"))));
  EXPECT_TRUE(database().read([&](db::Session& session) -> Result<void> {
    TRY(const auto rows, session.query("SELECT sealed FROM auth_secret"));
    EXPECT_EQ(rows.at(0).at(0).bytes().find("the-canary"), std::string::npos);
    return {};
  }));
}

TEST_P(VaultTest, ARowMovedElsewhereDoesNotOpen_S7) {
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

TEST_P(VaultTest, EveryAccountHasItsOwnDataKey) {
  auto other = name;
  other.account = AccountId{2};
  ASSERT_TRUE(run(vault.put(name, Secret("r-1"))));
  ASSERT_TRUE(run(vault.put(other, Secret("r-2"))));
  sql("UPDATE auth_data_key SET wrapped = (SELECT wrapped FROM auth_data_key WHERE account_id = 1) WHERE "
      "account_id = 2");
  EXPECT_EQ(run(vault.read(other)).error().kind, ErrorKind::Corrupt);
  EXPECT_TRUE(run(vault.read(name)));
}

TEST_P(VaultTest, MasterKeysRotateWhileSecretsStay) {
  ASSERT_TRUE(run(vault.put(name, Secret("r-1"))));
  SqlVault both(executor, database(), random, keys({"b", "a"}));
  EXPECT_EQ(run(both.rewrap()).value(), 1);
  EXPECT_EQ(run(both.rewrap()).value(), 0);
  SqlVault newer(executor, database(), random, keys({"b"}));
  EXPECT_EQ(run(newer.read(name)).value()->value.reveal(), "r-1");
  const auto lost = run(vault.read(name));
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error().message, HasSubstr("master key \"b\""));
}

Task<void> race(SqlVault& vault, SecretName name, int64_t version, int& won, int& lost, int& left,
                net::AsioExecutor& executor) {
  const auto stored = co_await vault.replace(std::move(name), Secret("mine"), version);
  if (stored) ++won;
  if (!stored && stored.error().kind == ErrorKind::VersionStale) ++lost;
  if (--left == 0) executor.stop();
}

TEST_P(VaultTest, OfWorkersThatRaceExactlyOneReplaces_F130) {
  net::AsioExecutor real(4);
  SystemRandom strong;
  SqlVault shared(real, database(), strong, keys({"a"}));
  const int64_t version = real.run_task(shared.put(name, Secret("r-0"))).value();
  int won = 0, lost = 0, left = 12;
  for (int i = 0; i < 12; ++i) real.spawn(race(shared, name, version, won, lost, left, real));
  real.run(false);
  EXPECT_EQ(won, 1);
  EXPECT_EQ(lost, 11);
}

MAILSYNC_BOTH_ENGINES(VaultTest);

}  // namespace
}  // namespace mailsync::auth
