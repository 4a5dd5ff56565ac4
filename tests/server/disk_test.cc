// A disk that is too small: the pass stops and says so, nothing is lost, and it goes on when there is room.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/server/installation.h"

namespace mailsync::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kEmails = 400;  // more than one commit takes, and more than the disk holds
constexpr int kBytesEach = 60'000;

void write_large_mail(const std::filesystem::path& dir) {
  std::filesystem::create_directory(dir);
  for (int i = 0; i < kEmails; ++i) {
    std::ofstream file(dir / ("m" + std::to_string(i) + ".eml"));
    file << "From: s" << i << "@elsewhere.example\r\nTo: anna@contoso.example\r\nSubject: Long letter " << i
         << "\r\nMessage-ID: <long-" << i
         << "@elsewhere.example>\r\nDate: Mon, 16 Nov 2026 10:00:00 +0000\r\n"
         << "Content-Type: text/plain; charset=utf-8\r\n\r\n";
    uint64_t state = static_cast<uint64_t>(i) + 1;  // words that differ, so that nothing shrinks
    for (int bytes = 0; bytes < kBytesEach; bytes += 12) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      file << std::hex << (state >> 24 & 0xffffffffff) << (bytes % 72 == 60 ? "\r\n" : " ");
    }
  }
}

// F60, F151
TEST(Disk, AFullOneStopsIntakeAndLosesNothing) {
  Installation here;
  write_large_mail(here.dir() / "mail");
  LabProcess lab(here.dir(), {"--mailboxes", "1", "--people", "4", "--tasks", "2", "--meetings", "2",
                              "--mail", (here.dir() / "mail").string()});
  here.write_settings(&lab);
  // A small disk of this process's own, in namespaces of its own: nobody else sees it.
  const std::string script = R"(
    mount -t tmpfs -o size=8m tmpfs "$1/data" || exit 90
    "$2" user add "$3" --config "$1/mailsync.toml" >/dev/null || exit 91
    "$2" mailbox add "$3" --config "$1/mailsync.toml" >/dev/null || exit 92
    "$2" sync --once --config "$1/mailsync.toml"
    echo "full: $?"
    "$2" mailbox list --config "$1/mailsync.toml"
    mount -o remount,size=256m "$1/data" || exit 93
    "$2" sync --once --config "$1/mailsync.toml"
    echo "room: $?"
    "$2" sync --once --json --config "$1/mailsync.toml"
    "$2" mailbox list --json --config "$1/mailsync.toml"
  )";
  const Ended ended = run({"/usr/bin/unshare", "--map-root-user", "--mount", "/bin/sh", "-c", script, "sh",
                           here.dir().string(), program("mailsync"), lab.mailboxes()[0]});
  ASSERT_EQ(ended.code, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("full: 1"));
  EXPECT_THAT(ended.out, HasSubstr("disk"));
  EXPECT_THAT(ended.out, Not(HasSubstr("Nothing had changed")));  // what came in before is told
  EXPECT_THAT(ended.out, HasSubstr("active"));                    // no fault of the mailbox
  EXPECT_THAT(ended.out, HasSubstr("room: 0"));
  EXPECT_THAT(ended.out, HasSubstr("\"links\":{\"email\":" + std::to_string(kEmails / 2)));
}

}  // namespace
}  // namespace mailsync::test
