#include "auth/email_configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/client_assertion.h"
#include "net/certificates.h"

namespace mailsync::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Made once: RSA keys are slow to make.
const net::Certificate& pair(int which) {
  static const net::Certificate pairs[] = {*net::self_signed_rsa("Mail Sync"),
                                           *net::self_signed_rsa("Another")};
  return pairs[which];
}

std::string google_key(const std::string& private_key = pair(0).key_pem) {
  std::string escaped;
  for (const char c : private_key) escaped += c == '\n' ? "\\n" : std::string(1, c);
  return R"({"type": "service_account", "client_email": "sync@project.iam.gserviceaccount.com", "private_key": ")" +
         escaped + "\"}";
}

class EmailConfigurationTest : public ::testing::Test {
 protected:
  EmailConfigurationTest() {
    graph.method = AccessMethod::GraphAppOnly;
    graph.tenant = "contoso.onmicrosoft.com";
    graph.client_id = "22222222-2222-4222-8222-222222222222";
    secrets[EmailSecret::ClientSecret] = Secret("a~secret.of.Entra");
  }
  // field → words
  std::map<std::string, std::string> wrong(EmailConfiguration typed) {
    std::map<std::string, std::string> out;
    for (auto& each : check(typed, secrets, before, marks, {.addresses = policy, .now = now}))
      out[each.field] = each.words;
    cleaned = typed;
    return out;
  }
  std::string words(const EmailConfiguration& typed, const std::string& field) {
    const auto all = wrong(typed);
    return all.size() == 1 && all.contains(field) ? all.at(field) : std::to_string(all.size()) + " other";
  }

  EmailConfiguration graph, before, cleaned;
  TypedSecrets secrets;
  SecretMarks marks;
  net::AddressPolicy policy;
  Instant now = *certificate_expiry(pair(0).certificate_pem) - std::chrono::hours(1);
};

TEST_F(EmailConfigurationTest, WhatIsCompleteMayBeSaved) {
  EXPECT_THAT(wrong(graph), IsEmpty());
  graph.authority = "  https://login.microsoftonline.us/ ";
  graph.graph_url = "https://graph.microsoft.us";
  graph.graph_resource = "";
  EXPECT_THAT(wrong(graph), IsEmpty());
  EXPECT_EQ(cleaned.authority, "https://login.microsoftonline.us");
  EXPECT_EQ(cleaned.graph_resource, kGraph);
}

TEST_F(EmailConfigurationTest, OfTheApplicationEverythingIsAskedForAtOnce) {
  secrets.clear();
  graph.tenant = graph.client_id = "";
  const auto all = wrong(graph);
  EXPECT_EQ(all.size(), 3U);
  EXPECT_TRUE(all.contains("tenant") && all.contains("client_id") && all.contains("client_secret"));
  // Not of whom it does not concern.
  EmailConfiguration google;
  google.method = AccessMethod::GoogleServiceAccount;
  EXPECT_THAT(words(google, "google_key"), HasSubstr("JSON"));
}

TEST_F(EmailConfigurationTest, EachWrongInputHasItsOwnWords) {
  for (const auto* tenant : {"common", "organizations"}) {
    graph.tenant = tenant;
    EXPECT_THAT(words(graph, "tenant"), HasSubstr("every tenant"));
  }
  graph.tenant = "our company";
  EXPECT_THAT(words(graph, "tenant"), HasSubstr("not a tenant"));
  graph.tenant = "contoso.onmicrosoft.com";
  graph.client_id = "Mail Sync";
  EXPECT_THAT(words(graph, "client_id"), HasSubstr("not an application"));
  graph.client_id = "22222222-2222-4222-8222-222222222222";
  secrets[EmailSecret::ClientSecret] = Secret("33333333-2222-4222-8222-222222222222");
  EXPECT_THAT(words(graph, "client_secret"), HasSubstr("column Value"));
  secrets[EmailSecret::ClientSecret] = Secret("two\nlines");
  EXPECT_THAT(words(graph, "client_secret"), HasSubstr("line break"));
  secrets[EmailSecret::ClientSecret] = Secret("  ");
  EXPECT_THAT(words(graph, "client_secret"), HasSubstr("empty"));
  secrets[EmailSecret::ClientSecret] = Secret("right");
  graph.method.reset();
  EXPECT_THAT(words(graph, "allowed"), HasSubstr("at least one"));
}

