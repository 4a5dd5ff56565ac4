// Customizations: profiles are made, changed, applied and deleted; and the statistics and network needs.
#include <gmock/gmock.h>

#include "tests/admin/panel_stage.h"

namespace mailsync::admin {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using testing::HasSubstr;

class ProfilesTest : public PanelStage {
 protected:
  static constexpr const char* kPath = "/api/v1/mail-sync/profiles";
  std::string create(const object& body) {
    const Got got = call("POST", kPath, body);
    EXPECT_EQ(got.status, 201) << got.body;
    return got.status == 201 ? got.text("id") : "0";
  }
  Got change(const std::string& id, const object& body) {
    return call("PATCH", std::string(kPath) + "/" + id, body);
  }
  Got apply_to(OrganizationId organization, const std::string& id) {
    return call("POST", "/api/v1/account/organizations/" + std::to_string(organization.value) + "/profile",
                object{{"profile_id", id}});
  }
  sync::Profile profile_of(UserId user) { return store.mailbox(box_of(user))->profile; }
};

TEST_F(ProfilesTest, TheProfileOfTheSettingsFileIsTheFirstAndStays) {
  api.new_mailboxes.profile.category = "Shared";
  act("add", {ann});
  EXPECT_EQ(profile_of(ann).category, "Shared");
  const Got got = call("GET", kPath);
  const object first = got.json.at("items").at(0).as_object();
  EXPECT_EQ(first.at("id"), "settings");
  EXPECT_EQ(first.at("editable"), false);
  EXPECT_EQ(first.at("settings").at("category"), "Shared");
  EXPECT_EQ(first.at("settings").at("history_days"), 30);
  EXPECT_EQ(first.at("settings").at("max_attachment_mb"), 150);
  EXPECT_EQ(first.at("users"), 1);
  EXPECT_EQ(change("settings", {{"version", 1}, {"name", "Mine"}}).status, 404);
}

TEST_F(ProfilesTest, AProfileIsMadeGivenToUsersAndSpreadsWhenItChanges) {
  act("add", {ann, bob});
  const std::string id = create({{"name", "Sales"},
                                 {"settings", {{"category", "Sales"}, {"history_days", 90}}},
                                 {"modes", {{"category", "force"}}}});
  EXPECT_EQ(newest_deed().deed.action, "profile.created");
  EXPECT_EQ(act("change_profile", {ann}, {{"profile_id", id}}).json.at("changed"), 1);
  EXPECT_THAT(newest_deed().deed.details, HasSubstr(R"("from":"Default","to":"Sales")"));
  EXPECT_EQ(profile_of(ann).category, "Sales");
  EXPECT_EQ(profile_of(ann).history, std::chrono::hours(24 * 90));
  EXPECT_EQ(profile_of(bob).category, "CRM");
  EXPECT_EQ(row_of("ann@ours.example").at("profile").at("name"), "Sales");
  EXPECT_EQ(list("profile_id=" + id).json.at("total"), 1);
  EXPECT_EQ(list("profile_id=settings").json.at("total"), 1);
  EXPECT_EQ(act("change_profile", {ann}, {{"profile_id", id}}).json.at("changed"), 0) << "he has it";

  const Got changed =
      change(id, {{"version", 1},
                  {"settings", {{"directions", {{"task", {{"to_crm", false}, {"to_mailbox", true}}}}}}}});
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_FALSE(profile_of(ann).directions.at(model::Kind::Task).to_crm) << "who has it follows";
  EXPECT_EQ(newest_deed().deed.action, "profile.changed");
  EXPECT_THAT(newest_deed().deed.details, HasSubstr("directions"));
  EXPECT_EQ(change(id, {{"version", 1}, {"name", "Late"}}).status, 409);
  EXPECT_EQ(call("DELETE", std::string(kPath) + "/" + id).status, 422) << "Ann has it";
  act("change_profile", {ann}, {{"profile_id", "settings"}});
  EXPECT_EQ(profile_of(ann).category, "CRM");
  EXPECT_EQ(call("DELETE", std::string(kPath) + "/" + id).status, 204);
  EXPECT_EQ(newest_deed().deed.action, "profile.deleted");
}

TEST_F(ProfilesTest, NewUsersOfAnOrganizationGetItsProfile) {
  const std::string id = create({{"name", "Sales"}, {"settings", {{"category", "Sales"}}}});
  EXPECT_EQ(apply_to(sales, id).json.at("profile").at("name"), "Sales");
  EXPECT_EQ(newest_deed().deed.action, "organization.profile");
  act("add", {ann, bob});
  EXPECT_EQ(profile_of(ann).category, "Sales");
  EXPECT_EQ(profile_of(bob).category, "CRM");
  EXPECT_EQ(call("DELETE", std::string(kPath) + "/" + id).status, 422);
  EXPECT_EQ(apply_to({999}, id).status, 404);
  EXPECT_EQ(apply_to(sales, "999").status, 422);
  sign_in("lead@ours.example");
  EXPECT_EQ(apply_to(sales, "settings").status, 200) << "his organization";
  EXPECT_EQ(change(id, {{"version", 1}, {"name", "Mine"}}).status, 403);
  EXPECT_EQ(call("GET", kPath).json.at("items").as_array().size(), 2U);
}

TEST_F(ProfilesTest, AResetForgetsWhatTheUserChangedForHimself) {
  const std::string id = create({{"name", "Sales"}, {"settings", {{"category", "Sales"}}}});
  act("add", {ann});
  act("change_profile", {ann}, {{"profile_id", id}});
  const MailboxId box = box_of(ann);
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(tx.execute("UPDATE mailbox_profile SET own = $2 WHERE mailbox_id = $1",
                        {box, R"({"completed_task_days":3})"}));
    return {};
  });
  act("change_profile", {ann}, {{"profile_id", id}});
  EXPECT_EQ(profile_of(ann).completed_task_days, 3);
  act("reset", {ann});
  EXPECT_EQ(profile_of(ann).completed_task_days, 14);
  EXPECT_EQ(profile_of(ann).category, "Sales") << "the profile stays his";
}

