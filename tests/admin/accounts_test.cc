// From the first administrator to a user who signs in with a second factor: the ways in, and what is noted.
#include <gmock/gmock.h>

#include "auth/second_factor.h"
#include "tests/admin/installation.h"

namespace mailsync::admin {
namespace {

using boost::json::object;
using testing::HasSubstr;

class AccountsTest : public Installation {
 protected:
  std::string first_link() {
    std::string token;
    write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY(const Secret made, auth::make_link(tx, random,
                                             {.account = kAccount,
                                              .user = {},
                                              .purpose = auth::LinkPurpose::FirstAdministrator,
                                              .expires = clock.now() + auth::kFirstAdministratorLasts}));
      token = made.reveal();
      return {};
    });
    return token;
  }
  // Signed in as root@ours.example, a system administrator.
  void begin_with_root() {
    add({kAccount, "root@ours.example", auth::Role::SystemAdmin, {}});
    sign_in("root@ours.example");
  }
  std::string organization_id() {
    return call("GET", "/api/v1/account/organizations").json.at("items").at(0).at("id").as_string().c_str();
  }
  Got invite(const std::string& login, const std::string& role = "user") {
    return call(
        "POST", "/api/v1/account/users",
        object{
            {"login", login}, {"name", "New One"}, {"role", role}, {"organization_id", organization_id()}});
  }
  static std::string user_path(const Got& link) {
    return "/api/v1/account/users/" + std::string(link.json.at("user").at("id").as_string());
  }
  Got enter(const std::string& login, const std::string& password, const std::string& code = "") {
    object body{{"login", login}, {"password", password}};
    if (!code.empty()) body["code"] = code;
    const Got got = call("POST", "/api/v1/session", body);
    if (got.status == 200) {
      const std::string cookie(*got.headers.find("Set-Cookie"));
      cookie_ = cookie.substr(0, cookie.find(';'));
      csrf_ = got.text("csrf_token");
    }
    return got;
  }
};

constexpr const char* kPassword = "four plain words here";

TEST_F(AccountsTest, TheFirstAdministratorComesInByTheOneTimeLinkAlone) {
  const std::string token = first_link();
  EXPECT_EQ(call("GET", "/api/v1/setup").json.at("first_administrator_needed"), true);
  const object wanted{{"token", token},
                      {"login", "Root@Ours.example"},
                      {"name", "Rita Root"},
                      {"password", kPassword},
                      {"organization", "Ours Ltd"}};
  object guessed = wanted, weak = wanted;
  guessed["token"] = "guessed";
  weak["password"] = "short";
  EXPECT_EQ(call("POST", "/api/v1/setup/first-administrator", guessed).code(), "link_ended");
  const Got refused = call("POST", "/api/v1/setup/first-administrator", weak);
  EXPECT_EQ(refused.status, 422) << refused.body;
  EXPECT_EQ(call("POST", "/api/v1/one-time-links/look", object{{"token", token}}).text("purpose"),
            "first_administrator");
  EXPECT_EQ(call("POST", "/api/v1/setup/first-administrator", wanted).status, 201);

  EXPECT_EQ(call("GET", "/api/v1/setup").json.at("first_administrator_needed"), false);
  EXPECT_EQ(call("POST", "/api/v1/setup/first-administrator", wanted).code(), "link_ended") << "used";
  EXPECT_EQ(call("POST", "/api/v1/setup/first-administrator",
                 object{{"token", first_link()},
                        {"login", "two@ours.example"},
                        {"name", "Two"},
                        {"password", kPassword}})
                .code(),
            "link_ended")
      << "there is one already";
  EXPECT_EQ(enter("root@ours.example", kPassword).json.at("user").at("role"), "system_administrator");
  EXPECT_EQ(call("GET", "/api/v1/account/organizations").json.at("items").at(0).at("name"), "Ours Ltd");
  EXPECT_EQ(call("POST", "/api/v1/people", object{{"given_name", "X"}}).status, 201) << "the CRM knows him";
}

