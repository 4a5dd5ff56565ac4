// Bad days of a connection, with real programs: certificates that prove nothing, and a service that stops in
// the middle. Each is told with its cause and its remedy, and nothing is lost or doubled.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "net/certificates.h"
#include "tests/server/browser.h"
#include "tests/server/installation.h"

namespace mailsync::test {
namespace {

namespace json = boost::json;
using ::testing::AnyOf;
using ::testing::HasSubstr;

const std::vector<std::string> kTinyTenant{"--mailboxes", "1", "--people",   "6",
                                           "--tasks",     "2", "--meetings", "2"};

std::string write_file(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text;
  return file.string();
}

json::object mailbox_of(Installation& here) {
  return here.json({"mailbox", "list"}).at("mailboxes").as_array().at(0).as_object();
}

// The one open issue; {} when there is none.
json::object issue_of(Installation& here) {
  const auto mailbox = mailbox_of(here);
  const auto& issues = mailbox.at("issues").as_array();
  EXPECT_LE(issues.size(), 1U) << json::serialize(issues);
  return issues.empty() ? json::object{} : issues.at(0).as_object();
}

std::string text(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : "";
}

void expect_told(const json::object& issue, std::string_view key, const std::string& cause) {
  EXPECT_EQ(text(issue, "key"), key);
  EXPECT_THAT(text(issue, "cause"), HasSubstr(cause));
  EXPECT_GT(text(issue, "title").size(), 10U);
  EXPECT_GT(text(issue, "effect").size(), 10U);
  EXPECT_GT(text(issue, "remedy").size(), 10U);
}

void expect_back_to_good(Installation& here) {
  const Ended good = here.mailsync({"sync", "--once"});
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  EXPECT_EQ(issue_of(here), json::object{});
  EXPECT_EQ(text(mailbox_of(here), "state"), "active");
}

// One installation for all of them: each leaves it as good as it was.
class Certificates : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { place_ = std::make_unique<Connected>(kTinyTenant); }
  static void TearDownTestSuite() { place_.reset(); }
  void TearDown() override {
    here_.environment.clear();
    expect_back_to_good(here_);
  }
  // A setting for this test, with a file of this content.
  void set(const std::string& name, const std::string& file, const std::string& content) {
    here_.environment[name] = write_file(here_.dir() / file, content);
  }

