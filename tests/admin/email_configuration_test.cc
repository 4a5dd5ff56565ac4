// Email Configuration over the API: set up, changed, given back; what is wrong is told at once, and no secret
// ever comes back.
#include "auth/email_configurations.h"
#include "net/certificates.h"
#include "tests/admin/api_stage.h"

namespace mailsync::admin {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSecret = "canary~of~the~client~secret";

class EmailConfigurationApi : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    api.vault = &vault;
    bobs = organization_of(kAccount, "Bob & Sons");
    path = path_of(bobs);
  }
  static std::string path_of(OrganizationId id) {
    return "/api/v1/account/organizations/" + std::to_string(id.value) + "/email-configuration";
  }
  object app_only() const {
    return {{"version", 0},
            {"method", "graph_app_only"},
            {"tenant", "contoso.onmicrosoft.com"},
            {"client_id", "22222222-2222-4222-8222-222222222222"},
            {"client_secret", kSecret}};
  }
  // What the vault holds; "" for nothing.
  std::string stored(auth::EmailSecret which) {
    const auto found = run(vault.read(auth::email_secret_name(kAccount, bobs, which)));
    EXPECT_TRUE(found) << found.error().message;
    return found && *found ? (*found)->value.reveal() : "";
  }
  std::string words_about(const Got& got, std::string_view field) {
    if (got.json.contains("errors"))
      for (const auto& each : got.json.at("errors").as_array())
        if (each.at("field") == value(field)) return std::string(each.at("detail").as_string());
    return "";
  }

  OrganizationId bobs;
  std::string path;
};

TEST_F(EmailConfigurationApi, AnAdministratorSetsItUpAndNobodyReadsTheSecret) {
  const Got none = call("GET", path);
  ASSERT_EQ(none.status, 200) << none.body;
  EXPECT_EQ(none.text("source"), "none");
  EXPECT_TRUE(none.json.at("method").is_null());
  EXPECT_EQ(none.text("authority"), auth::kMicrosoftAuthority);
  const Got saved = call("PATCH", path, app_only());
  ASSERT_EQ(saved.status, 200) << saved.body;
  EXPECT_EQ(stored(auth::EmailSecret::ClientSecret), kSecret);
  const Got shown = call("GET", path);
  EXPECT_EQ(shown.body, saved.body);
  EXPECT_EQ(shown.text("source"), "organization");
  EXPECT_EQ(shown.text("method"), "graph_app_only");
  EXPECT_EQ(shown.json.at("version"), 1);
  EXPECT_EQ(shown.json.at("secrets").at("client_secret").at("set_by"), "ann@ours.example");
  EXPECT_TRUE(shown.json.at("secrets").at("exchange_password").is_null());
  EXPECT_THAT(shown.body, Not(HasSubstr("canary")));
  const auto deed = newest_deed();
  EXPECT_EQ(deed.deed.action, "email_configuration.changed");
  EXPECT_EQ(deed.deed.organization, bobs);
  EXPECT_THAT(deed.deed.details, HasSubstr(R"("client_secret":{"from":"","to":"set"})"));
  EXPECT_THAT(deed.deed.details, Not(HasSubstr("canary")));
  EXPECT_THAT(contents(), Not(HasSubstr("canary")));
}