TEST_F(AccountsTest, ALinkEndsWithItsTime) {
  const std::string token = first_link();
  clock.advance(auth::kFirstAdministratorLasts);
  EXPECT_EQ(call("POST", "/api/v1/one-time-links/look", object{{"token", token}}).code(), "link_ended");
}

TEST_F(AccountsTest, WhoIsInvitedChoosesAPasswordOnce) {
  begin_with_root();
  const Got invited = invite("new@ours.example");
  ASSERT_EQ(invited.status, 201) << invited.body;
  EXPECT_EQ(invited.json.at("user").at("state"), "invited");
  EXPECT_EQ(newest_deed().deed.action, "user.invited");
  EXPECT_EQ(newest_deed().deed.actor.name, "root@ours.example");
  EXPECT_THAT(newest_deed().deed.details, testing::Not(HasSubstr(invited.text("token"))));
  EXPECT_EQ(invite("new@ours.example").status, 422) << "the name is taken";
  EXPECT_EQ(invite("no address").status, 422);
  EXPECT_EQ(enter("new@ours.example", "").status, 422);
  EXPECT_EQ(enter("new@ours.example", "anything at all").status, 401) << "no password yet";

  sign_out();
  const object use{{"token", invited.text("token")}, {"password", kPassword}};
  EXPECT_EQ(
      call("POST", "/api/v1/one-time-links/look", object{{"token", invited.text("token")}}).text("login"),
      "new@ours.example");
  EXPECT_EQ(call("POST", "/api/v1/one-time-links/use", use).text("login"), "new@ours.example");
  EXPECT_EQ(call("POST", "/api/v1/one-time-links/use", use).code(), "link_ended");
  EXPECT_EQ(enter("new@ours.example", kPassword).status, 200);
  EXPECT_EQ(newest_deed().deed.action, "session.begun");
}

TEST_F(AccountsTest, AResetTakesThePasswordAndTheSessionsAtOnce) {
  begin_with_root();
  const UserId bob = add({kAccount, "bob@ours.example", auth::Role::User, {}});
  sign_in("bob@ours.example");
  const auto bobs = std::pair(cookie_, csrf_);
  sign_in("root@ours.example");
  const std::string path = "/api/v1/account/users/" + std::to_string(bob.value);
  const Got reset = call("POST", path + "/reset");
  ASSERT_EQ(reset.status, 200) << reset.body;
  EXPECT_EQ(newest_deed().deed.action, "user.password_reset");
  std::tie(cookie_, csrf_) = bobs;
  EXPECT_EQ(call("GET", "/api/v1/session").status, 401);
  EXPECT_EQ(enter("bob@ours.example", "a long password bob@ours.example").status, 401);
  EXPECT_EQ(call("POST", "/api/v1/one-time-links/use",
                 object{{"token", reset.text("token")}, {"password", kPassword}})
                .status,
            200);
  EXPECT_EQ(enter("bob@ours.example", kPassword).status, 200);
  sign_in("root@ours.example");
  EXPECT_EQ(call("POST", path + "/reset").status, 200);
  const Got second = call("POST", path + "/reset");
  EXPECT_EQ(second.json.at("user").at("state"), "invited");
}

TEST_F(AccountsTest, AChangeIsNotedFromAndToAndTheLastAdministratorStays) {
  begin_with_root();
  const UserId bob = add({kAccount, "bob@ours.example", auth::Role::User, {}});
  const std::string path = "/api/v1/account/users/" + std::to_string(bob.value);
  EXPECT_EQ(call("PATCH", path, object{{"role", "system_administrator"}, {"name", "Bob B."}}).status, 200);
  EXPECT_EQ(newest_deed().deed.details,
            R"({"name":{"from":"bob","to":"Bob B."},"role":{"from":"user","to":"system_admin"}})");
  const int64_t noted = newest_deed().number;
  EXPECT_EQ(call("PATCH", path, object{{"name", "Bob B."}}).status, 200);
  EXPECT_EQ(newest_deed().number, noted) << "nothing changed, nothing is noted";
  EXPECT_EQ(call("PATCH", path, object{{"password_hash", "x"}}).status, 422) << "no such member";
  EXPECT_EQ(call("PATCH", path, object{{"role", "emperor"}}).status, 422);

  const std::string root =
      call("GET", "/api/v1/account/users?q=root").json.at("items").at(0).at("id").as_string().c_str();
  EXPECT_EQ(call("PATCH", "/api/v1/account/users/" + root, object{{"role", "user"}}).status, 422)
      << "his own rights";
  // An invited administrator is none yet: the last who can sign in stays.
  EXPECT_EQ(call("PATCH", path, object{{"disabled", true}}).status, 200);
  sign_in("bob@ours.example");
  EXPECT_EQ(call("GET", "/api/v1/session").status, 401) << "disabled";
}

