// Every operation × every role × an object of another account or another organization: who may not, gets a
// refusal, and the database is as it was (S39, S40). The operations come from the table of routes, which
// openapi_test.cc holds against openapi.yaml.
#include <gmock/gmock.h>

#include <set>

#include "tests/admin/installation.h"

namespace mailsync::admin {
namespace {

using boost::json::object;

class RolesTest : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    ours = organization_of(kAccount, "Ours");
    theirs = organization_of(kAccount, "Theirs");
    add({kAccount, "root@ours.example", auth::Role::SystemAdmin, ours});
    add({kAccount, "lead@ours.example", auth::Role::OrgAdmin, ours, {ours}});
    user = add({kAccount, "user@ours.example", auth::Role::User, ours});
    other = add({kAccount, "user@theirs.example", auth::Role::User, theirs});
    number_from(7000);
    foreign_organization = organization_of(kForeign, "Foreign");
    foreign = add({kForeign, "user@foreign.example", auth::Role::SystemAdmin, foreign_organization});
  }

  OrganizationId ours, theirs, foreign_organization;
  UserId user, other, foreign;
};

bool admits(Access access, const std::string& who) {
  if (access == Access::Public) return true;
  if (who.empty()) return false;
  if (access == Access::SignedIn) return true;
  return who.starts_with("root") || (access == Access::Administrators && who.starts_with("lead"));
}

std::string path_with(std::string_view pattern, const std::string& id) {
  std::string out(pattern);
  for (size_t at = out.find('{'); at != std::string::npos; at = out.find('{'))
    out.replace(at, out.find('}') - at + 1, id);
  return out;
}

TEST_F(RolesTest, WhoIsNotAdmittedIsRefusedBeforeAnythingIsWritten) {
  int refused = 0;
  for (const std::string who : {"", "user@ours.example", "lead@ours.example", "root@ours.example"}) {
    who.empty() ? sign_out() : sign_in(who);
    const std::string before = contents();
    for (const Route& route : routes()) {
      if (admits(route.access, who)) continue;
      const Got got = call(std::string(route.method), path_with(route.pattern, "1"), object());
      EXPECT_EQ(got.status, who.empty() ? 401 : 403) << route.operation << " as " << who << ": " << got.body;
      ++refused;
    }
    EXPECT_EQ(contents(), before) << "as " << who;
  }
  EXPECT_GT(refused, 80);
}

// Ids of another account's rows, of every table at once: whatever an operation takes them for, it finds
// nothing.
TEST_F(RolesTest, ObjectsOfAnotherAccountAreNotThere) {
  std::set<std::string> ids{std::to_string(foreign.value), std::to_string(foreign_organization.value)};
  for (const int64_t id : add_objects_of(kForeign, foreign)) ids.insert(std::to_string(id));
  for (const std::string who : {"user@ours.example", "lead@ours.example", "root@ours.example"}) {
    sign_in(who);
    for (const Route& route : routes()) {
      if (!route.pattern.contains('{') || !admits(route.access, who)) continue;
      for (const std::string& id : ids) {
        const std::string before = contents_of(kForeign);
        const Got got = call(std::string(route.method), path_with(route.pattern, id) + "?version=1",
                             object{{"version", 1}, {"name", "Stolen"}});
        // A list about an object that is not there may be empty; of the object itself nothing is said.
        if (got.status == 200)
          EXPECT_TRUE(got.json.contains("items") && got.json.at("items").as_array().empty())
              << route.operation << " " << id << " as " << who << ": " << got.body;
        EXPECT_GE(got.status, 200);
        EXPECT_NE(got.status, 201) << route.operation << " " << id << " as " << who;
        EXPECT_NE(got.status, 204) << route.operation << " " << id << " as " << who;
        EXPECT_LT(got.status, 500) << route.operation << " " << id << " as " << who << ": " << got.body;
        EXPECT_THAT(got.body, testing::Not(testing::HasSubstr("foreign.example"))) << route.operation;
        EXPECT_EQ(contents_of(kForeign), before) << route.operation << " " << id << " as " << who;
      }
    }
  }
}

TEST_F(RolesTest, AnOrganizationAdministratorStaysInHisOrganizations) {
  sign_in("lead@ours.example");
  const std::string mine = "/api/v1/account/users/" + std::to_string(user.value);
  const std::string not_mine = "/api/v1/account/users/" + std::to_string(other.value);
  EXPECT_EQ(call("GET", mine).status, 200);
  EXPECT_EQ(call("GET", not_mine).status, 404);
  EXPECT_EQ(call("PATCH", not_mine, object{{"name", "Changed"}}).status, 404);
  EXPECT_EQ(call("POST", not_mine + "/reset").status, 404);
  const Got listed = call("GET", "/api/v1/account/users");
  EXPECT_EQ(listed.json.at("total"), 3);
  EXPECT_EQ(call("GET", "/api/v1/account/organizations").json.at("items").as_array().size(), 1U);

  // He hands out no rights, and takes nobody elsewhere.
  EXPECT_EQ(call("PATCH", mine, object{{"role", "organization_administrator"}}).status, 403);
  EXPECT_EQ(call("PATCH", mine, object{{"organization_id", std::to_string(theirs.value)}}).status, 422);
  const object wanted{{"login", "new@ours.example"}, {"name", "New"}, {"role", "user"}};
  object elsewhere = wanted, above = wanted, here = wanted;
  elsewhere["organization_id"] = std::to_string(theirs.value);
  above["organization_id"] = here["organization_id"] = std::to_string(ours.value);
  above["role"] = "system_administrator";
  EXPECT_EQ(call("POST", "/api/v1/account/users", elsewhere).status, 422);
  EXPECT_EQ(call("POST", "/api/v1/account/users", above).status, 403);
  EXPECT_EQ(call("POST", "/api/v1/account/users", here).status, 201);
  EXPECT_EQ(call("PATCH", mine, object{{"disabled", true}}).json.at("state"), "disabled");

  // Nor does he touch administrators, himself least of all.
  const std::string root =
      call("GET", "/api/v1/account/users?q=root").json.at("items").at(0).at("id").as_string().c_str();
  EXPECT_EQ(call("PATCH", "/api/v1/account/users/" + root, object{{"disabled", true}}).status, 403);
  EXPECT_EQ(call("POST", "/api/v1/account/users/" + root + "/reset").status, 403);
}

TEST_F(RolesTest, AnOrganizationAdministratorSeesTheMailboxesOfHisUsersAlone) {
  const MailboxId mine = mailbox_of(kAccount, user, "user@ours.example");
  const MailboxId not_mine = mailbox_of(kAccount, other, "user@theirs.example");
  const auto seen = [&](MailboxId id) {
    return call("GET", "/api/v1/mailboxes/" + std::to_string(id.value)).status;
  };
  sign_in("lead@ours.example");
  EXPECT_EQ(seen(mine), 200);
  EXPECT_EQ(seen(not_mine), 404);
  EXPECT_EQ(call("POST", "/api/v1/mailboxes/" + std::to_string(not_mine.value) + "/pause").status, 404);
  EXPECT_EQ(call("GET", "/api/v1/mailboxes").json.at("items").as_array().size(), 1U);
  sign_in("root@ours.example");
  EXPECT_EQ(seen(not_mine), 200);
  sign_in("user@ours.example");
  EXPECT_EQ(seen(mine), 200);
  EXPECT_EQ(seen(not_mine), 404);
}

}  // namespace
}  // namespace mailsync::admin
