// Licenses & Modules: counted, given, taken; and what it means for the mailboxes.
#include "auth/licences.h"

#include <gmock/gmock.h>

#include "tests/admin/installation.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;
using testing::HasSubstr;

class LicencesTest : public Installation {
 protected:
  static constexpr const char* kPath = "/api/v1/account/licences";
  void SetUp() override {
    Installation::SetUp();
    sales = organization_of(kAccount, "Sales");
    add({kAccount, "root@ours.example", auth::Role::SystemAdmin, {}});
    add({kAccount, "lead@ours.example", auth::Role::OrgAdmin, sales, {sales}});
    ann = add({kAccount, "ann@ours.example", auth::Role::User, sales});
    bob = add({kAccount, "bob@ours.example", auth::Role::User, {}});
    sign_in("root@ours.example");
  }
  Got change(const object& body) { return call("PATCH", kPath, body); }
  Got give(std::vector<UserId> users) { return call("POST", std::string(kPath) + "/give", ids(users)); }
  Got take(std::vector<UserId> users) { return call("POST", std::string(kPath) + "/take", ids(users)); }
  static object ids(const std::vector<UserId>& users) {
    array list;
    for (const UserId each : users) list.push_back(boost::json::string(std::to_string(each.value)));
    return {{"user_ids", list}};
  }
  sync::MailboxState state_of(MailboxId box) { return store.mailbox(box)->state; }
  OrganizationId sales;
  UserId ann, bob;
};

TEST_F(LicencesTest, TheyAreCountedAndRunOut) {
  EXPECT_EQ(call("GET", kPath).json,
            (object{{"bought", 25}, {"given", 0}, {"left", 25}, {"mail_sync", false}}));
  EXPECT_EQ(change({{"bought", 1}}).json.at("left"), 1);
  const Got both = give({ann, bob});
  EXPECT_EQ(both.status, 422);
  EXPECT_THAT(both.body, HasSubstr("2 are needed, and 1 of 1 are left"));
  EXPECT_EQ(call("GET", kPath).json.at("given"), 0) << "all or none";
  EXPECT_EQ(give({ann}).json.at("left"), 0);
  EXPECT_EQ(newest_deed().deed.action, "licence.given");
  EXPECT_EQ(give({ann}).status, 200) << "who has one keeps it";
  EXPECT_EQ(change({{"bought", 0}}).status, 422) << "one is given";
  EXPECT_EQ(change({{"bought", -1}}).status, 422);
  EXPECT_EQ(change({{"bought", "many"}}).status, 422);
  EXPECT_EQ(take({ann}).json.at("left"), 1);
  EXPECT_EQ(give({bob}).status, 200);
  EXPECT_EQ(call("GET", "/api/v1/account/users?q=bob").json.at("items").at(0).at("licensed"), true);
  EXPECT_EQ(call("GET", "/api/v1/account/users?q=ann").json.at("items").at(0).at("licensed"), false);
}

TEST_F(LicencesTest, WithoutModuleOrLicenceMailboxesParkAtOnceAndComeBack) {
  const MailboxId anns = mailbox_of(kAccount, ann, "ann@ours.example");
  const MailboxId bobs = mailbox_of(kAccount, bob, "bob@ours.example");
  ASSERT_EQ(change({{"mail_sync", true}}).status, 200);
  EXPECT_EQ(newest_deed().deed.action, "module.switched_on");
  ASSERT_EQ(give({ann, bob}).status, 200);
  EXPECT_EQ(state_of(anns), sync::MailboxState::Active);
  ASSERT_EQ(take({bob}).status, 200);
  EXPECT_EQ(state_of(anns), sync::MailboxState::Active);
  EXPECT_EQ(state_of(bobs), sync::MailboxState::SwitchedOff);
  EXPECT_THAT(store.mailbox(bobs)->state_text, HasSubstr("no Mail Sync licence"));
  ASSERT_EQ(change({{"mail_sync", false}}).status, 200);
  EXPECT_EQ(state_of(anns), sync::MailboxState::SwitchedOff);
  EXPECT_THAT(store.mailbox(bobs)->state_text, HasSubstr("module is switched off"));
  ASSERT_EQ(change({{"mail_sync", true}}).status, 200);
  EXPECT_EQ(state_of(anns), sync::MailboxState::Active);
  EXPECT_EQ(state_of(bobs), sync::MailboxState::SwitchedOff) << "still without a licence";
  ASSERT_EQ(give({bob}).status, 200);
  EXPECT_EQ(state_of(bobs), sync::MailboxState::Active);
  EXPECT_EQ(store.mailbox(bobs)->state_text, "");
}

TEST_F(LicencesTest, ALicenceLiftsNoPauseAndNoOtherTrouble) {
  const MailboxId paused = mailbox_of(kAccount, ann, "ann@ours.example");
  const MailboxId away = mailbox_of(kAccount, bob, "bob@ours.example");
  for (const auto& [id, state, text] :
       {std::tuple(paused, sync::MailboxState::Paused, "Paused by Ann."),
        std::tuple(away, sync::MailboxState::SwitchedOff, "no mailbox answers")}) {
    sync::Mailbox box = *store.mailbox(id);
    box.state = state;
    box.state_text = text;
    write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(store.save_mailbox(tx, box));
      return {};
    });
  }
  change({{"mail_sync", true}});
  give({ann, bob});
  EXPECT_EQ(state_of(paused), sync::MailboxState::Paused);
  EXPECT_EQ(store.mailbox(away)->state_text, "no mailbox answers");
  take({ann, bob});
  EXPECT_EQ(state_of(paused), sync::MailboxState::Paused);
}

TEST_F(LicencesTest, AnOrganizationAdministratorGivesToHisUsersAlone) {
  sign_in("lead@ours.example");
  EXPECT_EQ(give({ann}).status, 200);
  EXPECT_EQ(give({bob}).status, 404);
  EXPECT_EQ(take({bob}).status, 404);
  EXPECT_EQ(change({{"mail_sync", true}}).status, 403);
  EXPECT_EQ(change({{"bought", 99}}).status, 403);
  EXPECT_EQ(call("POST", std::string(kPath) + "/give", ids({})).status, 422);
}

TEST_F(LicencesTest, AnInstallationThatSyncsAlreadyGoesOn) {
  const std::vector<UserId> owners{ann, bob};
  write([&](db::SqlTransaction& tx) { return auth::ensure_licences(tx, kAccount, owners, clock.now()); });
  const Got got = call("GET", kPath);
  EXPECT_EQ(got.json, (object{{"bought", 25}, {"given", 2}, {"left", 23}, {"mail_sync", true}}));
  // Once: what an administrator takes back later stays taken.
  take({ann});
  write([&](db::SqlTransaction& tx) { return auth::ensure_licences(tx, kAccount, owners, clock.now()); });
  EXPECT_EQ(call("GET", kPath).json.at("given"), 1);
}

}  // namespace
}  // namespace mailsync::admin
