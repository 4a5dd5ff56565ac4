// A run: a list of steps made from its seed alone, then played. Each step carries a seed of its own, so that
// a run from which steps were taken away still does the same in those that stay: that is how it is made
// small.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/tally.h"

namespace mailsync::sim {

struct Step {
  enum class What { Edit, EditDuringPass, Fault, Pass, Wait, Settle } what = What::Pass;
  uint64_t seed = 0;
};

std::vector<Step> steps_of(uint64_t seed);
std::string name_of(const Step& step);

struct Outcome {
  Tally tally;
  std::vector<std::string> violations;
  std::vector<std::string> told;  // what was done, when asked for
};

// Plays until the first violation.
Outcome play(uint64_t seed, const std::vector<Step>& steps, bool tell = false);

// Fewer steps that still break the same invariant. `budget`: how many plays it may cost.
std::vector<size_t> shrink(uint64_t seed, const std::vector<Step>& steps, int budget);

}  // namespace mailsync::sim
