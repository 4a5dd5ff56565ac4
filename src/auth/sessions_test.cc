#include "auth/sessions.h"

#include <gmock/gmock.h>

#include "auth/password.h"

namespace mailsync::auth {
namespace {

using testing::HasSubstr;

TEST(Cookies, AreBoundToTheHostAndHiddenFromScripts) {
  EXPECT_EQ(session_cookie(Secret("t"), true), "__Host-mailsync=t; Path=/; HttpOnly; SameSite=Lax; Secure");
  EXPECT_THAT(ended_session_cookie(false), HasSubstr("Max-Age=0"));
  const net::Headers headers{{"Cookie", "a=1; __Host-mailsync=xyz; mailsync=plain"}};
  EXPECT_EQ(session_token(headers, true).reveal(), "xyz");
  EXPECT_EQ(session_token(headers, false).reveal(), "plain");
  EXPECT_TRUE(session_token({}, true).empty());
  Session session;
  session.csrf = "c";
  EXPECT_TRUE(csrf_matches(session, {{"x-csrf-token", "c"}}));
  EXPECT_FALSE(csrf_matches(session, {{"x-csrf-token", "d"}}));
  EXPECT_FALSE(csrf_matches(session, {}));
}

TEST(Password, WeakOnesAreRefused) {
  for (const auto* bad : {"", "short", "PasswordPassword", "aaaaaaaaaaaaaaaa", "anna@example.com"})
    EXPECT_FALSE(check_new_password(Secret(bad), "anna@example.com")) << bad;
  EXPECT_TRUE(
      check_new_password(Secret("\xc3\xa4\xc3\xb6\xc3\xbc \xc3\x9f four words more"), "anna@example.com"));
  EXPECT_FALSE(check_new_password(Secret(std::string(1025, 'x') + "y"), ""));
}

}  // namespace
}  // namespace mailsync::auth
