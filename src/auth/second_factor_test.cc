#include "auth/second_factor.h"

#include <gtest/gtest.h>

#include <set>

namespace mailsync::auth {
namespace {

Instant at(int64_t seconds) {
  return Instant{seconds * 1'000'000};
}

TEST(SecondFactor, CodesAreThoseOfRfc6238AppendixB) {
  const Secret secret("12345678901234567890");
  const std::vector<std::pair<int64_t, std::string>> table{{59, "287082"},         {1111111109, "081804"},
                                                           {1111111111, "050471"}, {1234567890, "005924"},
                                                           {2000000000, "279037"}, {20000000000, "353130"}};
  for (const auto& [seconds, code] : table)
    EXPECT_EQ(code_of_step(secret, step_at(at(seconds))), code) << seconds;
  EXPECT_EQ(base32("12345678901234567890"), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  EXPECT_EQ(base32("f"), "MY");
}

TEST(SecondFactor, ACodeIsGoodForOnceAndForAStepBesideItsOwn) {
  const Secret secret("12345678901234567890");
  const Instant now = at(1234567890);
  const int64_t step = step_at(now);
  EXPECT_EQ(matching_step(secret, "005 924", now, 0), step);
  EXPECT_EQ(matching_step(secret, "005924", now, step), std::nullopt) << "used already";
  EXPECT_EQ(matching_step(secret, "005924", now + std::chrono::seconds(30), 0), step);
  EXPECT_EQ(matching_step(secret, "005924", now + std::chrono::seconds(60), 0), std::nullopt);
  EXPECT_EQ(matching_step(secret, "", now, 0), std::nullopt);
  EXPECT_EQ(matching_step(secret, "0059240", now, 0), std::nullopt);
}

TEST(SecondFactor, ALinkNamesTheUserAndHoldsNoLooseLetters) {
  EXPECT_EQ(second_factor_link(Secret("f"), "ann+x@ours.example"),
            "otpauth://totp/Mail%20Sync:ann%2Bx%40ours.example?secret=MY&issuer=Mail%20Sync");
}

TEST(SecondFactor, RecoveryCodesDifferAndAreReadWithoutCase) {
  SeededRandom random(4);
  const auto codes = new_recovery_codes(random);
  EXPECT_EQ(std::set(codes.begin(), codes.end()).size(), 10U);
  std::string shouted;
  for (const char c : codes[0]) shouted += c == '-' ? ' ' : static_cast<char>(std::toupper(c));
  EXPECT_EQ(recovery_code_hash(shouted), recovery_code_hash(codes[0]));
  EXPECT_NE(recovery_code_hash(codes[1]), recovery_code_hash(codes[0]));
}

}  // namespace
}  // namespace mailsync::auth
