// The audit log: who sees what of it, its export, and that tampering is found.
#include <gmock/gmock.h>

#include "tests/admin/installation.h"

namespace mailsync::admin {
namespace {

using boost::json::object;
using testing::HasSubstr;
using testing::Not;

class AuditTest : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    sales = organization_of(kAccount, "Sales");
    add({kAccount, "root@ours.example", auth::Role::SystemAdmin, {}});
    add({kAccount, "lead@ours.example", auth::Role::OrgAdmin, sales, {sales}});
    user = add({kAccount, "user@ours.example", auth::Role::User, sales});
    sign_in("root@ours.example");
  }
  Got check() { return call("GET", "/api/v1/audit-log/check"); }
  // Past the triggers, as who holds the database file could.
  void tamper(const std::string& sql) {
    write([&](db::SqlTransaction& tx) -> Result<void> {
      TRY_VOID(tx.execute("DROP TRIGGER IF EXISTS audit_entry_stays"));
      TRY_VOID(tx.execute("DROP TRIGGER IF EXISTS audit_entry_is_kept"));
      TRY_VOID(tx.execute(sql));
      return {};
    });
  }
  OrganizationId sales;
  UserId user;
};

TEST_F(AuditTest, EveryChangeIsListedNewestFirstByPages) {
  const Got first = call("GET", "/api/v1/audit-log?limit=2");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.json.at("items").at(0).at("subject_name"), "user@ours.example");
  EXPECT_EQ(first.json.at("items").at(0).at("action"), "user.added");
  const Got second = call("GET", "/api/v1/audit-log?limit=2&cursor=" + first.text("next_cursor"));
  EXPECT_EQ(second.json.at("items").at(0).at("subject_name"), "root@ours.example");
  EXPECT_EQ(call("GET", "/api/v1/audit-log?action=organization.").json.at("items").as_array().size(), 2U);
  EXPECT_EQ(call("GET", "/api/v1/audit-log?q=LEAD").json.at("items").as_array().size(), 1U);
  EXPECT_EQ(call("GET", "/api/v1/audit-log?since=2027-01-01T00:00:00Z").json.at("items").as_array().size(),
            0U);
  EXPECT_EQ(call("GET", "/api/v1/audit-log?since=yesterday").code(), "filter_invalid");
}

TEST_F(AuditTest, AnOrganizationAdministratorSeesHisOrganizationsAlone) {
  sign_in("lead@ours.example");
  const Got got = call("GET", "/api/v1/audit-log");
  EXPECT_EQ(got.json.at("items").as_array().size(), 3U) << got.body;
  EXPECT_THAT(got.body, Not(HasSubstr("root@ours.example")));
  EXPECT_THAT(call("GET", "/api/v1/audit-log/export").body, Not(HasSubstr("root@ours.example")));
  EXPECT_EQ(check().status, 403);
}

TEST_F(AuditTest, AMailboxThatIsPausedAndResumedIsNoted) {
  const MailboxId box = mailbox_of(kAccount, user, "user@ours.example");
  const std::string path = "/api/v1/mailboxes/" + std::to_string(box.value);
  EXPECT_EQ(call("POST", path + "/pause").status, 200);
  EXPECT_EQ(newest_deed().deed.action, "mailbox.paused");
  EXPECT_EQ(newest_deed().deed.organization, sales);
  EXPECT_EQ(call("POST", path + "/resume").status, 200);
  EXPECT_EQ(newest_deed().deed.action, "mailbox.resumed");
  EXPECT_EQ(newest_deed().deed.actor.name, "root@ours.example");
}

TEST_F(AuditTest, TheExportIsCsvThatNoSpreadsheetRuns) {
  const std::string path = "/api/v1/account/users/" + std::to_string(user.value);
  EXPECT_EQ(call("PATCH", path, object{{"name", "=HYPERLINK(\"x\")"}}).status, 200);
  EXPECT_EQ(call("POST", "/api/v1/account/organizations", object{{"name", "=cmd|'/c calc'!A1"}}).status, 201);
  const Got got = call("GET", "/api/v1/audit-log/export");
  EXPECT_THAT(got.body, HasSubstr("\"'=cmd|'/c calc'!A1\""));
  EXPECT_THAT(got.body, HasSubstr("=HYPERLINK(\\\"\"x\\\"\")")) << "inside of the details, doubled";
  EXPECT_EQ(got.headers.find("Content-Disposition"), "attachment; filename=\"mailsync-audit-log.csv\"");
}

TEST_F(AuditTest, TamperingIsFound) {
  EXPECT_EQ(check().json.at("intact"), true);
  // The database itself refuses first.
  EXPECT_FALSE(database->write(db::Durability::Normal, [](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(tx.execute("UPDATE audit_entry SET actor = 'nobody'"));
    return {};
  }));
  EXPECT_FALSE(database->write(db::Durability::Normal, [](db::SqlTransaction& tx) -> Result<void> {
    TRY_VOID(tx.execute("DELETE FROM audit_entry"));
    return {};
  }));
  EXPECT_EQ(check().json.at("intact"), true);
  tamper("UPDATE audit_entry SET actor = 'nobody' WHERE account_id = 1 AND number = 3");
  EXPECT_EQ(check().json.at("first_broken"), 3);
}

TEST_F(AuditTest, AnEntryThatIsMissingIsFoundWhereverItWas) {
  tamper("DELETE FROM audit_entry WHERE account_id = 1 AND number = 2");
  EXPECT_EQ(check().json.at("first_broken"), 2);
  tamper("DELETE FROM audit_entry WHERE account_id = 1");
  EXPECT_EQ(check().json.at("first_broken"), 1);
}

TEST_F(AuditTest, TheNewestEntryCannotBeTakenAwayUnseen) {
  const int64_t last = newest_deed().number;
  tamper("DELETE FROM audit_entry WHERE account_id = 1 AND number = " + std::to_string(last));
  EXPECT_EQ(check().json.at("first_broken"), last);
}

}  // namespace
}  // namespace mailsync::admin