TEST_F(ProfilesTest, WrongSettingsAreRefusedByName) {
  const auto wrong = [&](const std::string& member, const value& given) {
    const Got got = call("POST", kPath, object{{"name", "X"}, {"settings", {{member, given}}}});
    EXPECT_EQ(got.status, 422) << got.body;
    return got.status == 422 ? std::string(got.json.at("errors").at(0).at("field").as_string()) : "";
  };
  EXPECT_EQ(wrong("category", ""), "category");
  EXPECT_EQ(wrong("category", 7), "category");
  EXPECT_EQ(wrong("history_days", -1), "history_days");
  EXPECT_EQ(wrong("history_days", 1.5), "history_days");
  EXPECT_EQ(wrong("history_us", 1), "history_us");
  EXPECT_EQ(wrong("winner", "chance"), "winner");
  EXPECT_EQ(wrong("included_folders", "Inbox"), "included_folders");
  EXPECT_EQ(wrong("included_folders", array{""}), "included_folders");
  EXPECT_EQ(wrong("directions", object{{"email", {{"to_mailbox", true}}}}), "directions");
  EXPECT_EQ(wrong("directions", object{{"pigeon", {{"to_crm", true}}}}), "directions");
  EXPECT_EQ(wrong("share_whole_conversation", "yes"), "share_whole_conversation");
  EXPECT_EQ(call("POST", kPath, object{{"name", "X"}, {"modes", {{"category", "maybe"}}}}).status, 422);
  EXPECT_EQ(call("POST", kPath, object{{"name", "X"}, {"modes", {{"colour", "force"}}}}).status, 422);
  EXPECT_EQ(call("POST", kPath, object{{"name", " "}}).status, 422);
  EXPECT_EQ(call("POST", kPath, object{{"name", "Default"}}).status, 422);
  EXPECT_EQ(call("POST", kPath, object{{"name", std::string(201, 'x')}}).status, 422);
  create({{"name", "Sales"}});
  EXPECT_EQ(call("POST", kPath, object{{"name", "sales"}}).status, 422) << "taken";
  EXPECT_EQ(call("GET", kPath).json.at("items").as_array().size(), 2U);
}

