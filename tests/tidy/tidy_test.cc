// Walks the whole source tree and enforces the rules of STYLE.md; and shows on small samples that each rule
// bites.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>

#include "tests/tidy/rules.h"

namespace mailsync::tidy {
namespace {

const std::vector<Source>& tree() {
  static const std::vector<Source> files = read_tree(MAILSYNC_SOURCE_DIR);
  return files;
}

void expect_clean(Findings (*rule)(const Source&)) {
  ASSERT_GT(tree().size(), 20U) << "the source tree was not found at " << MAILSYNC_SOURCE_DIR;
  for (const Source& file : tree()) {
    for (const std::string& finding : rule(file)) ADD_FAILURE() << finding;
  }
}

TEST(Tree, IncludesFollowTheArrows) {
  expect_clean(include_arrows);
}
TEST(Tree, NamesSaySomething) {
  expect_clean(banned_names);
}
TEST(Tree, FilesAreShort) {
  expect_clean(file_size);
}
TEST(Tree, FunctionsAreShort) {
  expect_clean(function_length);
}
TEST(Tree, LinesAreClean) {
  expect_clean(blanks);
}
TEST(Tree, NothingIsLeftOver) {
  expect_clean(leftover_marks);
}
TEST(Tree, TimeAndChanceComeIn) {
  expect_clean(clock_reads);
}
TEST(Tree, HeadersSayWhatTheyAreFor) {
  expect_clean(header_comment);
}
TEST(Tree, LockFilesNameNoHost) {
  expect_clean(lock_hosts);
}

TEST(Tree, DependenciesHaveReasons) {
  const auto document = std::ranges::find(tree(), "docs/dependencies.md", &Source::path);
  ASSERT_NE(document, tree().end());
  for (const Source& file : tree()) {
    for (const std::string& finding : unexplained_dependencies(file, document->text))
      ADD_FAILURE() << finding;
  }
}

TEST(Code, IsTextWithoutCommentsAndStrings) {
  EXPECT_EQ(code_of("a /* b */ c // d\ne"), "a         c     \ne");
  EXPECT_EQ(code_of("f(\"x\\\"y\") 'q' 1'000"), "f(      )     1'000");
  EXPECT_EQ(code_of("R\"j({\n})j\";"), "R    \n    ;");
}

TEST(Rule, IncludeArrows) {
  EXPECT_EQ(include_arrows({"src/sync/plan.cc", "#include \"net/http.h\"\n"}).size(), 1U);
  EXPECT_EQ(include_arrows({"src/model/email.h", "#include <string>\n#include \"sync/plan.h\"\n"}).front(),
            "src/model/email.h:2: model must not include sync/plan.h (ARCHITECTURE.md, the map)");
  EXPECT_EQ(include_arrows({"src/mailbox/graph/replica.cc", "#include \"crm/builtin/people.h\"\n"}).size(),
            1U);
  EXPECT_EQ(include_arrows({"src/mailbox/graph/replica.cc", "#include \"db/database.h\"\n"}).size(), 1U);
  EXPECT_EQ(include_arrows({"src/store/links.cc", "#include <boost/asio.hpp>\n"}).size(), 1U);
  EXPECT_EQ(include_arrows({"lab/world/tenant.cc", "#include \"model/email.h\"\n"}).size(), 1U);
  EXPECT_TRUE(include_arrows({"src/mailbox/graph/map.cc",
                              "#include \"mailbox/graph/map.h\"\n#include \"format/mime.h\"\n"})
                  .empty());
  EXPECT_TRUE(
      include_arrows({"src/server/main.cc", "#include \"store/links.h\"\n#include <boost/asio.hpp>\n"})
          .empty());
  EXPECT_TRUE(include_arrows(
                  {"lab/fronts/graph/delta.cc", "#include \"lab/world/tenant.h\"\n#include \"net/http.h\"\n"})
                  .empty());
}

TEST(Rule, BannedNames) {
  EXPECT_EQ(banned_names({"src/sync/turn.h", "class TurnManager;\nint date_helper();\n"}).size(), 2U);
  EXPECT_EQ(banned_names({"src/sync/string_utils.h", ""}).size(), 1U);
  EXPECT_EQ(banned_names({"src/base/common.h", ""}).size(), 1U);
  EXPECT_EQ(banned_names({"web/src/RowProcessor.tsx", "const x = 1;\n"}).size(), 1U);
  EXPECT_TRUE(
      banned_names({"src/sync/turn.h", "// no Manager here\nusing T = std::common_type_t<int, long>;\n"})
          .empty());
}

TEST(Rule, FileSize) {
  const auto lines = [](int n) { return std::string(static_cast<size_t>(n), '\n'); };
  EXPECT_TRUE(file_size({"src/a.cc", lines(600)}).empty());
  EXPECT_EQ(file_size({"src/a.cc", lines(601)}).size(), 1U);
  EXPECT_EQ(file_size({"web/src/a.tsx", lines(601)}).size(), 1U);
  EXPECT_TRUE(file_size({"web/src/api.d.ts", "// auto-generated\n" + lines(900)}).empty());
  EXPECT_TRUE(file_size({"docs/long.md", lines(900)}).empty());
}

TEST(Rule, FunctionLength) {
  const auto function = [](int lines) {
    std::string body;
    for (int i = 0; i < lines - 2; ++i) body += "  if (x) { y(); }\n";
    return "namespace n {\nclass C {\n  int f(int x) const noexcept {\n" + body + "  }\n};\n}\n";
  };
  EXPECT_TRUE(function_length({"src/a.cc", function(70)}).empty());
  ASSERT_EQ(function_length({"src/a.cc", function(71)}).size(), 1U);
  EXPECT_TRUE(function_length({"src/a.cc", function(71)}).front().starts_with("src/a.cc:3: 71 lines"));
  std::string table = "const std::vector<Row> rows = {\n";
  for (int i = 0; i < 90; ++i) table += "  {f(1), 2},\n";
  EXPECT_TRUE(function_length({"src/a.cc", table + "};\n"}).empty());
}

TEST(Rule, Blanks) {
  EXPECT_EQ(blanks({"a.md", "x \n"}).size(), 1U);
  EXPECT_EQ(blanks({"a.md", "\tx\n"}).size(), 1U);
  EXPECT_EQ(blanks({"a.md", "x"}).size(), 1U);
  EXPECT_TRUE(blanks({"a.md", "x y\n\n"}).empty());
}

TEST(Rule, LeftoverMarks) {
  EXPECT_EQ(leftover_marks({"src/a.cc", std::string("// TO") + "DO: later\n"}).size(), 1U);
  EXPECT_EQ(leftover_marks({"dev", std::string("# FIX") + "ME\n"}).size(), 1U);
  EXPECT_TRUE(leftover_marks({"src/a.cc", "// BEGIN:VTODO is a task of To Do\n"}).empty());
}

TEST(Rule, ClockReads) {
  EXPECT_EQ(clock_reads({"src/sync/turn.cc", "auto t = std::chrono::steady_clock::now();\n"}).size(), 1U);
  EXPECT_EQ(clock_reads({"lab/world/tenant.cc", "SystemClock clock;\n"}).size(), 1U);
  EXPECT_TRUE(
      clock_reads({"src/sync/turn.cc", "auto t = clock_.now();  // not steady_clock::now()\n"}).empty());
  EXPECT_TRUE(clock_reads({"src/net/server.cc", "auto t = std::chrono::steady_clock::now();\n"}).empty());
  EXPECT_TRUE(clock_reads({"lab/main.cc", "SystemClock clock;\n"}).empty());
}

TEST(Rule, HeaderComment) {
  EXPECT_EQ(header_comment({"src/a.h", "#pragma once\n"}).size(), 1U);
  EXPECT_TRUE(header_comment({"src/a.h", "// What a is.\n#pragma once\n"}).empty());
}

TEST(Rule, LockHosts) {
  const std::string host = "  \"resolved\": \"http" + std::string("s://example.com/a.tgz\",\n");
  EXPECT_EQ(lock_hosts({"web/package-lock.json", host}).size(), 1U);
  EXPECT_TRUE(lock_hosts({"web/package-lock.json", "  \"integrity\": \"sha512-x\",\n"}).empty());
}

TEST(Rule, Dependencies) {
  using List = std::vector<std::string>;
  EXPECT_EQ(dependencies_of({"cmake/libraries.cmake",
                             "find_package(CURL REQUIRED)\n  find_library(RC_LIBRARY rapidcheck REQUIRED)\n"
                             "pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)\n"}),
            (List{"CURL", "rapidcheck", "libpq"}));
  EXPECT_EQ(dependencies_of({"packaging/debian-packages.txt", "# tools\nmold\n"}), List{"mold"});
  EXPECT_EQ(dependencies_of({"web/package.json",
                             "{\n  \"dependencies\": {\n    \"react\": \"19\"\n  },\n"
                             "  \"devDependencies\": {\n    \"vite\": \"8\"\n  }\n}\n"}),
            (List{"react", "vite"}));
  EXPECT_EQ(
      unexplained_dependencies({"packaging/debian-packages.txt", "mold\nccache\n"}, "`mold`: links").size(),
      1U);
}

}  // namespace
}  // namespace mailsync::tidy
