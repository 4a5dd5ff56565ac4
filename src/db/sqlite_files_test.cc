// Writes are gathered (sqlite_files.h); these tests kill, fill and interleave, and then ask whether all is
// whole.
#include "db/sqlite_files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "db/database.h"

namespace mailsync::db {
namespace {

constexpr Migration kTables[] = {{1, "tables",
                                  "CREATE TABLE item (id {{id}}, who {{int}} NOT NULL, number {{int}} NOT "
                                  "NULL, body TEXT NOT NULL) {{strict}}\n;\nCREATE INDEX item_body ON item "
                                  "(body, id)"}};
// Two pages only: transactions spill into the log before they commit.
constexpr Options kTinyCache{.cache_bytes = 8 << 10};

class SqliteFiles : public ::testing::Test {
 protected:
  SqliteFiles() {
    std::string name = (std::filesystem::temp_directory_path() / "mailsync-files-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    auto database = open(location());
    EXPECT_TRUE(migrate(**database, "test", kTables, {0}));
  }
  ~SqliteFiles() override { std::filesystem::remove_all(directory_); }
  std::string location() const { return "sqlite:" + directory_ + "/x.db"; }

  // One transaction of `rows` rows, all with the same number.
  static Result<void> add(Database& database, int who, int number, int rows, bool give_up = false) {
    return database.write(Durability::Normal, [&](SqlTransaction& tx) -> Result<void> {
      std::vector<Params> batch;
      for (int i = 0; i < rows; ++i)
        batch.push_back(
            {who, number, std::to_string((number * 7'919 + i * 104'729) % 100'003) + std::string(900, 'x')});
      TRY_VOID(tx.execute_batch("INSERT INTO item (who, number, body) VALUES ($1, $2, $3)", batch));
      if (give_up) return fail(ErrorKind::Cancelled, "given up");
      // Pages that are in the log already are written there again.
      TRY_VOID(
          tx.execute("UPDATE item SET body = 'y' || body WHERE who = $1 AND number = $2", {who, number}));
      return {};
    });
  }
  // Every transaction is there whole or not at all; their count.
  int64_t check(int rows) {
    int64_t transactions = 0;
    auto database = open(location());
    EXPECT_TRUE(database) << database.error().message;
    auto done = (*database)->read([&](Session& session) -> Result<void> {
      TRY(Rows whole, session.query("PRAGMA integrity_check"));
      EXPECT_EQ(whole, (Rows{{"ok"}}));
      TRY(Rows groups, session.query("SELECT count(*), min(body) >= 'y' FROM item GROUP BY who, number"));
      for (const Row& group : groups) EXPECT_EQ(group, (Row{rows, 1}));
      transactions = static_cast<int64_t>(groups.size());
      return {};
    });
    EXPECT_TRUE(done) << done.error().message;
    return transactions;
  }
  template <typename Work>
  static pid_t child(const Work& work) {
    pid_t pid = fork();
    if (pid == 0) {
      work();
      _exit(0);
    }
    return pid;
  }
  static int wait_for(pid_t pid) {
    int status = 0;
    waitpid(pid, &status, 0);
    return status;
  }

 private:
  std::string directory_;
};

TEST_F(SqliteFiles, AKilledProgramLosesNoCommit) {
  int64_t before = 0;
  for (int round = 0; round < 6; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    pid_t pid = child([&] {
      auto database = open(location(), round % 2 == 0 ? Options{} : kTinyCache);
      for (int i = 0;; ++i)
        if (!add(**database, round, i, 40) || ::write(pipe_ends[1], "c", 1) != 1) _exit(1);
    });
    close(pipe_ends[1]);
    char c;
    int64_t told = 0;
    for (; told < 5 + 13 * round; ++told) ASSERT_EQ(::read(pipe_ends[0], &c, 1), 1);
    kill(pid, SIGKILL);
    wait_for(pid);
    while (::read(pipe_ends[0], &c, 1) == 1) ++told;
    close(pipe_ends[0]);
    const int64_t now = check(40);
    EXPECT_GE(now, before + told);
    EXPECT_LE(now, before + told + 1);
    before = now;
  }
}

TEST_F(SqliteFiles, ProgramsThatTakeTurnsAndGiveUpDoNotMix) {
  std::vector<pid_t> children;
  for (int who = 0; who < 3; ++who) {
    children.push_back(child([&] {
      auto database = open(location(), kTinyCache);
      for (int i = 0; i < 30; ++i) {
        bool give_up = i % 3 == who;
        auto done = add(**database, who, i, 50, give_up);
        if (!done && done.error().kind != ErrorKind::Cancelled) _exit(1);
      }
    }));
  }
  for (pid_t pid : children) EXPECT_EQ(wait_for(pid), 0);
  EXPECT_EQ(check(50), 60);
}

TEST_F(SqliteFiles, WhatWasGivenUpDoesNotReachTheLogLater) {
  auto a = open(location(), kTinyCache), b = open(location(), kTinyCache);
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(add(**a, 0, i, 3 * i + 20, true));
    EXPECT_TRUE(add(**b, 1, i, 50));
    EXPECT_TRUE(add(**a, 2, i, 50));
  }
  EXPECT_EQ(check(50), 40);
}

TEST_F(SqliteFiles, AWriteThatFailsLeavesWhatWasCommitted) {
  for (const Options& options : {Options{}, kTinyCache}) {
    pid_t pid = child([&] {
      auto database = open(location(), options);
      signal(SIGXFSZ, SIG_IGN);
      // As a full disk does it: at some byte, writing ends.
      struct rlimit limit = {6'000'000, RLIM_INFINITY};
      setrlimit(RLIMIT_FSIZE, &limit);
      int failed = 0;
      for (int i = 0; i < 100; ++i)
        failed += add(**database, static_cast<int>(options.cache_bytes), i, 40) ? 0 : 1;
      if (failed == 0) _exit(1);
      setrlimit(RLIMIT_FSIZE, &(limit = {RLIM_INFINITY, RLIM_INFINITY}));
      _exit(add(**database, static_cast<int>(options.cache_bytes), 1'000, 40) ? 0 : 2);
    });
    EXPECT_EQ(wait_for(pid), 0);
    EXPECT_GT(check(40), 5);
  }
}

// Calls of this program that read, of any file (proc(5), "syscr").
int64_t reading_calls() {
  std::ifstream file("/proc/self/io");
  std::string name;
  for (int64_t calls = 0; file >> name >> calls;)
    if (name == "syscr:") return calls;
  ADD_FAILURE() << "/proc/self/io does not count calls";
  return 0;
}

TEST_F(SqliteFiles, ACheckpointReadsManyPagesOfTheLogAtOnce) {
  auto database = open(location());
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(add(**database, 0, i, 200));
  const int64_t before = reading_calls();
  database->reset();  // the last one that has it open takes the log into the database
  const int64_t calls = reading_calls() - before;
  const auto pages = static_cast<int64_t>(std::filesystem::file_size(location().substr(7)) / 4096);
  EXPECT_GT(pages, 500);
  EXPECT_LT(calls, pages * 3 / 4);  // half of them are of an index, each where the last to write it left it
  EXPECT_EQ(check(200), 10);
}

}  // namespace
}  // namespace mailsync::db
