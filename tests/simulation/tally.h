// What a run did and what it checked, by name. Batches add them up; a name that stays at zero is a hole in
// the simulation.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace mailsync::sim {

struct Tally {
  std::map<std::string, int64_t> edits, faults, checks, steps;
  void add(const Tally& other) {
    const auto sum = [](auto& to, const auto& from) {
      for (const auto& [name, times] : from) to[name] += times;
    };
    sum(edits, other.edits);
    sum(faults, other.faults);
    sum(checks, other.checks);
    sum(steps, other.steps);
  }
};

}  // namespace mailsync::sim