TEST_F(AccountsTest, ASecondFactorIsSetUpAskedForAndTakenAway) {
  begin_with_root();
  const Got begun = call("POST", "/api/v1/session/second-factor");
  ASSERT_EQ(begun.status, 200) << begun.body;
  EXPECT_THAT(begun.text("link"),
              HasSubstr("otpauth://totp/Mail%20Sync:root%40ours.example?secret=" + begun.text("key")));
  // What the user's app does with the key.
  std::string raw;
  uint32_t held = 0;
  int bits = 0;
  for (const char c : begun.text("key")) {
    held = (held << 5) | static_cast<uint32_t>(c >= 'A' ? c - 'A' : c - '2' + 26);
    bits += 5;
    if (bits >= 8) raw += static_cast<char>((held >> (bits -= 8)) & 0xFF);
  }
  const auto code = [&] { return auth::code_of_step(Secret(raw), auth::step_at(clock.now())); };
  EXPECT_EQ(call("POST", "/api/v1/session/second-factor/confirm", object{{"code", "000000"}}).status, 422);
  const Got confirmed = call("POST", "/api/v1/session/second-factor/confirm", object{{"code", code()}});
  ASSERT_EQ(confirmed.status, 200) << confirmed.body;
  EXPECT_EQ(newest_deed().deed.action, "second_factor.set_up");

  const std::string password = "a long password root@ours.example";
  EXPECT_EQ(enter("root@ours.example", password).code(), "second_factor_needed");
  EXPECT_EQ(enter("root@ours.example", "wrong password at all").code(), "sign_in_failed")
      << "first the password";
  EXPECT_EQ(enter("root@ours.example", password, code()).code(), "second_factor_failed")
      << "spent by the set-up";
  clock.advance(std::chrono::seconds(30));
  EXPECT_EQ(enter("root@ours.example", password, code()).status, 200);
  EXPECT_EQ(enter("root@ours.example", password, code()).code(), "second_factor_failed") << "good for once";
  const std::string recovery(confirmed.json.at("recovery_codes").at(3).as_string());
  EXPECT_EQ(enter("root@ours.example", password, recovery).status, 200);
  EXPECT_EQ(enter("root@ours.example", password, recovery).code(), "second_factor_failed");
  EXPECT_EQ(newest_deed().deed.action, "session.refused");

  // Nothing in the database opens the door: neither the secret nor a recovery code is there in plain.
  const std::string dump = contents();
  EXPECT_THAT(dump, testing::Not(HasSubstr(raw)));
  EXPECT_THAT(dump, testing::Not(HasSubstr(begun.text("key"))));
  EXPECT_THAT(dump, testing::Not(HasSubstr(recovery)));

  EXPECT_EQ(call("POST", "/api/v1/session/second-factor/remove", object{{"code", "000000"}}).status, 422);
  clock.advance(std::chrono::seconds(30));
  EXPECT_EQ(call("POST", "/api/v1/session/second-factor/remove", object{{"code", code()}}).status, 204);
  EXPECT_EQ(enter("root@ours.example", password).status, 200);
}

