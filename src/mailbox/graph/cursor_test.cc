#include "mailbox/graph/cursor.h"

#include <gtest/gtest.h>

namespace mailsync::graph {
namespace {

constexpr const char* kBase = "https://graph.microsoft.com/v1.0";

Cursor at(const std::string& path) {
  return write_cursor(
      {.phase = FeedCursor::Phase::Following, .link = kBase + path, .window = {}, .kept = {}});
}

TEST(Cursor, OfASignedInOwnerIsLostToTheApplication) {
  const Cursor mine = at("/me/mailFolders/inbox/messages/delta?$deltatoken=1");
  EXPECT_TRUE(read_cursor(mine, kBase));
  const auto theirs = read_cursor(mine, kBase, "anna@contoso.example");
  ASSERT_FALSE(theirs);
  EXPECT_EQ(theirs.error().kind, ErrorKind::CursorLost);
  const Cursor named = at("/users/anna@contoso.example/mailFolders/inbox/messages/delta?$deltatoken=1");
  EXPECT_TRUE(read_cursor(named, kBase, "anna@contoso.example"));
  EXPECT_TRUE(read_cursor(named, kBase));
}

}  // namespace
}  // namespace mailsync::graph
