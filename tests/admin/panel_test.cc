// The Mail Sync panel: connecting, the list of users, and what is done to one and to many.
#include <gmock/gmock.h>

#include "auth/licences.h"
#include "tests/admin/panel_stage.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using sync::MailboxState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class PanelTest : public PanelStage {};

TEST_F(PanelTest, TheDatabaseIsConnectedOnceByASystemAdministrator) {
  EXPECT_EQ(call("GET", "/api/v1/mail-sync").json.at("connected"), false);
  EXPECT_TRUE(call("GET", "/api/v1/mail-sync/databases").json.at("items").as_array().empty());
  sign_in("lead@ours.example");
  EXPECT_EQ(call("POST", "/api/v1/mail-sync/connect").status, 403);
  sign_in("root@ours.example");
  EXPECT_EQ(call("POST", "/api/v1/mail-sync/connect").json.at("connected"), true);
  EXPECT_EQ(newest_deed().deed.action, "mail_sync.connected");
  const int64_t deeds = newest_deed().number;
  EXPECT_EQ(call("POST", "/api/v1/mail-sync/connect").status, 200);
  EXPECT_EQ(newest_deed().number, deeds) << "once more changes nothing";
  const Got databases = call("GET", "/api/v1/mail-sync/databases");
  EXPECT_EQ(databases.json.at("items").as_array().size(), 1U);
  EXPECT_EQ(databases.json.at("items").at(0).at("connected_by"), "root@ours.example");
  sign_in("user@foreign.example");
  EXPECT_EQ(call("GET", "/api/v1/mail-sync").json.at("connected"), false) << "each account for itself";
}

TEST_F(PanelTest, TheDefaultOrganizationIsChosenAndTold) {
  EXPECT_EQ(call("GET", "/api/v1/mail-sync").json.at("default_organization"), nullptr);
  const auto choose = [&](const std::string& id) {
    return call("PATCH", "/api/v1/mail-sync", object{{"default_organization_id", id}});
  };
  EXPECT_EQ(choose("999").status, 422);
  EXPECT_EQ(choose("x").status, 422);
  EXPECT_EQ(choose(std::to_string(sales.value)).json.at("default_organization").at("name"), "Sales");
  EXPECT_EQ(newest_deed().deed.action, "mail_sync.default_organization");
  EXPECT_THAT(newest_deed().deed.details, HasSubstr("Sales"));
}

TEST_F(PanelTest, AddingGivesALicenceAndMakesTheMailbox) {
  const Got got = act("add", {ann, bob});
  EXPECT_EQ(got.status, 202) << got.body;
  EXPECT_EQ(got.json.at("state"), "done");
  EXPECT_EQ(got.json.at("changed"), 2);
  const object row = row_of("ann@ours.example");
  EXPECT_EQ(row.at("mailbox").at("address"), "ann@ours.example");
  EXPECT_EQ(row.at("enabled"), true);
  EXPECT_EQ(row.at("status"), "first_sync");
  EXPECT_EQ(row.at("access_method"), "graph_app_only");
  EXPECT_EQ(row.at("initialization").at("state"), "not_started");
  EXPECT_EQ(row.at("profile").at("name"), "Default");
  EXPECT_EQ(newest_deed().deed.action, "mailbox.added");
  EXPECT_EQ(act("add", {ann}).json.at("changed"), 0) << "who is there stays as he is";
}

TEST_F(PanelTest, WhenLicencesRunOutNobodyIsAddedAndTheCountIsTold) {
  ASSERT_EQ(call("PATCH", "/api/v1/account/licences", object{{"bought", 1}}).status, 200);
  const Got got = act("add", {ann, bob});
  EXPECT_EQ(got.status, 422);
  EXPECT_THAT(got.body, HasSubstr("2 are needed, and 1 of 1 are left"));
  EXPECT_EQ(list().json.at("total"), 0);
  EXPECT_EQ(call("GET", "/api/v1/account/licences").json.at("given"), 0);
}

