#include "auth/master_key.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "auth/sealing.h"

namespace mailsync::auth {
namespace {

using testing::HasSubstr;

TEST(Sealing, EveryBitCounts) {
  SeededRandom random(1);
  const Secret key(std::string(32, 'k'));
  const std::string sealed = seal(key, "plain", "bound", random);
  EXPECT_EQ(open_sealed(key, sealed, "bound")->reveal(), "plain");
  EXPECT_FALSE(open_sealed(key, sealed, "bounD"));
  EXPECT_FALSE(open_sealed(Secret(std::string(32, 'j')), sealed, "bound"));
  EXPECT_FALSE(open_sealed(Secret("short"), sealed, "bound"));
  for (size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(open_sealed(key, changed, "bound")) << i;
  }
  EXPECT_FALSE(open_sealed(key, "", "bound"));
  EXPECT_NE(bound_text({"a", "b|1:c"}), bound_text({"a", "b", "c"}));
}

TEST(MasterKey, ReadsLinesAndSaysWhatIsWrong) {
  SeededRandom random(1);
  const auto line = new_master_key_line(random, "2026-11");
  const auto two = parse_master_keys("# comment\n" + line + new_master_key_line(random, "2025-01")).value();
  EXPECT_EQ(two.current, "2026-11");
  EXPECT_EQ(two.keys.size(), 2U);
  EXPECT_THAT(parse_master_keys("x:abcd").error().message, HasSubstr("line 1"));
  EXPECT_THAT(parse_master_keys(line + line).error().message, HasSubstr("repeats"));
  EXPECT_FALSE(parse_master_keys(""));
}

TEST(MasterKey, AFileThatOthersMayReadIsRefused) {
  char folder[] = "/tmp/mailsync-key-XXXXXX";
  const std::string path = std::string(mkdtemp(folder)) + "/key";
  SeededRandom random(1);
  std::ofstream(path) << new_master_key_line(random, "k");
  chmod(path.c_str(), 0644);
  EXPECT_THAT(load_master_keys(path).error().message, HasSubstr("chmod 600"));
  chmod(path.c_str(), 0600);
  EXPECT_TRUE(load_master_keys(path));
  EXPECT_THAT(load_master_keys("/nonexistent/key").error().message, HasSubstr("/nonexistent/key"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace mailsync::auth