// S22, S23: addresses are held against what the operator allows, before anything is asked there.
TEST_F(EmailConfigurationTest, AddressesAreEncryptedPublicAndPlain) {
  const auto said = [&](std::string url) {
    graph.graph_url = std::move(url);
    return words(graph, "graph_url");
  };
  EXPECT_THAT(said("http://graph.microsoft.com"), HasSubstr("https"));
  EXPECT_THAT(said("graph.microsoft.com"), HasSubstr("https://"));
  EXPECT_THAT(said("file:///etc/passwd"), HasSubstr("https"));
  EXPECT_THAT(said("https://ann:secret@graph.microsoft.com"), HasSubstr("user name"));
  EXPECT_THAT(said("https://graph.microsoft.com/?x=1"), HasSubstr("?"));
  EXPECT_THAT(said("https://10.0.0.1"), HasSubstr("private"));
  EXPECT_THAT(said("https://169.254.169.254"), HasSubstr("private"));
  EXPECT_THAT(said("https://127.0.0.1"), HasSubstr("private"));
  EXPECT_THAT(said("https://graph.microsoft.com:8443"), HasSubstr("port"));
  EXPECT_THAT(said("https://" + std::string(600, 'a') + ".com"), HasSubstr("too long"));
  EXPECT_EQ(said("https://graph.microsoft.com/v1.0/"), "0 other");
  // Test servers, where the operator allows them: on this machine without encryption, elsewhere with it.
  policy.allow_private = true;
  EXPECT_EQ(said("http://127.0.0.1:8080"), "0 other");
  EXPECT_EQ(said("http://localhost:8080"), "0 other");
  EXPECT_THAT(said("http://10.0.0.1:8080"), HasSubstr("encrypted"));
  EXPECT_EQ(said("https://10.0.0.1:8443"), "0 other");
  policy.allowed_hosts = {"graph.microsoft.us",    "login.microsoftonline.com", "graph.microsoft.com",
                          "outlook.office365.com", "oauth2.googleapis.com",     "www.googleapis.com"};
  EXPECT_EQ(said("https://graph.microsoft.us"), "0 other");
  EXPECT_THAT(said("https://graph.example.com"), HasSubstr("allowed hosts"));
}

TEST_F(EmailConfigurationTest, ACertificateComesWithItsKeyAndNoKeyIsKeptWithIt) {
  secrets.clear();
  graph.certificate = pair(0).certificate_pem;
  EXPECT_THAT(words(graph, "certificate_key"), HasSubstr("belongs"));
  secrets[EmailSecret::CertificateKey] = Secret(pair(1).key_pem);
  EXPECT_THAT(words(graph, "certificate_key"), HasSubstr("does not belong"));
  secrets[EmailSecret::CertificateKey] = Secret("no key");
  EXPECT_THAT(words(graph, "certificate_key"), HasSubstr("PEM"));
  secrets[EmailSecret::CertificateKey] = Secret(pair(0).key_pem);
  graph.certificate = "some words before\n" + pair(0).certificate_pem + "and after";
  EXPECT_THAT(wrong(graph), IsEmpty());
  EXPECT_EQ(cleaned.certificate, pair(0).certificate_pem);
  graph.certificate = pair(0).certificate_pem + pair(0).key_pem;
  EXPECT_THAT(words(graph, "certificate"), HasSubstr("key as well"));
  graph.certificate = "nothing";
  EXPECT_THAT(wrong(graph).at("certificate"), HasSubstr("PEM"));
  graph.certificate = pair(0).certificate_pem;
  now = now + std::chrono::hours(2);
  EXPECT_THAT(words(graph, "certificate"), HasSubstr("ended on"));
  // A stored one that ends is not in the way of other changes.
  before.certificate = pair(0).certificate_pem;
  EXPECT_THAT(wrong(graph), IsEmpty());
}