TEST_F(AccountsTest, WrongCodesWearTheSameBrakeAsWrongPasswords) {
  begin_with_root();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(enter("root@ours.example", "a wrong password").status, 401);
  const Got braked = enter("root@ours.example", "a long password root@ours.example");
  EXPECT_EQ(braked.status, 429);
  EXPECT_EQ(newest_deed().deed.action, "session.refused");
}

TEST_F(AccountsTest, AUserChangesHisPasswordAndIsSignedOutElsewhere) {
  begin_with_root();
  const auto elsewhere = std::pair(cookie_, csrf_);
  sign_in("root@ours.example");
  const std::string path = "/api/v1/session/password";
  EXPECT_EQ(call("POST", path, object{{"current", "wrong"}, {"password", kPassword}}).status, 422);
  EXPECT_EQ(
      call("POST", path, object{{"current", "a long password root@ours.example"}, {"password", "short"}})
          .status,
      422);
  EXPECT_EQ(
      call("POST", path, object{{"current", "a long password root@ours.example"}, {"password", kPassword}})
          .status,
      204);
  EXPECT_EQ(call("GET", "/api/v1/session").status, 200);
  std::tie(cookie_, csrf_) = elsewhere;
  EXPECT_EQ(call("GET", "/api/v1/session").status, 401);
  EXPECT_EQ(enter("root@ours.example", kPassword).status, 200);
}

TEST_F(AccountsTest, OrganizationsAreMadeRenamedAndRemoved) {
  begin_with_root();
  const Got made = call("POST", "/api/v1/account/organizations", object{{"name", " Sales  "}});
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.text("name"), "Sales");
  EXPECT_EQ(call("POST", "/api/v1/account/organizations", object{{"name", "SALES"}}).status, 422);
  EXPECT_EQ(call("POST", "/api/v1/account/organizations", object{{"name", "  "}}).status, 422);
  const std::string path = "/api/v1/account/organizations/" + made.text("id");
  EXPECT_EQ(call("PATCH", path, object{{"name", "Sales and Service"}}).text("name"), "Sales and Service");
  EXPECT_EQ(newest_deed().deed.details, R"({"name":{"from":"Sales","to":"Sales and Service"}})");
  const UserId bob = add({kAccount, "bob@ours.example", auth::Role::User, {std::stoll(made.text("id"))}});
  EXPECT_EQ(call("DELETE", path).status, 422) << "somebody belongs to it";
  EXPECT_EQ(
      call("PATCH", "/api/v1/account/users/" + std::to_string(bob.value), object{{"organization_id", "1"}})
          .status,
      200);
  EXPECT_EQ(call("DELETE", path).status, 204);
  EXPECT_EQ(call("DELETE", "/api/v1/account/organizations/1").status, 422) << "the last one stays";
}

TEST_F(AccountsTest, TenThousandUsersAreListedByPages) {
  begin_with_root();
  write([&](db::SqlTransaction& tx) -> Result<void> {
    std::vector<db::Params> rows;
    for (int i = 0; i < 10'000; ++i)
      rows.push_back({"u" + std::to_string(100'000 + i) + "@ours.example", "Person " + std::to_string(i)});
    return tx.execute_batch(
        "INSERT INTO user_account (account_id, login, display_name, password_hash, role, "
        "created_at_us, disabled_at_us, organization_id) VALUES (1, $1, $2, 'x', 'user', 1, 0, 1)",
        rows);
  });
  Got page = call("GET", "/api/v1/account/users?limit=200");
  EXPECT_EQ(page.json.at("total"), 10'001);
  size_t seen = page.json.at("items").as_array().size();
  while (!page.json.at("next_cursor").is_null()) {
    page = call("GET", "/api/v1/account/users?limit=200&cursor=" + page.text("next_cursor"));
    ASSERT_EQ(page.status, 200);
    seen += page.json.at("items").as_array().size();
  }
  EXPECT_EQ(seen, 10'001U);
  EXPECT_EQ(call("GET", "/api/v1/account/users?q=Person%209999").json.contains("items"), true);
}

}  // namespace
}  // namespace mailsync::admin
