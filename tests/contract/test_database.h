// An empty database of either engine for a contract suite:
//
//   class LinksTest : public EngineTest {};                 // database() is new and empty for every test
//   TEST_P(LinksTest, …) { … }
//   MAILSYNC_BOTH_ENGINES(LinksTest);
//
// PostgreSQL comes from MAILSYNC_TEST_POSTGRES (a libpq URI) or, without it, from a cluster of this test
// program's own, started once through tests/postgres-cluster. SQLite is a file in a temporary directory.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "db/database.h"

namespace mailsync {

// A directory that is gone with the object.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "mailsync-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = name;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class TestCluster {
 public:
  static const std::string& uri() {
    static TestCluster cluster;
    return cluster.uri_;
  }

 private:
  TestCluster() {
    if (const char* given = std::getenv("MAILSYNC_TEST_POSTGRES"); given != nullptr && *given != '\0') {
      uri_ = given;
      return;
    }
    directory_ = "/tmp/mailsync-postgres-" + std::to_string(getpid());
    uri_ = output(script() + " start " + directory_ + " " + std::to_string(getpid()));
  }
  ~TestCluster() {
    if (!directory_.empty()) std::system((script() + " stop " + directory_).c_str());
  }
  static std::string script() { return std::string(MAILSYNC_SOURCE_DIR) + "/tests/postgres-cluster"; }
  static std::string output(const std::string& command) {
    FILE* pipe = popen(command.c_str(), "r");
    std::string text;
    for (int c; (c = fgetc(pipe)) != EOF && c != '\n';) text += static_cast<char>(c);
    if (pclose(pipe) != 0) throw std::runtime_error("failed: " + command);
    return text;
  }

  std::string uri_;
  std::string directory_;
};

// Where one new, empty database is. On PostgreSQL that is a schema of its own.
class TestLocation {
 public:
  explicit TestLocation(db::Engine engine) {
    if (engine == db::Engine::Sqlite) {
      location_ = "sqlite:" + (directory_.path() / "test.db").string();
      return;
    }
    static int count = 0;
    schema_ = "t" + std::to_string(getpid()) + "_" + std::to_string(++count);
    run("CREATE SCHEMA " + schema_);
    const std::string& uri = TestCluster::uri();
    location_ = uri + (uri.find('?') == std::string::npos ? "?" : "&") + "options=-csearch_path%3D" + schema_;
  }
  ~TestLocation() {
    if (!schema_.empty()) run("DROP SCHEMA " + schema_ + " CASCADE");
  }
  TestLocation(const TestLocation&) = delete;
  TestLocation& operator=(const TestLocation&) = delete;

  const std::string& location() const { return location_; }
  std::unique_ptr<db::Database> open(const db::Options& options = {}) const {
    auto opened = db::open(location_, options);
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }

 private:
  static void run(const std::string& sql) {
    auto admin = db::open(TestCluster::uri());
    if (!admin) throw std::runtime_error(admin.error().message);
    auto done = (*admin)->write(db::Durability::Normal, [&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(tx.execute(sql));
      return {};
    });
    if (!done) throw std::runtime_error(done.error().message);
  }

  ScratchDirectory directory_;
  std::string schema_;
  std::string location_;
};

class EngineTest : public ::testing::TestWithParam<db::Engine> {
 protected:
  db::Database& database() { return *database_; }
  const TestLocation& place() const { return place_; }
  bool postgres() const { return GetParam() == db::Engine::Postgres; }
  // As a program that ends and is started again.
  void reopen() {
    database_.reset();
    database_ = place_.open();
  }

 private:
  TestLocation place_{GetParam()};
  std::unique_ptr<db::Database> database_ = place_.open();
};

#define MAILSYNC_BOTH_ENGINES(Suite)                                                                       \
  INSTANTIATE_TEST_SUITE_P(                                                                                \
      Engines, Suite, ::testing::Values(::mailsync::db::Engine::Sqlite, ::mailsync::db::Engine::Postgres), \
      [](const auto& info) { return info.param == ::mailsync::db::Engine::Sqlite ? "sqlite" : "postgres"; })

}  // namespace mailsync