  static inline std::unique_ptr<Connected> place_;
  Installation& here_ = place_->here;
};

TEST_F(Certificates, AServerThatNobodyVouchesForIsNotSpokenTo) {
  const auto stranger = net::PrivateAuthority::create("Somebody else");
  ASSERT_TRUE(stranger);
  set("MAILSYNC_NETWORK_CA_FILE", "other.crt", stranger->certificate_pem());
  const Ended refused = here_.mailsync({"sync", "--once"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.out, HasSubstr("is not trusted"));
  EXPECT_THAT(refused.out, HasSubstr("ca_file"));
  expect_told(issue_of(here_), "mailbox:certificate", "is not trusted");
  EXPECT_EQ(text(mailbox_of(here_), "state"), "active");  // no fault of the mailbox
  EXPECT_THAT(here_.mailsync({"doctor"}).out, HasSubstr("ca_file"));
}

TEST_F(Certificates, OneForAnotherNameIsNotAccepted) {
  const auto authority = net::PrivateAuthority::create("Ours");
  ASSERT_TRUE(authority);
  const auto wrong =
      authority->issue({.common_name = "mail.elsewhere.example", .names = {"mail.elsewhere.example"}});
  ASSERT_TRUE(wrong);
  Installation elsewhere;
  auto options = kTinyTenant;
  options.insert(options.end(),
                 {"--tls-cert", write_file(elsewhere.dir() / "wrong.crt", wrong->certificate_pem),
                  "--tls-key", write_file(elsewhere.dir() / "wrong.key", wrong->key_pem)});
  LabProcess lab(elsewhere.dir(), options);
  set("MAILSYNC_NETWORK_CA_FILE", "ours.crt", authority->certificate_pem());
  for (const char* setting : {"MAILSYNC_GRAPH_AUTHORITY", "MAILSYNC_GRAPH_URL"})
    here_.environment[setting] = lab.text("url");
  const Ended refused = here_.mailsync({"sync", "--once"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.out, HasSubstr("issued for another name"));
  expect_told(issue_of(here_), "mailbox:certificate", "issued for another name");
}

TEST_F(Certificates, AWrongOneOfOursIsToldApart) {
  const auto other = net::self_signed_rsa("mailsync");
  ASSERT_TRUE(other);
  set("MAILSYNC_GRAPH_CERTIFICATE", "other.crt", other->certificate_pem);
  set("MAILSYNC_GRAPH_KEY", "other.key", other->key_pem);
  const Ended refused = here_.mailsync({"sync", "--once"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.out, HasSubstr("certificate"));
  EXPECT_THAT(refused.out, HasSubstr("app registration"));
  expect_told(issue_of(here_), "mailbox:credential", "certificate");
  EXPECT_EQ(text(mailbox_of(here_), "state"), "needs_login");

  // The right certificate with the key of another.
  here_.environment.erase("MAILSYNC_GRAPH_CERTIFICATE");
  const Ended mixed = here_.mailsync({"sync", "--once"});
  EXPECT_EQ(mixed.code, 1);
  EXPECT_THAT(mixed.out, AnyOf(HasSubstr("key"), HasSubstr("certificate")));
}

constexpr int kEmails = 400;

std::filesystem::path write_mail(const std::filesystem::path& dir) {
  std::filesystem::create_directory(dir);
  for (int i = 0; i < kEmails; ++i)
    std::ofstream(dir / ("m" + std::to_string(i) + ".eml"))
        << "From: Sender " << i << " <s" << i
        << "@elsewhere.example>\r\nTo: anna@contoso.example\r\nSubject: Letter " << i
        << "\r\nMessage-ID: <letter-" << i << "@elsewhere.example>\r\nDate: Mon, 16 Nov 2026 10:0" << i % 10
        << ":00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello " << i << "\r\n";
  return dir;
}

int64_t emails_linked(Installation& here) {
  const auto mailbox = mailbox_of(here);
  const auto* links = mailbox.at("links").as_object().if_contains("email");
  return links ? links->as_int64() : 0;
}

// F42, F126: cursors and sessions are lost with it.
TEST(BadDay, AServiceThatStopsInMidSyncIsGoneOnWithByItself) {
  Installation here;
  const std::string mail = write_mail(here.dir() / "mail").string();
  std::vector<std::string> options{"--mailboxes",  "1",  "--seed", "7",
                                   "--mail",       mail, "--port", std::to_string(free_port()),
                                   "--latency-ms", "40"};
  auto lab = std::make_unique<LabProcess>(here.dir(), options);
  here.write_settings(lab.get());
  here.connect(lab->mailboxes());
  // The same service again: same address, certificates and mailbox; its sessions and cursors are lost.
  options.insert(options.end(),
                 {"--client-id", lab->text("client_id"), "--client-certificate", lab->text("certificate"),
                  "--tls-cert", lab->text("ca"), "--tls-key", (here.dir() / "lab-tls.key").string()});
  {
    Running server(here);
    ASSERT_TRUE(comes_true([&] { return emails_linked(here) > 0; }));
    lab->process().signal(SIGKILL);
    lab->process().wait();
    const int64_t before = emails_linked(here);
    EXPECT_LT(before, kEmails / 2) << "it had finished already";
    ASSERT_TRUE(comes_true([&] {
      return server.get("/metrics").body.find("mailsync_passes_total{result=\"transient\"}") !=
             std::string::npos;
    }));
    EXPECT_EQ(text(mailbox_of(here), "state"), "active");
    lab = std::make_unique<LabProcess>(here.dir(), options);
    EXPECT_TRUE(comes_true([&] { return emails_linked(here) == kEmails / 2; })) << emails_linked(here);
    const Ended ended = server.stop();
    EXPECT_EQ(ended.code, 0) << ended.err;
  }
  const auto quiet = here.json({"sync", "--once"});
  for (const auto& [kind, of] : quiet.at("counts").as_object())
    for (const char* side : {"to_crm", "to_mailbox"})
      for (const auto& [action, number] : of.at(side).as_object())
        EXPECT_EQ(number.as_int64(), 0) << kind << action;
  EXPECT_EQ(emails_linked(here), kEmails / 2);
  EXPECT_EQ(issue_of(here), json::object{});
  // Nothing twice.
  Running server(here);
  Browser browser(server, lab->mailboxes()[0]);
  EXPECT_EQ(browser.get("/api/v1/emails?limit=1").at("total").as_int64(), kEmails / 2);
}

}  // namespace
}  // namespace mailsync::test