TEST_F(EmailConfigurationTest, TheImpersonationUserIsWrittenWithABackslash) {
  EmailConfiguration exchange;
  exchange.method = AccessMethod::ExchangeImpersonation;
  secrets[EmailSecret::ExchangePassword] = Secret(" with blanks ");
  for (const auto* good : {"CONTOSO\\sync", "contoso.local\\sync", "sync@contoso.example"}) {
    exchange.exchange_user = good;
    EXPECT_THAT(wrong(exchange), IsEmpty()) << good;
  }
  EXPECT_EQ(secrets[EmailSecret::ExchangePassword]->reveal(), " with blanks ");
  exchange.exchange_user = "CONTOSO/sync";
  EXPECT_THAT(words(exchange, "exchange_user"), HasSubstr("backslash"));
  for (const auto* bad : {"sync", "\\sync", "CONTOSO\\", "A\\B\\C", "@contoso.example", "sync@", "a\tb\\c"}) {
    exchange.exchange_user = bad;
    EXPECT_TRUE(wrong(exchange).contains("exchange_user")) << bad;
  }
  exchange.exchange_user = "CONTOSO\\sync";
  exchange.exchange_autodiscover = false;
  EXPECT_THAT(words(exchange, "exchange_url"), HasSubstr("autodiscover"));
  exchange.exchange_url = "https://mail.contoso.com";
  EXPECT_THAT(words(exchange, "exchange_url"), HasSubstr("/EWS/Exchange.asmx"));
  exchange.exchange_sign_in = "digest";
  exchange.exchange_url = "https://mail.contoso.com/EWS/Exchange.asmx";
  EXPECT_TRUE(wrong(exchange).contains("exchange_sign_in"));
}

TEST_F(EmailConfigurationTest, AGoogleKeyIsTheFileOfAServiceAccount) {
  EmailConfiguration google;
  google.method = AccessMethod::GoogleServiceAccount;
  secrets[EmailSecret::GoogleKey] = Secret(google_key());
  EXPECT_THAT(wrong(google), IsEmpty());
  EXPECT_EQ(cleaned.google_account, "sync@project.iam.gserviceaccount.com");
  for (const auto& bad : {std::string("key"), std::string("{}"), google_key("-----BEGIN")}) {
    secrets[EmailSecret::GoogleKey] = Secret(bad);
    EXPECT_TRUE(wrong(google).contains("google_key")) << bad;
  }
  google.method = AccessMethod::GoogleDirect;
  google.google_client_id = "123";
  secrets.clear();
  EXPECT_THAT(wrong(google).at("google_client_id"), HasSubstr("apps.googleusercontent.com"));
}

// Who may change an address but not read a secret must not have the secret sent to himself.
TEST_F(EmailConfigurationTest, AStoredSecretGoesToNoNewAddress) {
  before = graph;
  marks[EmailSecret::ClientSecret] = {.set_at = now, .set_by = "root@contoso.example"};
  secrets.clear();
  EXPECT_THAT(wrong(graph), IsEmpty());
  for (std::string EmailConfiguration::* address :
       {&EmailConfiguration::authority, &EmailConfiguration::graph_url,
        &EmailConfiguration::graph_resource}) {
    EmailConfiguration moved = graph;
    moved.*address = "https://evil.example.com";
    EXPECT_THAT(words(moved, "client_secret"), HasSubstr("again"));
    secrets[EmailSecret::ClientSecret] = Secret("typed anew");
    EXPECT_THAT(wrong(moved), IsEmpty());
    secrets.clear();
  }
}

// A server must not talk us into sending the password in the clear (S21).
TEST_F(EmailConfigurationTest, AWeakerSignInAsksForThePasswordAgain) {
  before.method = AccessMethod::ExchangeImpersonation;
  before.exchange_user = "CONTOSO\\sync";
  marks[EmailSecret::ExchangePassword] = {.set_at = now, .set_by = "root@contoso.example"};
  secrets.clear();
  EmailConfiguration exchange = before;
  EXPECT_THAT(wrong(exchange), IsEmpty());
  exchange.exchange_sign_in = "basic";
  EXPECT_THAT(words(exchange, "exchange_password"), HasSubstr("again"));
}

TEST_F(EmailConfigurationTest, AMailboxTakesAMethodThatIsChosenAndAvailable) {
  EXPECT_EQ(method_for_mailbox(graph, "graph_user"), "graph_app");
  EXPECT_EQ(method_for_mailbox(graph, "graph_app"), "graph_app");
  graph.method = AccessMethod::EwsAppOnly;
  EXPECT_EQ(method_for_mailbox(graph, "graph_app"), "");
  EXPECT_TRUE(waits_for_method(why_not_available(graph)));
  graph.method.reset();
  graph.allowed = {AccessMethod::EwsEndUser, AccessMethod::GraphEndUser, AccessMethod::GraphAppOnly};
  EXPECT_EQ(method_for_mailbox(graph, "graph_app"), "graph_app");
  EXPECT_EQ(method_for_mailbox(graph, ""), "graph_user");
}

}  // namespace
}  // namespace mailsync::auth
