// kill -9 of the server at ten points of the first sync, started again each time: it ends where a run that
// nobody disturbed ends, with nothing twice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <csignal>
#include <fstream>

#include "db/database.h"
#include "tests/server/browser.h"
#include "tests/server/installation.h"

namespace mailsync::test {
namespace {

namespace json = boost::json;

constexpr int kKills = 10;
constexpr int kEmails = 150;
constexpr int kCrmPeople = 30;

void write_mail(const std::filesystem::path& dir) {
  std::filesystem::create_directory(dir);
  for (int i = 0; i < kEmails; ++i)
    std::ofstream(dir / ("m" + std::to_string(i) + ".eml"))
        << "From: Sender " << i << " <s" << i
        << "@elsewhere.example>\r\nTo: anna@contoso.example\r\nSubject: Letter " << i
        << "\r\nMessage-ID: <letter-" << i
        << "@elsewhere.example>\r\nDate: Mon, 16 Nov 2026 10:" << i / 60 % 60 / 10 << i / 60 % 10 << ":"
        << i % 60 / 10 << i % 10
        << " +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello " << i
        << "\r\n";
}

// One installation with its own lab of the same seed, and a CRM with people and tasks to push down.
struct Stage {
  Stage() {
    write_mail(here.dir() / "mail");
    lab = std::make_unique<LabProcess>(
        here.dir(),
        std::vector<std::string>{"--mailboxes", "1", "--people", "60", "--tasks", "30", "--meetings", "30",
                                 "--seed", "7", "--mail", (here.dir() / "mail").string()});
    here.write_settings(nullptr);
    const std::string owner = lab->mailboxes()[0];
    const Ended user = here.mailsync({"user", "add", owner, "--password-stdin"}, "correct horse battery\n");
    EXPECT_EQ(user.code, 0) << user.err;
    fill_crm(owner);
    here.write_settings(lab.get());
    EXPECT_EQ(here.mailsync({"mailbox", "add", owner}).code, 0);
  }
  void fill_crm(const std::string& owner) {
    Running server(here);
    Browser browser(server, owner);
    for (int i = 0; i < kCrmPeople; ++i) {
      const std::string n = std::to_string(i);
      EXPECT_EQ(browser
                    .send("POST", "/api/v1/people",
                          {{"given_name", "Crm"},
                           {"family_name", "Person " + n},
                           {"emails", json::array{"crm" + n + "@crm.example"}}})
                    .status,
                201);
    }
    EXPECT_EQ(server.stop().code, 0);
  }
  // Everything that must be the same whatever happened on the way.
  std::map<std::string, int64_t> standing() {
    std::map<std::string, int64_t> all;
    const auto mailbox = here.json({"mailbox", "list"}).at("mailboxes").as_array().at(0).as_object();
    for (const auto& [kind, count] : mailbox.at("links").as_object())
      all["links " + std::string(kind)] = count.as_int64();
    all["issues"] = static_cast<int64_t>(mailbox.at("issues").as_array().size());
    for (const char* kind : {"email", "contact", "task", "meeting"})
      all["items " + std::string(kind)] = json::parse(run({program("mailsync-lab"), "list", "--url",
                                                           lab->text("control"), "--kind", kind, "--json"})
                                                          .out)
                                              .at("total")
                                              .as_int64();
    auto database = db::open("sqlite:" + (here.dir() / "data" / "mailsync.db").string());
    EXPECT_TRUE(database);
    EXPECT_TRUE((*database)->read([&](db::Session& session) -> Result<void> {
      TRY(const db::Rows rows,
          session.query(
              "SELECT type, COUNT(*) FROM crm_record WHERE deleted = 0 GROUP BY type ORDER BY type"));
      for (const db::Row& row : rows) all["records " + row[0].text()] = row[1].integer();
      TRY(const db::Rows open, session.query("SELECT COUNT(*) FROM journal WHERE state = 0"));
      all["open intentions"] = open[0][0].integer();
      return {};
    }));
    return all;
  }

  Installation here;
  std::unique_ptr<LabProcess> lab;
};

int64_t turns_in(const std::string& metrics) {
  constexpr std::string_view kName = "\nmailsync_turns_total ";
  const size_t at = metrics.find(kName);
  int64_t turns = 0;
  if (at != std::string::npos) {
    const char* from = metrics.data() + at + kName.size();
    std::from_chars(from, metrics.data() + metrics.size(), turns);
  }
  return turns;
}

int64_t writes_of(const json::object& report) {
  int64_t sum = 0;
  for (const auto& [kind, of] : report.at("counts").as_object())
    for (const char* side : {"to_crm", "to_mailbox"})
      for (const auto& [action, number] : of.at(side).as_object()) sum += number.as_int64();
  return sum;
}

// F12, F60, F85
TEST(Crash, KilledTenTimesItEndsTheSame) {
  Stage calm;
  const auto first = calm.here.json({"sync", "--once"});
  ASSERT_GT(writes_of(first), kEmails / 4 + kCrmPeople);
  const int64_t turns = first.at("mailboxes").as_array().at(0).at("turns").as_int64();
  calm.here.json({"sync", "--once"});
  const auto expected = calm.standing();

  Stage stormy;
  const int64_t step = std::max<int64_t>(1, turns / (kKills + 1));
  for (int kill = 0; kill < kKills; ++kill) {
    Running server(stormy.here);
    for (int tries = 0; tries < 3000 && turns_in(server.get("/metrics").body) < step; ++tries) {
    }
    server.process->signal(SIGKILL);
    EXPECT_EQ(server.process->wait().signal, SIGKILL);
  }
  stormy.here.json({"sync", "--once"});
  const auto last = stormy.here.json({"sync", "--once"});
  EXPECT_EQ(writes_of(last), 0) << json::serialize(last);
  EXPECT_EQ(stormy.standing(), expected);
}

}  // namespace
}  // namespace mailsync::test