TEST_F(EmailConfigurationApi, ASecretIsReplacedKeptOrTakenAway) {
  ASSERT_EQ(call("PATCH", path, app_only()).status, 200);
  clock.advance(std::chrono::hours(1));
  const Got kept = call("PATCH", path, object{{"version", 1}, {"tenant", "fabrikam.example"}});
  ASSERT_EQ(kept.status, 200) << kept.body;
  EXPECT_EQ(stored(auth::EmailSecret::ClientSecret), kSecret);
  EXPECT_THAT(kept.json.at("secrets").at("client_secret").at("set_at").as_string(),
              HasSubstr("2026-11-22T10"));
  const Got replaced = call("PATCH", path, object{{"version", 2}, {"client_secret", "the next one"}});
  EXPECT_THAT(replaced.json.at("secrets").at("client_secret").at("set_at").as_string(),
              HasSubstr("2026-11-22T11"));
  EXPECT_EQ(stored(auth::EmailSecret::ClientSecret), "the next one");
  EXPECT_THAT(newest_deed().deed.details, HasSubstr(R"("client_secret":{"from":"set","to":"replaced"})"));
  // Without any, the application could not prove itself.
  const Got without = call("PATCH", path, object{{"version", 3}, {"client_secret", nullptr}});
  EXPECT_EQ(without.status, 422);
  const auto pair = *net::self_signed_rsa("Mail Sync");
  const Got by_certificate = call("PATCH", path,
                                  object{{"version", 3},
                                         {"client_secret", nullptr},
                                         {"certificate", pair.certificate_pem},
                                         {"certificate_key", pair.key_pem}});
  ASSERT_EQ(by_certificate.status, 200) << by_certificate.body;
  EXPECT_EQ(stored(auth::EmailSecret::ClientSecret), "");
  EXPECT_FALSE(by_certificate.json.at("certificate").at("thumbprint").as_string().empty());
  EXPECT_THAT(by_certificate.body, Not(HasSubstr("PRIVATE")));
  EXPECT_EQ(call("DELETE", path).status, 204);
  EXPECT_EQ(stored(auth::EmailSecret::CertificateKey), "");
  EXPECT_EQ(call("GET", path).text("source"), "none");
  EXPECT_EQ(newest_deed().deed.action, "email_configuration.removed");
  EXPECT_EQ(call("DELETE", path).status, 404);
}

TEST_F(EmailConfigurationApi, WhatIsWrongIsToldAtOnceAndNothingIsStored) {
  object wrong = app_only();
  wrong["tenant"] = "common";
  wrong["client_id"] = "Mail Sync";
  wrong["graph_url"] = "http://graph.microsoft.com";
  wrong["exchange_user"] = "CONTOSO/sync";
  const std::string before = contents();
  const Got got = call("PATCH", path, wrong);
  EXPECT_EQ(got.status, 422);
  for (const auto* field : {"tenant", "client_id", "graph_url", "exchange_user"})
    EXPECT_THAT(words_about(got, field), Not(testing::IsEmpty())) << field;
  EXPECT_THAT(words_about(got, "exchange_user"), HasSubstr("backslash"));
  EXPECT_EQ(contents(), before);
  // Of another type, unknown, or without the version.
  for (const object& body :
       {object{{"version", 0}, {"method", "pigeon"}}, object{{"version", 0}, {"method", 7}},
        object{{"version", 0}}, object{{"method", "graph_app_only"}},
        object{{"version", 0}, {"method", "any"}, {"allowed", "all"}},
        object{{"version", 0}, {"method", "any"}, {"allowed", array{"pigeon"}}},
        object{{"version", 0}, {"method", "graph_app_only"}, {"tenant", array{}}},
        object{{"version", 0}, {"method", "graph_app_only"}, {"client_secret", 5}},
        object{{"version", 0}, {"method", "graph_app_only"}, {"exchange_autodiscover", "yes"}},
        object{{"version", 0}, {"method", "graph_app_only"}, {"google_account", "me@x.example"}},
        object{{"version", 0}, {"method", "graph_app_only"}, {"secrets", object{}}}})
    EXPECT_EQ(call("PATCH", path, body).status, 422) << boost::json::serialize(body);
  EXPECT_EQ(contents(), before);
}

TEST_F(EmailConfigurationApi, TwoAdministratorsDoNotOverwriteEachOther) {
  ASSERT_EQ(call("PATCH", path, app_only()).status, 200);
  EXPECT_EQ(call("PATCH", path, app_only()).status, 409);
  EXPECT_EQ(call("PATCH", path, object{{"version", 1}, {"tenant", "fabrikam.example"}}).status, 200);
  EXPECT_EQ(call("PATCH", path, object{{"version", 1}, {"tenant", "contoso.example"}}).status, 409);
}

TEST_F(EmailConfigurationApi, AStoredSecretIsNotSentElsewhereByWhoMayNotReadIt) {
  ASSERT_EQ(call("PATCH", path, app_only()).status, 200);
  const object elsewhere{{"version", 1}, {"authority", "https://evil.example.com"}};
  const Got got = call("PATCH", path, elsewhere);
  EXPECT_EQ(got.status, 422);
  EXPECT_THAT(words_about(got, "client_secret"), HasSubstr("again"));
}