TEST_F(PanelTest, OneAddressSyncsOnceAndADisabledUserIsNotAdded) {
  mailbox_of(kAccount, bob, "ann@ours.example");
  const Got got = act("add", {ann});
  EXPECT_EQ(got.json.at("refused"), 1);
  EXPECT_THAT(got.body, HasSubstr("an address syncs once"));
  ASSERT_EQ(
      call("PATCH", "/api/v1/account/users/" + std::to_string(bob.value), object{{"disabled", true}}).status,
      200);
  EXPECT_THAT(act("add", {bob}).body, HasSubstr("enable him under Account Settings"));
}

TEST_F(PanelTest, DisablingAndEnablingAreOneSwitch) {
  act("add", {ann, bob});
  EXPECT_EQ(act("disable", {ann}).json.at("changed"), 1);
  EXPECT_EQ(newest_deed().deed.action, "mailbox.disabled");
  object row = row_of("ann@ours.example");
  EXPECT_EQ(row.at("enabled"), false);
  EXPECT_EQ(row.at("status"), "paused");
  EXPECT_EQ(row.at("status_detail"), "Switched off by root.");
  EXPECT_EQ(act("disable", {ann}).json.at("changed"), 0);
  EXPECT_EQ(act("enable", {ann, bob}).json.at("changed"), 1) << "Bob's was on";
  EXPECT_EQ(row_of("ann@ours.example").at("enabled"), true);
  // Whoever enables, starts, and lifts what a person has put right; a hold he does not lift.
  set_state(ann, MailboxState::NeedsLogin, "Consent was withdrawn.");
  EXPECT_EQ(act("enable", {ann}).json.at("changed"), 1);
  set_state(ann, MailboxState::Held, "A run is held.");
  const Got held = act("enable", {ann});
  EXPECT_EQ(held.json.at("refused"), 1);
  EXPECT_THAT(held.body, HasSubstr("approve or reject it"));
  EXPECT_EQ(state_of(ann), MailboxState::Held);
}

TEST_F(PanelTest, RemovingParksTheMailboxAndAddingAgainGoesOnFromThere) {
  act("add", {ann});
  const MailboxId box = box_of(ann);
  keep_cursor(box, "email:inbox", "place");
  EXPECT_EQ(act("remove", {ann}).json.at("changed"), 1);
  EXPECT_EQ(newest_deed().deed.action, "mailbox.removed");
  EXPECT_EQ(list().json.at("total"), 0);
  EXPECT_EQ(state_of(ann), MailboxState::SwitchedOff);
  EXPECT_EQ(call("GET", "/api/v1/account/licences").json.at("given"), 0);
  act("add", {ann});
  EXPECT_EQ(box_of(ann), box) << "the same mailbox with its links";
  EXPECT_EQ(state_of(ann), MailboxState::Active);
  EXPECT_EQ(store.cursor(box, "email:inbox")->value().cursor.value, "place");
}

TEST_F(PanelTest, AResetLeavesSyncOff) {
  act("add", {ann});
  EXPECT_EQ(act("reset", {ann}).json.at("changed"), 1);
  EXPECT_EQ(state_of(ann), MailboxState::Paused);
  EXPECT_EQ(newest_deed().deed.action, "mailbox.reset");
}

TEST_F(PanelTest, ReinitializingListsEverythingAgainAndForgetsNoLink) {
  act("add", {ann});
  const MailboxId box = box_of(ann);
  keep_cursor(box, "email:inbox", "place");
  keep_cursor(box, "settings", R"({"followed":{"email":["inbox","sent"]}})");
  keep_cursor(box, "crm:task", "7");
  EXPECT_EQ(row_of("ann@ours.example").at("initialization").at("listed"), 1);
  EXPECT_EQ(row_of("ann@ours.example").at("initialization").at("collections"), 2);
  EXPECT_EQ(act("reinitialize", {ann}).json.at("changed"), 1);
  // What a turn makes of a lost cursor: known as listed, and without a place.
  const auto inbox = *store.cursor(box, "email:inbox");
  ASSERT_TRUE(inbox);
  EXPECT_TRUE(inbox->enumerated);
  EXPECT_EQ(inbox->cursor.value, "");
  EXPECT_TRUE(store.cursor(box, "settings")->has_value());
  EXPECT_FALSE(store.cursor(box, "crm:task")->has_value());
  EXPECT_EQ(newest_deed().deed.action, "mailbox.listed_again");
}

