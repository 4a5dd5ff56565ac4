#include "base/instant.h"

#include <gtest/gtest.h>

namespace mailsync {
namespace {

TEST(Instant, ReadsAndWritesRfc3339) {
  EXPECT_EQ(Instant::from_iso("1970-01-01T00:00:01Z")->us, 1'000'000);
  EXPECT_EQ(Instant::from_iso("2026-11-22T13:05:00.1234567+01:00")->to_iso(), "2026-11-22T12:05:00.123456Z");
  EXPECT_EQ(Instant::from_iso("2026-11-22T13:05:00Z")->to_iso(), "2026-11-22T13:05:00Z");
}

TEST(Instant, RefusesWhatIsNoInstant) {
  for (const char* text : {"", "2026-11-22", "2026-11-22T13:05:00", "2026-13-22T13:05:00Z",
                           "2026-02-30T00:00:00Z", "2026-11-22T13:05:00Zx", "2026-11-22T25:05:00Z"})
    EXPECT_FALSE(Instant::from_iso(text)) << text;
}

}  // namespace
}  // namespace mailsync