TEST_F(EmailConfigurationApi, AnOrganizationAdministratorHasItForHisOrganizationsAlone) {
  const OrganizationId theirs = organization_of(kAccount, "Theirs");
  Installation::add({kAccount, "lead@ours.example", auth::Role::OrgAdmin, bobs, {bobs}});
  sign_in("lead@ours.example");
  EXPECT_EQ(call("PATCH", path, app_only()).status, 200);
  EXPECT_EQ(call("GET", path_of(theirs)).status, 404);
  EXPECT_EQ(call("PATCH", path_of(theirs), app_only()).status, 404);
  EXPECT_EQ(call("DELETE", path_of(theirs)).status, 404);
}

TEST_F(EmailConfigurationApi, MailboxesTakeTheMethodThatIsChosen) {
  const UserId carl = Installation::add({kAccount, "carl@ours.example", auth::Role::User, bobs});
  const MailboxId mine = mailbox_of(kAccount, carl, "carl@ours.example");
  const MailboxId elsewhere = mailbox_of(kAccount, bob, "bob@ours.example");
  const auto now = [&](MailboxId id) { return *store.mailbox(id); };
  object body = app_only();
  body["method"] = "graph_end_user";
  ASSERT_EQ(call("PATCH", path, body).status, 200);
  EXPECT_EQ(now(mine).access_method, "graph_user");
  EXPECT_EQ(now(mine).state, sync::MailboxState::Active);
  EXPECT_EQ(now(elsewhere).access_method, "graph_app");
  // Not in this version: it waits, in words.
  ASSERT_EQ(call("PATCH", path, object{{"version", 1}, {"method", "ews_app_only"}}).status, 200);
  EXPECT_EQ(now(mine).state, sync::MailboxState::SwitchedOff);
  EXPECT_THAT(now(mine).state_text, HasSubstr("not yet available"));
  EXPECT_EQ(now(elsewhere).state, sync::MailboxState::Active);
  // After an app-only set-up sync begins; a pause is not lifted.
  ASSERT_EQ(call("PATCH", path, object{{"version", 2}, {"method", "graph_app_only"}}).status, 200);
  EXPECT_EQ(now(mine).access_method, "graph_app");
  EXPECT_EQ(now(mine).state, sync::MailboxState::Active);
  ASSERT_EQ(call("POST", "/api/v1/mailboxes/" + std::to_string(mine.value) + "/pause").status, 200);
  ASSERT_EQ(call("PATCH", path, object{{"version", 3}, {"method", "graph_end_user"}}).status, 200);
  EXPECT_EQ(now(mine).state, sync::MailboxState::Paused);
  EXPECT_EQ(now(mine).access_method, "graph_user");
}

TEST_F(EmailConfigurationApi, AnyLetsUsersChooseAmongWhatIsAllowed) {
  object body = app_only();
  body["method"] = "any";
  EXPECT_THAT(words_about(call("PATCH", path, body), "allowed"), HasSubstr("at least one"));
  body["allowed"] = array{"google_direct", "graph_end_user", "graph_end_user"};
  const Got google = call("PATCH", path, body);
  EXPECT_EQ(google.status, 422);
  EXPECT_THAT(words_about(google, "google_client_id"), HasSubstr("client id"));
  body["google_client_id"] = "123.apps.googleusercontent.com";
  body["google_client_secret"] = "of Google";
  const Got saved = call("PATCH", path, body);
  ASSERT_EQ(saved.status, 200) << saved.body;
  EXPECT_EQ(saved.json.at("allowed"), (array{"graph_end_user", "google_direct"}));
}

TEST_F(EmailConfigurationApi, ARemovedOrganizationLeavesNoSecretBehind) {
  ASSERT_EQ(call("PATCH", path, app_only()).status, 200);
  EXPECT_EQ(call("DELETE", "/api/v1/account/organizations/" + std::to_string(bobs.value)).status, 204);
  EXPECT_EQ(stored(auth::EmailSecret::ClientSecret), "");
}

TEST_F(EmailConfigurationApi, WithoutAMasterKeyNothingIsKept) {
  api.vault = nullptr;
  const Got got = call("PATCH", path, app_only());
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(got.code(), "no_master_key");
}

}  // namespace
}  // namespace mailsync::admin
