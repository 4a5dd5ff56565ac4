// Users and their sessions on both engines.
#include "auth/sessions.h"

#include <gmock/gmock.h>

#include "auth/migrations.h"
#include "base/seeded_executor.h"
#include "tests/contract/test_database.h"

namespace mailsync::auth {
namespace {

struct SessionsTest : EngineTest {
  SimulatedClock clock{*Instant::from_iso("2026-11-22T12:00:00Z")};
  SeededExecutor executor{clock, 1};
  SeededRandom random{2};
  Users users{executor, database()};
  Sessions sessions{executor, database(), random};
  UserId anna;

  SessionsTest() {
    EXPECT_TRUE(migrate(database(), clock.now()));
    anna = run(users.add({.account = AccountId{1},
                          .login = " Anna@Example.COM ",
                          .display_name = "Anna",
                          .role = Role::OrgAdmin,
                          .password = Secret("correct horse battery")}))
               .value();
  }
  template <typename T>
  T run(Task<T> task) {
    EXPECT_TRUE(executor.run(task));
    return task.take();
  }
  Result<SignedIn> sign_in(std::string password, std::string login = "anna@example.com",
                           std::string peer = "192.0.2.1", Secret former = {}) {
    return run(sessions.sign_in({.login = std::move(login),
                                 .password = Secret(std::move(password)),
                                 .peer = std::move(peer),
                                 .former_token = std::move(former)}));
  }
  SignedIn good() { return sign_in("correct horse battery").value(); }
};

TEST_P(SessionsTest, TheRightPasswordBeginsASession) {
  const auto signed_in = sign_in("correct horse battery", "ANNA@example.com").value();
  const auto session = run(sessions.check(signed_in.token)).value();
  EXPECT_EQ(session.user.id, anna);
  EXPECT_EQ(session.user.login, "anna@example.com");
  EXPECT_EQ(session.user.role, Role::OrgAdmin);
  EXPECT_EQ(session.csrf, signed_in.csrf);
  EXPECT_EQ(run(sessions.check(Secret("made up"))).error().kind, ErrorKind::LoginNeeded);
  EXPECT_EQ(run(sessions.check(Secret())).error().kind, ErrorKind::LoginNeeded);
}

TEST_P(SessionsTest, WrongNameAndWrongPasswordSoundTheSame) {
  const auto password = sign_in("wrong");
  const auto name = sign_in("correct horse battery", "nobody@example.com");
  EXPECT_EQ(password.error().kind, ErrorKind::LoginNeeded);
  EXPECT_EQ(password.error().message, name.error().message);
}

TEST_P(SessionsTest, TheSessionIsANewOneAfterEachSignIn_S45) {
  const auto first = good();
  const auto second = sign_in("correct horse battery", "anna@example.com", "192.0.2.1", first.token).value();
  EXPECT_FALSE(second.token.equals(first.token.reveal()));
  EXPECT_FALSE(run(sessions.check(first.token)));
  EXPECT_TRUE(run(sessions.check(second.token)));
  EXPECT_TRUE(run(sessions.sign_out(second.token)));
  EXPECT_FALSE(run(sessions.check(second.token)));
}

TEST_P(SessionsTest, SessionsEndByIdlenessAndByAge) {
  const auto idle = good();
  clock.advance(std::chrono::hours(9));
  EXPECT_FALSE(run(sessions.check(idle.token)));
  const auto busy = good();
  for (int hour = 0; hour < 24 * 7; hour += 6) {
    EXPECT_TRUE(run(sessions.check(busy.token))) << hour;
    clock.advance(std::chrono::hours(6));
  }
  clock.advance(std::chrono::minutes(1));
  EXPECT_FALSE(run(sessions.check(busy.token)));
  EXPECT_TRUE(run(sessions.clean_up()));
}

TEST_P(SessionsTest, DisablingAUserEndsEverything) {
  const auto before = good();
  ASSERT_TRUE(run(users.set_disabled(anna, true)));
  EXPECT_FALSE(run(sessions.check(before.token)));
  EXPECT_EQ(sign_in("correct horse battery").error().kind, ErrorKind::LoginNeeded);
  ASSERT_TRUE(run(users.set_disabled(anna, false)));
  EXPECT_FALSE(run(sessions.check(before.token)));
  EXPECT_TRUE(sign_in("correct horse battery"));
}

TEST_P(SessionsTest, ANewPasswordEndsTheOldSessions) {
  const auto before = good();
  EXPECT_EQ(run(users.set_password(anna, Secret("short"))).error().kind, ErrorKind::ItemInvalid);
  ASSERT_TRUE(run(users.set_password(anna, Secret("another long password"))));
  EXPECT_FALSE(run(sessions.check(before.token)));
  EXPECT_FALSE(sign_in("correct horse battery"));
  EXPECT_TRUE(sign_in("another long password"));
}

TEST_P(SessionsTest, GuessingIsSlowedDown_S62) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(sign_in("wrong").error().kind, ErrorKind::LoginNeeded);
  const auto held = sign_in("correct horse battery", "anna@example.com", "198.51.100.9");
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().kind, ErrorKind::Throttled);
  EXPECT_GT(held.error().retry_after.value(), Duration(0));
  clock.advance(*held.error().retry_after);
  EXPECT_TRUE(sign_in("correct horse battery"));
  EXPECT_EQ(sign_in("wrong").error().kind, ErrorKind::LoginNeeded);  // counted from the beginning
}

TEST_P(SessionsTest, NamesAreUniqueAndAddresses) {
  EXPECT_EQ(run(users.add({.account = AccountId{2},
                           .login = "ANNA@example.com",
                           .display_name = "",
                           .role = Role::User,
                           .password = Secret("long enough password")}))
                .error()
                .kind,
            ErrorKind::ItemInvalid);
  for (const auto* bad : {"", "anna", "@x", "x@", "a b@c", "a@b@c"})
    EXPECT_FALSE(canonical_login(bad)) << bad;
  EXPECT_EQ(run(users.count()).value(), 1);
  EXPECT_EQ(run(users.list(AccountId{1})).value().size(), 1U);
  EXPECT_TRUE(run(users.list(AccountId{2})).value().empty());
  EXPECT_EQ(run(users.get(UserId{999})).error().kind, ErrorKind::Gone);
}

MAILSYNC_BOTH_ENGINES(SessionsTest);

}  // namespace
}  // namespace mailsync::auth