TEST_F(ProfilesTest, StatisticsCountItemsByDayKindAndDirection) {
  act("add", {ann, bob});
  const MailboxId box = box_of(ann);
  write([&](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(store.add_counts(tx, box, random.run_id(clock.now()), model::Kind::Email,
                              {.to_crm_created = 5, .to_crm_linked = 2}));
    return store.add_counts(tx, box, random.run_id(clock.now() - std::chrono::hours(24)), model::Kind::Task,
                            {.to_mailbox_created = 3});
  });
  ASSERT_TRUE(statistics.note_outcome(box, sync::day_of(clock.now()), "throttled"));
  ASSERT_TRUE(statistics.note_outcome(box, sync::day_of(clock.now()), "transient"));
  mailbox_trouble("ann@ours.example");
  const Got got =
      call("GET", "/api/v1/mail-sync/statistics?days=7&organization_id=" + std::to_string(sales.value));
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json.at("mailboxes"), 1) << "Bob belongs to another organization";
  const array& days = got.json.at("days").as_array();
  ASSERT_EQ(days.size(), 7U);
  EXPECT_EQ(days.back().at("day"), "2026-11-22");
  EXPECT_EQ(days.back().at("kinds").at(0).at("to_crm"), 7);
  EXPECT_EQ(days.back().at("throttled"), 1);
  EXPECT_EQ(days.back().at("failed"), 1);
  EXPECT_EQ(days.at(5).at("kinds").at(2).at("to_mailbox"), 3);
  EXPECT_EQ(got.json.at("users").at(0).at("user").at("name"), "ann");
  EXPECT_EQ(got.json.at("open_issues").at(0).at("code"), "mailbox:login");
  EXPECT_EQ(call("GET", "/api/v1/mail-sync/statistics?days=0").status, 400);
  EXPECT_EQ(call("GET", "/api/v1/mail-sync/statistics?days=1000").status, 400);
  sign_in("lead@ours.example");
  EXPECT_EQ(call("GET", "/api/v1/mail-sync/statistics").json.at("mailboxes"), 1);
  const OrganizationId other = organization_of(kAccount, "Service");
  EXPECT_EQ(call("GET", "/api/v1/mail-sync/statistics?organization_id=" + std::to_string(other.value)).status,
            400);
}

TEST_F(ProfilesTest, PercentilesAreThoseOfPassesThatDidSomething) {
  act("add", {ann});
  for (int i = 1; i <= 100; ++i)
    ASSERT_TRUE(runs.save({.id = random.run_id(clock.now()),
                           .mailbox = box_of(ann),
                           .started_at = clock.now(),
                           .ended_at = clock.now() + std::chrono::milliseconds(i * 10),
                           .counts = {}},
                          std::chrono::hours(24 * 35), 1000));
  const object latency = call("GET", "/api/v1/mail-sync/statistics").json.at("latency").as_object();
  EXPECT_EQ(latency.at("passes"), 100);
  EXPECT_EQ(latency.at("p50_ms"), 500);
  EXPECT_EQ(latency.at("p95_ms"), 950);
  EXPECT_EQ(latency.at("p99_ms"), 990);
}

TEST_F(ProfilesTest, TheActivityOfAnOrganizationIsTheAuditLogOfIt) {
  act("add", {ann, bob});
  const Got got =
      call("GET", "/api/v1/audit-log?action=mailbox.&organization_id=" + std::to_string(sales.value));
  ASSERT_EQ(got.json.at("items").as_array().size(), 1U);
  EXPECT_EQ(got.json.at("items").at(0).at("subject_name"), "ann@ours.example");
  EXPECT_THAT(call("GET", "/api/v1/audit-log/export?organization_id=" + std::to_string(sales.value)).body,
              testing::Not(HasSubstr("bob@ours.example")));
  EXPECT_EQ(call("GET", "/api/v1/audit-log?organization_id=x").status, 400);
}

TEST_F(ProfilesTest, TheNetworkNeedsAreThoseOfTheSettings) {
  api.network_needs = {{.inbound = false,
                        .host = "graph.example",
                        .port = 443,
                        .protocol = "HTTPS",
                        .peer = {},
                        .purpose = "Mailboxes."},
                       {.inbound = true,
                        .host = "sync.example",
                        .port = 443,
                        .protocol = "HTTPS",
                        .peer = "Browsers",
                        .purpose = "The web application."}};
  const Got got = call("GET", "/api/v1/mail-sync/network-needs");
  EXPECT_EQ(got.json.at("outbound").at(0).at("host"), "graph.example");
  EXPECT_EQ(got.json.at("inbound").at(0).at("peer"), "Browsers");
}

}  // namespace
}  // namespace mailsync::admin
