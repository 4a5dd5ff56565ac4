// The contract of db/database.h, over both engines.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <limits>
#include <thread>

#include "tests/contract/test_database.h"

namespace mailsync::db {
namespace {

constexpr Migration kTables[] = {{1, "tables", R"(
CREATE TABLE parent (id {{id}}, name TEXT {{bytes_collation}} NOT NULL UNIQUE) {{strict}}
;
CREATE TABLE child (
  parent_id {{int}} NOT NULL REFERENCES parent (id),
  kind TEXT {{bytes_collation}} NOT NULL CHECK (kind IN ('a', 'b')),
  ratio {{real}}, bytes {{blob}}, number {{int}})
{{strict}}
;
)"}};

class DatabaseTest : public EngineTest {
 protected:
  void SetUp() override {
    auto done = migrate(database(), "test", kTables, {0});
    ASSERT_TRUE(done) << done.error().message;
  }
  Result<int64_t> execute(std::string_view sql, std::initializer_list<Value> params = {}) {
    int64_t changed = 0;
    TRY_VOID(database().write(Durability::Normal, [&](SqlTransaction& tx) -> Result<void> {
      TRY(changed, tx.execute(sql, params));
      return {};
    }));
    return changed;
  }
  Result<Rows> query(std::string_view sql, std::initializer_list<Value> params = {}) {
    Rows rows;
    TRY_VOID(database().read([&](Session& session) -> Result<void> {
      TRY(rows, session.query(sql, params));
      return {};
    }));
    return rows;
  }
  Rows rows(std::string_view sql, std::initializer_list<Value> params = {}) {
    auto result = query(sql, params);
    EXPECT_TRUE(result) << result.error().message;
    return result.value_or(Rows{});
  }
  void expect_error(const Result<int64_t>& result, ErrorKind kind, std::string_view code) {
    ASSERT_FALSE(result);
    EXPECT_EQ(name_of(result.error().kind), name_of(kind)) << result.error().message;
    EXPECT_EQ(result.error().vendor_code, code) << result.error().message;
  }
  void parents(std::initializer_list<const char*> names) {
    for (const char* name : names) ASSERT_TRUE(execute("INSERT INTO parent (name) VALUES ($1)", {name}));
  }
};
MAILSYNC_BOTH_ENGINES(DatabaseTest);

TEST_P(DatabaseTest, ValuesComeBackAsTheyWere) {
  parents({"p"});
  const std::string bytes("\0\xff\x80 x", 5);
  constexpr int64_t kBig = std::numeric_limits<int64_t>::max();
  ASSERT_TRUE(execute("INSERT INTO child VALUES ($1, $2, $3, $4, $5)", {1, "a", 0.1, Blob{bytes}, kBig}));
  ASSERT_TRUE(execute("INSERT INTO child VALUES ($1, $2, $3, $4, $5)",
                      {1, "b", nullptr, Blob{}, std::optional<int>()}));
  ASSERT_TRUE(execute("INSERT INTO child VALUES ($1, $2, $3, $4, $5)", {1, "b", -1e300, nullptr, -kBig - 1}));
  EXPECT_EQ(rows("SELECT kind, ratio, bytes, number FROM child ORDER BY kind, ratio IS NOT NULL"),
            (Rows{{"a", 0.1, Blob{bytes}, kBig},
                  {"b", nullptr, Blob{}, nullptr},
                  {"b", -1e300, nullptr, -kBig - 1}}));
  ASSERT_TRUE(execute("UPDATE parent SET name = $1", {"ü € 😀 ' \" \\ $1 {{id}}"}));
  EXPECT_EQ(rows("SELECT name FROM parent"), (Rows{{"ü € 😀 ' \" \\ $1 {{id}}"}}));
}

TEST_P(DatabaseTest, ExpressionsHaveTheSameTypes) {
  parents({"p"});
  for (int n : {1, 2}) ASSERT_TRUE(execute("INSERT INTO child VALUES (1, 'a', 0.5, NULL, $1)", {n}));
  EXPECT_EQ(rows("SELECT count(*), sum(number), max(number), sum(ratio), avg(number) FROM child"),
            (Rows{{2, 3, 2, 1.0, 1.5}}));
  EXPECT_EQ(rows("SELECT sum(number * $1) FROM child", {int64_t{-4'000'000'000}}),
            (Rows{{int64_t{-12'000'000'000}}}));
  EXPECT_EQ(
      rows("SELECT EXISTS (SELECT 1 FROM child WHERE number = 2), number > 1 FROM child ORDER BY number"),
      (Rows{{1, 0}, {1, 1}}));
  EXPECT_EQ(rows("SELECT $1, $2, $3, coalesce($4, 5)", {int64_t{1} << 40, "t", nullptr, int64_t{1} << 41}),
            (Rows{{int64_t{1} << 40, "t", nullptr, int64_t{1} << 41}}));
  EXPECT_EQ(rows("SELECT CAST(number AS TEXT) || '!' FROM child WHERE number = 1"), (Rows{{"1!"}}));
  EXPECT_EQ(rows("SELECT number FROM child ORDER BY number LIMIT $1 OFFSET $2", {1, 1}), (Rows{{2}}));
}

TEST_P(DatabaseTest, PlaceholdersAreNumbers) {
  parents({"p"});
  EXPECT_EQ(rows("SELECT id + $2 - $1, '$1' FROM parent", {111, 222}), (Rows{{112, "$1"}}));
}

TEST_P(DatabaseTest, KeysAreComparedByteByByte) {
  parents({"AAMkAGa=", "AAMkAGA=", "b", "é", "Z"});  // F73
  EXPECT_EQ(rows("SELECT name FROM parent ORDER BY name"),
            (Rows{{"AAMkAGA="}, {"AAMkAGa="}, {"Z"}, {"b"}, {"é"}}));
  EXPECT_EQ(rows("SELECT name FROM parent WHERE name = $1", {"AAMkAGA="}).size(), 1u);
  EXPECT_EQ(rows("SELECT name FROM parent WHERE name LIKE $1", {"aam%"}).size(), 0u);
  EXPECT_EQ(rows("SELECT name FROM parent WHERE name LIKE $1", {"AAM%"}).size(), 2u);
}

TEST_P(DatabaseTest, ExecuteCountsRows) {
  parents({"a", "b"});
  EXPECT_EQ(execute("UPDATE parent SET name = name || '1'"), 2);
  EXPECT_EQ(execute("UPDATE parent SET name = 'x' WHERE id = 77"), 0);
  EXPECT_EQ(execute("INSERT INTO parent (name) VALUES ('a1') ON CONFLICT (name) DO NOTHING"), 0);
  EXPECT_EQ(execute("DELETE FROM parent WHERE name = 'a1'"), 1);
}

TEST_P(DatabaseTest, IdsAreNeverUsedTwice) {
  parents({"a", "b"});
  ASSERT_TRUE(execute("DELETE FROM parent WHERE name = 'b'"));
  parents({"c"});
  EXPECT_EQ(rows("SELECT id FROM parent WHERE name = 'c'"), (Rows{{3}}));
}

TEST_P(DatabaseTest, BatchesInsertManyRows) {
  std::vector<Params> batch;
  for (int i = 0; i < 1'203; ++i)
    batch.push_back({"name " + std::to_string(i), i % 3 == 0 ? Value() : Value(i)});
  auto done = database().write(Durability::Normal, [&](SqlTransaction& tx) -> Result<void> {
    std::vector<Params> names;
    for (auto& row : batch) names.push_back({row[0]});
    TRY(Rows ids, tx.query_batch("INSERT INTO parent (name) VALUES ($1) RETURNING id", names));
    EXPECT_EQ(ids.size(), batch.size());
    for (size_t i = 0; i < batch.size(); ++i) batch[i][0] = ids[i][0];
    TRY_VOID(tx.execute_batch("INSERT INTO child (parent_id, kind, number) VALUES ($1, 'a', $2)", batch));
    return tx.execute_batch("DELETE FROM child WHERE number = $1", {});
  });
  ASSERT_TRUE(done) << done.error().message;
  // Ids came back in the order of the rows.
  EXPECT_EQ(rows("SELECT count(*) FROM child JOIN parent ON id = parent_id WHERE number IS NOT NULL AND "
                 "name <> 'name ' || CAST(number AS TEXT)"),
            (Rows{{0}}));
  EXPECT_EQ(rows("SELECT count(*), count(number), min(number) FROM child JOIN parent ON id = parent_id"),
            (Rows{{1'203, 802, 1}}));
}

TEST_P(DatabaseTest, ABatchThatFailsLeavesNothing) {
  auto done = database().write(Durability::Normal, [&](SqlTransaction& tx) {
    return tx.execute_batch("INSERT INTO parent (name) VALUES ($1)",
                            std::vector<Params>{{"a"}, {"b"}, {"a"}, {"c"}});
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().vendor_code, "unique");
  EXPECT_EQ(rows("SELECT count(*) FROM parent"), (Rows{{0}}));
  parents({"works again"});
}

TEST_P(DatabaseTest, ErrorsSayWhatToDoNext) {
  parents({"secret content"});
  constexpr const char* kInsert = "INSERT INTO parent (name) VALUES ($1)";
  constexpr const char* kChild = "INSERT INTO child (parent_id, kind, number) VALUES ($1, $2, $3)";
  auto unique = execute(kInsert, {"secret content"});
  expect_error(unique, ErrorKind::VersionStale, "unique");
  EXPECT_THAT(unique.error().message, ::testing::Not(::testing::HasSubstr("secret content")));
  expect_error(execute(kInsert, {nullptr}), ErrorKind::ItemInvalid, "check");
  expect_error(execute(kChild, {1, "secret", 1}), ErrorKind::ItemInvalid, "check");
  expect_error(execute(kChild, {9, "a", 1}), ErrorKind::ItemInvalid, "foreign_key");
  ASSERT_TRUE(execute(kChild, {1, "a", 1}));
  expect_error(execute("DELETE FROM parent"), ErrorKind::ItemInvalid, "foreign_key");
  auto value = execute(kChild, {1, "a", "secret"});
  expect_error(value, ErrorKind::ItemInvalid, "value");
  EXPECT_THAT(value.error().message, ::testing::Not(::testing::HasSubstr("secret")));
  for (const char* wrong :
       {"SELEC 1", "SELECT x FROM parent", "INSERT INTO nowhere VALUES (1)", "SELECT {{nonsense}}"}) {
    auto result = execute(wrong);
    ASSERT_FALSE(result) << wrong;
    EXPECT_EQ(result.error().kind, ErrorKind::Corrupt) << wrong;
  }
  EXPECT_EQ(execute("DELETE FROM parent WHERE id = $1").error().kind, ErrorKind::Corrupt);
  EXPECT_EQ(execute("DELETE FROM child; DELETE FROM parent").error().kind, ErrorKind::Corrupt);
}

TEST_P(DatabaseTest, TextThatCannotBeStoredIsRefused) {
  constexpr const char* kInsert = "INSERT INTO parent (name) VALUES ($1)";
  using std::string_view_literals::operator""sv;
  for (std::string_view text : {"a\0b"sv, "\0"sv, "12345678\0"sv, "\x80"sv, "\xc3"sv, "\xed\xa0\x80"sv,
                                "\xc0\x80"sv, "\xf4\x90\x80\x80"sv, "1234567\xff 9"sv, "\xe0\x80\x80"sv}) {
    expect_error(execute(kInsert, {text}), ErrorKind::ItemInvalid, "text");
  }
  for (std::string_view text : {""sv, "\xc2\x80"sv, "\xed\x9f\xbf"sv, "\xf4\x8f\xbf\xbf"sv, "\x01\x7f"sv})
    EXPECT_TRUE(execute(kInsert, {text}));
}

TEST_P(DatabaseTest, WritesInAReadAreRefused) {
  auto done = database().read([&](Session& session) -> Result<void> {
    TRY_VOID(session.execute("INSERT INTO parent (name) VALUES ('a')"));
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().vendor_code, "read_only") << done.error().message;
}

TEST_P(DatabaseTest, AnErrorOrAnExceptionRollsBack) {
  auto failed = database().write(Durability::Durable, [&](SqlTransaction& tx) -> Result<void> {
    TRY_VOID(tx.execute("INSERT INTO parent (name) VALUES ('a')"));
    return fail(ErrorKind::Gone, "changed my mind");
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "changed my mind");
  EXPECT_THROW((void)database().write(Durability::Normal,
                                      [&](SqlTransaction& tx) -> Result<void> {
                                        TRY_VOID(tx.execute("INSERT INTO parent (name) VALUES ('a')"));
                                        throw std::runtime_error("bug");
                                      }),
               std::runtime_error);
  EXPECT_THROW((void)database().read([](Session&) -> Result<void> { throw std::runtime_error("bug"); }),
               std::runtime_error);
  EXPECT_EQ(rows("SELECT count(*) FROM parent"), (Rows{{0}}));
}

TEST_P(DatabaseTest, AnIgnoredErrorStillEndsTheTransaction) {
  parents({"a"});
  auto done = database().write(Durability::Normal, [&](SqlTransaction& tx) -> Result<void> {
    (void)tx.execute("INSERT INTO parent (name) VALUES ('a')");
    auto later = tx.execute("INSERT INTO parent (name) VALUES ('b')");
    EXPECT_FALSE(later);
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().vendor_code, "unique");
  EXPECT_EQ(rows("SELECT count(*) FROM parent"), (Rows{{1}}));
}

TEST_P(DatabaseTest, CallsDoNotNest) {
  auto nested = [&](auto&) -> Result<void> {
    EXPECT_EQ(query("SELECT 1").error().kind, ErrorKind::Corrupt);
    EXPECT_EQ(execute("DELETE FROM child").error().kind, ErrorKind::Corrupt);
    return {};
  };
  EXPECT_TRUE(database().write(Durability::Normal, nested));
  EXPECT_TRUE(database().read(nested));
  EXPECT_TRUE(query("SELECT 1"));
}

TEST_P(DatabaseTest, AReadIsASnapshotAndDoesNotWait) {
  parents({"a"});
  auto done = database().read([&](Session& session) -> Result<void> {
    TRY(Rows before, session.query("SELECT count(*) FROM parent"));
    std::thread([&] { parents({"b"}); }).join();
    TRY(Rows after, session.query("SELECT count(*) FROM parent"));
    EXPECT_EQ(before, after);
    return {};
  });
  ASSERT_TRUE(done);
  done = database().write(Durability::Normal, [&](SqlTransaction& tx) -> Result<void> {
    TRY_VOID(tx.execute("INSERT INTO parent (name) VALUES ('c')"));
    std::thread([&] { EXPECT_EQ(rows("SELECT count(*) FROM parent"), (Rows{{2}})); }).join();
    return {};
  });
  EXPECT_TRUE(done);
  EXPECT_EQ(rows("SELECT count(*) FROM parent"), (Rows{{3}}));
}

TEST_P(DatabaseTest, ManyThreadsLoseNoUpdate) {
  ASSERT_TRUE(execute("INSERT INTO parent (name) VALUES ('counter')"));
  ASSERT_TRUE(execute("INSERT INTO child (parent_id, kind, number) VALUES (1, 'a', 0)"));
  std::atomic<int> done = 0;
  auto count = [&] {
    for (int i = 0; i < 25;) {
      auto result = execute("UPDATE child SET number = number + 1");
      if (result) {
        ++i;
        ++done;
      } else {
        ASSERT_EQ(result.error().kind, ErrorKind::Transient) << result.error().message;
      }
      (void)query("SELECT number FROM child");
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(count);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(rows("SELECT number FROM child"), (Rows{{done.load()}}));
  EXPECT_EQ(done, 100);
}

TEST_P(DatabaseTest, WhatWasCommittedIsThereAfterReopening) {
  parents({"a"});
  reopen();
  EXPECT_EQ(rows("SELECT name FROM parent"), (Rows{{"a"}}));
}

TEST_P(DatabaseTest, ListsAreOneParameter) {
  parents({"a", "b\"\\\n", "c"});
  const std::vector<std::string> names = {"b\"\\\n", "c", "nobody"};
  EXPECT_EQ(rows("SELECT id FROM parent WHERE name IN {{texts $1}} ORDER BY id", {text_list(names)}),
            (Rows{{2}, {3}}));
  EXPECT_EQ(rows("SELECT name FROM parent WHERE id IN {{ints $2}} AND name <> $1 ORDER BY id",
                 {"a", int_list(std::vector<int64_t>{1, 3, 99})}),
            (Rows{{"c"}}));
  EXPECT_EQ(rows("SELECT name FROM parent WHERE id IN {{ints $1}}", {int_list({})}), (Rows{}));
}

TEST_P(DatabaseTest, RowsCanBeLocked) {
  parents({"a", "b"});
  auto done = database().write(Durability::Normal, [&](SqlTransaction& tx) -> Result<void> {
    TRY(Rows taken, tx.query("UPDATE parent SET name = name || '!' WHERE id IN "
                             "(SELECT id FROM parent ORDER BY id LIMIT $1 {{skip_locked}}) RETURNING name",
                             {1}));
    EXPECT_EQ(taken, (Rows{{"a!"}}));
    TRY_VOID(tx.query("SELECT id FROM parent {{for_update}}"));
    return {};
  });
  EXPECT_TRUE(done) << done.error().message;
}

TEST_P(DatabaseTest, TextIsFoundByTheBeginningsOfItsWords) {
  const Migration text[] = {{1, "text", "{{text_index words}}"}};
  ASSERT_TRUE(migrate(database(), "text", text, {0}));
  constexpr const char* kInsert = "INSERT INTO words (rowid, text) VALUES ($1, $2)";
  ASSERT_TRUE(execute(kInsert, {1, "john smith jsmith@contoso.example"}));
  ASSERT_TRUE(execute(kInsert, {2, "joan o'smithson müller"}));
  auto found = [&](std::string_view typed) {
    return rows("SELECT rowid FROM words WHERE {{text_match words $1}} ORDER BY rowid",
                {search_words(typed)});
  };
  EXPECT_EQ(found("jo smi"), (Rows{{1}, {2}}));
  EXPECT_EQ(found("conto"), (Rows{{1}}));
  EXPECT_EQ(found("jsmith@contoso.example"), (Rows{{1}}));
  EXPECT_EQ(found("müll"), (Rows{{2}}));
  EXPECT_EQ(found("nobody"), (Rows{}));
  EXPECT_EQ(found(" \"'* "), (Rows{}));
  EXPECT_EQ(found("smith' | x:* \" OR"), (Rows{}));
  ASSERT_TRUE(execute("UPDATE words SET text = $2 WHERE rowid = $1", {1, "john jones"}));
  ASSERT_TRUE(execute("DELETE FROM words WHERE rowid = $1", {2}));
  EXPECT_EQ(found("smith"), (Rows{}));
  EXPECT_EQ(found("jon"), (Rows{{1}}));
}

TEST_P(DatabaseTest, MigrationsRunOnceInOrder) {
  const Migration first[] = {{1, "one", "CREATE TABLE one (id {{id}}) {{strict}}"}};
  const Migration both[] = {
      first[0],
      {3, "three", "ALTER TABLE one ADD COLUMN name TEXT\n;\nINSERT INTO one (name) VALUES ('x');\n;\n",
       "INSERT INTO one (name) VALUES ('engine')", "INSERT INTO one (name) VALUES ('engine')"}};
  ASSERT_TRUE(migrate(database(), "o", first, {5}));
  for (int i = 0; i < 2; ++i) {
    auto done = migrate(database(), "o", both, {6});
    ASSERT_TRUE(done) << done.error().message;
  }
  EXPECT_EQ(rows("SELECT name FROM one ORDER BY id"), (Rows{{"x"}, {"engine"}}));
  EXPECT_EQ(rows("SELECT number, name, at_us FROM schema_migration WHERE owner = 'o' ORDER BY number"),
            (Rows{{1, "one", 5}, {3, "three", 6}}));
  auto older = migrate(database(), "o", first, {7});
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().kind, ErrorKind::Corrupt);
  EXPECT_THAT(older.error().message, ::testing::HasSubstr("run the newer program"));
}

TEST_P(DatabaseTest, AMigrationThatFailsLeavesNothing) {
  const Migration bad[] = {{1, "bad", "CREATE TABLE half (id {{id}}) {{strict}}\n;\nSELEC 1\n;\n"}};
  EXPECT_FALSE(migrate(database(), "bad", bad, {0}));
  EXPECT_FALSE(query("SELECT 1 FROM half"));
  EXPECT_EQ(rows("SELECT count(*) FROM schema_migration WHERE owner = 'bad'"), (Rows{{0}}));
  const Migration engine_type[] = {{1, "type", "CREATE TABLE t (n integer)"}};
  auto refused = migrate(database(), "type", engine_type, {0});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("{{int}}"));
}

TEST_P(DatabaseTest, ProgramsThatStartTogetherMigrateOnce) {
  const Migration one[] = {{1, "one", "CREATE TABLE together (id {{id}}) {{strict}}"}};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      auto own = place().open();
      auto done = migrate(*own, "together", one, {0});
      EXPECT_TRUE(done) << done.error().message;
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(SqliteDatabase, MemoryIsNewEachTime) {
  for (int i = 0; i < 2; ++i) {
    auto database = open("sqlite::memory:");
    ASSERT_TRUE(database);
    ASSERT_TRUE(migrate(**database, "test", kTables, {0}));
    auto done = (*database)->read([](Session& session) -> Result<void> {
      TRY(Rows rows, session.query("SELECT count(*) FROM parent"));
      EXPECT_EQ(rows, (Rows{{0}}));
      EXPECT_EQ(session.execute("DELETE FROM parent").error().vendor_code, "read_only");
      return {};
    });
    EXPECT_FALSE(done);
    ASSERT_TRUE((*database)->write(Durability::Normal, [](SqlTransaction& tx) -> Result<void> {
      TRY_VOID(tx.execute("INSERT INTO parent (name) VALUES ('a')"));
      return {};
    }));
  }
}

TEST(SqliteDatabase, OnlyItsUserMayReadTheFile) {
  ScratchDirectory directory;
  auto database = open("sqlite:" + (directory.path() / "x.db").string());
  ASSERT_TRUE(database);
  ASSERT_TRUE(migrate(**database, "test", kTables, {0}));
  for (const char* name : {"x.db", "x.db-wal", "x.db-shm"}) {
    struct stat status;
    ASSERT_EQ(stat((directory.path() / name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << name;
  }
}

TEST(SqliteDatabase, WhatIsNoDatabaseOfOursIsRefused) {
  ScratchDirectory directory;
  const auto path = directory.path() / "x.db";
  auto refused = [&](const std::string& location, std::string_view says) {
    auto database = open(location);
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().kind, ErrorKind::Corrupt);
    EXPECT_THAT(database.error().message, ::testing::HasSubstr(says));
  };
  refused("sqlite:" + (directory.path() / "missing/x.db").string(), "does not exist; create it");
  refused("sqlite:", "sqlite:/path");
  refused("mysql://x", "sqlite:/path");
  FILE* file = fopen(path.c_str(), "w");
  fputs(std::string(5'000, 'x').c_str(), file);
  fclose(file);
  refused("sqlite:" + path.string(), "no SQLite database");
}

TEST(SqliteDatabase, AFullDiskIsNamed) {
  TestLocation place(Engine::Sqlite);
  auto database = place.open();
  ASSERT_TRUE(migrate(*database, "test", kTables, {0}));
  auto insert = [&](std::string_view limit) {
    return database->write(Durability::Normal, [&](SqlTransaction& tx) -> Result<void> {
      TRY_VOID(tx.query(limit));
      TRY_VOID(tx.execute("INSERT INTO parent (name) VALUES ($1)", {std::string(1 << 20, 'x')}));
      return {};
    });
  };
  auto full = insert("PRAGMA max_page_count = 20");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().kind, ErrorKind::SwitchedOff);
  EXPECT_EQ(full.error().vendor_code, "disk_full");
  auto freed = insert("PRAGMA max_page_count = 1000000");
  EXPECT_TRUE(freed) << freed.error().message;
}

class PostgresDatabase : public ::testing::Test {
 protected:
  TestLocation place{Engine::Postgres};
  std::unique_ptr<Database> database = place.open();
  std::unique_ptr<Database> other = place.open();

  Result<Rows> query_on(Database& on, std::string_view sql, std::initializer_list<Value> params = {}) {
    Rows rows;
    TRY_VOID(on.read([&](Session& session) -> Result<void> {
      TRY(rows, session.query(sql, params));
      return {};
    }));
    return rows;
  }
};

TEST_F(PostgresDatabase, AConnectionLostWhileIdleIsReplaced) {
  auto pid = query_on(*database, "SELECT pg_backend_pid()");
  ASSERT_TRUE(pid);
  ASSERT_TRUE(query_on(*other, "SELECT pg_terminate_backend(CAST($1 AS INT))", {(*pid)[0][0].integer()}));
  auto again = query_on(*database, "SELECT pg_backend_pid()");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_NE(*again, *pid);
}

TEST_F(PostgresDatabase, AConnectionLostInATransactionIsTransient) {
  auto done = database->write(Durability::Durable, [&](SqlTransaction& tx) -> Result<void> {
    TRY(Rows pid, tx.query("SELECT pg_backend_pid()"));
    std::thread([&] {
      EXPECT_TRUE(query_on(*other, "SELECT pg_terminate_backend(CAST($1 AS INT))", {pid[0][0].integer()}));
    }).join();
    TRY_VOID(tx.query("SELECT 1"));
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::Transient) << done.error().message;
  EXPECT_TRUE(query_on(*database, "SELECT 1"));
}

TEST_F(PostgresDatabase, DurabilityIsPerTransaction) {
  for (auto [durability, says] :
       {std::pair{Durability::Durable, "on"}, std::pair{Durability::Normal, "off"}}) {
    auto done = database->write(durability, [says](SqlTransaction& tx) -> Result<void> {
      TRY(Rows rows, tx.query("SELECT current_setting('synchronous_commit')"));
      EXPECT_EQ(rows, (Rows{{says}}));
      return {};
    });
    EXPECT_TRUE(done);
  }
}

TEST_F(PostgresDatabase, WhoCannotConnectIsTold) {
  auto nowhere = open("postgresql:///x?host=/nowhere");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().kind, ErrorKind::Transient);
  std::string uri = TestCluster::uri();
  auto missing = open(uri.replace(uri.find("/postgres?"), 10, "/missing?"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::Corrupt);
  EXPECT_THAT(missing.error().message, ::testing::HasSubstr("create this database"));
}

}  // namespace
}  // namespace mailsync::db