TEST_F(PanelTest, TheListIsFilteredSortedAndPagedByTheServer) {
  add_many(30);
  act_on_all("add", {{"q", "person"}});
  mailbox_trouble("person07@many.example");
  act("disable", {user_named("person03@many.example")});
  const auto names = [&](const std::string& query) {
    std::vector<std::string> out;
    std::string cursor;
    do {
      const Got got = list(query + "&limit=7" + (cursor.empty() ? "" : "&cursor=" + cursor));
      EXPECT_EQ(got.status, 200) << got.body;
      for (const value& item : got.json.at("items").as_array())
        out.emplace_back(item.at("user").at("login").as_string());
      const value& next = got.json.at("next_cursor");
      cursor = next.is_null() ? "" : std::string(next.as_string());
    } while (!cursor.empty());
    return out;
  };
  const auto all = names("sort=name");
  EXPECT_EQ(all.size(), 30U);
  EXPECT_TRUE(std::ranges::is_sorted(all));
  auto down = names("sort=-name");
  std::ranges::reverse(down);
  EXPECT_EQ(down, all);
  EXPECT_THAT(names("enabled=false"), ElementsAre("person03@many.example"));
  EXPECT_THAT(names("with_issues=true"), ElementsAre("person07@many.example"));
  EXPECT_EQ(names("sort=-issues").front(), "person07@many.example");
  EXPECT_EQ(names("sort=status").back(), "person03@many.example");
  EXPECT_THAT(names("q=PERS%C3%93N11"), testing::IsEmpty()) << "the query is not decoded here";
  EXPECT_THAT(names("q=Person11"), ElementsAre("person11@many.example"));
  EXPECT_THAT(names("status=paused"), ElementsAre("person03@many.example"));
  EXPECT_EQ(names("organization_id=" + std::to_string(sales.value)).size(), 0U);
  const Got got = list("enabled=false");
  EXPECT_EQ(got.json.at("summary").at("users"), 30);
  EXPECT_EQ(got.json.at("summary").at("enabled"), 29);
  EXPECT_EQ(list("status=unheard").status, 400);
  EXPECT_EQ(list("sort=password").status, 400);
  EXPECT_EQ(list("cursor=" + std::string(list("limit=5").text("next_cursor")) + "&sort=-name").status, 400);
}

TEST_F(PanelTest, ARowSaysWhatIsWrongAndTheWayOut) {
  act("add", {ann});
  set_state(ann, MailboxState::NeedsLogin, "");
  mailbox_trouble("ann@ours.example");
  const object row = row_of("ann@ours.example");
  EXPECT_EQ(row.at("status"), "needs_sign_in");
  EXPECT_EQ(row.at("status_detail"), "Microsoft refused: the password was changed");
  EXPECT_EQ(row.at("way_out"), "Sign in again.");
  EXPECT_EQ(row.at("open_issues"), 1);
  EXPECT_EQ(list().json.at("summary").at("attention"), 1);
}

TEST_F(PanelTest, ManyAreEnabledWithOneRequestInChunks) {
  add_many(450);
  ASSERT_EQ(call("PATCH", "/api/v1/account/licences", object{{"bought", 1000}}).status, 200);
  const Got added = act_on_all("add", object());
  EXPECT_EQ(added.json.at("state"), "running") << "the answer does not wait for all of them";
  EXPECT_EQ(finished(added).at("changed"), 454);
  EXPECT_EQ(finished(act_on_all("disable", {{"q", "many.example"}})).at("changed"), 450);
  EXPECT_EQ(list("enabled=false").json.at("total"), 450);
  const object enabled = finished(act_on_all("enable", {{"enabled", false}}));
  EXPECT_EQ(enabled.at("done"), 450);
  EXPECT_EQ(enabled.at("changed"), 450);
  EXPECT_EQ(list("enabled=true").json.at("total"), 454);
  const std::string path = "/api/v1/mail-sync/operations/" + std::string(enabled.at("id").as_string());
  sign_in("lead@ours.example");
  EXPECT_EQ(call("GET", path).status, 404) << "another's operation";
}

TEST_F(PanelTest, AnOrganizationAdministratorSeesAndChangesHisUsersAlone) {
  act("add", {ann, bob});
  sign_in("lead@ours.example");
  EXPECT_EQ(list().json.at("total"), 1);
  EXPECT_EQ(row_of("ann@ours.example").at("user").at("organization").at("name"), "Sales");
  EXPECT_EQ(act("disable", {bob}).status, 404);
  EXPECT_EQ(act("disable", {ann, bob}).status, 404) << "all or none";
  EXPECT_EQ(state_of(ann), MailboxState::Active);
  EXPECT_EQ(act_on_all("disable", object()).json.at("changed"), 1);
  EXPECT_EQ(state_of(bob), MailboxState::Active);
  EXPECT_EQ(call("GET", "/api/v1/mail-sync/databases").status, 200);
}

TEST_F(PanelTest, AWrongOrderIsRefusedInWords) {
  const auto order = [&](const object& body) {
    return call("POST", "/api/v1/mail-sync/operations", body).status;
  };
  EXPECT_EQ(order({{"action", "explode"}, {"user_ids", array{"1"}}}), 422);
  EXPECT_EQ(order({{"action", "enable"}}), 422);
  EXPECT_EQ(order({{"action", "enable"}, {"user_ids", array{}}}), 422);
  EXPECT_EQ(order({{"action", "enable"}, {"user_ids", array{"-1"}}}), 422);
  EXPECT_EQ(order({{"action", "enable"}, {"user_ids", array{"1"}}, {"matching", object()}}), 422);
  EXPECT_EQ(order({{"action", "enable"}, {"matching", {{"everything", true}}}}), 422);
  EXPECT_EQ(order({{"action", "enable"}, {"matching", {{"status", "unheard"}}}}), 400);
  EXPECT_EQ(order({{"action", "enable"}, {"user_ids", array{"123456"}}}), 404);
  EXPECT_EQ(order({{"action", "change_profile"}, {"matching", object()}, {"profile_id", "77"}}), 422);
  EXPECT_EQ(order({{"action", "force_sync"}, {"matching", object()}}), 503) << "nothing syncs here";
  EXPECT_EQ(call("GET", "/api/v1/mail-sync/operations/12345").status, 404);
}

TEST_F(PanelTest, TheExportHoldsNoFormula) {
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(tx.execute("UPDATE user_account SET display_name = $2 WHERE id = $1", {ann, "=HYPERLINK(1)"}));
    return {};
  });
  act("add", {ann, bob});
  const Got got = call("GET", "/api/v1/mail-sync/users/export?sort=login");
  EXPECT_EQ(*got.headers.find("Content-Type"), "text/csv; charset=utf-8");
  EXPECT_THAT(got.body, HasSubstr("\"'=HYPERLINK(1)\",\"ann@ours.example\",\"Sales\""));
  EXPECT_THAT(got.body, HasSubstr("\"bob\",\"bob@ours.example\""));
  EXPECT_THAT(call("GET", "/api/v1/mail-sync/users/export?q=bob").body, Not(HasSubstr("ann@ours.example")));
}

}  // namespace
}  // namespace mailsync::admin
